"""The audit log: every search, look and export, chained by hashes so that a changed record is found.

Each record's hash covers its own fields and the hash before it (SHA-256 over length-prefixed fields), so that changing,
removing, inserting or reordering a record breaks the chain from there on. Records cut off at the end leave a chain that
holds: that is seen by its length alone, against one that was noted before.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.access.tables import audit_records
from hub.storage.writer import Change

FIRST = "0" * 64
_NOTHING = b"\xff" * 8
"""Stands for the length of a field that has no value: not the same as an empty one."""
_encoder = msgspec.json.Encoder(order="deterministic")


class Action(StrEnum):
    """What was done."""

    OPEN_CASE = "open_case"
    CLOSE_CASE = "close_case"
    SEARCH = "search"
    WATCH = "watch"
    LOOK = "look"
    ADD_CAMERA = "add_camera"
    REMOVE_CAMERA = "remove_camera"
    IMPORT_VENUES = "import_venues"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    SESSION_REVOKED = "session_revoked"
    PUT_PERSON = "put_person"
    DISABLE_PERSON = "disable_person"
    ENABLE_PERSON = "enable_person"
    INVITE = "invite"
    ACCEPT_INVITATION = "accept_invitation"
    MAKE_ENROLMENT_CODE = "make_enrolment_code"
    ENROL_DEVICE = "enrol_device"
    ENROL_FAILED = "enrol_failed"
    REVOKE_DEVICE = "revoke_device"
    ROTATE_DEVICE = "rotate_device"


class AuditBroken(ValueError):
    """The chain does not hold; says from which record on."""


def record(
    change: Change,
    person_id: str,
    action: Action,
    *,
    detail: msgspec.Struct,
    case_id: str | None = None,
    purpose: str = "",
) -> None:
    """Append one audit record within ``change``."""
    a = audit_records.c
    last = change.connection.execute(sa.select(a.number, a.hash).order_by(a.number.desc()).limit(1)).first()
    fields: dict[str, Any] = {
        "number": last.number + 1 if last else 1,
        "at_us": change.at_us,
        "person_id": person_id,
        "action": action.value,
        "case_id": case_id,
        "purpose": purpose,
        "detail": _encoder.encode(detail),
        "previous_hash": last.hash if last else FIRST,
    }
    change.connection.execute(sa.insert(audit_records).values(**fields, hash=_hash(fields)))


def _hash(fields: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for value in fields.values():
        if value is None:
            digest.update(_NOTHING)
            continue
        data = value if isinstance(value, bytes) else str(value).encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def verify(connection: sa.Connection) -> int:
    """Check the whole chain; returns how many records it has. Raises AuditBroken naming the first bad one."""
    previous, count = FIRST, 0
    for row in connection.execute(sa.select(audit_records).order_by(audit_records.c.number)):
        fields = row._asdict()
        kept = fields.pop("hash")
        if row.number != count + 1 or row.previous_hash != previous or _hash(fields) != kept:
            raise AuditBroken(f"the audit log does not hold from record {count + 1} on")
        previous, count = kept, count + 1
    return count
