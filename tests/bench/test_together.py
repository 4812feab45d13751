"""``qianshao bench together``: what counts as worse, what is read out of classes of delays, a turn with few radios."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.community import make_community
from bench.figures import percentile
from bench.together import together_bench
from bench.together_figures import Delay, Looks, Part, Plan, Run, Taken, compare, of_classes, report
from hub.registry.records import Camera

PLAN = Plan(radios=130, cameras=12, sightings=0, seconds=15, runs=3)


def taken(ms: float, lost: int = 0) -> Taken:
    return Taken({delay: [ms] * 10 for delay in Delay}, Looks(30, 2), packets=100, packets_lost=lost)


def run(solo_ms: float, together_ms: float, lost: int = 0) -> Run:
    return Run({part: taken(solo_ms) for part in Part}, taken(together_ms, lost))


def test_ratio_is_the_median_of_those_of_each_run_and_not_of_runs_mixed() -> None:
    runs = [([2.0] * 100, [3.0] * 100), ([10.0] * 100, [11.0] * 100), ([4.0] * 100, [8.0] * 100)]
    found = compare(runs)
    assert found.ratios_p99 == (1.5, 1.1, 2.0)
    assert (found.ratio_p99, found.solo_p99_ms, found.together_p99_ms) == (1.5, 4.0, 8.0)


def test_few_delays_of_a_turn_are_taken_together_with_those_of_the_other_runs() -> None:
    quiet, once_late = ([2.0] * 40, [3.0] * 40), ([2.0] * 40, [3.0] * 39 + [90.0])
    found = compare([quiet, once_late, quiet])
    assert (found.solo_n, found.together_n) == (120, 120)
    assert found.ratios_p99 == (1.5,)
    assert found.ratio_p99 == 1.5, "the greatest of 120 is not their 99th percentile"


def test_worst_part_decides_and_each_goal_is_told() -> None:
    runs = [run(10, 15), run(10, 15), run(10, 15, lost=3)]
    for one in runs:
        one.together.delays_ms[Delay.SEARCH] = [25.0] * 10
    found = report(PLAN, runs, (0.5, 0.5, 0.5))
    assert (found.worst_delay, found.worst_ratio) == (Delay.SEARCH, 2.5)
    assert [name for name, goal in found.goals.items() if not goal.is_met] == ["search_ratio_p99", "loss"]
    assert (found.loss, found.packets_expected) == (3, 1500)


def test_percentiles_are_read_out_of_classes_by_their_upper_edges() -> None:
    found = of_classes((10, 20, 40), (0, 98, 0, 2))
    assert len(found) == 100
    assert percentile(found, 50) == pytest.approx(15, abs=0.2)
    assert percentile(found, 99) == 40


async def test_voice_an_alert_and_searches_at_once_reach_every_radio_and_are_timed(tmp_path: Path) -> None:
    cameras = (Camera(camera_id="C1", name="门口"),)
    community = msgspec.structs.replace(make_community(3), cameras=cameras)
    (tmp_path / "community.json").write_bytes(msgspec.json.encode(community))
    few = Plan(radios=3, cameras=1, sightings=20, seconds=1, runs=1)
    async with together_bench(tmp_path, tmp_path, few) as bench:
        taken = await bench.turn(frozenset(Part) - {Part.CAMERAS})
    assert (taken.packets, taken.packets_lost, taken.alerts, taken.alerts_unanswered) == (150, 0, 1, 0)
    assert {delay: len(found) for delay, found in taken.delays_ms.items()} == {
        Delay.VOICE_RELAY: 150,
        Delay.ALERT_DELIVERED: 3,
        Delay.ACKNOWLEDGEMENT_SHOWN: 3,
        Delay.SEARCH: 1,
    }
    assert all(ms > 0 for found in taken.delays_ms.values() for ms in found)
