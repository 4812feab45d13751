"""The bench of watches reckons from the second look on, and counts who was gone already."""

from __future__ import annotations

import msgspec
import pytest

from bench.watch import Leg, _Pushed, _report, keeping_up, narrow
from hub.cases.messages import WatchHit
from hub.cases.service import MAX_OPEN, MAX_WATCHES
from hub.cases.views import SightingView, view_of
from hub.sightings.intake import Step
from hub.sightings.messages import Hit, summary
from tests.sightings.seen import NOON_US, sighting

NOON_MS = NOON_US // 1000
PATH = tuple(msgspec.structs.replace(sighting().path[0], offset_ms=offset_ms) for offset_ms in (0, 100, 300, 800, 4000))


def pushed(ended_at_ms: int, event_ms: int, console_ms: int, *, ended: bool = False) -> _Pushed:
    first = sighting(path=PATH, ended=ended, ended_at_us=ended_at_ms * 1000)
    hit = Hit(rank=1, score=0.9, sighting=summary(first, "V01"), parts=())
    return _Pushed(WatchHit(case_id="K1", watch_id="W1", hit=hit), event_ms, console_ms)


def view() -> SightingView:
    last = sighting(path=PATH)
    return view_of(last, summary(last, "V01"))


def test_whoever_was_gone_when_he_was_told_of_is_in_every_figure() -> None:
    told = [
        pushed(NOON_MS + 800, NOON_MS + 900, NOON_MS + 905),
        pushed(NOON_MS + 4000, NOON_MS + 4900, NOON_MS + 4905, ended=True),
    ]
    steps = dict.fromkeys(Step, Leg(0.0, 0.0))
    judged = {"narrow": 3_000.0, "broad": 1_000.0}
    found = _report(told[:1], [view()], steps, judged, watches=1, cameras=1, seconds=1)
    assert (found.entered_to_confident.p50_ms, found.confident_to_said.p50_ms) == (300, 500)
    assert (found.said_to_event.p50_ms, found.event_to_console.p50_ms) == (100, 5)
    assert (found.confident_to_pushed.p95_ms, found.told_when_gone, found.pushed_in_view_share) == (605, 0, 1)
    assert [goal.is_met for goal in found.goals.values()] == [True, True, False]
    found = _report(told, [view(), view()], steps, judged, watches=1, cameras=1, seconds=1)
    assert found.confident_to_pushed.p95_ms > 4_000
    assert (found.told_when_gone, found.pushed_in_view_share) == (1, 0.5)
    assert [goal.is_met for goal in found.goals.values()] == [False, True, False]


def test_as_many_watches_as_may_be_on_are_held_against() -> None:
    assert len(narrow()) == MAX_OPEN * MAX_WATCHES
    assert len({msgspec.json.encode(query) for query in narrow()}) > MAX_OPEN * MAX_WATCHES * 0.8
    assert keeping_up(narrow()[:3]) > keeping_up(narrow()[:200]) > 0


def test_nobody_told_of_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nobody"):
        _report([], [], {}, {}, watches=1, cameras=1, seconds=1)
