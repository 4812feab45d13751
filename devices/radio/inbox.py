"""The alerts a radio has received: on its disk before anybody sees them, each shown once.

That one is over follows from its cancel or its update, which are such alerts themselves: what is on the disk says it,
whenever the radio is killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from devices.link.journal import Journal, open_journal
from devices.link.refusals import Refusal, Refusals
from devices.protocol.messages import AlertMessage, Reminder

MAX_ALERTS = 500
"""Past this the oldest alert is forgotten; the hub would have to repeat it after 500 newer ones to be shown twice."""

_COMPACT_BYTES = 256 * 1024


class _Arrived(msgspec.Struct, frozen=True, tag="arrived", array_like=True):
    alert: AlertMessage
    expires_wall_us: int


class _Acknowledged(msgspec.Struct, frozen=True, tag="acknowledged", array_like=True):
    alert_id: str


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Arrived | _Acknowledged)


class Arrival(StrEnum):
    """What an arriving alert is to this radio."""

    NEW = "new"
    UNDER_WAY = "under_way"
    """Its first copy is on the way to the disk."""
    KNOWN = "known"


@dataclass
class _Kept:
    alert: AlertMessage
    expires_wall_us: int
    durable: bool
    acknowledged: bool = False
    played: bool = False
    reminded: int = 0
    """The attempt of the latest reminder."""


class Inbox:
    """The journal of one radio's alerts. A disk that fails is counted; the alert is then shown all the same."""

    def __init__(self, path: Path | None, refusals: Refusals) -> None:
        self._refusals = refusals
        self._kept: dict[str, _Kept] = {}
        self._journal: Journal | None = None
        self._next_compaction_bytes = _COMPACT_BYTES
        if path is not None:
            self._open(path)

    @property
    def journal(self) -> Journal | None:
        """The file to force to the disk after ``arrive``; None without one."""
        return self._journal

    def arrive(self, alert: AlertMessage, expires_wall_us: int) -> Arrival:
        """Take in a copy of an alert. After NEW: force the journal to the disk, then call ``is_durable``."""
        kept = self._kept.get(alert.alert_id)
        if kept is not None:
            return Arrival.KNOWN if kept.durable else Arrival.UNDER_WAY
        self._remember(_Kept(alert, expires_wall_us, durable=False))
        self._write(_Arrived(alert, expires_wall_us))
        self._compact()
        return Arrival.NEW

    def has(self, alert_id: str) -> bool:
        """Whether a copy has arrived, on the disk yet or not."""
        return alert_id in self._kept

    def is_durable(self, alert_id: str) -> None:
        """The alert is on the disk: its copies are KNOWN from now on."""
        kept = self._kept.get(alert_id)
        if kept is not None:
            kept.durable = True

    def is_acknowledged(self, alert_id: str) -> bool:
        """Whether the guard pressed the key before. Raises KeyError for an alert that never arrived."""
        return self._kept[alert_id].acknowledged

    def is_over(self, alert_id: str) -> bool:
        """Whether an alert that has arrived, before it or after, ends this one or takes its place."""
        return any(alert_id in _ended_by(kept.alert) for kept in self._kept.values())

    def is_reminded(self, alert: AlertMessage) -> bool:
        """Whether this copy of a known alert reminds of what is still to be done; each attempt once."""
        kept = self._kept[alert.alert_id]
        if alert.reminder is None or alert.attempt <= kept.reminded or self.is_over(alert.alert_id):
            return False
        kept.reminded = alert.attempt
        return kept.acknowledged is (alert.reminder is Reminder.REPORT)

    def is_first_played(self, alert_id: str) -> bool:
        """Whether this is the first time since the radio's start that the alert has sounded; one that is over has not.

        It is not on the disk: what is shown again after a restart sounds again, and a repeat changes nothing.
        """
        kept = self._kept.get(alert_id)
        if kept is None or kept.played or self.is_over(alert_id):
            return False
        kept.played = True
        return True

    def acknowledge(self, alert_id: str) -> None:
        """Note the guard's key, once its message is kept. Raises KeyError for an alert that never arrived."""
        kept = self._kept[alert_id]
        if not kept.acknowledged:
            kept.acknowledged = True
            self._write(_Acknowledged(alert_id))

    def unanswered(self, wall_us: int) -> list[AlertMessage]:
        """The alerts to show again after a restart, oldest first: not acknowledged, not over and not expired.

        The wall clock is all that a restarted radio has to tell what has expired meanwhile; ``expires_in_s`` of each is
        what is left.
        """
        over = {alert_id for kept in self._kept.values() for alert_id in _ended_by(kept.alert)}
        return [
            msgspec.structs.replace(kept.alert, expires_in_s=(kept.expires_wall_us - wall_us) / 1e6)
            for alert_id, kept in self._kept.items()
            if not kept.acknowledged
            and kept.expires_wall_us > wall_us
            and kept.alert.cancels is None
            and alert_id not in over
        ]

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _open(self, path: Path) -> None:
        self._journal, records = open_journal(path, self._refusals)
        for record in records:
            try:
                entry = _decoder.decode(record)
            except msgspec.MsgspecError as error:
                self._refusals.add(Refusal.STORE_DAMAGED, f"{path}: {error}")
                continue
            if isinstance(entry, _Arrived):
                self._remember(_Kept(entry.alert, entry.expires_wall_us, durable=True))
            elif entry.alert_id in self._kept:
                self._kept[entry.alert_id].acknowledged = True

    def _remember(self, kept: _Kept) -> None:
        self._kept[kept.alert.alert_id] = kept
        if len(self._kept) > MAX_ALERTS:
            del self._kept[next(iter(self._kept))]

    def _write(self, entry: _Arrived | _Acknowledged) -> None:
        if self._journal is None:
            return
        try:
            self._journal.append(_encode(entry))
        except OSError as error:
            self._refusals.add(Refusal.STORE_FAILED, str(error))

    def _compact(self) -> None:
        """When the file has grown to twice what it was after the last time, write only what is remembered."""
        if self._journal is None or self._journal.size_bytes < self._next_compaction_bytes:
            return
        entries: list[bytes] = []
        for alert_id, kept in self._kept.items():
            entries.append(_encode(_Arrived(kept.alert, kept.expires_wall_us)))
            if kept.acknowledged:
                entries.append(_encode(_Acknowledged(alert_id)))
        try:
            self._journal.rewrite(entries)
        except OSError as error:
            self._refusals.add(Refusal.STORE_FAILED, str(error))
        self._next_compaction_bytes = _COMPACT_BYTES + 2 * self._journal.size_bytes


def _ended_by(alert: AlertMessage) -> tuple[str, ...]:
    return alert.updates if alert.cancels is None else (alert.cancels, *alert.updates)
