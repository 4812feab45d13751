"""From a camera to a console's eye, and from asking for footage to its first frame: a whole hub with one camera.

How late a picture is: from when it is due at the camera, which is when its packets leave, to when it stands on the
canvas; what a camera takes to encode it is added, as long as encoding it takes here (libx264, zerolatency).
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import httpx
import msgspec
from playwright.async_api import Error as PlaywrightError

from bench.community import PoliceRoom, make_community, police_room
from bench.footage_first import decoded
from bench.footage_live_page import Seen, wall_page, watched
from bench.footage_parts import FILMS
from bench.mouth_to_ear_page import BrowserMissing
from bench.together_parts import state_of
from hub.cases.messages import Case, NewCase
from hub.footage.coded import CodedPicture, Form, RecordReader
from hub.registry.records import Camera
from simulators.cameras.films import RATE_HZ, SUB_BIT_RATE, Film, rendered
from simulators.cameras.units import Coding
from simulators.demo.parts import CamerasPart, CamerasReady

CAMERA = "C01"
ONLINE_WITHIN_S = 60.0
RECORDED_S = 8.0
"""Of footage before it is asked for through the hub's door."""
ASKED = 20
_FILM = Film(Coding.H264, 640, 360, SUB_BIT_RATE)


@dataclass
class Live:
    """What was seen and asked for."""

    late_ms: list[float] = field(default_factory=list)
    encoding_ms: float = 0.0
    door_first_frame_ms: list[float] = field(default_factory=list)
    seen_per_s: float = 0.0
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""


async def measure_live(seconds: float) -> Live:
    """Raises PartFailed, httpx.HTTPError, BrowserMissing, TimeoutError."""
    found = Live()
    tape = await asyncio.to_thread(rendered, FILMS, _FILM)
    found.encoding_ms = await asyncio.to_thread(_encoding_ms)
    with tempfile.TemporaryDirectory(prefix="qianshao-live-") as name:
        folder = Path(name)
        async with police_room(folder, "embedded", make_community(1)) as room, _one_camera(room) as ready:
            await asyncio.sleep(RECORDED_S)
            found.door_first_frame_ms = await _ask(room)
            try:
                async with wall_page(room, CAMERA) as page:
                    seen = (await watched(page, seconds))[1:]
            except (BrowserMissing, PlaywrightError) as error:
                found.notes = (f"live: {error}",)
                return found
            found.late_ms = [_late_ms(one, ready, len(tape.pictures)) for one in seen]
            found.seen_per_s = len(seen) / seconds
    return found


def _late_ms(seen: Seen, ready: CamerasReady, pictures: int) -> float:
    """Since the last time that the picture of this number was due."""
    round_us = round(ready.duration_s * 1e6)
    due_us = ready.t0_wall_us + seen.number * round_us // pictures
    return (seen.at_us - due_us) % round_us / 1000


@contextlib.asynccontextmanager
async def _one_camera(room: PoliceRoom) -> AsyncIterator[CamerasReady]:
    """The film as the only camera of the hub, on line, while the block runs."""
    films = room.folder / "films"
    films.mkdir()
    (films / f"{CAMERA}.mp4").symlink_to((FILMS / _FILM.name).resolve())
    served = CamerasPart(room.folder)
    try:
        ready = await served.start(films, time.time_ns() // 1000)
        venue_id = room.community.venues[0].venue_id
        camera = Camera(camera_id=CAMERA, name="东门", venue_id=venue_id, url=ready.cameras[CAMERA])
        body = msgspec.json.encode(msgspec.structs.replace(room.community, cameras=(camera,)))
        (await room.machine.post("/api/registry/community", content=body)).raise_for_status()
        async with asyncio.timeout(ONLINE_WITHIN_S):
            while True:
                if any(camera.condition == "online" for camera in (await state_of(room)).cameras):
                    break
                await asyncio.sleep(0.1)
        yield ready
    finally:
        await served.stop()


async def _ask(room: PoliceRoom) -> list[float]:
    """Milliseconds from asking the hub for footage to its first decoded picture, again and again."""
    new = NewCase(title="走失儿童", purpose="家长报案，寻找走失儿童")
    case = msgspec.json.decode(
        (await room.browser.post("/api/cases", content=msgspec.json.encode(new))).raise_for_status().content, type=Case
    )
    from_ms = time.time_ns() // 1_000_000 - round(RECORDED_S * 750)
    found = []
    for _ in range(ASKED):
        began_s = time.perf_counter()
        path = f"/api/cases/{case.case_id}/footage/{CAMERA}/pictures?from_ms={from_ms}&until_ms={from_ms + 3000}"
        async with room.browser.stream("GET", path) as answer:
            answer.raise_for_status()
            await _first_picture(answer)
        found.append((time.perf_counter() - began_s) * 1000)
    return found


async def _first_picture(answer: httpx.Response) -> None:
    """Until what has come gives a picture. Raises EOFError."""
    reader, records = RecordReader(), list[Form | CodedPicture]()
    async for piece in answer.aiter_bytes():
        records += [one for one in reader.feed(piece) if isinstance(one, (Form, CodedPicture))]
        if next(decoded(records), None) is not None:
            return
    raise EOFError("no picture came")


def _encoding_ms() -> float:
    """How long encoding one picture takes, the median of the film's first hundred."""
    with av.open(str(FILMS / _FILM.name)) as source:
        encoder = av.VideoCodecContext.create("libx264", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = _FILM.width_px, _FILM.height_px, "yuv420p"
        encoder.framerate, encoder.options = Fraction(RATE_HZ), {"preset": "ultrafast", "tune": "zerolatency"}
        taken: list[float] = []
        for frame in source.decode(video=0):
            frame.pict_type = av.video.frame.PictureType.NONE
            began_s = time.perf_counter()
            encoder.encode(frame)
            taken.append((time.perf_counter() - began_s) * 1000)
            if len(taken) == 100:
                break
    return sorted(taken)[len(taken) // 2]
