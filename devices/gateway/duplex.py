"""The donor handset as a half-duplex machine: when its push-to-talk line is keyed, and when its ears count."""

from __future__ import annotations

from enum import StrEnum

from devices.gateway.settings import BLOCK_MS, KeyingSettings


class DonorState(StrEnum):
    """What the donor does."""

    LISTENING = "listening"
    """Nobody talks on the air."""
    RECEIVING = "receiving"
    LEAD = "lead"
    """Keyed, still silent."""
    SENDING = "sending"
    TAIL = "tail"
    """Keyed, nothing more to send."""
    DEAF = "deaf"
    """Let go, and what it hears does not count yet."""


class DonorEvent(StrEnum):
    """What can happen to it."""

    HEARS = "hears"
    FREE = "free"
    WANTED = "wanted"
    """There is something to send."""
    SENT = "sent"
    """There is nothing more."""
    TIME_UP = "time_up"
    """The state has lasted as long as it shall."""
    TOO_LONG = "too_long"
    """Keyed for as long as it may be."""
    LOST = "lost"
    """Loudspeaker or push-to-talk line are gone."""


_TABLE: dict[tuple[DonorState, DonorEvent], DonorState] = {
    (DonorState.LISTENING, DonorEvent.HEARS): DonorState.RECEIVING,
    (DonorState.LISTENING, DonorEvent.WANTED): DonorState.LEAD,
    (DonorState.RECEIVING, DonorEvent.FREE): DonorState.LISTENING,
    (DonorState.LEAD, DonorEvent.TIME_UP): DonorState.SENDING,
    (DonorState.LEAD, DonorEvent.LOST): DonorState.DEAF,
    (DonorState.SENDING, DonorEvent.SENT): DonorState.TAIL,
    (DonorState.SENDING, DonorEvent.TOO_LONG): DonorState.DEAF,
    (DonorState.SENDING, DonorEvent.LOST): DonorState.DEAF,
    (DonorState.TAIL, DonorEvent.WANTED): DonorState.SENDING,
    (DonorState.TAIL, DonorEvent.TIME_UP): DonorState.DEAF,
    (DonorState.TAIL, DonorEvent.TOO_LONG): DonorState.DEAF,
    (DonorState.TAIL, DonorEvent.LOST): DonorState.DEAF,
    (DonorState.DEAF, DonorEvent.TIME_UP): DonorState.LISTENING,
}
_KEYED = frozenset({DonorState.LEAD, DonorState.SENDING, DonorState.TAIL})


class Duplex:
    """One donor's. Pure; stepped each 20 ms."""

    def __init__(self, settings: KeyingSettings) -> None:
        self.state = DonorState.LISTENING
        self._lasts_us = {
            DonorState.LEAD: settings.lead_ms * 1000,
            DonorState.TAIL: settings.tail_ms * 1000,
            DonorState.DEAF: settings.deaf_ms * 1000,
        }
        self._longest_us = round(settings.longest_s * 1e6) - BLOCK_MS * 1000
        """By a step less, since it is looked at once a step."""
        self._rest_us = round(settings.rest_s * 1e6)
        self._since_us = 0
        self._keyed_since_us = 0
        self._rests_until_us = 0

    @property
    def is_keyed(self) -> bool:
        """Whether the push-to-talk line is held."""
        return self.state in _KEYED

    @property
    def is_sending(self) -> bool:
        """Whether the loudspeaker's sound goes on the air."""
        return self.state is DonorState.SENDING

    @property
    def hears(self) -> bool:
        """Whether what comes from the donor is of the air: not its own words, nor their end."""
        return self.state in (DonorState.LISTENING, DonorState.RECEIVING)

    def rests(self, now_us: int) -> bool:
        """Whether it may not key yet, since it was keyed for so long."""
        return now_us < self._rests_until_us

    def step(self, now_us: int, *, hears: bool, wanted: bool, is_fit: bool) -> DonorEvent | None:
        """The donor hears somebody, something is to be sent, its lines are there. Returns what changed the state."""
        event = self._event(now_us, hears, wanted, is_fit)
        target = _TABLE.get((self.state, event)) if event is not None else None
        if target is None:
            return None
        if target in _KEYED and not self.is_keyed:
            self._keyed_since_us = now_us
        if event is DonorEvent.TOO_LONG:
            self._rests_until_us = now_us + self._rest_us
        self.state, self._since_us = target, now_us
        return event

    def _event(self, now_us: int, hears: bool, wanted: bool, is_fit: bool) -> DonorEvent | None:
        if self.hears:
            if hears is not (self.state is DonorState.RECEIVING):
                return DonorEvent.HEARS if hears else DonorEvent.FREE
            return DonorEvent.WANTED if wanted and is_fit and not self.rests(now_us) else None
        if self.is_keyed and not is_fit:
            return DonorEvent.LOST
        if self.is_keyed and now_us - self._keyed_since_us >= self._longest_us:
            return DonorEvent.TOO_LONG
        if self.state is DonorState.SENDING:
            return None if wanted else DonorEvent.SENT
        if self.state is DonorState.TAIL and wanted:
            return DonorEvent.WANTED
        return DonorEvent.TIME_UP if now_us - self._since_us >= self._lasts_us[self.state] else None
