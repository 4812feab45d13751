"""What owners agreed to counts for what was recorded under it."""

from __future__ import annotations

from hub.footage.agreed_days import MOST_PAST, AgreedDays
from hub.footage.segments.names import DAY_US
from hub.footage.segments.retention import PastDays

NOW_US = 1_795_363_200_000_000


def test_camera_that_is_taken_out_keeps_the_days_of_its_owner() -> None:
    agreed = AgreedDays(30)
    assert not agreed.take({}, NOW_US)
    assert agreed.take({"C01": 7}, NOW_US)
    agreed.take({}, NOW_US + 1)
    assert (agreed.days_of, agreed.past_of) == ({}, {"C01": (PastDays(7, NOW_US + 1),)})
    assert (agreed.days_kept("C01"), agreed.days_kept("C02")) == (7, None)
    agreed.drop_over(NOW_US + 1 + 30 * DAY_US)
    assert agreed.days_kept("C01") is None


def test_fewer_days_count_for_everything_and_more_for_what_comes() -> None:
    agreed = AgreedDays(30)
    for number, days in enumerate((7, 3, 10)):
        agreed.take({"C01": days}, NOW_US + number)
    assert (agreed.days_of, agreed.past_of) == ({"C01": 10}, {"C01": (PastDays(3, NOW_US + 2),)})


def test_days_that_are_changed_for_ever_are_bounded_by_the_stricter() -> None:
    agreed = AgreedDays(3650)
    for days in range(1, 100):
        agreed.take({"C01": days}, NOW_US + days)
    past = agreed.past_of["C01"]
    assert len(past) == MOST_PAST
    assert past[0].days == 1
    assert past[-1] == PastDays(98, NOW_US + 99)
