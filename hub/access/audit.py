"""The audit log: who did what, for which case and purpose; a record that is changed or removed afterwards is found.

Records noted in the changes of a batch are chained by hashes (chain.py) and written in its transaction, and with them
the signed head and the checkpoints that are due (checkpoints.py). ``verification.py`` finds what was done to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.access import checkpoints
from hub.access.chain import FIRST, GENESIS, AuditBroken, Flaw, Link, follow, is_due, last_record, record_hash
from hub.access.checkpoints import (
    CHECKPOINTS_FILE,
    CheckpointFile,
    Kind,
    Statement,
    read_statements,
    sign,
    write_statements,
)
from hub.access.tables import audit_records, audit_statements
from hub.storage.database import Database
from hub.storage.engine import without_nul
from hub.storage.journal import Journal
from hub.storage.writer import Change

_log = structlog.get_logger()
_encoder = msgspec.json.Encoder(order="deterministic")
_COLUMNS = tuple(audit_records.c.keys())
PRUNED_AT_ONCE = 2_000
"""Records deleted in one change, so that nobody waits for it longer than some 50 ms."""
THE_HUB = "hub"
"""Stands for the person of what the hub does by itself."""


class Action(StrEnum):
    """What was done."""

    OPEN_CASE = "open_case"
    CLOSE_CASE = "close_case"
    MOVE_CASE = "move_case"
    GRADE_CASE = "grade_case"
    NOTE_CASE = "note_case"
    MEDIATE = "mediate"
    SET_MEDIATORS = "set_mediators"
    SEEK_CHILD = "seek_child"
    """Begin, change or decide something of a missing-child procedure."""
    MAKE_ASK = "make_ask"
    """Report, whistle or direct."""
    ANSWER_ASK = "answer_ask"
    TIE_ASK = "tie_ask"
    """Make a case of a report, or tie it to one."""
    CLOSE_ASK = "close_ask"
    SEARCH = "search"
    WATCH = "watch"
    END_WATCH = "end_watch"
    LOOK = "look"
    LOOK_AT_PHOTO = "look_at_photo"
    MARK_PATH = "mark_path"
    WATCH_LIVE = "watch_live"
    PLAY_FOOTAGE = "play_footage"
    EXPORT_FOOTAGE = "export_footage"
    FETCH_EXPORT = "fetch_export"
    DELETE_EXPORT = "delete_export"
    HOLD_FOOTAGE = "hold_footage"
    RELEASE_FOOTAGE = "release_footage"
    LISTEN = "listen"
    LISTEN_BACK = "listen_back"
    CLOSE_SOS = "close_sos"
    CALL_ROLL = "call_roll"
    BRING_MEDIA = "bring_media"
    CANCEL_ALERT = "cancel_alert"
    UPDATE_ALERT = "update_alert"
    ANSWER_ALERT = "answer_alert"
    CALL_RADIO = "call_radio"
    CLOSE_FOUND = "close_found"
    STOP_ESCALATION = "stop_escalation"
    SET_ESCALATION = "set_escalation"
    SET_TEMPLATES = "set_templates"
    SET_TOURS = "set_tours"
    ADD_CAMERA = "add_camera"
    REMOVE_CAMERA = "remove_camera"
    PUT_MASKS = "put_masks"
    CALIBRATE_CAMERA = "calibrate_camera"
    PUT_OWNERS = "put_owners"
    DISCOVER_CAMERAS = "discover_cameras"
    LEARN_DESCRIPTOR = "learn_descriptor"
    RESTORE_DESCRIPTOR = "restore_descriptor"
    IMPORT_VENUES = "import_venues"
    PUT_MAP = "put_map"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    SESSION_REVOKED = "session_revoked"
    PUT_PERSON = "put_person"
    DISABLE_PERSON = "disable_person"
    ENABLE_PERSON = "enable_person"
    INVITE = "invite"
    ACCEPT_INVITATION = "accept_invitation"
    CHANGE_PASSWORD = "change_password"
    MAKE_ENROLMENT_CODE = "make_enrolment_code"
    ENROL_DEVICE = "enrol_device"
    ENROL_FAILED = "enrol_failed"
    REVOKE_DEVICE = "revoke_device"
    ROTATE_DEVICE = "rotate_device"
    SET_HOURS = "set_hours"
    PLAN_SHIFTS = "plan_shifts"
    SET_PIN = "set_pin"
    WRONG_PIN = "wrong_pin"
    SIGN_ON_RADIO = "sign_on_radio"
    SIGN_OFF_RADIO = "sign_off_radio"
    READ_AUDIT = "read_audit"
    EXPORT_AUDIT = "export_audit"
    EXPORT_EVALUATION = "export_evaluation"
    PRUNE_AUDIT = "prune_audit"


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record on a pruning: all records up to ``number`` were deleted."""

    number: int
    records: int


