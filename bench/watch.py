"""How soon a console hears that the person watched for is in view: ``qianshao bench watch``.

The hub with its recorder and a vision worker, the simulated community's films as RTSP cameras, a case with a watch that
fits nearly everybody and as many others as may be on, and a console on a websocket. ``keeping_up`` takes no camera:
how many sightings a second one core holds against all those watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import uvloop
from prometheus_client.parser import text_string_to_metric_families

from bench.community import PoliceRoom, police_room
from bench.figures import percentile
from bench.together_figures import of_classes
from bench.together_parts import Cameras
from bench.vision_figures import AtLeast
from bench.voice_figures import Goal
from devices.protocol.clock import SystemClock
from devices.protocol.sightings import COLOURS, BoxAt, Sighting
from hub.cases.judging import Judge
from hub.cases.messages import Case, NewCase, Watch, WatchHit
from hub.cases.service import MAX_OPEN, MAX_WATCHES
from hub.cases.views import SightingView
from hub.pauses import keep_what_started
from hub.registry.records import CommunityFile
from hub.sightings.feedback import NOTHING_SAID
from hub.sightings.intake import BATCH, Step
from hub.sightings.messages import Age, CameraPlace, Description, Query
from hub.sightings.service import SightingService
from simulators.demo.console import signed_in_socket

GOAL_PUSHED_P95_S = 1.0
GOAL_PER_S = 2_000.0
_LEAVES_WITHIN_S = 20.0
"""After the last hit, until it is known when each person was last in view."""
_EVERYBODY = Query(description=Description(upper=COLOURS))
_STEP_SECONDS = "qianshao_sighting_step_seconds"
_ROUNDS = 5


class Leg(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50_ms: float
    p95_ms: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``confident_to_pushed``: from the picture of a track's second look, before which it is never surely a person's,
    to the console. The others are its parts, and what comes before: since when he was in view. ``heard``, ``stored``
    and ``followed`` are the hub's own, of all sightings (hub/sightings/intake.py, Step)."""

    watches: int
    cameras: int
    seconds: float
    hits: int
    told_when_gone: int
    """Of the hits, those whose first was the last word on somebody who had left; they are in all figures below."""
    entered_to_confident: Leg
    confident_to_said: Leg
    """Until the picture with which the worker told of him."""
    said_to_event: Leg
    """From that picture's arrival until the hit is on disk."""
    event_to_console: Leg
    confident_to_pushed: Leg
    heard: Leg
    stored: Leg
    followed: Leg
    pushed_in_view_share: float
    """Of the hits, those that the console had while the person was still in view."""
    stays_median_s: float
    judged_per_s: dict[str, float]
    """Sightings that one core holds against the watches in a second of its time (hub/cases/judging.py, without writing
    what is told), in batches of BATCH: where watches ask for three things each (narrow), and where each fits whoever is
    grown up (broad)."""
    load_average: tuple[float, float, float]
    goals: dict[str, Goal | AtLeast]


@dataclass(frozen=True)
class _Pushed:
    hit: WatchHit
    event_ms: int
    console_ms: float


class _Item(msgspec.Struct):
    kind: str
    at_ms: int
    body: msgspec.Raw


class _Frame(msgspec.Struct):
    items: list[_Item] = []


def run(community: Path, seconds: float, tell: Callable[[str], None]) -> Report:
    """Raises PartFailed, TimeoutError, OSError, httpx.HTTPError; ValueError where nobody passed."""
    tell("judging")
    judged = {name: keeping_up(queries) for name, queries in (("narrow", narrow()), ("broad", broad()))}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(community, seconds, judged, tell))


