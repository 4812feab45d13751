"""A scan is given up as soon as nobody waits for it, and a short one has its turn between those of a long one."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np
import pytest

from hub.sightings.messages import Description
from hub.sightings.runs import runs_of
from hub.sightings.scan import Asked, Scan, prepare
from hub.sightings.scoring import Wanted, plan_of
from hub.sightings.search import rank
from hub.sightings.span import Span
from hub.sightings.turns import THREADS, GivenUp, take_turns
from tests.sightings.test_scan import CAMERAS, HOUR, table_of

ANYWHERE, EVERYWHERE = Span(None, None), frozenset(CAMERAS)
RED = Wanted(Description(upper=("red",)))


class Until:
    """Work that goes on until something else was done, or gives up after so many seconds."""

    def __init__(self, done: threading.Event, most_s: float = 10.0) -> None:
        self._done, self._end_s = done, time.monotonic() + most_s
        self.turns = 0

    def take_turn(self) -> bool:
        self.turns += 1
        return not self._done.is_set() and time.monotonic() < self._end_s


class Counted:
    """Work of so many turns."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take_turn(self) -> bool:
        self.left -= 1
        return self.left > 0


class Broken:
    def take_turn(self) -> bool:
        raise ValueError("broken")


def test_a_short_scan_does_not_wait_for_the_end_of_long_ones() -> None:
    short_is_done = threading.Event()
    long = [Until(short_is_done) for _ in range(THREADS)]
    asking = threading.Thread(target=take_turns, args=(long,))
    asking.start()
    take_turns([Counted(3)])
    assert asking.is_alive()
    short_is_done.set()
    asking.join(10)
    assert not asking.is_alive() and all(one.turns for one in long)


def test_an_error_of_one_turn_reaches_who_asked_and_the_threads_go_on() -> None:
    others = [Counted(3), Counted(5)]
    with pytest.raises(ValueError, match="broken"):
        take_turns([Broken(), *others])
    assert [one.left for one in others] == [0, 0]


def test_a_search_that_nobody_waits_for_stops_before_the_next_piece() -> None:
    table = table_of(np.random.default_rng(1), 60_000, is_open=False, few_kinds=False)
    given_up = threading.Event()
    tables, plan = [dataclasses.replace(table, hour=HOUR - number) for number in range(20)], plan_of(RED)
    asked = Asked(plan, runs_of(tables, EVERYWHERE, ANYWHERE, plan), given_up)
    scan, pieces = Scan(asked, 50), len(asked.pieces)
    prepare()
    assert scan.take_turn(), "the rest is for the next turn"
    left = len(asked.pieces)
    assert 0 < left < pieces
    given_up.set()
    with pytest.raises(GivenUp):
        scan.take_turn()
    assert len(asked.pieces) == left - 1
    with pytest.raises(GivenUp):
        rank([table] * 20, EVERYWHERE, ANYWHERE, RED, 50, given_up)


@pytest.mark.parametrize("cameras", [EVERYWHERE, frozenset(CAMERAS[::2])])
def test_an_hour_of_more_rows_than_a_piece_is_ranked_as_one(
    cameras: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(np.random.default_rng(2), 30_000, is_open=False, few_kinds=False)
    whole = rank([table], cameras, ANYWHERE, RED, 50)
    monkeypatch.setattr("hub.sightings.runs.PIECE_ROWS", 1000)
    in_pieces = rank([table], cameras, ANYWHERE, RED, 50)
    assert in_pieces == whole
