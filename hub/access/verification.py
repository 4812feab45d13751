"""Finds whatever was done to an audit log after it was written, with nothing but the database and the public key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.access.chain import CHECKPOINT_EVERY, GENESIS, MAX_NUMBER, AuditBroken, Flaw, Link, follow, is_due
from hub.access.checkpoints import Kind, Statement, read_checkpoints, read_statements

_AT_ONCE = 100 * CHECKPOINT_EVERY
_HASH = sa.text("SELECT hash FROM audit_records WHERE number = :number")


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """A log that holds: ``first`` to ``last`` are kept, those up to ``pruned`` were deleted, their time over."""

    first: Link | None
    last: Link | None
    checkpoint: Statement | None
    pruned: Statement | None
    compared: int
    """Checkpoints of the given file that the log agrees with."""

    @property
    def records(self) -> int:
        """How many records are kept."""
        return self.last.number - self.first.number + 1 if self.first and self.last else 0


def verify(connection: sa.Connection, key: Ed25519PublicKey, kept: IO[bytes] | None = None) -> AuditReport:
    """Check the whole log against its signatures, and against a file of checkpoints kept elsewhere.

    Raises AuditBroken at the first flaw. Memory is bounded. ``kept`` is to be opened, and ``connection`` to be in no
    transaction, when this is called: then all that is in the file is in the database as it is seen here.
    """
    until = kept.seek(0, os.SEEK_END) if kept else 0
    statements = read_statements(connection, Kind.PRUNED)
    pruned = statements[0] if statements else None
    if len(statements) > 1 or (pruned and not pruned.is_signed_by(key)):
        raise AuditBroken(statements[0].number, Flaw.PRUNED)
    checkpoints = _checkpoints(connection)
    due, start = next(checkpoints, None), GENESIS
    last_checkpoint: Statement | None = None
    if pruned:
        if due is None or (due.number, due.hash) != (pruned.number, pruned.hash) or not due.is_signed_by(key):
            raise AuditBroken(pruned.number, Flaw.PRUNED)
        last_checkpoint, start, due = due, due.link, next(checkpoints, None)
    first, before = None, start
    for link in follow(connection, start):
        first = first or link
        if is_due(link, before):
            if due is None or due.link != link or not due.is_signed_by(key):
                raise AuditBroken(link.number, Flaw.CHECKPOINT)
            last_checkpoint, due = due, next(checkpoints, None)
        elif due is not None and due.number <= link.number:
            raise AuditBroken(link.number, Flaw.CHECKPOINT)
        before = link
    heads = read_statements(connection, Kind.HEAD)
    if due is not None:
        raise AuditBroken(before.number + 1, Flaw.MISSING)
    if (first or pruned or heads) and ([head.link for head in heads] != [before] or not heads[0].is_signed_by(key)):
        raise AuditBroken(before.number, Flaw.HEAD)
    compared = _compare(connection, key, kept, until, start) if kept else 0
    last = before if first else None
    return AuditReport(first=first, last=last, checkpoint=last_checkpoint, pruned=pruned, compared=compared)


def _checkpoints(connection: sa.Connection) -> Iterator[Statement]:
    after = -MAX_NUMBER
    while page := read_statements(connection, Kind.CHECKPOINT, after, limit=_AT_ONCE):
        yield from page
        after = page[-1].number


def _compare(connection: sa.Connection, key: Ed25519PublicKey, kept: IO[bytes], until: int, start: Link) -> int:
    """How many kept checkpoints the log agrees with. Raises AuditBroken; those of pruned records say nothing."""
    kept.seek(0)
    compared = 0
    for checkpoint in read_checkpoints(kept, until):
        if checkpoint.kind is not Kind.CHECKPOINT or not checkpoint.is_signed_by(key):
            raise AuditBroken(checkpoint.number, Flaw.PUT_BACK)
        if checkpoint.number < start.number:
            continue
        hash = (
            start.hash if checkpoint.number == start.number else connection.scalar(_HASH, {"number": checkpoint.number})
        )
        if hash != checkpoint.hash:
            raise AuditBroken(checkpoint.number, Flaw.PUT_BACK)
        compared += 1
    return compared
