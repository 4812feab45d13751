"""One alert's escalation: which step is due for which radio, and who is to be asked again. Pure, the time passed in.

Time is seconds since the alert was issued, by the machine's own clock (hub/alerts/lifetime.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hub.escalation.policy import Rules

MOST_ASKED = 3


class LineState(StrEnum):
    SILENT = "silent"
    """Nobody has acknowledged."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has, and is still to report."""
    DONE = "done"
    """Reported, or nothing more is to be done about it."""


class LineEvent(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"
    REPORT = "report"
    STOP = "stop"
    """A person's word, or the venue is closed."""


TRANSITIONS: dict[tuple[LineState, LineEvent], LineState] = {
    (LineState.SILENT, LineEvent.ACKNOWLEDGEMENT): LineState.ACKNOWLEDGED,
    (LineState.SILENT, LineEvent.REPORT): LineState.DONE,
    (LineState.SILENT, LineEvent.STOP): LineState.DONE,
    (LineState.ACKNOWLEDGED, LineEvent.REPORT): LineState.DONE,
    (LineState.ACKNOWLEDGED, LineEvent.STOP): LineState.DONE,
}
"""What is not listed changes nothing: a repeat, or a word after the end."""


class DueStep(NamedTuple):
    """The ``number``-th step of the policy, from 0, is to be done about this radio."""

    radio_id: str
    number: int


class DueAsking(NamedTuple):
    """This radio's guard is to be asked for a report, for the ``number``-th time, from 0."""

    radio_id: str
    number: int


@dataclass
class Line:
    """One radio's: what has been done about it."""

    state: LineState = LineState.SILENT
    steps_done: int = 0
    asked: int = 0
    acknowledged_s: float = 0.0


class Escalation:
    """Of one alert. What is due stays due until ``done`` says that it is on disk."""

    def __init__(self, rules: Rules, lines: dict[str, Line]) -> None:
        """``lines`` by radio: fresh ones, or as the database has them."""
        self._rules = rules
        self._lines = lines

    def tell(self, radio_id: str, event: LineEvent, now_s: float) -> bool:
        """Something happened at a radio; false when it changes nothing."""
        line = self._lines.get(radio_id)
        state = None if line is None else TRANSITIONS.get((line.state, event))
        if line is None or state is None:
            return False
        line.state = state
        if event is LineEvent.ACKNOWLEDGEMENT:
            line.acknowledged_s = now_s
        return True

    def is_silent(self, radio_id: str) -> bool:
        """Whether nobody has acknowledged there, nor decided that it is left in peace."""
        line = self._lines.get(radio_id)
        return line is not None and line.state is LineState.SILENT

    def open_lines(self, radio_ids: Iterable[str]) -> list[str]:
        """Which of these radios something may still be done about."""
        known = (radio_id for radio_id in dict.fromkeys(radio_ids) if radio_id in self._lines)
        return [radio_id for radio_id in known if self._lines[radio_id].state is not LineState.DONE]

    def stop(self, radio_ids: Iterable[str], now_s: float) -> None:
        """A person decided that these are left in peace."""
        for radio_id in radio_ids:
            self.tell(radio_id, LineEvent.STOP, now_s)

    def due(self, now_s: float) -> list[DueStep | DueAsking]:
        """What is due: the next thing of each radio, those that were due first before the others."""
        dues = ((self._due_s(line), radio_id, line) for radio_id, line in self._lines.items())
        found = sorted(
            (due_s, radio_id, line.state) for due_s, radio_id, line in dues if due_s is not None and due_s <= now_s
        )
        return [
            DueStep(radio_id, self._lines[radio_id].steps_done)
            if state is LineState.SILENT
            else DueAsking(radio_id, self._lines[radio_id].asked)
            for _, radio_id, state in found
        ]

    def is_wanted(self, thing: DueStep | DueAsking) -> bool:
        """Whether it is still to be done: nobody pressed, reported or stopped it meanwhile."""
        line = self._lines[thing.radio_id]
        if isinstance(thing, DueStep):
            return line.state is LineState.SILENT and line.steps_done == thing.number
        return line.state is LineState.ACKNOWLEDGED and line.asked == thing.number

    def done(self, thing: DueStep | DueAsking) -> None:
        """It is on disk that this was done; again does no harm."""
        line = self._lines[thing.radio_id]
        if isinstance(thing, DueStep):
            line.steps_done = max(line.steps_done, thing.number + 1)
        else:
            line.asked = max(line.asked, thing.number + 1)

    def _due_s(self, line: Line) -> float | None:
        if line.state is LineState.SILENT and line.steps_done < len(self._rules.steps):
            return self._rules.steps[line.steps_done].after_s
        if line.state is LineState.ACKNOWLEDGED and line.asked < MOST_ASKED:
            return line.acknowledged_s + (line.asked + 1) * self._rules.ask_again_s
        return None
