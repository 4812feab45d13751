"""The chain of audit records: each record's hash covers its own fields and the hash of the record before it.

SHA-256 over length-prefixed fields. Who can write the database can also compute hashes: the chain alone shows clumsy
changes, the signatures over it (checkpoints.py) the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

FIRST = "0" * 64
"""Stands before the first record's hash."""
CHECKPOINT_EVERY = 100
ROWS_AT_ONCE = 1_000
_NOTHING = b"\xff" * 8
"""Stands for the length of a field that has no value: not the same as an empty one."""
_DAY_US = 86_400_000_000
_FIELDS = "number, at_us, person_id, action, case_id, purpose, detail, previous_hash, hash"
_ROWS = sa.text(f"SELECT {_FIELDS} FROM audit_records WHERE number <= :until ORDER BY number")
_LAST = sa.text("SELECT number, at_us, hash FROM audit_records ORDER BY number DESC LIMIT 1")
MAX_NUMBER = 2**63 - 1


class Flaw(StrEnum):
    """What is wrong with a log."""

    MISSING = "missing"
    CHANGED = "changed"
    CHECKPOINT = "checkpoint"
    HEAD = "head"
    PRUNED = "pruned"
    PUT_BACK = "put_back"
    UNREADABLE = "unreadable"


_WORDS = {
    Flaw.MISSING: ("缺少记录", "a record is missing"),
    Flaw.CHANGED: ("记录被改动、插入或调换", "a record was changed, inserted or moved"),
    Flaw.CHECKPOINT: ("检查点缺失、多余或不是本中枢所签", "a checkpoint is missing, not due or not signed by this hub"),
    Flaw.HEAD: ("末尾签名缺失，或与最后一条记录不符", "the signed head is missing or not that of the last record"),
    Flaw.PRUNED: ("到期清除的声明不是本中枢所签", "the statement of what was pruned is not signed by this hub"),
    Flaw.PUT_BACK: ("与另存的检查点不符：数据库被换回旧版本，或检查点文件不是本中枢的",
                    "a kept checkpoint says otherwise: the database was put back, or the file is of another hub"),
    Flaw.UNREADABLE: ("读不出来", "it cannot be read"),
}  # fmt: skip


class AuditBroken(ValueError):
    """The log does not hold: from which record on, and what is wrong there."""

    def __init__(self, number: int, flaw: Flaw) -> None:
        words, words_en = _WORDS[flaw]
        told_en = f"the audit log does not hold from record {number} on: {words_en}"
        super().__init__(f"审计日志从第 {number} 条起不可信：{words} ({told_en})")
        self.number = number
        self.flaw = flaw


class Link(NamedTuple):
    """One record as those after it need to know it."""

    number: int
    at_us: int
    hash: str


GENESIS = Link(0, 0, FIRST)


def record_hash(fields: tuple[Any, ...]) -> str:
    """The hash of a record: number, at_us, person_id, action, case_id, purpose, detail, previous_hash."""
    parts = []
    for value in fields:
        if value is None:
            parts.append(_NOTHING)
        else:
            data = value if isinstance(value, bytes) else str(value).encode()
            parts += (len(data).to_bytes(8, "big"), data)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def is_due(link: Link, before: Link) -> bool:
    """Whether the record gets a checkpoint: every 100th, and the first of a day (UTC)."""
    return link.number % CHECKPOINT_EVERY == 0 or before.number == 0 or link.at_us // _DAY_US != before.at_us // _DAY_US


def last_record(connection: sa.Connection) -> Link:
    """The record with the highest number, as it is; GENESIS when there is none."""
    row = connection.execute(_LAST).first()
    return Link(*row) if row else GENESIS


def follow(connection: sa.Connection, after: Link, until: int = MAX_NUMBER) -> Iterator[Link]:
    """All records up to number ``until``, each checked, the first to be the one after ``after``; bounded memory.

    Raises AuditBroken.
    """
    expected, previous = after.number + 1, after.hash
    try:
        with connection.execute(_ROWS, {"until": until}, execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
            for row in rows:
                number, at_us, kept = row[0], row[1], row[8]
                if number != expected:
                    raise AuditBroken(min(number, expected), Flaw.MISSING if number > expected else Flaw.CHANGED)
                as_written = type(at_us) is int and type(row[6]) is bytes  # SQLite would keep other types as they come
                if not as_written or row[7] != previous or record_hash(tuple(row[:8])) != kept:
                    raise AuditBroken(number, Flaw.CHANGED)
                yield Link(number, at_us, kept)
                expected, previous = number + 1, kept
    except sa.exc.DatabaseError:
        raise AuditBroken(expected, Flaw.UNREADABLE) from None