class _Noted(NamedTuple):
    at_us: int
    person_id: str
    action: str
    case_id: str | None
    purpose: str
    detail: bytes


def record(
    change: Change,
    person_id: str,
    action: Action,
    *,
    detail: msgspec.Struct,
    case_id: str | None = None,
    purpose: str = "",
) -> None:
    """Append one audit record within ``change``. Raises LookupError where the database keeps no AuditLog."""
    words = [None if one is None else without_nul(one) for one in (person_id, case_id, purpose)]  # as they are kept
    noted = _Noted(change.at_us, words[0] or "", action.value, words[1], words[2] or "", _encoder.encode(detail))
    change.journal(AuditLog).noted.append(noted)


def noting(person_id: str, action: Action, detail: msgspec.Struct) -> Callable[[Change], None]:
    """``record`` as something to be done within another room's change."""
    return lambda change: record(change, person_id, action, detail=detail)


def cases_named(connection: sa.Connection, case_ids: Sequence[str]) -> frozenset[str]:
    """Which of these cases a record is about that is still kept: who reads it must find them."""
    a = audit_records.c
    return frozenset(connection.execute(sa.select(a.case_id).where(a.case_id.in_(case_ids)).distinct()).scalars())


class AuditLog(Journal[_Noted]):
    """The log of one database, and the key that it is signed with.

    What this process wrote last is kept in memory: records that somebody without the key adds or removes meanwhile are
    not continued as if they were sound, so that the break stays to be seen.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__()
        self._database = database
        self._folder = folder
        self._file = CheckpointFile(folder / CHECKPOINTS_FILE)
        self._last = GENESIS
        self._written: list[Statement] = []

    @property
    def public_key(self) -> Ed25519PublicKey:
        """What the log is checked with."""
        return self._key.public_key()

    def open(self) -> None:
        """Take up the key and the chain, before the writer starts; tells of a log that does not hold at its end."""
        try:
            self._key = checkpoints.read_key(self._folder)
        except FileNotFoundError:
            self._key = checkpoints.make_key(self._folder)
        checkpoints.write_public_key(self._folder, self.public_key)
        self._database.read_now(self._take_up)
        self._database.writer.add_journal(self)

    def _take_up(self, connection: sa.Connection) -> None:
        last, head = last_record(connection), self._head(connection)
        if head != last:
            self._tell(last.number, Flaw.HEAD)
        self._last = (
            head if head != GENESIS else last._replace(hash=FIRST)
        )  # signed by nobody: the next record shows it
        try:
            in_file = self._file.take_up()
        except AuditBroken:
            self._tell(last.number, Flaw.PUT_BACK)
            return
        if in_file > self._last.number:
            self._tell(self._last.number, Flaw.PUT_BACK)
        self._file.append(read_statements(connection, Kind.CHECKPOINT, after=in_file))

    def _tell(self, number: int, flaw: Flaw) -> None:
        _log.error("audit.broken", record=number, flaw=flaw.value)

    def _head(self, connection: sa.Connection) -> Link:
        """The signed head; GENESIS when there is none that this key signed."""
        heads = read_statements(connection, Kind.HEAD)
        return max((head.link for head in heads if head.is_signed_by(self.public_key)), default=GENESIS)

    def begin(self, connection: sa.Connection) -> None:
        super().begin(connection)
        self._written = []

    def flush(self, connection: sa.Connection) -> None:
        if not self.noted:
            return
        link, rows = self._current(connection), []
        for noted in self.noted:
            before, number = link, link.number + 1
            fields = (number, *noted, before.hash)
            link = Link(number, noted.at_us, record_hash(fields))
            rows.append(dict(zip(_COLUMNS, (*fields, link.hash), strict=True)))
            if is_due(link, before):
                self._written.append(sign(self._key, Kind.CHECKPOINT, link))
        self._written.append(sign(self._key, Kind.HEAD, link))
        connection.execute(sa.insert(audit_records), rows)
        connection.execute(sa.delete(audit_statements).where(audit_statements.c.kind == Kind.HEAD))
        write_statements(connection, self._written)

    def _current(self, connection: sa.Connection) -> Link:
        """What the next record follows: the last of this process, or of a command of this machine that has the key."""
        stored = last_record(connection)
        if stored == self._last:
            return stored
        head = self._head(connection)
        if head == stored and head.number > self._last.number:
            return head
        self._tell(self._last.number, Flaw.CHANGED)
        return self._last._replace(number=max(stored.number, self._last.number))

    def committed(self) -> Callable[[], None] | None:
        if self._written:
            *new, head = self._written
            self._last = head.link
            try:
                self._file.append(new)
            except OSError as error:  # they are in the database too, and are added at the next start
                _log.warning("audit.checkpoints_not_copied", error=error.strerror)
        return None

    async def forget_before(self, at_us: int) -> int:
        """Delete whole stretches, each up to a checkpoint, of records older than ``at_us``; returns how many."""
        forgotten = 0
        while pruned := await self._database.write(lambda change: self._prune(change, at_us)):
            forgotten += pruned.records
            await asyncio.to_thread(self._forget_checkpoints, pruned.number)
        return forgotten

    def _forget_checkpoints(self, before: int) -> None:
        try:
            self._file.forget_before(before)
        except AuditBroken as error:
            self._tell(before, error.flaw)
        except OSError as error:
            _log.warning("audit.checkpoints_not_copied", error=error.strerror)

    def _prune(self, change: Change, before_us: int) -> Pruned | None:
        connection = change.connection
        start = next((one for one in read_statements(connection, Kind.PRUNED)), None)
        after = start.link if start else GENESIS
        until = min(after.number + PRUNED_AT_ONCE, self._last.number - 1)  # the last record stays
        stretch = read_statements(connection, Kind.CHECKPOINT, after.number, until)
        checkpoint = next((one for one in reversed(stretch) if one.at_us < before_us), None)
        if checkpoint is None:
            return None
        try:
            self._check(connection, start, checkpoint)
        except AuditBroken as error:  # what shows the break is kept
            self._tell(error.number, error.flaw)
            return None
        connection.execute(sa.delete(audit_records).where(audit_records.c.number <= checkpoint.number))
        s = audit_statements.c
        gone = sa.or_(s.kind == Kind.PRUNED, sa.and_(s.kind == Kind.CHECKPOINT, s.number < checkpoint.number))
        connection.execute(sa.delete(audit_statements).where(gone))
        write_statements(connection, [sign(self._key, Kind.PRUNED, checkpoint.link._replace(at_us=change.at_us))])
        pruned = Pruned(number=checkpoint.number, records=checkpoint.number - after.number)
        record(change, THE_HUB, Action.PRUNE_AUDIT, detail=pruned)
        return pruned

    def _check(self, connection: sa.Connection, start: Statement | None, checkpoint: Statement) -> None:
        """The records after ``start`` up to the checkpoint hold. Raises AuditBroken."""
        if start is not None and not start.is_signed_by(self.public_key):
            raise AuditBroken(start.number, Flaw.PRUNED)
        for link in follow(connection, start.link if start else GENESIS, checkpoint.number):  # noqa: B007
            pass
        if link != checkpoint.link or not checkpoint.is_signed_by(self.public_key):
            raise AuditBroken(checkpoint.number, Flaw.CHECKPOINT)
