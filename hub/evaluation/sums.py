"""What venues did of their duties on a day, and sums over days and venues. Pure.

The unit is the venue and the grid, never a person. A venue answers an alert when its first radio does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain
from statistics import median

import msgspec

from devices.protocol.messages import AlertStatus
from hub.alerts.duties import Duty
from hub.evaluation.messages import Figures
from hub.rollcall.messages import Readiness, RollCall

FEW = 5
"""With fewer alerts than this a share says little: such a unit is marked, and not ranked."""


class VenueDay(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's day. Seconds are from the alert's issue, ascending, to a tenth."""

    alerts: int = 0
    acknowledge_s: tuple[float, ...] = ()
    report_s: tuple[float, ...] = ()
    overdue: int = 0
    roll_calls: int = 0
    roll_calls_answered: int = 0
    exercises: int = 0
    exercises_acknowledged: int = 0


def day_sums(
    duties: Iterable[Duty],
    empty: Collection[tuple[str, str]],
    overdue_since_us: dict[tuple[str, str], int],
    roll_calls: Iterable[RollCall],
) -> dict[str, VenueDay]:
    """By venue, what one day came to.

    ``empty``: (alert, venue) where nobody was to be expected when it was issued; counts only where it was acknowledged
    all the same. ``overdue_since_us``: (alert, venue) and when a step of the escalation first fell due, UTC. One that
    was withdrawn before the venue acknowledged it, or was overdue, does not count there. Tests are no alerts here.
    """
    actual: dict[str, list[Duty]] = defaultdict(list)
    exercises: dict[str, list[Duty]] = defaultdict(list)
    overdue: dict[str, int] = defaultdict(int)
    for duty in duties:
        key = (duty.alert_id, duty.venue_id)
        acknowledged_at_us, late_at_us = duty.acknowledged_at_us, overdue_since_us.get(key)
        is_late = late_at_us is not None and (acknowledged_at_us is None or late_at_us < acknowledged_at_us)
        is_excused = key in empty or (duty.is_withdrawn and not is_late)
        if duty.status is AlertStatus.TEST or (acknowledged_at_us is None and is_excused):
            continue
        if duty.status is AlertStatus.EXERCISE:
            exercises[duty.venue_id].append(duty)
        else:
            actual[duty.venue_id].append(duty)
            overdue[duty.venue_id] += is_late
    asked, answered = _roll_calls(roll_calls)
    return {
        venue_id: VenueDay(
            alerts=len(actual[venue_id]),
            acknowledge_s=_seconds((one.issued_at_us, one.acknowledged_at_us) for one in actual[venue_id]),
            report_s=_seconds((one.issued_at_us, one.reported_at_us) for one in actual[venue_id]),
            overdue=overdue[venue_id],
            roll_calls=asked[venue_id],
            roll_calls_answered=answered[venue_id],
            exercises=len(exercises[venue_id]),
            exercises_acknowledged=sum(one.acknowledged_at_us is not None for one in exercises[venue_id]),
        )
        for venue_id in {*actual, *exercises, *asked}
    }


def _roll_calls(roll_calls: Iterable[RollCall]) -> tuple[dict[str, int], dict[str, int]]:
    """By venue, how many asked it and how many it answered; one that was closed was not asked."""
    asked: dict[str, int] = defaultdict(int)
    answered: dict[str, int] = defaultdict(int)
    for roll_call in roll_calls:
        states: dict[str, set[Readiness]] = defaultdict(set)
        for radio in roll_call.radios:
            states[radio.venue_id].add(radio.state)
        for venue_id, found in states.items():
            if found != {Readiness.CLOSED}:
                asked[venue_id] += 1
                answered[venue_id] += Readiness.READY in found
    return asked, answered


def _seconds(pairs: Iterable[tuple[int, int | None]]) -> tuple[float, ...]:
    """From the first of each pair (microseconds) until the second where there is one; never below 0: clocks are set."""
    return tuple(sorted(round(max(0, to_us - from_us) / 1e6, 1) for from_us, to_us in pairs if to_us is not None))


def figures_of(days: Collection[VenueDay]) -> Figures:
    """Sums over days and venues; shares and seconds are None where there is nothing to take them of.

    The median is that of all seconds together, exact; p90 is the nearest rank: the least value that 90 % do not exceed.
    """
    alerts = sum(one.alerts for one in days)
    acknowledge_s = sorted(chain.from_iterable(one.acknowledge_s for one in days))
    report_s = sorted(chain.from_iterable(one.report_s for one in days))
    roll_calls, answered = sum(one.roll_calls for one in days), sum(one.roll_calls_answered for one in days)
    return Figures(
        alerts=alerts,
        acknowledged=len(acknowledge_s),
        acknowledged_share=_share(len(acknowledge_s), alerts),
        acknowledge_median_s=median(acknowledge_s) if acknowledge_s else None,
        acknowledge_p90_s=_p90(acknowledge_s),
        reported=len(report_s),
        report_median_s=median(report_s) if report_s else None,
        report_p90_s=_p90(report_s),
        overdue=sum(one.overdue for one in days),
        roll_calls=roll_calls,
        roll_calls_answered=answered,
        roll_call_share=_share(answered, roll_calls),
        exercises=sum(one.exercises for one in days),
        exercises_acknowledged=sum(one.exercises_acknowledged for one in days),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _p90(ascending: list[float]) -> float | None:
    return ascending[-(-9 * len(ascending) // 10) - 1] if ascending else None
