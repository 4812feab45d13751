"""The disk that footage is kept on, known again by a file in its folder: nothing is kept elsewhere while it is away."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from hub.footage.segments.files import write_all
from hub.storage.files import sync_folder

MARKER = ".qianshao-disk"
_MOST_BYTES = 64
_P = ParamSpec("_P")
_T = TypeVar("_T")


class DiskMissing(OSError):
    """The footage disk is not there, or another one is; what to do, in English (``str``) and ``chinese``."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(errno.ENOMEDIUM, english)
        self.chinese = chinese

    def __str__(self) -> str:
        return str(self.strerror)


class FootageDisk:
    """``disk_id`` is None where no disk is known: then whatever lies there is taken. All calls block."""

    def __init__(self, folder: Path, disk_id: str | None = None) -> None:
        self.folder = folder
        self.disk_id = disk_id

    def check(self) -> None:
        """Raises DiskMissing where the folder is not that of the disk that is known, OSError where it does not read."""
        if self.disk_id is None:
            return
        found = id_in(self.folder)
        if found is None:
            raise DiskMissing(
                "the footage disk is not there: mount it, or for a new disk run qianshao footage adopt",
                "录像盘不在：请挂载录像盘；若是新换的盘，请运行 qianshao footage adopt",
            )
        if found != self.disk_id:
            raise DiskMissing(
                "this is another footage disk: put the right one back, or take this one: qianshao footage adopt",
                "这不是原来的录像盘：请换回原盘；若要用这块盘，请运行 qianshao footage adopt",
            )

    def checked(self, call: Callable[_P, _T]) -> Callable[_P, _T]:
        """``call``, which then raises DiskMissing too."""

        def checking(*given: _P.args, **named: _P.kwargs) -> _T:
            self.check()
            return call(*given, **named)

        return checking


def id_in(folder: Path) -> str | None:
    """The id of the disk whose folder this is; None where it bears none. Raises OSError."""
    try:
        with (folder / MARKER).open("rb") as file:
            return file.read(_MOST_BYTES).decode("ascii", "replace").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def take(folder: Path) -> str:
    """The id of the disk of this folder, which is made and marked where it is new. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    found = id_in(folder)
    if found is None:
        found = uuid4().hex
        mark(folder, found)
    return found


def mark(folder: Path, disk_id: str) -> None:
    """Make this folder that of the disk; on disk when this returns. Raises OSError."""
    half = folder / f"{MARKER}.half"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        write_all(descriptor, f"{disk_id}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    half.replace(folder / MARKER)
    sync_folder(folder)
