"""What guards, hub and console say of the same alerts, laid side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

SHOWN_VIOLATIONS = 20
"""So many violations are written out; all are counted."""


class Deed(StrEnum):
    """What a guard notes."""

    SHOWN = "shown"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Note:
    """One line of a guard's notes; ``run`` names the start of the radio in which it happened."""

    deed: Deed
    run: str
    radio_id: str
    alert_id: str

    def line(self) -> bytes:
        """As it stands in the file."""
        return f"{self.deed.value} {self.run} {self.radio_id} {self.alert_id}\n".encode()

    @classmethod
    def read(cls, line: bytes) -> Note:
        """Raises ValueError for a line that is none."""
        deed, run, radio_id, alert_id = line.decode().split()
        return cls(Deed(deed), run, radio_id, alert_id)


class Wrong(StrEnum):
    """What must not happen."""

    LOST = "lost"
    """A guard never saw an alert."""
    DUPLICATE = "duplicate"
    """A guard saw it twice in one start of the radio, or again after he had acknowledged it."""
    ACKNOWLEDGEMENT_LOST = "acknowledgement_lost"
    """A guard acknowledged, and the hub's database does not know."""
    NOT_ACKNOWLEDGED = "not_acknowledged"
    """The campaign was over before the hub knew an acknowledgement of this guard's; he had not lost any."""
    EVENT_GAP = "event_gap"
    EVENT_REPEAT = "event_repeat"
    ALERT_REPEATED = "alert_repeated"
    """An alert that was issued once is in the database twice."""


class Violation(msgspec.Struct, frozen=True):
    """One, with what is needed to look for it: who, which alert or event, and where in the campaign."""

    wrong: Wrong
    radio_id: str | None = None
    alert_id: str | None = None
    alert: int | None = None
    """The alert's place in the campaign, from 0."""
    event: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Guards:
    """What the guards' notes say."""

    shown: frozenset[tuple[str, str]]
    """Alert and radio."""
    acknowledged: frozenset[tuple[str, str]]
    duplicates: tuple[Note, ...]
    shown_again: int
    """Alerts that a radio showed again at its start, since nobody had acknowledged them: as it must."""


def read_notes(notes: Iterable[Note]) -> Guards:
    """``notes`` of each radio in the order in which they were written."""
    runs: dict[tuple[str, str], set[str]] = {}
    acknowledged: set[tuple[str, str]] = set()
    duplicates, shown_again = [], 0
    for note in notes:
        pair = (note.alert_id, note.radio_id)
        if note.deed is Deed.ACKNOWLEDGED:
            acknowledged.add(pair)
            continue
        before = runs.setdefault(pair, set())
        if note.run in before or pair in acknowledged:
            duplicates.append(note)
        elif before:
            shown_again += 1
        before.add(note.run)
    return Guards(frozenset(runs), frozenset(acknowledged), tuple(duplicates), shown_again)


def violations_of_alerts(
    issued: Mapping[str, int], radio_ids: Iterable[str], guards: Guards, stored: Mapping[tuple[str, str], bool]
) -> list[Violation]:
    """``issued``: each alert's place in the campaign; ``stored``: each delivery of the database, if acknowledged."""
    found = []
    radios = tuple(radio_ids)
    for alert_id, place in issued.items():
        for radio_id in radios:
            pair = (alert_id, radio_id)
            if pair not in guards.shown:
                detail = "" if pair in stored else "no delivery in the database"
                found.append(Violation(Wrong.LOST, radio_id, alert_id, place, detail=detail))
            if not stored.get(pair, False):
                wrong = Wrong.ACKNOWLEDGEMENT_LOST if pair in guards.acknowledged else Wrong.NOT_ACKNOWLEDGED
                found.append(Violation(wrong, radio_id, alert_id, place))
    for note in guards.duplicates:
        of = issued.get(note.alert_id)
        found.append(Violation(Wrong.DUPLICATE, note.radio_id, note.alert_id, of, detail=f"run {note.run}"))
    for alert_id in sorted({alert_id for alert_id, _ in stored} - issued.keys()):
        found.append(Violation(Wrong.ALERT_REPEATED, alert_id=alert_id))
    return found


class Seen:
    """What one console has seen of the events, over all its connections."""

    def __init__(self) -> None:
        self.last = 0
        self.connections = 0
        self.sums: dict[int, int] = {}
        self.violations: list[Violation] = []

    def take(self, number: int, previous: int, checksum: int) -> None:
        """One item arrived."""
        if number <= self.last:
            self.violations.append(Violation(Wrong.EVENT_REPEAT, event=number, detail=f"after {self.last}"))
            return
        if previous != self.last:
            detail = f"it names {previous} before it, the console had {self.last}"
            self.violations.append(Violation(Wrong.EVENT_GAP, event=number, detail=detail))
        self.last = number
        self.sums[number] = checksum

    def against(self, stored: Mapping[int, int]) -> list[Violation]:
        """What is wrong, given each event of the database and its checksum."""
        seen = self.sums
        found = list(self.violations)
        for words, numbers in (
            ("stored, not seen", stored.keys() - seen),
            ("seen, not stored", seen.keys() - stored),
            (
                "seen with other words than are stored",
                {one for one in stored.keys() & seen if stored[one] != seen[one]},
            ),
        ):
            found += [Violation(Wrong.EVENT_GAP, event=number, detail=words) for number in sorted(numbers)]
        return found


def counted(violations: Iterable[Violation]) -> Counter[Wrong]:
    """How many of each."""
    return Counter(one.wrong for one in violations)
