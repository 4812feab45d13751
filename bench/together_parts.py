"""What goes on in ``qianshao bench together`` beside a call: alerts, searches, cameras; each says what it took."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from bench.community import PoliceRoom
from bench.listeners import Key
from bench.together_figures import Delay, Looks, Taken, of_classes
from devices.protocol.sightings import COLOURS, LOOK_DELAYS_MS, BoxAt, Sighting
from hub.alerts.messages import Alert, NewAlert
from hub.cases.messages import Case, NewCase
from hub.console.picture import Picture
from hub.sightings.messages import Description, Query, SearchAnswer
from hub.sightings.store import Store
from simulators.demo.console import ConsoleLine
from simulators.demo.parts import CamerasPart

ALERT_EVERY_S = 5.0
ANSWERED_WITHIN_S = 10.0
"""After the last alert of a turn: guards press within 2.5 s."""
SEARCH_EVERY_S = 1.0
SEARCH_WITHIN = 0.8
"""Somewhere in this share of each second: people do not search by the beat of the alerts."""
HOURS = 24
"""Over which the sightings of the store are spread."""
SCENE_FROM_S = 30.0
"""Where in their films the cameras begin in every turn, so that each turn shows the same people."""
CAMERAS_WITHIN_S = 90.0
STATES_WITHIN_S = 5.0
"""The worker says how each camera stands so often: looks are counted from so long after the turn's beginning on, which
leaves all of them in the turn."""
_QUERY = Description(upper=("red",), lower=("blue",), height_m=1.1)
_LOOKS, _SHED = "qianshao_camera_looked_at_frames", "qianshao_camera_shed_frames"
_DELAYS = "qianshao_look_delay_seconds"


async def state_of(room: PoliceRoom) -> Picture:
    """What a console loads at first. Raises httpx.HTTPError."""
    answer = await room.browser.get("/api/state")
    return msgspec.json.decode(answer.raise_for_status().content, type=Picture)


async def wait_online(room: PoliceRoom) -> None:
    """Until all cameras are on line. Raises TimeoutError, httpx.HTTPError."""
    async with asyncio.timeout(CAMERAS_WITHIN_S):
        while True:
            if all(camera.condition == "online" for camera in (await state_of(room)).cameras):
                return
            await asyncio.sleep(0.2)


class Alerts:
    """The dispatcher alerts all radios, again and again."""

    def __init__(self, browser: httpx.AsyncClient, line: ConsoleLine, radios: int) -> None:
        self._browser = browser
        self._line = line
        self._radios = radios
        self._issued: dict[str, int] = {}

    async def go_on(self, seconds: float) -> None:
        """For so long; returns when everybody has answered, or none comes any more. Raises httpx.HTTPError."""
        self._issued = {}
        began_s = time.monotonic()
        for number in range(max(1, int(seconds / ALERT_EVERY_S))):
            await asyncio.sleep(max(0.0, began_s + number * ALERT_EVERY_S - time.monotonic()))
            sent_ns = time.time_ns()
            new = msgspec.json.encode(NewAlert(text="走失儿童：女孩，红色上衣，蓝色裤子，约一米一。请留意并报告。"))
            answer = await self._browser.post("/api/alerts", content=new)
            issued = msgspec.json.decode(answer.raise_for_status().content, type=Alert)
            self._issued[issued.alert_id] = sent_ns
        for alert_id in self._issued:
            await self._line.wait_acknowledged(alert_id, self._radios, ANSWERED_WITHIN_S)

    def take(self, keys: tuple[Key, ...], taken: Taken) -> None:
        """What the console saw, against what the guards did."""
        delivered, shown = [], []
        for alert_id, sent_ns in self._issued.items():
            delivered += [(at_ns - sent_ns) / 1e6 for at_ns in self._line.delivered_ns(alert_id).values()]
        for key in keys:
            at_ns = self._line.acknowledged_ns(key.alert_id).get(key.radio_id)
            if at_ns is not None:
                shown.append((at_ns - key.pressed_ns) / 1e6)
        taken.delays_ms[Delay.ALERT_DELIVERED] = delivered
        taken.delays_ms[Delay.ACKNOWLEDGEMENT_SHOWN] = shown
        taken.alerts = len(self._issued)
        taken.alerts_unanswered = len(self._issued) * self._radios - len(shown)


class Searches:
    """An officer searches in an open case, once a second."""

    def __init__(self, browser: httpx.AsyncClient, case_id: str) -> None:
        self._browser = browser
        self._url = f"/api/cases/{case_id}/search"

    @classmethod
    async def open(cls, browser: httpx.AsyncClient) -> Searches:
        """In a new case. Raises httpx.HTTPError."""
        new = NewCase(title="走失儿童", purpose="家长报案，寻找走失儿童")
        answer = await browser.post("/api/cases", content=msgspec.json.encode(new))
        return cls(browser, msgspec.json.decode(answer.raise_for_status().content, type=Case).case_id)

    async def go_on(self, seconds: float, taken: Taken) -> None:
        """For so long. Raises httpx.HTTPError."""
        found, began_s = [], time.monotonic()
        query = msgspec.json.encode(Query(description=_QUERY, limit=50))
        for number in range(max(1, int(seconds / SEARCH_EVERY_S))):
            moment_s = (number + SEARCH_WITHIN * random.random()) * SEARCH_EVERY_S
            await asyncio.sleep(max(0.0, began_s + moment_s - time.monotonic()))
            asked_s = time.perf_counter()
            answer = await self._browser.post(self._url, content=query)
            found.append((time.perf_counter() - asked_s) * 1000)
            msgspec.json.decode(answer.raise_for_status().content, type=SearchAnswer)
        taken.delays_ms[Delay.SEARCH] = found


def fill_store(folder: Path, sightings: int, camera_ids: list[str]) -> None:
    """Have a hub's store hold so many sightings of these cameras, of the last HOURS, before the hub opens it."""
    rng = np.random.default_rng(1)
    now_us = time.time_ns() // 1000
    store = Store(folder)
    store.add((_sighting(number, now_us, camera_ids, rng) for number in range(sightings)), now_us)
    store.seal_due(now_us + HOURS * 3_600_000_000)
    store.close()


