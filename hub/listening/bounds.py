"""How many connections there may be, in all and from one address, and which one gives way when there are too many.

A connection without a request under way (its handshake or first line has not come, or it rests between two requests)
is cheap to make again, so the oldest of those gives way to a new one. Connections that say nothing can thus be piled up
without end and keep nobody out.

This machine's own connections are bounded by the whole alone, have places that nobody else may take, and give way to
none but their own: whoever fills the rest cannot keep the hub's own commands out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.protocol.clock import Clock
from hub.listening.addresses import is_this_machine, network_of
from hub.listening.buckets import Buckets, Rate
from hub.listening.turned_away import Reason, TurnedAway

NEW_OF_ADDRESS = Rate(100, 2_000)
"""A TLS handshake is 1 ms of the event loop: one address is given a tenth of it, after those 130 phones came twice."""


@dataclass(frozen=True)
class Bounds:
    """How many connections at once. ``resting`` are those without a request under way."""

    most: int = 4_096
    kept: int = 64
    """Of ``most``, those that only this machine may take: its commands, and a few consoles through an SSH tunnel."""
    resting: int = 2_048
    of_address: int = 1_200
    """130 phones behind a venue network's one address, each with two websockets and a browser's six requests: 1,040."""
    resting_of_address: int = 900
    """The six connections each of those 130 that a browser opens at a page's start; two addresses do not fill it."""
    new_of_address: Rate = NEW_OF_ADDRESS


@dataclass(eq=False)
class Slot:
    """One connection's place; ``busy`` and ``rest`` are said by its protocol, ``release`` when it has ended."""

    network: str
    near: bool
    """Of this machine."""
    _house: Connections = field(repr=False)
    _end: Callable[[], None] = field(repr=False)
    released: bool = False

    def busy(self) -> None:
        """A request is under way, or it has become a websocket: it no longer gives way."""
        self._house.wake(self)

    def rest(self) -> None:
        """No request is under way."""
        self._house.rest(self)

    def release(self) -> None:
        """It has ended."""
        self._house.release(self)

    def end(self) -> None:
        """Close the connection."""
        self._end()


@dataclass
class _Caller:
    """What comes from one address."""

    count: int = 0
    resting: dict[Slot, None] = field(default_factory=dict)


class Connections:
    """Every connection that there is: ``count`` of them, ``resting`` without a request under way."""

    def __init__(self, bounds: Bounds, turned_away: TurnedAway, clock: Clock) -> None:
        self._bounds = bounds
        self._new = Buckets(bounds.new_of_address, clock)
        self._turned_away = turned_away
        self._callers: dict[str, _Caller] = {}
        self._resting: dict[Slot, None] = {}
        self._near: dict[Slot, None] = {}
        """Those of this machine that rest."""
        self.count = 0

    def admit(self, address: str, end: Callable[[], None]) -> Slot | None:
        """A place for a new connection, for which another may have to give way; None when there is none."""
        refused = self._refuse_near() if is_this_machine(address) else self._refuse(network_of(address))
        if refused is not None:
            self._turned_away.add(refused)
            return None
        slot = Slot(network_of(address), is_this_machine(address), self, end)
        caller = self._callers.setdefault(slot.network, _Caller())
        caller.count += 1
        self.count += 1
        caller.resting[slot] = self._resting_of(slot)[slot] = None
        return slot

    def _refuse(self, network: str) -> Reason | None:
        """Why there is no place for one from elsewhere."""
        bounds, caller = self._bounds, self._callers.get(network)
        if self._new.take(network) > 0:
            return Reason.CONNECTION_RATE
        if caller is not None:
            crowded = caller.count >= bounds.of_address
            if (crowded or len(caller.resting) >= bounds.resting_of_address) and not self._give_way(caller.resting):
                return Reason.TOO_MANY_OF_ADDRESS
        full = self.count >= bounds.most - bounds.kept
        if (full or len(self._resting) >= bounds.resting) and not self._give_way(self._resting):
            return Reason.TOO_MANY_CONNECTIONS
        return None

    def _refuse_near(self) -> Reason | None:
        """Why there is no place for one of this machine."""
        full = self.count >= self._bounds.most
        if full and not self._give_way(self._resting) and not self._give_way(self._near):
            return Reason.TOO_MANY_CONNECTIONS
        return None

    def _resting_of(self, slot: Slot) -> dict[Slot, None]:
        return self._near if slot.near else self._resting

    @property
    def resting(self) -> int:
        """How many have no request under way."""
        return len(self._resting) + len(self._near)

    def _give_way(self, resting: dict[Slot, None]) -> bool:
        """Close the one that has rested longest."""
        oldest = next(iter(resting), None)
        if oldest is None:
            return False
        self._turned_away.add(Reason.GAVE_WAY)
        self.release(oldest)
        oldest.end()
        return True

    def wake(self, slot: Slot) -> None:
        """See Slot.busy."""
        resting = self._resting_of(slot)
        if slot in resting:
            del resting[slot], self._callers[slot.network].resting[slot]

    def rest(self, slot: Slot) -> None:
        """See Slot.rest."""
        resting = self._resting_of(slot)
        if slot not in resting and not slot.released:
            self._callers[slot.network].resting[slot] = resting[slot] = None

    def release(self, slot: Slot) -> None:
        """See Slot.release; a second time changes nothing."""
        if slot.released:
            return
        self.wake(slot)
        slot.released = True
        self.count -= 1
        caller = self._callers[slot.network]
        caller.count -= 1
        if not caller.count:
            del self._callers[slot.network]
