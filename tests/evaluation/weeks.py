"""Weeks of a room's duties, as they would be summed up: most venues answer at once, some late, a few hardly ever."""

from __future__ import annotations

import random
from datetime import date

from hub.app import Hub
from hub.evaluation import records
from hub.evaluation.periods import DAY
from hub.evaluation.sums import VenueDay


async def fill(hub: Hub, last: date, days: int, seed: int = 1) -> None:
    """Keep sums of all venues for so many days until ``last``: alerts and a roll-call a day, an exercise a week."""
    lot = random.Random(seed)
    grid_of = {venue_id: venue.grid_id for venue_id, venue in hub.registry.venues.items()}
    usual = {venue_id: (lot.choice((0.99,) * 8 + (0.9, 0.6)), lot.uniform(8, 25)) for venue_id in grid_of}
    for past in range(days):
        day, alerts = last - past * DAY, lot.randint(1, 4)
        sums = {venue_id: _day(lot, alerts, *usual[venue_id], is_exercise=past % 7 == 3) for venue_id in grid_of}
        await hub.database.write(
            lambda change, day=day, sums=sums: records.put_day(change, day.isoformat(), sums, grid_of)
        )  # type: ignore[misc]


def _day(lot: random.Random, alerts: int, share: float, typical_s: float, *, is_exercise: bool) -> VenueDay:
    acknowledge_s = sorted(
        round(lot.lognormvariate(0, 0.6) * typical_s, 1) for _ in range(alerts) if lot.random() < share
    )
    report_s = sorted(round(seconds + lot.uniform(15, 90), 1) for seconds in acknowledge_s if lot.random() < 0.8)
    return VenueDay(
        alerts=alerts,
        acknowledge_s=tuple(acknowledge_s),
        report_s=tuple(report_s),
        overdue=alerts - sum(seconds <= 60 for seconds in acknowledge_s),
        roll_calls=1,
        roll_calls_answered=int(lot.random() < share),
        exercises=int(is_exercise),
        exercises_acknowledged=int(is_exercise and lot.random() < share),
    )
