"""How many connections there may be, in all and from one address, and which one gives way when there are too many.

A connection without a request under way (its handshake or first line has not come, or it rests between two requests)
is cheap to make again, so the oldest of those gives way to a new one. Connections that say nothing can thus be piled up
without end and keep nobody out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.protocol.clock import Clock
from hub.listening.buckets import Buckets, Rate
from hub.listening.turned_away import Reason, TurnedAway

THIS_MACHINE = frozenset({"127.0.0.1", "::1"})
"""Not counted as one address: the hub's own commands, and all who come through an SSH tunnel, share it."""

NEW_OF_ADDRESS = Rate(100, 2_000)
"""A TLS handshake is 1 ms of the event loop: one address is given a tenth of it, after those 130 phones came twice."""


@dataclass(frozen=True)
class Bounds:
    """How many connections at once. ``resting`` are those without a request under way."""

    most: int = 4_096
    resting: int = 2_048
    of_address: int = 1_200
    """130 phones behind a venue network's one address, each with two websockets and a browser's six requests: 1,040."""
    resting_of_address: int = 900
    """The six connections each of those 130 that a browser opens at a page's start; two addresses do not fill it."""
    new_of_address: Rate = NEW_OF_ADDRESS


@dataclass(eq=False)
class Slot:
    """One connection's place; ``busy`` and ``rest`` are said by its protocol, ``release`` when it has ended."""

    address: str
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
        self.count = 0

    def admit(self, address: str, end: Callable[[], None]) -> Slot | None:
        """A place for a new connection, for which another may have to give way; None when there is none."""
        bounds, caller = self._bounds, self._callers.get(address)
        if address not in THIS_MACHINE and self._new.take(address) > 0:
            self._turned_away.add(Reason.CONNECTION_RATE)
            return None
        if caller is not None and address not in THIS_MACHINE:
            crowded = caller.count >= bounds.of_address
            if (crowded or len(caller.resting) >= bounds.resting_of_address) and not self._give_way(caller.resting):
                self._turned_away.add(Reason.TOO_MANY_OF_ADDRESS)
                return None
        full = self.count >= bounds.most
        if (full or len(self._resting) >= bounds.resting) and not self._give_way(self._resting):
            self._turned_away.add(Reason.TOO_MANY_CONNECTIONS)
            return None
        slot = Slot(address, self, end)
        caller = self._callers.setdefault(address, _Caller())
        caller.count += 1
        self.count += 1
        caller.resting[slot] = self._resting[slot] = None
        return slot

    @property
    def resting(self) -> int:
        """How many have no request under way."""
        return len(self._resting)

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
        if slot in self._resting:
            del self._resting[slot], self._callers[slot.address].resting[slot]

    def rest(self, slot: Slot) -> None:
        """See Slot.rest."""
        if slot not in self._resting and not slot.released:
            self._callers[slot.address].resting[slot] = self._resting[slot] = None

    def release(self, slot: Slot) -> None:
        """See Slot.release; a second time changes nothing."""
        if slot.released:
            return
        self.wake(slot)
        slot.released = True
        self.count -= 1
        caller = self._callers[slot.address]
        caller.count -= 1
        if not caller.count:
            del self._callers[slot.address]


def plain_address(address: str) -> str:
    """An address as it is counted: IPv4 written as IPv6 (::ffff:…) is IPv4."""
    try:
        mapped = ipaddress.IPv6Address(address.partition("%")[0]).ipv4_mapped
    except ValueError:
        return address
    return str(mapped) if mapped else address