def narrow() -> list[Query]:
    """As many as may be on; each asks for two colours and a height."""
    return [
        Query(
            description=Description(
                upper=(COLOURS[number % 11],), lower=(COLOURS[number // 11 % 11],), height_m=1 + number % 80 / 100
            )
        )
        for number in range(MAX_OPEN * MAX_WATCHES)
    ]


def broad() -> list[Query]:
    """As many, each for any adult."""
    return [Query(description=Description(age=Age.ADULT))] * (MAX_OPEN * MAX_WATCHES)


def keeping_up(queries: Sequence[Query]) -> float:
    """Sightings a second of processor time that watches with these are held against, and what is told of them made."""
    watches = [
        Watch(
            watch_id=f"W{number}",
            case_id=f"K{number // MAX_WATCHES}",
            query=query,
            words="",
            started_at_ms=0,
            ended_at_ms=None,
        )
        for number, query in enumerate(queries)
    ]
    places = {"C01": CameraPlace(camera_id="C01", venue_id=None)}
    with tempfile.TemporaryDirectory(prefix="qianshao-watch-") as folder:
        service = SightingService(Path(folder), SystemClock())
        service.open()
        judge = Judge(service, SystemClock(), lambda _case_id: NOTHING_SAID, lambda _case_id, sighting: sighting)
        keep_what_started()  # as the hub does
        taken_s = []
        for number in range(_ROUNDS + 1):
            batch = _made(BATCH, number)
            began_s = time.thread_time()
            judge.judge(batch, watches, places)
            taken_s.append(time.thread_time() - began_s)
        service.close()
    return round(BATCH / float(np.median(taken_s[1:])))


def _made(count: int, seed: int) -> list[Sighting]:
    rng = np.random.default_rng(seed)
    box, now_us = BoxAt(0, 10.0, 20.0, 30.0, 80.0), time.time_ns() // 1000
    return [
        Sighting(
            sighting_id=f"bench{seed}-{number}",
            camera_id="C01",
            started_at_us=now_us,
            ended_at_us=now_us + 1_000_000,
            ended=False,
            frame_width_px=640,
            frame_height_px=360,
            path=(box,),
            score=0.9,
            picture_jpeg=b"\xff\xd8",
            picture_box=box,
            upper=tuple((rng.dirichlet(np.full(11, 0.3)) * 0.99).tolist()),
            lower=tuple((rng.dirichlet(np.full(11, 0.3)) * 0.99).tolist()),
            describer="bench",
            descriptor=rng.bytes(64),
            height_m=float(rng.uniform(0.9, 1.9)),
            height_error_m=0.1,
            child=float(rng.random()),
        )
        for number in range(count)
    ]


async def _measure(films: Path, seconds: float, judged: dict[str, float], tell: Callable[[str], None]) -> Report:
    found = msgspec.json.decode((films / "community.json").read_bytes(), type=CommunityFile)
    unplayed = msgspec.structs.replace(
        found, cameras=tuple(msgspec.structs.replace(camera, url=None) for camera in found.cameras)
    )
    with tempfile.TemporaryDirectory(prefix="qianshao-watch-") as folder:
        async with police_room(Path(folder), "managed", unplayed, {"QIANSHAO_VISION_WORKERS": "1"}) as room:
            case, watches = await _watch_for_all(room)
            tell("watching")
            async with _hits_told(room) as pushed, Cameras(room, films).playing():
                await asyncio.sleep(seconds)
                told = list(pushed)
                tell("until they have left")
                await asyncio.sleep(_LEAVES_WITHIN_S)
                views = [await _view(room, case.case_id, one.hit.hit.sighting.sighting_id) for one in told]
            steps = await _steps(room)
    return _report(told, views, steps, judged, watches=watches, cameras=len(found.cameras), seconds=seconds)


async def _watch_for_all(room: PoliceRoom) -> tuple[Case, int]:
    """A case with a watch for everybody, and all others that may be on. Raises httpx.HTTPError."""
    others = iter(narrow())
    cases = []
    for number in range(MAX_OPEN):
        new = msgspec.json.encode(NewCase(title=f"走失儿童 {number}", purpose="测量布控要多久"))
        case = msgspec.json.decode(
            (await room.browser.post("/api/cases", content=new)).raise_for_status().content, type=Case
        )
        cases.append(case)
        for place in range(MAX_WATCHES):
            query = _EVERYBODY if number == place == 0 else next(others)
            answer = await room.browser.post(f"/api/cases/{case.case_id}/watches", content=msgspec.json.encode(query))
            answer.raise_for_status()
    return cases[0], MAX_OPEN * MAX_WATCHES


@contextlib.asynccontextmanager
async def _hits_told(room: PoliceRoom) -> AsyncIterator[list[_Pushed]]:
    """The first hit of each sighting, as it comes to a console."""
    pushed: dict[str, _Pushed] = {}
    listed: list[_Pushed] = []

    async def follow() -> None:
        async with signed_in_socket(room.browser, None, "/ws/events?since=0") as socket:
            async for text in socket:
                now_ms = time.time_ns() / 1e6
                for item in msgspec.json.decode(text, type=_Frame).items:
                    if item.kind == "watch.hit":
                        hit = msgspec.json.decode(item.body, type=WatchHit)
                        one = _Pushed(hit, item.at_ms, now_ms)
                        if pushed.setdefault(hit.hit.sighting.sighting_id, one) is one:
                            listed.append(one)

    following = asyncio.create_task(follow())
    try:
        yield listed
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _view(room: PoliceRoom, case_id: str, sighting_id: str) -> SightingView:
    answer = await room.browser.get(f"/api/cases/{case_id}/sightings/{sighting_id}")
    return msgspec.json.decode(answer.raise_for_status().content, type=SightingView)


async def _steps(room: PoliceRoom) -> dict[Step, Leg]:
    said = (await room.machine.get("/metrics")).raise_for_status().text
    (family,) = [one for one in text_string_to_metric_families(said) if one.name == _STEP_SECONDS]
    found = {}
    for step in Step:
        buckets = [
            (float(one.labels["le"]), int(one.value))
            for one in family.samples
            if one.name.endswith("_bucket") and one.labels["step"] == step
        ]
        edges_ms = [1000 * edge for edge, _ in buckets[:-1]]
        below = [0, *(count for _, count in buckets)]
        found[step] = _leg(of_classes(edges_ms, np.diff(below).tolist()))
    return found


def _leg(delays_ms: Sequence[float]) -> Leg:
    return Leg(round(percentile(delays_ms, 50), 1), round(percentile(delays_ms, 95), 1))


def _report(
    told: Sequence[_Pushed],
    views: Sequence[SightingView],
    steps: dict[Step, Leg],
    judged: dict[str, float],
    *,
    watches: int,
    cameras: int,
    seconds: float,
) -> Report:
    if not told:
        raise ValueError("没有人经过：请给更长的时间（nobody passed: give more seconds）")
    first = list(zip(told, views, strict=True))
    confident_ms = [view.started_at_us / 1000 + _second_look_ms(view) for _, view in first]
    entered, said, event, console, whole = (list[float]() for _ in range(5))
    for (one, view), since_ms in zip(first, confident_ms, strict=True):
        picture_ms = one.hit.hit.sighting.ended_at_ms
        entered.append(since_ms - view.started_at_us / 1000)
        said.append(picture_ms - since_ms)
        event.append(one.event_ms - picture_ms)
        console.append(one.console_ms - one.event_ms)
        whole.append(one.console_ms - since_ms)
    in_view = [one.console_ms < view.sighting.ended_at_ms for one, view in zip(told, views, strict=True)]
    stays_s = [view.sighting.ended_at_ms / 1000 - view.started_at_us / 1e6 for view in views]
    pushed = _leg(whole)
    return Report(
        watches=watches,
        cameras=cameras,
        seconds=seconds,
        hits=len(told),
        told_when_gone=sum(one.hit.hit.sighting.ended for one in told),
        entered_to_confident=_leg(entered),
        confident_to_said=_leg(said),
        said_to_event=_leg(event),
        event_to_console=_leg(console),
        confident_to_pushed=pushed,
        heard=steps[Step.HEARD],
        stored=steps[Step.STORED],
        followed=steps[Step.FOLLOWED],
        pushed_in_view_share=round(float(np.mean(in_view)), 3),
        stays_median_s=round(float(np.median(stays_s)), 1),
        judged_per_s=judged,
        load_average=os.getloadavg(),
        goals={
            "confident_to_pushed_p95_s": _at_most(pushed.p95_ms / 1000, GOAL_PUSHED_P95_S),
            **{f"judged_per_s_{name}": AtLeast(rate, GOAL_PER_S, rate >= GOAL_PER_S) for name, rate in judged.items()},
        },
    )


def _second_look_ms(view: SightingView) -> float:
    """From the beginning, which is half a gap before the first look; a third look where the stream began with him."""
    looks = [box.offset_ms for box in view.path]
    return float(looks[min(2, len(looks) - 1)])


def _at_most(measured: float, at_most: float) -> Goal:
    return Goal(round(measured, 3), at_most, measured <= at_most)
