"""The proof that everything that was sent is recorded, the plan of a soak, and both parts of the bench together."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest

from bench.footage_parts import Recorder
from bench.footage_proof import (
    Proof,
    RecordedPicture,
    SentPicture,
    Window,
    prove,
    recorded_pictures,
    sent_pictures,
)
from bench.footage_soak_plan import Happened, Planned, plan
from devices.protocol.clock import SystemClock
from hub.footage.coded import StreamName
from simulators.cameras.faults import Fault
from simulators.cameras.sent import Sent
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.simulators.cameras.conftest import write_film

S = 1_000_000
SENT = [SentPicture(b"abcde"[number % 5 : number % 5 + 1], number * 4 * S, True) for number in range(10)]


def recorded(*numbers: int) -> list[RecordedPicture]:
    return [RecordedPicture(SENT[number].fingerprint, SENT[number].sent_at_us + 300_000) for number in numbers]


def test_all_that_was_sent_is_found_in_its_round_of_the_film() -> None:
    assert prove(SENT, recorded(*range(10))) == Proof(10, 10, 0, 0, 0, 0)


def test_a_picture_of_the_same_content_from_another_round_does_not_stand_in() -> None:
    found = prove(SENT, recorded(0, 1, 2, 3, 4, 5, 6, 8, 9))
    assert (found.missing, found.missing_at_us) == (1, (28 * S,))


def test_what_is_missing_in_a_declared_time_or_was_not_whole_is_no_loss() -> None:
    spoiled = [SentPicture(one.fingerprint, one.sent_at_us, number != 2) for number, one in enumerate(SENT)]
    found = prove(spoiled, recorded(0, 1, 3, 5, 6, 7, 8, 9), [Window(15 * S, 17 * S)])
    assert (found.missing, found.excused) == (0, 1)


def test_what_was_never_sent_and_what_comes_twice_or_too_early_is_told() -> None:
    pictures = [*recorded(0, 2, 1, 1), RecordedPicture(b"z", 5 * S)]
    found = prove(SENT[:3], pictures)
    assert (found.missing, found.altered, found.disordered) == (0, 2, 1)


def test_a_soak_is_the_same_for_its_seed_and_leaves_a_camera_one_fault_at_a_time() -> None:
    cameras = [f"L{number:03d}" for number in range(6)]
    found = plan(3, 1800, cameras)
    assert found == plan(3, 1800, cameras) != plan(4, 1800, cameras)
    assert {one.name for one in found} == {
        *(fault.value for fault in Fault if fault not in ("none", "refuse")),
        "full_disk",
    }
    for camera_id in cameras:
        theirs = [one for one in found if one.camera_id == camera_id]
        assert all(a.at_s + a.lasting_s < b.at_s for a, b in itertools.pairwise(theirs))
    assert max(one.at_s + one.lasting_s for one in found) < 1800 - 30


@pytest.mark.parametrize("fault", [Fault.RESOLUTION, Fault.TIME_BACK, Fault.TIME_AHEAD])
def test_another_size_and_jumping_time_stamps_excuse_no_loss(fault: Fault) -> None:
    assert Happened(Planned(1, 2, fault, "L001"), 1 * S, 3 * S).window("L001") is None


def test_a_cut_excuses_its_own_camera_and_a_full_disk_every_camera() -> None:
    cut = Happened(Planned(1, 2, Fault.CUT, "L001"), 10 * S, 12 * S)
    assert cut.window("L001") == Window(9 * S, 12 * S)
    assert cut.window("L002") is None
    assert Happened(Planned(1, 2, None, None), 10 * S, 12 * S).window("L002") is not None


def _has_all_but_one(recorder: Recorder, sent: Sent, camera_id: str) -> bool:
    """A connection that is cut takes with it what still lies in its sender's buffers."""
    return recorder.stands[camera_id, StreamName.MAIN].pictures >= len(sent.report().streams[camera_id].whole) - 1


async def test_the_recorder_keeps_every_picture_that_the_cameras_sent(tmp_path: Path) -> None:
    tapes = {
        "L001": read_tape(write_film(tmp_path / "a.mp4")),
        "L002": read_tape(write_film(tmp_path / "b.mp4", "libx265")),
    }
    footage_dir, sent, began_us = tmp_path / "footage", Sent(), time.time_ns() // 1000
    footage_dir.mkdir()
    async with CameraServer(tapes, SystemClock(), random.Random(1), sent=sent) as cameras:
        async with Recorder.running(footage_dir) as recorder:
            recorder.record((camera_id, cameras.url(camera_id)) for camera_id in tapes)
            await recorder.wait_online(2)
            await until(lambda: all(len(one.whole) > 30 for one in sent.report().streams.values()), "30 pictures")
            for camera_id in tapes:
                cameras.set_fault(camera_id, Fault.STALL)
            await until(lambda: all(_has_all_but_one(recorder, sent, camera_id) for camera_id in tapes), "all is read")
            for camera_id in tapes:  # over RTP the last picture is had when the stream ends
                cameras.set_fault(camera_id, Fault.CUT)
            await until(lambda: not cameras.watchers, "the cameras are left")
        report = sent.report()
    now_us = time.time_ns() // 1000
    for camera_id in tapes:
        found = prove(
            sent_pictures(report, camera_id),
            recorded_pictures(footage_dir, camera_id, began_us, now_us + 10 * S),
        )
        assert found == Proof(found.sent, found.sent, 0, 0, 0, 0)
