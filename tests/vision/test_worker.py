"""A vision worker process over a real broker: given cameras, it says what it sees and how each camera stands."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from devices.link import BrokerAddress
from devices.protocol.clock import SystemClock
from devices.protocol.lessons import LessonMessage
from devices.protocol.messages import Birth, Death
from devices.protocol.sightings import (
    Assign,
    CameraAssignment,
    CameraCondition,
    CameraState,
    Sighting,
    SightingMessage,
    Stage,
)
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.broker import Broker
from hub.vision.description.lesson import MEASURE, unpacked
from hub.vision.description.stripe_numbers import SIZE, STRIPES
from hub.vision.standstill import STOOD_STILL
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import Room, by_hand, open_broker, until
from tests.vision.detection.tiny_network import write_endless
from tests.vision.drawn import Walker, film

WORKER = "worker-1"
DEADLINE_S = 40.0
TURN_WITHIN_S = 1.0
STUCK_WITHIN_S = 60.0
"""TURN_WITHIN_S on a quiet machine; on a busy one what the endless network waits for a processor is excused."""
STARTED_US = 1_767_225_600_000_000


class Post:
    """The worker's process and what the room hears of it."""

    def __init__(self, room: Room, process: asyncio.subprocess.Process) -> None:
        self.room = room
        self.process = process

    async def assign(self, *cameras: CameraAssignment) -> None:
        assign = Assign(stamp=self.room.stamp(), cameras=cameras)
        await self.room.say(WORKER, Down.ASSIGN, assign, kind=DeviceKind.WORKER)

    def states(self, camera_id: str) -> list[CameraState]:
        said = self.room.said(WORKER, Up.CAMERA_STATE, CameraState, DeviceKind.WORKER)
        return [state for state in said if state.camera_id == camera_id]

    def sightings(self, camera_id: str) -> list[Sighting]:
        said = self.room.said(WORKER, Up.SIGHTING, SightingMessage, DeviceKind.WORKER)
        return [message.sighting for message in said if message.sighting.camera_id == camera_id]

    async def stands(self, camera_id: str, condition: CameraCondition) -> CameraState:
        def found() -> bool:
            return any(state.condition is condition for state in self.states(camera_id))

        await until(found, f"camera {camera_id} {condition.value}", DEADLINE_S)
        return [state for state in self.states(camera_id) if state.condition is condition][-1]

    async def sees(self, camera_id: str, what: Callable[[Sighting], bool], words: str) -> Sighting:
        await until(lambda: any(what(each) for each in self.sightings(camera_id)), words, DEADLINE_S)
        return next(each for each in self.sightings(camera_id) if what(each))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    walkers = [Walker(40, 430, 130, 150), Walker(600, 400, -140, 130)]  # both leave within 5 s
    return film(tmp_path_factory.mktemp("clip") / "gate.mp4", walkers, seconds=8)


@pytest.fixture
async def cameras(clip: Path) -> AsyncIterator[CameraServer]:
    tape = read_tape(clip)
    async with CameraServer({"gate": tape, "yard": tape}, SystemClock(), random.Random(1)) as server:
        yield server


@asynccontextmanager
async def _started(
    broker: Broker, room: Room, store: Path, *arguments: str, stdout: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.vision.worker", "--store", str(store), *arguments),
        env=by_hand(broker.hub_address, WORKER, DeviceKind.WORKER).environment(),
        stdout=stdout,
    )
    try:
        await until(lambda: bool(room.said(WORKER, Up.BIRTH, Birth, DeviceKind.WORKER)), "born", DEADLINE_S)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with (
        open_broker("managed", tmp_path / "broker") as broker,
        Room(broker.hub_address).open() as room,
        _started(broker, room, tmp_path / "store") as process,
    ):
        yield Post(room, process)


async def test_people_on_a_live_camera_are_told(post: Post, cameras: CameraServer) -> None:
    await post.assign(CameraAssignment(camera_id="gate", url=cameras.url("gate")))
    state = await post.stands("gate", CameraCondition.ONLINE)
    assert state.detail == ""
    first = await post.sees("gate", lambda each: not each.ended, "a first word")
    assert abs(first.started_at_us - SystemClock().wall_us()) < 30_000_000
    await post.sees("gate", lambda each: each.ended and each.sighting_id == first.sighting_id, "its last word")
    await until(  # of what it says every few seconds, while it runs
        lambda: any(sum(state.look_delays) > 0 for state in post.states("gate")),
        "its looks are counted by how late they were",
        DEADLINE_S,
    )


