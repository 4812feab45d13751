"""What a backup says of itself: its manifest, and why one cannot be made or taken back."""

from __future__ import annotations

import hashlib
import importlib.metadata
from enum import StrEnum
from pathlib import Path

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_SHA256 = "manifest.json.sha256"
DATA = "data"
"""The folder of a backup in which everything lies as it lay in the hub's folder."""
MOST_MANIFEST_BYTES = 1_000_000_000


class BackupError(RuntimeError):
    """A backup cannot be made, or not taken back; says what to do, Chinese first."""


class BackupBroken(BackupError):
    """This is no whole backup as one was written; nothing of it may be used."""


class FootageTaken(StrEnum):
    """Which recorded video a backup holds."""

    NONE = "none"
    HELD = "held"
    """What open cases hold."""
    ALL = "all"


class FileRecord(msgspec.Struct, frozen=True):
    """One file below DATA, named with ``/``."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Of one backup. ``hub`` is the SHA-256 of the hub's public audit key: who it is, whatever it is called."""

    format: int
    version: str
    """The release that made it."""
    revision: str
    """The database's schema (Alembic)."""
    hub: str
    made_at_us: int
    data_dir: str
    """Where the hub kept all this."""
    last_event: int
    """Number of the newest event in it."""
    footage: FootageTaken
    files: tuple[FileRecord, ...]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(file.bytes for file in self.files)


def own_version() -> str:
    """This release."""
    return importlib.metadata.version("qianshao-hub")


def digest_line(encoded: bytes) -> bytes:
    """What stands in MANIFEST_SHA256, as sha256sum writes it and checks it."""
    return f"{hashlib.sha256(encoded).hexdigest()}  {MANIFEST}\n".encode()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup, which is as it was written. Raises BackupBroken."""
    try:
        encoded, digest = (folder / MANIFEST).read_bytes(), (folder / MANIFEST_SHA256).read_bytes()
    except OSError as error:
        raise BackupBroken(
            f"{folder} 不是完整的备份（this is no whole backup）：{Path(str(error.filename)).name} {error.strerror}"
        ) from None
    if digest != digest_line(encoded):
        raise BackupBroken(
            f"{folder} 的清单已损坏或被改动，请用另一份备份（its manifest was changed: use another backup）"
        )
    try:
        return msgspec.json.decode(encoded, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupBroken(f"{folder} 的清单无法识别（its manifest cannot be read）：{error}") from None
