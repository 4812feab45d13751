"""One detector is shared fairly, and what does not fit in is shed oldest first."""

from __future__ import annotations

import threading

from hub.vision.scheduler import LookScheduler


def _taken(scheduler: LookScheduler[str, int]) -> list[tuple[str, int]]:
    scheduler.close()
    taken = []
    while (turn := scheduler.take()) is not None:
        taken.append(turn)
    return taken


def test_newer_frame_of_a_live_camera_sheds_the_older() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()
    assert [scheduler.offer("yard", number) for number in range(3)] == [False, True, True]
    assert _taken(scheduler) == [("yard", 2)]


def test_busy_camera_does_not_crowd_out_a_quiet_one() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()
    for number in range(10):
        scheduler.offer("busy", number)
    scheduler.offer("quiet", 100)
    scheduler.offer("busy", 11)
    assert _taken(scheduler) == [("busy", 11), ("quiet", 100)]


def test_cameras_take_turns() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()
    for number in range(2):
        for camera in ("film a", "film b", "film c"):
            assert scheduler.put(camera, number, patience_s=0)
    assert [camera for camera, _ in _taken(scheduler)] == ["film a", "film b", "film c"] * 2


def test_recording_waits_for_room_and_loses_nothing() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()

    def read() -> None:
        for number in range(50):
            assert scheduler.put("film", number, patience_s=10)
        scheduler.close()

    reader = threading.Thread(target=read)
    reader.start()
    taken = []
    while (turn := scheduler.take()) is not None:
        taken.append(turn[1])
    reader.join(10)
    assert taken == list(range(50))


def test_recording_without_room_is_told_so() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()
    assert [scheduler.put("film", number, patience_s=0) for number in range(3)] == [True, True, False]


def test_end_of_a_live_stream_is_never_shed() -> None:
    scheduler: LookScheduler[str, int] = LookScheduler()
    scheduler.offer("yard", 1)
    scheduler.put("yard", -1, patience_s=0)
    assert not scheduler.offer("yard", 2)
    assert _taken(scheduler) == [("yard", 1), ("yard", -1), ("yard", 2)]