async def test_recording_is_read_whole_without_shedding(post: Post, clip: Path) -> None:
    """P-8.8: and who was seen can be learned from."""
    await post.assign(
        CameraAssignment(camera_id="film", url=str(clip), recording=True, started_at_us=STARTED_US, looks_per_s=5)
    )
    finished = await post.stands("film", CameraCondition.FINISHED)
    assert finished.progress == 1.0
    assert finished.frames_decoded == 80
    assert finished.frames_shed == 0
    assert 10 <= finished.frames_looked_at <= 41
    assert finished.detector_calls == finished.frames_looked_at
    assert 2 <= finished.tracks <= 6
    assert len(finished.stages_ms) == len(Stage)
    assert min(finished.stages_ms[:3]) > 0, "decoding, motion, detection"
    final = [each for each in post.sightings("film") if each.ended]
    assert len(final) == finished.sightings == 2
    assert all(STARTED_US <= each.started_at_us < each.ended_at_us <= STARTED_US + 8_000_000 for each in final)
    lessons = post.room.said(WORKER, Up.LESSON, LessonMessage, DeviceKind.WORKER)
    assert {(each.started_at_us, each.ended_at_us) for each in lessons} == {
        (each.started_at_us, each.ended_at_us) for each in final
    }
    for lesson in lessons:
        views = unpacked(lesson.views)
        assert lesson.measure == MEASURE
        assert len(views) >= 2, "a person in view for seconds has several views"
        assert np.all((views / 255.0) ** 2 @ np.ones(SIZE) > 0.9 * STRIPES), "each stripe's shares add up to one"


async def test_camera_with_a_wrong_password_is_refused_and_others_go_on(post: Post, cameras: CameraServer) -> None:
    cameras.ask_password("yard", "duty", "s3cret", Scheme.DIGEST)
    url = cameras.url("yard").replace("rtsp://", "rtsp://duty:hunter2@")
    await post.assign(
        CameraAssignment(camera_id="yard", url=url), CameraAssignment(camera_id="gate", url=cameras.url("gate"))
    )
    refused = await post.stands("yard", CameraCondition.REFUSED)
    assert "password" in refused.detail
    assert "hunter2" not in refused.detail
    await post.stands("gate", CameraCondition.ONLINE)


