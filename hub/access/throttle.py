"""Slows whoever guesses passwords and nobody else. Pure: a clock is passed in.

Failures count for each (account, address), for each account and for each address (of IPv6 its /64 network, which one
subscriber has whole). A browser that signed in to the account before counts for itself alone: whatever strangers do,
its first tries are let through. Each try counts as failed from its beginning until it is known to be right, so that
many at once gain nothing. A try that is refused does not count, so that nobody prolongs another's delay for ever.

Everything is forgotten at a restart.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.listening.addresses import network_of

MAX_COUNTED = 20_000
"""Counters of one kind; past that the least recently used is dropped."""


@dataclass(frozen=True)
class Limit:
    """After ``free`` failures each further one doubles the delay, from ``first_s`` up to ``longest_s``."""

    free: int
    first_s: float
    longest_s: float
    forget_after_s: float = 3600.0

    def delay_s(self, failures: int) -> float:
        """How long to wait after the last of so many failures."""
        if failures < self.free:
            return 0.0
        return min(self.first_s * 2.0 ** min(failures - self.free, 30), self.longest_s)


PAIR = Limit(free=3, first_s=1, longest_s=900)
ACCOUNT = Limit(free=30, first_s=1, longest_s=30)
"""The account from unknown browsers anywhere: many machines together make at most 2,880 tries a day. The longest delay
is short, since it also meets the person in a browser that is not known yet."""
ADDRESS = Limit(free=60, first_s=1, longest_s=60)
"""One address over all accounts. Above what waits for Argon2 at once, so that a shift of guards behind one router
signs in together."""
KNOWN = Limit(free=5, first_s=1, longest_s=300)


class Throttled(Exception):
    """Wait ``wait_s`` first."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"wait {wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass
class _Count:
    failures: int = 0
    last_us: int = 0


class _Counts:
    """The counters of one limit, the least recently used first."""

    def __init__(self, limit: Limit, bound: int) -> None:
        self._limit = limit
        self._bound = bound
        self._counts: OrderedDict[Hashable, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def wait_us(self, key: Hashable, now_us: int) -> int:
        """How long this key has to wait still; forgets what is long past."""
        count = self._counts.get(key)
        if count is None:
            return 0
        if now_us - count.last_us >= self._limit.forget_after_s * 1e6:
            del self._counts[key]
            return 0
        return max(0, count.last_us + round(self._limit.delay_s(count.failures) * 1e6) - now_us)

    def add(self, key: Hashable, now_us: int) -> None:
        count = self._counts.setdefault(key, _Count())
        self._counts.move_to_end(key)
        count.failures += 1
        count.last_us = now_us
        if len(self._counts) > self._bound:
            self._counts.popitem(last=False)

    def take_back(self, key: Hashable) -> None:
        count = self._counts.get(key)
        if count is not None:
            count.failures -= 1
            if count.failures <= 0:
                del self._counts[key]

    def clear(self, key: Hashable) -> None:
        self._counts.pop(key, None)


class Attempt:
    """A try that was let through, and where it counts, its own counter first.

    It counts as failed unless ``succeeded`` or ``undone`` is said.
    """

    def __init__(self, counted: list[tuple[_Counts, Hashable]]) -> None:
        self._counted = counted

    def undone(self) -> None:
        """It was neither right nor wrong."""
        for counts, key in self._counted:
            counts.take_back(key)

    def succeeded(self) -> None:
        """It was right: the own failures are forgotten, what others did to the account or from the address is not."""
        self.undone()
        counts, key = self._counted[0]
        counts.clear(key)


class Throttle:
    """Lets tries through, or says how long to wait."""

    def __init__(self, clock: Clock, bound: int = MAX_COUNTED) -> None:
        self._clock = clock
        self._pairs = _Counts(PAIR, bound)
        self._accounts = _Counts(ACCOUNT, bound)
        self._addresses = _Counts(ADDRESS, bound)
        self._known = _Counts(KNOWN, bound)

    @property
    def counted(self) -> int:
        """How many counters are held."""
        return sum(len(counts) for counts in (self._pairs, self._accounts, self._addresses, self._known))

    def begin(self, person_id: str, address: str, known_id: str | None) -> Attempt:
        """A try at an account, by the browser ``known_id`` when it signed in to it before. Raises Throttled."""
        network = network_of(address)
        counted: list[tuple[_Counts, Hashable]]
        if known_id is not None:
            counted = [(self._known, known_id)]
        else:
            counted = [(self._pairs, (person_id, network)), (self._accounts, person_id), (self._addresses, network)]
        now_us = self._clock.monotonic_us()
        wait_us = max(counts.wait_us(key, now_us) for counts, key in counted)
        if wait_us > 0:
            raise Throttled(wait_us / 1e6)
        for counts, key in counted:
            counts.add(key, now_us)
        return Attempt(counted)
