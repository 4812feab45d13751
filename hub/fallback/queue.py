"""Which errands are tried now: so many at once, in the order of their alerts, a minute between two tries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hub.fallback.errand import FINISHED, MOST_TRIES, ErrandEvent, ErrandState, missed, next_state

AGAIN_AFTER_S = 60.0
AT_ONCE = 20
MOST_ERRANDS = 2_000


class ErrandKey(NamedTuple):
    """Names an errand."""

    alert_id: str
    venue_id: str


@dataclass
class _Errand:
    order: int
    due_s: float
    tries: int
    state: ErrandState = ErrandState.WAITING


class Queue:
    """The errands that are not finished. Time is in seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._errands: dict[ErrandKey, _Errand] = {}
        self._orders: dict[str, int] = {}
        self._next_order = 0
        self._lines: set[ErrandKey] = set()
        """Tries that go on; that of an errand which was called off hangs up still."""

    def __contains__(self, key: ErrandKey) -> bool:
        return key in self._errands

    @property
    def room(self) -> int:
        """How many errands more it takes."""
        return MOST_ERRANDS - len(self._errands)

    @property
    def under_way(self) -> int:
        """Tries that go on now; never more than AT_ONCE."""
        return len(self._lines)

    @property
    def keys(self) -> tuple[ErrandKey, ...]:
        """All that are not finished."""
        return tuple(self._errands)

    def add(self, key: ErrandKey, now_s: float, *, tries: int = 0, again_in_s: float = 0.0) -> None:
        """An errand, with the ``tries`` that were made already; the alerts' order is that of their first errand.

        One that is there already, was tried MOST_TRIES times, or is beyond MOST_ERRANDS, changes nothing.
        """
        if key in self._errands or tries >= MOST_TRIES or not self.room:
            return
        if key.alert_id not in self._orders:
            self._orders[key.alert_id] = self._next_order
            self._next_order += 1
        self._errands[key] = _Errand(self._orders[key.alert_id], now_s + again_in_s, tries)

    def due(self, now_s: float) -> list[ErrandKey]:
        """Those to be tried now: as many as there are lines free, those of the earliest alert first."""
        waiting = [
            (one.order, one.due_s, key)
            for key, one in self._errands.items()
            if one.state is ErrandState.WAITING and one.due_s <= now_s and key not in self._lines
        ]
        return [key for _, _, key in sorted(waiting)[: max(0, AT_ONCE - self.under_way)]]

    def begin(self, key: ErrandKey) -> int:
        """A try begins; its number, from 1. Raises KeyError for an errand that does not wait."""
        errand = self._errands[key]
        if errand.state is not ErrandState.WAITING:
            raise KeyError(key)
        errand.state = next_state(errand.state, ErrandEvent.BEGUN)
        errand.tries += 1
        self._lines.add(key)
        return errand.tries

    def is_on_line(self, key: ErrandKey) -> bool:
        """Whether a try of it goes on."""
        return key in self._lines

    def end(self, key: ErrandKey, acknowledged: bool, now_s: float) -> ErrandState:
        """The try is over. The errand's state then; OVER for one that was called off meanwhile and got no key."""
        self._lines.discard(key)
        errand = self._errands.get(key)
        if errand is None:
            return ErrandState.ACKNOWLEDGED if acknowledged else ErrandState.OVER
        event = ErrandEvent.KEY if acknowledged else missed(errand.tries)
        errand.state = next_state(errand.state, event)
        errand.due_s = now_s + AGAIN_AFTER_S
        self._forget_finished(key)
        return errand.state

    def call_off(self, key: ErrandKey) -> int:
        """Nobody need be reached any more; how many tries were begun. Its line is free when its try has ended."""
        errand = self._errands[key]
        errand.state = next_state(errand.state, ErrandEvent.ENDED)
        self._forget_finished(key)
        return errand.tries

    def _forget_finished(self, key: ErrandKey) -> None:
        if self._errands[key].state in FINISHED:
            del self._errands[key]
            if not any(other.alert_id == key.alert_id for other in self._errands):
                self._orders.pop(key.alert_id, None)
