"""Which events refer to a case: kept beside the event log, in its transaction.

So a timeline misses none, and is read by one index, however long the log is and whatever of it is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.casebook.tables import case_entries
from hub.events.messages import EventKind, Item
from hub.response.limits import AskKind

_ENDED_EXPORTS = ("done", "failed")
_LEFT_OUT = ("deliveries", "watches", "radios_missed", "radio_ids")
"""Of bodies: what is long, and is where it came from."""
_e = case_entries.c
MOST_KNOWN = 10_000
"""Alerts, and talk groups, whose case is known, also when it has closed; beyond it the oldest are forgotten until the
next start, which takes up those of open cases: 50 cases have some hundred.
"""


class _Refers(msgspec.Struct):
    """As much of a body as says what it belongs to."""

    case_id: str | None = None
    alert_id: str | None = None
    group_id: str | None = None
    cancels: str | None = None
    state: str | None = None
    kind: str | None = None


_read = msgspec.json.Decoder(_Refers).decode
_read_all = msgspec.json.Decoder(dict[str, Any]).decode
_encoder = msgspec.json.Encoder()


class Book:
    """Used in the writer's thread alone, but for ``load``."""

    def __init__(self) -> None:
        self._case_of_alert: dict[str, str] = {}
        self._case_of_group: dict[str, str] = {}
        self._rules: dict[str, Callable[[Item], str | None]] = {
            **dict.fromkeys(
                (
                    EventKind.CASE_OPENED,
                    EventKind.CASE_CHANGED,
                    EventKind.CASE_CLOSED,
                    EventKind.CASE_NOTED,
                    EventKind.CASE_RECORDING,
                    EventKind.CASE_MEDIATED,
                    EventKind.SEARCH_MADE,
                    EventKind.PATH_MARKED,
                ),
                lambda item: item.subject,
            ),
            EventKind.WATCH_STARTED: lambda item: _read(item.body).case_id,
            EventKind.WATCH_ENDED: lambda item: _read(item.body).case_id,
            EventKind.EXPORT_CHANGED: _of_export,
            EventKind.ALERT_ISSUED: self._of_issued,
            EventKind.ALERT_CANCELLED: self._of_alert,
            EventKind.REPORT_MADE: self._of_alert,
            EventKind.CHILD_FOUND: self._of_alert,
            EventKind.CHILD_CLOSED: self._of_alert,
            EventKind.GROUP_OPENED: self._of_opened,
            **dict.fromkeys(
                (EventKind.ASK_MADE, EventKind.ASK_OVERDUE, EventKind.ASK_CLOSED),
                lambda item: _read(item.body).case_id,
            ),
            EventKind.ASK_CHANGED: _of_changed,
            EventKind.BURST_ENDED: lambda item: self._case_of_group.get(item.subject),
        }

    def load(self, connection: sa.Connection, open_case_ids: Sequence[str]) -> None:
        """Take up which alerts and talk groups belong to open cases."""
        kinds = (EventKind.ALERT_ISSUED.value, EventKind.GROUP_OPENED.value)
        query = sa.select(_e.case_id, _e.kind, _e.body).where(_e.case_id.in_(open_case_ids), _e.kind.in_(kinds))
        for case_id, kind, body in connection.execute(query):
            refers = _read(body)
            if kind == EventKind.ALERT_ISSUED and refers.alert_id is not None:
                self._case_of_alert[refers.alert_id] = case_id
            elif refers.group_id is not None:
                self._case_of_group[refers.group_id] = case_id

    def keep(self, connection: sa.Connection, items: Sequence[Item]) -> None:
        """Keep those that refer to a case."""
        rows = []
        for item in items:
            rule = self._rules.get(item.kind)
            case_id = None if rule is None else rule(item)
            if case_id is None:
                continue
            row = item._asdict() | {"case_id": case_id, "body": _short(item)}
            rows.append(row)
        if rows:
            connection.execute(sa.insert(case_entries), rows)

    def _of_issued(self, item: Item) -> str | None:
        refers = _read(item.body)
        if refers.case_id is None or refers.cancels is not None:
            return None
        _note(self._case_of_alert, item.subject, refers.case_id)
        return refers.case_id

    def _of_alert(self, item: Item) -> str | None:
        return self._case_of_alert.get(_read(item.body).alert_id or "")

    def _of_opened(self, item: Item) -> str | None:
        refers = _read(item.body)
        case_id = self._case_of_alert.get(refers.alert_id or "")
        if case_id is not None and refers.group_id is not None:
            _note(self._case_of_group, refers.group_id, case_id)
        return case_id


def _note(known: dict[str, str], name: str, case_id: str) -> None:
    known[name] = case_id
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]


def _of_export(item: Item) -> str | None:
    refers = _read(item.body)
    return refers.case_id if refers.state in _ENDED_EXPORTS else None


def _of_changed(item: Item) -> str | None:
    """Of a whistle or directive it comes with every answer: what came of them is in the sum at its end."""
    refers = _read(item.body)
    return refers.case_id if refers.kind == AskKind.REPORT else None


def _short(item: Item) -> bytes:
    """The body without what is long."""
    if not any(f'"{name}"'.encode() in item.body for name in _LEFT_OUT):
        return item.body
    body = _read_all(item.body)
    for part in (body, body.get("case")):
        if isinstance(part, dict):
            part.update({name: [] for name in _LEFT_OUT if name in part})
    return _encoder.encode(body)
