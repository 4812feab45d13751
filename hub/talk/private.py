"""Who hears a private call: the console that takes part in it; where none does, it rings in the police room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

MAX_CONSOLES = 32
"""Consoles remembered of one call; whoever comes after them hears it by listening to the group."""


@dataclass
class _Call:
    """The latest call in one private group."""

    call_id: int
    consoles: set[str] = field(default_factory=set)
    """Those that spoke in it."""
    rings: bool = False

    def is_attended(self, consoles: Collection[str]) -> bool:
        """Whether one that spoke in it is among those that are connected."""
        return any(console in consoles for console in self.consoles)


class PrivateCalls:
    """The latest private call of each radio. Pure; bounded by the radios that there are.

    A console that speaks in a call hears the answers without more ado. A radio that speaks where no such console is
    there (any more) calls the police room: the call then rings at every console that may call its venue, to its end. So
    it does when the last of them goes in the middle of what the radio says.
    """

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}

    def burst(self, group_id: str, call_id: int, talker_id: str, *, by_radio: bool, consoles: Collection[str]) -> None:
        """A burst begins in a private group; ``consoles`` are those that are connected."""
        call = self._calls.get(group_id)
        if call is None or call.call_id != call_id:
            call = self._calls[group_id] = _Call(call_id)
        if not by_radio:
            if len(call.consoles) < MAX_CONSOLES:
                call.consoles.add(talker_id)
        elif not call.is_attended(consoles):
            call.rings = True

    def left(self, group_id: str, console_id: str, consoles: Collection[str]) -> bool:
        """A console went while the radio speaks; true when it was the last that took part, so that the call rings."""
        call = self._calls.get(group_id)
        if call is None or console_id not in call.consoles or call.is_attended(consoles):
            return False
        call.rings = True
        return True

    def waits(self, group_id: str, consoles: Collection[str]) -> bool:
        """Whether the call under way rings and no console that spoke in it is connected."""
        call = self._calls.get(group_id)
        return call is not None and call.rings and not call.is_attended(consoles)

    def hears(self, group_id: str, console_id: str) -> bool:
        """Whether a console that may call the radio's venue hears the call under way though it does not listen."""
        call = self._calls.get(group_id)
        return call is not None and (call.rings or console_id in call.consoles)

    def rings(self, group_id: str) -> bool:
        """Whether the call under way calls the police room."""
        call = self._calls.get(group_id)
        return call is not None and call.rings
