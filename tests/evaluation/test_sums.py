"""The day's sums and the figures over days, against counting it all out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.messages import AlertStatus
from hub.alerts.duties import Duty
from hub.alerts.lifetime import Lifetime
from hub.evaluation.periods import DAY, Period, begin_us, bounds, day_of
from hub.evaluation.sums import VenueDay, day_sums, figures_of
from hub.rollcall.messages import RadioReadiness, Readiness
from hub.rollcall.records import UnderWay

ISSUED_US = 1_000_000_000
SECONDS = st.integers(min_value=-5, max_value=10_000)


@st.composite
def duty(draw: st.DrawFn, number: int) -> Duty:
    """One alert at one of three venues, answered or not; clocks may have been set back."""
    acknowledged_s, reported_s = draw(st.none() | SECONDS), draw(st.none() | SECONDS)
    return Duty(
        f"A{number}",
        draw(st.sampled_from(("V1", "V2", "V3"))),
        draw(st.sampled_from(AlertStatus)),
        ISSUED_US,
        None if acknowledged_s is None else ISSUED_US + acknowledged_s * 1_000_000,
        None if reported_s is None or acknowledged_s is None else ISSUED_US + reported_s * 1_000_000,
        draw(st.booleans()),
    )


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Duty], set[tuple[str, str]], dict[tuple[str, str], int]]:
    """Alerts, where nobody was expected, and where a step of the escalation fell due when."""
    duties = [draw(duty(number)) for number in range(draw(st.integers(0, 25)))]
    keys = [(one.alert_id, one.venue_id) for one in duties]
    empty = {key for key in keys if draw(st.booleans())}
    late = {key: ISSUED_US + draw(SECONDS) * 1_000_000 for key in keys if draw(st.booleans())}
    return duties, empty, late


def least_not_exceeded_by_nine_tenths(values: Sequence[float]) -> float | None:
    """By trying each."""
    enough = [one for one in values if sum(other <= one for other in values) * 10 >= len(values) * 9]
    return min(enough, default=None)


def middle(values: Sequence[float]) -> float | None:
    """By taking the least and the greatest away until one or two are left."""
    left = sorted(values)
    while len(left) > 2:
        left = left[1:-1]
    return sum(left) / len(left) if left else None


@settings(max_examples=30)
@given(days())
def test_sums_of_a_day_are_those_counted_by_hand(
    day: tuple[list[Duty], set[tuple[str, str]], dict[tuple[str, str], int]],
) -> None:
    duties, empty, late = day
    figures = figures_of(list(day_sums(duties, empty, late, ()).values()))
    alerts = exercises = overdue = 0
    acknowledge_s, report_s = [], []
    for one in duties:
        key = (one.alert_id, one.venue_id)
        answered = one.acknowledged_at_us is not None
        was_late = key in late and (one.acknowledged_at_us is None or late[key] < one.acknowledged_at_us)
        counts = answered or (key not in empty and (was_late or not one.is_withdrawn))
        if one.status is AlertStatus.EXERCISE:
            exercises += counts
        if one.status is not AlertStatus.ACTUAL or not counts:
            continue
        alerts, overdue = alerts + 1, overdue + was_late
        if one.acknowledged_at_us is not None:
            acknowledge_s.append(max(0, one.acknowledged_at_us - ISSUED_US) / 1e6)
        if one.reported_at_us is not None:
            report_s.append(max(0, one.reported_at_us - ISSUED_US) / 1e6)
    assert (figures.alerts, figures.acknowledged, figures.overdue) == (alerts, len(acknowledge_s), overdue)
    assert (figures.exercises, figures.reported) == (exercises, len(report_s))
    assert figures.acknowledge_median_s == middle(acknowledge_s)
    assert figures.acknowledge_p90_s == least_not_exceeded_by_nine_tenths(acknowledge_s)
    assert figures.report_median_s == middle(report_s)


@given(st.lists(st.lists(SECONDS.map(abs), max_size=8), max_size=8))
def test_median_over_days_is_that_of_all_seconds_and_not_of_medians(seconds: list[list[int]]) -> None:
    kept = [VenueDay(alerts=len(day), acknowledge_s=tuple(sorted(map(float, day)))) for day in seconds]
    figures, together = figures_of(kept), [float(one) for day in seconds for one in day]
    assert figures.acknowledge_median_s == middle(together)
    assert figures.acknowledged_share == (1.0 if together else None)


def at_radio(venue_id: str, state: Readiness) -> RadioReadiness:
    """What a roll-call found at one radio there."""
    nothing = dict.fromkeys(("delivered_s", "answered_s", "battery", "signal", "holder", "clock_behind_s"))
    named = {"radio_id": f"R-{venue_id}-{state}", "radio_name": "", "venue_id": venue_id, "venue_name": ""}
    return msgspec.convert({**named, **nothing, "state": state, "warnings": (), "missed": 0}, RadioReadiness)


def test_venue_answers_a_roll_call_with_any_radio_and_is_not_asked_when_closed() -> None:
    radios = (
        at_radio("V1", Readiness.OFF_LINE),
        at_radio("V1", Readiness.READY),
        at_radio("V2", Readiness.UNANSWERED),
        at_radio("V3", Readiness.CLOSED),
    )
    under_way = UnderWay("RC1", "A1", None, "d1", Lifetime(ISSUED_US, 0, "boot", 600), frozenset({"V3"}))
    sums = day_sums((), set(), {}, [under_way.listed(radios, ISSUED_US)] * 2)
    assert {venue_id: (one.roll_calls, one.roll_calls_answered) for venue_id, one in sums.items()} == {
        "V1": (2, 2),
        "V2": (2, 0),
    }
    assert figures_of(list(sums.values())).roll_call_share == 0.5


@pytest.mark.parametrize(
    ("period", "day", "first", "after"),
    [
        (Period.DAY, date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1)),
        (Period.WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 30)),
        (Period.WEEK, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_periods_of_the_calendar(period: Period, day: date, first: date, after: date) -> None:
    assert bounds(period, day) == (first, after)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(("Asia/Shanghai", "Europe/Berlin", "UTC")))
def test_a_day_begins_where_the_day_before_ends(day: date, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    at_us = begin_us(day, zone)
    assert day_of(at_us, zone) == day
    assert day_of(at_us - 1, zone) == day - DAY
