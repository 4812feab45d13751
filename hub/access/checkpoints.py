"""What the hub signs about its audit log (Ed25519, RFC 8032), its keys, and the file of checkpoints to be copied away.

The three kinds are signed under different words: a checkpoint can neither stand as the head of a log that was cut off
there, nor as the statement that all before it was pruned.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from devices.private_file import write_private
from hub.access import signing
from hub.access.chain import MAX_NUMBER, AuditBroken, Flaw, Link
from hub.access.tables import audit_statements

KEY_FILE = "audit-key.pem"
PUBLIC_KEY_FILE = "audit-public-key.pem"
CHECKPOINTS_FILE = "audit-checkpoints.jsonl"
MAX_LINE_BYTES = 1_000
_STATEMENTS = sa.text(
    "SELECT number, hash, at_us, signature FROM audit_statements "
    "WHERE kind = :kind AND number > :after AND number <= :until ORDER BY number LIMIT :limit"
)


class Kind(StrEnum):
    """What a statement says."""

    HEAD = "head"
    """This is the last record."""
    CHECKPOINT = "checkpoint"
    """This record was there; kept for good."""
    PRUNED = "pruned"
    """All up to this record was deleted because its time was over."""


_SIGNED_AS = {
    Kind.HEAD: b"qianshao-audit-1",
    Kind.CHECKPOINT: b"qianshao-audit-1-checkpoint",
    Kind.PRUNED: b"qianshao-audit-1-pruned",
}


class Statement(msgspec.Struct, frozen=True):
    """What was signed about one record; ``at_us`` is the record's time, of a pruning the pruning's."""

    kind: Kind
    number: int
    hash: str
    at_us: int
    signature: bytes

    @property
    def link(self) -> Link:
        """The record that it speaks of."""
        return Link(self.number, self.at_us, self.hash)

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is the key's, over this very statement."""
        try:
            key.verify(self.signature, _signed(self.kind, self.link))
        except (InvalidSignature, ValueError, OverflowError, TypeError, AttributeError):
            return False  # a database that somebody wrote into may hold anything here
        return True


def _signed(kind: Kind, link: Link) -> bytes:
    """The bytes that are signed: word, number (8 bytes), hash (32 bytes), at_us (8 bytes), big-endian."""
    digest = bytes.fromhex(link.hash)
    if len(digest) != 32 or digest.hex() != link.hash:
        raise ValueError("this is no SHA-256 in small hexadecimal digits")
    return _SIGNED_AS[kind] + link.number.to_bytes(8, "big") + digest + link.at_us.to_bytes(8, "big")


def sign(key: Ed25519PrivateKey, kind: Kind, link: Link) -> Statement:
    """Say something about a record."""
    signature = key.sign(_signed(kind, link))
    return Statement(kind, link.number, link.hash, link.at_us, signature)


def read_key(folder: Path) -> Ed25519PrivateKey:
    """The hub's own key. Raises FileNotFoundError, ValueError."""
    return signing.read_key(folder / KEY_FILE)


def make_key(folder: Path) -> Ed25519PrivateKey:
    """A new key, on disk before it is used; there must be none, or the log would break."""
    return signing.make_key(folder / KEY_FILE)


def write_public_key(folder: Path, key: Ed25519PublicKey) -> None:
    """Lay the public key beside the key, to be copied away."""
    signing.write_public_key(folder / PUBLIC_KEY_FILE, key)


class CheckpointFile:
    """DATA/access/audit-checkpoints.jsonl: one line for each checkpoint since the last pruning."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writing = threading.Lock()

    def append(self, checkpoints: Iterable[Statement]) -> None:
        """Add lines. Raises OSError."""
        with self._writing, self._file.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in checkpoints))

    def take_up(self) -> int:
        """Cut off a line that a killed hub left half; the number of the newest checkpoint, 0 when there is none.

        Raises OSError, AuditBroken.
        """
        if not self._file.exists():
            return 0
        with self._file.open("r+b") as file:
            newest = max((one.number for one in read_checkpoints(file)), default=0)
            file.truncate()
        return newest

    def forget_before(self, number: int) -> None:
        """Drop the lines of checkpoints before ``number``. Raises OSError, AuditBroken."""
        with self._writing, self._file.open("rb") as file:
            kept = [msgspec.json.encode(one) + b"\n" for one in read_checkpoints(file) if one.number >= number]
            write_private(self._file, b"".join(kept))


def read_checkpoints(file: IO[bytes], until: int = MAX_NUMBER) -> Iterator[Statement]:
    """The lines of a file of checkpoints up to byte ``until``, one at a time; leaves the file at their end.

    Raises AuditBroken at a line that is none.

    A last line without its end was being written when the hub was killed, and is passed over.
    """
    while file.tell() < until and (line := file.readline(MAX_LINE_BYTES)):
        if not line.endswith(b"\n") and len(line) < MAX_LINE_BYTES:
            file.seek(-len(line), os.SEEK_CUR)
            return
        try:
            yield msgspec.json.decode(line, type=Statement)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise AuditBroken(0, Flaw.PUT_BACK) from None


def read_statements(
    connection: sa.Connection, kind: Kind, after: int = -MAX_NUMBER, until: int = MAX_NUMBER, limit: int = MAX_NUMBER
) -> list[Statement]:
    """What the database holds of a kind, as it is, with after < number <= until, in order."""
    wanted = {"kind": kind.value, "after": after, "until": until, "limit": limit}
    return [Statement(kind, *row) for row in connection.execute(_STATEMENTS, wanted)]


def write_statements(connection: sa.Connection, statements: Iterable[Statement]) -> None:
    """Add them to the database."""
    connection.execute(sa.insert(audit_statements), [msgspec.structs.asdict(one) for one in statements])
