"""The disk of the campaign's hub: a small file system in a file where this may be mounted, else a limit on files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import shutil
import struct
import subprocess
import time
from pathlib import Path

SIZE_BYTES = 6 * 1024**3
"""Of the file system; its file is sparse."""
_FILLER = "filler"
_EXT4_IOC_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSHING = struct.pack("=I", 2)
"""EXT4_GOING_FLAGS_NOLOGFLUSH (Linux, fs/ext4/ext4.h): what is in memory alone is lost."""
UNMOUNT_TRIES = 100
UNMOUNT_EVERY_S = 0.1
_TOO_SMALL_BYTES = 4096


class Disk:
    """Used as ``with``; ``folder`` is on it. ``how`` says what a full disk is made of."""

    def __init__(self, folder: Path, size_bytes: int = SIZE_BYTES) -> None:
        """``folder`` exists and is empty."""
        self.folder = folder
        self._size_bytes = size_bytes
        self.how = "RLIMIT_FSIZE"
        self._image = folder.with_suffix(".ext4")

    def __enter__(self) -> Disk:
        make = shutil.which("mkfs.ext4") or shutil.which("mkfs.ext4", path="/usr/sbin:/sbin")
        if os.geteuid() == 0 and make is not None:
            with self._image.open("wb") as image:
                image.truncate(self._size_bytes)
            with contextlib.suppress(subprocess.CalledProcessError):
                _run(make, "-q", "-F", "-m", "0", str(self._image))
                _run("mount", "-o", "loop", str(self._image), str(self.folder))
                self.how = "ext4 in a loop file, filled"
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_mounted:
            try:
                _run("umount", str(self.folder))
            except subprocess.CalledProcessError:
                _run("umount", "--lazy", str(self.folder))  # goes when its last file is closed
        self._image.unlink(missing_ok=True)

    @property
    def is_mounted(self) -> bool:
        """Whether it is a file system of its own, whose power can be cut."""
        return self.how != "RLIMIT_FSIZE"

    def cut_power(self) -> None:
        """From now on nothing can be read or written, and what was not synced is lost. Raises OSError."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _EXT4_IOC_SHUTDOWN, _WITHOUT_FLUSHING)
        finally:
            os.close(descriptor)

    def mount_again(self) -> None:
        """The power is back. Nothing has a file open there, or soon has none. Raises CalledProcessError."""
        for tried in range(UNMOUNT_TRIES):
            try:
                _run("umount", str(self.folder))
                break
            except subprocess.CalledProcessError:
                if tried == UNMOUNT_TRIES - 1:
                    raise
                time.sleep(UNMOUNT_EVERY_S)
        _run("mount", "-o", "loop", str(self._image), str(self.folder))

    def fill(self, pid: int) -> None:
        """From now on the process ``pid`` cannot write more. Raises OSError."""
        if not self.is_mounted:
            with contextlib.suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (_TOO_SMALL_BYTES, hard))
            return
        with (self.folder / _FILLER).open("wb") as filler:
            step = self._size_bytes
            at = 0
            while step >= _TOO_SMALL_BYTES:
                try:
                    os.posix_fallocate(filler.fileno(), at, step)
                    at += step
                except OSError:
                    step //= 2

    def empty(self, pid: int) -> None:
        """There is room again."""
        if self.is_mounted:
            (self.folder / _FILLER).unlink(missing_ok=True)
            _force(self.folder)  # or the next power cut would bring the filler back, for good
        else:
            with contextlib.suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def _force(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
