"""How ``qianshao bench capacity`` reads its curves and asks for them, and what is drawn of a report."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest

from bench import plots
from bench.capacity import measure_groups
from bench.capacity_figures import Curve, Plan, Point, Report, curve, plan_of, point
from bench.figures import Arrived


def reached(at: int, p99_ms: float, loss: int = 0) -> Point:
    return Point(at, 1.0, 2.0, p99_ms, 1000, loss, 10.0, 5.0)


def test_curve_holds_up_to_the_first_load_that_is_too_late_or_loses_a_packet() -> None:
    late = curve([reached(10, 4), reached(20, 90), reached(40, 101), reached(50, 80)])
    lossy = curve([reached(10, 4, loss=1)])
    open_ended = curve([reached(20, 100), reached(10, 4)])
    assert (late.most, late.is_end_found) == (20, True)
    assert (lossy.most, lossy.is_end_found) == (None, True)
    assert (open_ended.most, open_ended.is_end_found) == (20, False)
    assert [one.at for one in open_ended.points] == [10, 20]


def test_point_at_which_nothing_arrives_does_not_hold() -> None:
    nothing = point(5, [Arrived(np.full((2, 3), np.nan))] * 3, 1, 1)
    assert (nothing.loss, nothing.packets_expected, nothing.holds) == (18, 18, False)


def test_noise_in_one_burst_of_a_point_is_not_the_points() -> None:
    found = point(5, [Arrived(np.full((2, 3), delay_ms)) for delay_ms in (7.0, 900.0, 8.0)], 1, 1)
    assert (found.p99_ms, found.holds) == (8.0, True)


def test_loads_that_cannot_be_are_refused() -> None:
    assert plan_of(5, "20, 1,5", "130").groups == (1, 5, 20)
    for groups, radios in (("66", "130"), ("0", "130"), ("1", "0"), ("one", "130")):
        with pytest.raises(ValueError):
            plan_of(5, groups, radios)


def test_report_is_drawn_as_a_picture_of_each_curve(tmp_path: Path) -> None:
    of_groups = Curve((reached(1, 3), reached(26, 30), reached(65, 200)), 26, is_end_found=True)
    report = Report(
        seconds=5,
        packet_ms=20,
        radios_in_all=130,
        most_p99_ms=100,
        load_average=(0, 0, 0),
        groups=of_groups,
        radios=of_groups,
    )
    drawn = plots.draw(msgspec.json.encode(report), tmp_path / "plots")
    assert [file.name for file in drawn] == ["capacity-groups.svg", "capacity-radios.svg"]
    lines = ElementTree.parse(drawn[0]).getroot().findall("{http://www.w3.org/2000/svg}polyline")
    assert [len((line.get("points") or "").split()) for line in lines] == [3, 3, 3]
    with pytest.raises(ValueError, match="no report"):
        plots.draw(b'{"loss": 0}', tmp_path)


async def test_guards_who_speak_in_their_groups_at_once_are_heard_by_each_radio_of_their_own() -> None:
    found = await measure_groups(Plan(seconds=0.6, groups=(2,), radios_in_all=5, radios=(5,)), 2)
    assert (found.at, found.packets_expected, found.loss) == (2, 3 * 3 * 10, 0)
    assert 0 < found.p50_ms <= found.p99_ms