async def test_stream_that_is_not_video_is_unreadable(post: Post, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_bytes(b"Dear Sir, " * 500)
    await post.assign(CameraAssignment(camera_id="letter", url=str(letter), recording=True))
    state = await post.stands("letter", CameraCondition.UNREADABLE)
    assert "is not video" in state.detail


async def test_impossible_pace_is_said(post: Post, clip: Path) -> None:
    await post.assign(CameraAssignment(camera_id="film", url=str(clip), recording=True, looks_per_s=0))
    state = await post.stands("film", CameraCondition.UNREADABLE)
    assert "looks a second" in state.detail


async def test_camera_that_stalls_is_said_and_comes_back(post: Post, cameras: CameraServer) -> None:
    await post.assign(CameraAssignment(camera_id="gate", url=cameras.url("gate")))
    await post.stands("gate", CameraCondition.ONLINE)
    cameras.set_fault("gate", Fault.STALL)
    stalled = await post.stands("gate", CameraCondition.STALLED)
    assert "no picture" in stalled.detail
    cameras.set_fault("gate", Fault.NONE)
    await until(lambda: post.states("gate")[-1].condition is CameraCondition.ONLINE, "on line again", DEADLINE_S)


async def test_camera_taken_away_is_let_go(post: Post, cameras: CameraServer) -> None:
    await post.assign(CameraAssignment(camera_id="gate", url=cameras.url("gate")))
    await post.stands("gate", CameraCondition.ONLINE)
    await post.assign()
    await until(lambda: not cameras.watchers, "nobody watches the camera", DEADLINE_S)


async def test_same_assignment_again_leaves_cameras_alone(post: Post, clip: Path) -> None:
    camera = CameraAssignment(camera_id="film", url=str(clip), recording=True, started_at_us=STARTED_US)
    await post.assign(camera)
    await post.stands("film", CameraCondition.FINISHED)
    decoded = post.states("film")[-1].frames_decoded
    count = len(post.states("film"))
    await post.assign(camera)
    await until(lambda: len(post.states("film")) > count, "a further state", DEADLINE_S)
    assert post.states("film")[-1].condition is CameraCondition.FINISHED
    assert post.states("film")[-1].frames_decoded == decoded


async def test_orderly_end_gives_the_last_word_on_who_is_in_view(post: Post, cameras: CameraServer) -> None:
    await post.assign(CameraAssignment(camera_id="gate", url=cameras.url("gate")))
    first = await post.sees("gate", lambda each: not each.ended, "a first word")
    post.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(post.process.wait(), DEADLINE_S) == 0
    await post.sees("gate", lambda each: each.ended and each.sighting_id == first.sighting_id, "its last word")
    await until(lambda: bool(post.room.said(WORKER, Up.DEATH, Death, DeviceKind.WORKER)), "goodbye", DEADLINE_S)


def _endless(folder: Path) -> Path:
    """A detector that never returns from its first look."""
    write_endless(folder / "endless.onnx", np.zeros((1, 1, 6), np.float32))
    described = {"onnx": "endless.onnx", "head": "yolov10", "input_px": [64, 64]}
    (folder / "endless.json").write_bytes(msgspec.json.encode(described))
    return folder / "endless.json"


async def test_worker_beats_until_it_has_ended(tmp_path: Path, clip: Path) -> None:
    """However long its looking thread takes: without beats its last words would be cut off as a standstill."""
    loop = asyncio.get_running_loop()
    async with (
        open_broker("managed", tmp_path / "broker") as broker,
        Room(broker.hub_address).open() as room,
        _started(
            *(broker, room, tmp_path / "store", "--beat", "--detector", str(_endless(tmp_path))),
            stdout=asyncio.subprocess.PIPE,
        ) as process,
    ):
        assert process.stdout is not None
        await Post(room, process).assign(CameraAssignment(camera_id="film", url=str(clip), recording=True))
        await Post(room, process).stands("film", CameraCondition.ONLINE)
        process.send_signal(signal.SIGTERM)
        await process.stdout.read(4096)  # what it has beaten before
        asked_s, beats = loop.time(), 0
        while beaten := await asyncio.wait_for(process.stdout.read(4096), DEADLINE_S):
            beats += len(beaten)
        assert loop.time() - asked_s > 1.0, "its looking thread is waited for"
        assert beats >= 4


async def test_worker_whose_looking_thread_stands_still_ends_for_another_to_take_its_place(
    tmp_path: Path, cameras: CameraServer
) -> None:
    """In a call of ONNX Runtime that never returns, while its cameras are read on."""
    detector = ("--detector", str(_endless(tmp_path)), "--turn-within", str(TURN_WITHIN_S))
    async with (
        open_broker("managed", tmp_path / "broker") as broker,
        Room(broker.hub_address).open() as room,
        _started(broker, room, tmp_path / "store", *detector) as process,
    ):
        post = Post(room, process)
        await post.assign(CameraAssignment(camera_id="gate", url=cameras.url("gate")))
        await post.stands("gate", CameraCondition.ONLINE)
        assert await asyncio.wait_for(process.wait(), STUCK_WITHIN_S) == STOOD_STILL
        assert post.states("gate")[-1].frames_looked_at == 0
        assert post.states("gate")[-1].condition is CameraCondition.ONLINE, "to the last word"


async def test_worker_of_the_hubs_machine_tries_the_broker_again_each_second_however_long_it_is_away() -> None:
    """Its cameras have nobody else meanwhile."""
    loop = asyncio.get_running_loop()
    tried_s: list[float] = []

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried_s.append(loop.time())
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        address = BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.vision.worker"), env=by_hand(address, WORKER, DeviceKind.WORKER).environment()
        )
        try:
            await until(lambda: len(tried_s) >= 8, "tried eight times", DEADLINE_S)
        finally:
            process.kill()
            await process.wait()
    assert min(later - before for before, later in pairwise(tried_s[5:])) < 2.0, "not 3 to 10 s"


async def test_worker_works_at_low_priority(post: Post) -> None:
    assert os.getpriority(os.PRIO_PROCESS, post.process.pid) >= 10


async def test_worker_ends_when_its_parent_does(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path / "broker") as broker, Room(broker.hub_address).open() as room:
        shell = await asyncio.create_subprocess_exec(
            *("sh", "-c", '"$@" & wait', "sh", sys.executable, "-m", "hub.vision.worker"),
            env=by_hand(broker.hub_address, WORKER, DeviceKind.WORKER).environment(),
        )
        await until(lambda: bool(room.said(WORKER, Up.BIRTH, Birth, DeviceKind.WORKER)), "born", DEADLINE_S)
        (birth,) = room.said(WORKER, Up.BIRTH, Birth, DeviceKind.WORKER)
        assert birth.software.startswith("qianshao-worker nanodet ")
        shell.kill()
        await shell.wait()
        await until(lambda: bool(room.said(WORKER, Up.DEATH, Death, DeviceKind.WORKER)), "dead", DEADLINE_S)


@pytest.mark.parametrize(
    ("device_id", "arguments", "words"),
    [
        ("W 1", (), "cannot be a name"),
        (WORKER, ("--detector", "/nowhere.json"), "cannot be read"),
        (None, (), "no credential in QIANSHAO_CREDENTIAL"),
    ],
)
async def test_worker_that_cannot_start_says_why(device_id: str | None, arguments: tuple[str, ...], words: str) -> None:
    nowhere = BrokerAddress("127.0.0.1", 9)
    credential = by_hand(nowhere, device_id, DeviceKind.WORKER) if device_id else None
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.vision.worker", *arguments),
        env=credential.environment() if credential else None,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 2
    assert words in said.decode()
