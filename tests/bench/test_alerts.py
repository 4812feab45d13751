"""``qianshao bench alerts``: which goals count, and an alert to few radios that share a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.alerts import alerts_bench
from bench.alerts_figures import Bare, Plan, Taken, report


def taken(delivered_s: float, lost: int = 0) -> Taken:
    return Taken(
        issued_s=0.01, arrived_s=0.02, delivered_s=delivered_s, acknowledged_s=1.2,
        shown_ms=[30.0, 50.0], lost=lost, lasted_s=2.0, hub_s=1.0,
    )  # fmt: skip


def test_community_is_held_to_tenths_of_a_second_and_a_county_to_seconds() -> None:
    few = report(Plan(130, 2), [taken(0.09), taken(0.5, lost=1)], Bare(0.05, 0.009), 100, (0, 0, 0))
    many = report(Plan(15_000, 2), [taken(0.09), taken(4.9)], Bare(1, 1), 100, (0, 0, 0))
    assert [name for name, goal in few.goals.items() if not goal.is_met] == ["last_delivery_p99_s", "lost"]
    assert all(goal.is_met for goal in many.goals.values())
    assert (few.last_delivery_s, few.hub_cpu_percent, few.acknowledgement_shown_ms.p50) == (0.295, 50.0, 40.0)
    assert (few.bare_ratio, many.bare_ratio) == (5.0, 1.25)
    assert "share a line" in many.light
    assert "share a line" not in few.light


async def test_radios_that_share_a_line_answer_each_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.alerts_figures.OWN_LINES", 2)
    async with alerts_bench(tmp_path, Plan(3, 1)) as bench:
        found = await bench.alert()
    assert (found.lost, found.duplicates, len(found.shown_ms)) == (0, 0, 3)
    assert 0 < found.arrived_s <= found.delivered_s
    assert all(0 < ms < 10_000 for ms in found.shown_ms)
