"""Every SOS that is not closed, and the latest closed ones: which one a radio's word belongs to. Pure."""

from __future__ import annotations

from devices.protocol.sos import SosRaised, SosState
from hub.talk.sos_records import Sos

KEPT_CLOSED = 500
"""Closed ones that are still known, so that a late repeat raises nothing."""


class KnownSos:
    """As they are on disk; at most one that is not closed for each radio."""

    def __init__(self) -> None:
        self._known: dict[str, Sos] = {}
        self._of_radio: dict[str, str] = {}
        """The latest SOS of each radio."""
        self._latest_word: dict[str, str] = {}
        """The message id of each radio's latest word that is stored."""

    @property
    def opened(self) -> list[Sos]:
        """Those that are not closed, oldest first."""
        return [sos for sos in self._known.values() if sos.state is not SosState.CLOSED]

    @property
    def closed(self) -> list[Sos]:
        """The latest that are."""
        return [sos for sos in self._known.values() if sos.state is SosState.CLOSED]

    def find(self, sos_id: str) -> Sos | None:
        """One that is not closed, or one of the latest KEPT_CLOSED."""
        return self._known.get(sos_id)

    def latest_of(self, radio_id: str) -> Sos | None:
        """The radio's latest."""
        return self._known.get(self._of_radio.get(radio_id, ""))

    def open_of(self, radio_id: str) -> Sos | None:
        """The radio's SOS that is not closed."""
        sos = self.latest_of(radio_id)
        return sos if sos is not None and sos.state is not SosState.CLOSED else None

    def latest_word(self, radio_id: str) -> str | None:
        """The message id of the radio's latest word that is stored."""
        return self._latest_word.get(radio_id)

    def is_over(self, radio_id: str, press: SosRaised) -> bool:
        """Whether a press is of an SOS that was closed since: by its name, or said again after it was stored."""
        known = self._known.get(press.sos_id)
        if known is not None:
            return known.state is SosState.CLOSED
        return self._latest_word.get(radio_id) == press.message_id and self.open_of(radio_id) is None

    def note(self, sos: Sos) -> None:
        """One is new or other than it was; past KEPT_CLOSED the oldest closed ones are forgotten."""
        self._known[sos.sos_id] = sos
        if sos.state is not SosState.CLOSED or self.open_of(sos.radio_id) is None:
            self._of_radio[sos.radio_id] = sos.sos_id
        if len(self._known) > KEPT_CLOSED:
            closed = (one.sos_id for one in self._known.values() if one.state is SosState.CLOSED)
            for sos_id in [one for one, _ in zip(closed, range(len(self._known) - KEPT_CLOSED), strict=False)]:
                forgotten = self._known.pop(sos_id)
                if self._of_radio.get(forgotten.radio_id) == sos_id:
                    del self._of_radio[forgotten.radio_id]

    def note_word(self, radio_id: str, message_id: str) -> None:
        """A word of the radio is stored."""
        self._latest_word[radio_id] = message_id