def _sighting(number: int, now_us: int, camera_ids: list[str], rng: np.random.Generator) -> Sighting:
    started_us = now_us - int(rng.integers(60_000_000, HOURS * 3_600_000_000))
    upper, lower = (rng.dirichlet(np.full(len(COLOURS), 0.3)) * 0.99 for _ in range(2))
    box = BoxAt(0, 10.0, 20.0, 30.0, 80.0)
    return Sighting(
        sighting_id=f"bench{number}",
        camera_id=camera_ids[number % len(camera_ids)],
        started_at_us=started_us,
        ended_at_us=started_us + 4_000_000,
        ended=True,
        frame_width_px=640,
        frame_height_px=360,
        path=(box,) * 20,
        score=0.9,
        picture_jpeg=rng.bytes(500),
        picture_box=box,
        upper=tuple(upper.tolist()),
        lower=tuple(lower.tolist()),
        describer="bench",
        descriptor=rng.bytes(64),
        height_m=float(rng.uniform(0.9, 1.9)),
        height_error_m=0.1,
        child=float(rng.random()),
    )


class Cameras:
    """The simulated community's films as RTSP cameras, looked at by the hub's vision workers."""

    def __init__(self, room: PoliceRoom, films: Path) -> None:
        self._room = room
        self._films = films

    @contextlib.asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """They play from the same place of their films, and the hub looks at them, until the block ends."""
        served = CamerasPart(self._room.folder)
        try:
            ready = await served.start(self._films, time.time_ns() // 1000 - round(SCENE_FROM_S * 1e6))
            await self._enrol(ready.cameras)
            await wait_online(self._room)
            yield
        finally:
            await self._enrol({})
            await served.stop()

    async def _enrol(self, urls: dict[str, str]) -> None:
        found = self._room.community
        cameras = tuple(msgspec.structs.replace(camera, url=urls.get(camera.camera_id)) for camera in found.cameras)
        body = msgspec.json.encode(msgspec.structs.replace(found, cameras=cameras))
        (await self._room.machine.post("/api/registry/community", content=body)).raise_for_status()

    async def watch(self, seconds: float, taken: Taken) -> None:
        """Count their looks for so long, the first STATES_WITHIN_S left out. Raises httpx.HTTPError."""
        await asyncio.sleep(STATES_WITHIN_S)
        looks, shed, delays = await looks_counted(self._room.machine)
        began_s = time.monotonic()
        await asyncio.sleep(max(STATES_WITHIN_S, seconds - STATES_WITHIN_S))
        lasted_s = time.monotonic() - began_s
        looks_now, shed_now, delays_now = await looks_counted(self._room.machine)
        late = [after - before for before, after in zip(delays, delays_now, strict=True)]
        taken.delays_ms[Delay.LOOK] = of_classes(LOOK_DELAYS_MS, late)
        taken.looks = Looks((looks_now - looks) / lasted_s, (shed_now - shed) / lasted_s)


async def looks_counted(machine: httpx.AsyncClient) -> tuple[float, float, list[int]]:
    """Looks, frames shed and delays in their classes, of all cameras since they play. Raises httpx.HTTPError."""
    said = (await machine.get("/metrics")).raise_for_status().text
    found = {family.name: family.samples for family in text_string_to_metric_families(said)}
    looks, shed = (sum(sample.value for sample in found[name]) for name in (_LOOKS, _SHED))
    below = [0, *(int(sample.value) for sample in found[_DELAYS] if sample.name.endswith("_bucket"))]
    return looks, shed, [after - before for before, after in itertools.pairwise(below)]
