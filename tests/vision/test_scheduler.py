"""One detector is shared fairly, and what does not fit in is shed oldest first."""

from __future__ import annotations

import heapq
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

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


LOOK_S = 0.02
WATCHED_S = 20.0


class _Watched:
    """Live cameras of these pictures a second at one detector: what was looked at and shed, the longest wait."""

    def __init__(self, rates: Mapping[str, float], recordings: int = 0, burst: Callable[[float], int] | None = None):
        scheduler: LookScheduler[str, float] = LookScheduler()
        self.looked: Counter[str] = Counter()
        self.shed: Counter[str] = Counter()
        self.longest_wait_s = 0.0
        arrivals = [
            (1 / rate * (index + 1) / (len(rates) + 1), name) for index, (name, rate) in enumerate(rates.items())
        ]
        heapq.heapify(arrivals)
        now_s = 0.0
        while now_s < WATCHED_S:
            while arrivals and arrivals[0][0] <= now_s:
                at_s, name = heapq.heappop(arrivals)
                for _ in range(burst(at_s) if burst and name == "busy" else 1):
                    self.shed[name] += scheduler.offer(name, at_s)
                heapq.heappush(arrivals, (at_s + 1 / rates[name], name))
            for number in range(recordings):
                while scheduler.put(f"film {number}", now_s, patience_s=0):
                    continue
            if not recordings and not scheduler._live:
                now_s = arrivals[0][0]
                continue
            turn = scheduler.take()
            assert turn is not None
            camera, at_s = turn
            now_s += LOOK_S
            self.looked[camera] += 1
            if camera in rates:
                self.longest_wait_s = max(self.longest_wait_s, now_s - at_s)


@pytest.mark.parametrize("seed", range(5))
def test_under_any_backlog_nobody_has_less_than_half_of_his_share_or_waits_longer_than_a_round(seed: int) -> None:
    rng = random.Random(seed)
    cameras = {f"C{number:02}": rng.uniform(0.5, 25.0) for number in range(rng.randint(3, 30))}
    watched = _Watched(cameras)
    assert watched.longest_wait_s <= (len(cameras) + 1) * LOOK_S + 1e-6
    most = max(watched.looked.values())
    for camera, rate in cameras.items():
        said = f"{camera} of {len(cameras)} at {rate:.1f} a second: {watched.looked[camera]} looks, at most {most}"
        assert watched.looked[camera] + 2 >= 0.5 * min(rate * WATCHED_S, most), said
        assert abs(watched.looked[camera] + watched.shed[camera] - rate * WATCHED_S) <= 2, said


def test_burst_on_one_camera_costs_the_others_nothing() -> None:
    rates = {"busy": 5.0} | {f"C{number:02}": 5.0 for number in range(8)}
    calm, burst = _Watched(rates), _Watched(rates, burst=lambda at_s: 200 if 5 <= at_s < 10 else 1)
    others = [name for name in rates if name != "busy"]
    assert [burst.looked[name] for name in others] == [calm.looked[name] for name in others]
    assert sum(burst.shed[name] for name in others) == 0
    assert burst.shed["busy"] > 4000, "and it is said how many were left out"


def test_imports_leave_live_cameras_three_turns_of_four_and_have_the_fourth() -> None:
    watched = _Watched({f"C{number:02}": 25.0 for number in range(8)}, recordings=10)
    live = sum(count for name, count in watched.looked.items() if name.startswith("C"))
    assert 0.74 < live / sum(watched.looked.values()) < 0.76
    films = [watched.looked[f"film {number}"] for number in range(10)]
    assert max(films) - min(films) <= 1
    assert min(films) > 20
