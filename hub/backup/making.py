"""Makes one backup beside a working hub: under another name until it is whole and on disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from devices.private_file import write_private
from hub.access import signing
from hub.access.checkpoints import PUBLIC_KEY_FILE
from hub.backup import contents
from hub.backup.database import Copied, DatabaseKind, copy_database, must_be_there, size_bytes
from hub.backup.files import Copier, free_bytes, sync_below
from hub.backup.records import (
    DATA,
    FORMAT,
    MANIFEST,
    MANIFEST_SHA256,
    BackupBroken,
    BackupError,
    FootageTaken,
    Manifest,
    digest_line,
    own_version,
    read_manifest,
)
from hub.footage.disk import DiskMissing, FootageDisk
from hub.settings import Settings
from hub.storage.files import sync_folder

UNDER_WAY = ".part"
PREFIX = "qianshao-"
SPARE_BYTES = 64 * 1024 * 1024
"""Beside what is written: what grows while it is copied, and folders."""
Told = Callable[[str, int, int], None]
"""What is copied now, how many bytes of how many."""


def make_backup(
    settings: Settings, folder: Path, footage: FootageTaken, now_us: int, told: Told
) -> tuple[Path, Manifest]:
    """Back the hub's folder up into a new folder below ``folder``; returns it and what is in it.

    Nothing below ``folder`` that is whole is touched; what a killed backup left there is removed.
    Raises BackupError, OSError, sa.exc.DBAPIError.
    """
    data_dir, folder = settings.data_dir.resolve(), folder.resolve()
    must_be_there(settings)
    if folder.is_relative_to(data_dir) or folder.is_relative_to(settings.footage_folder.resolve()):
        raise BackupError(
            "备份不能放在中枢自己的目录里，最好放在另一块盘上（keep backups outside the hub's own folder）"
        )
    with _alone(folder):
        name = f"{PREFIX}{datetime.fromtimestamp(now_us / 1e6, UTC):%Y%m%dT%H%M%S.%fZ}"
        making = folder / f"{name}{UNDER_WAY}"
        making.mkdir(mode=0o700)
        try:
            manifest = _fill(settings, making, footage, now_us, told)
            sync_below(making)
            making.rename(folder / name)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        sync_folder(folder)
    return folder / name, manifest


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup into a folder at a time, so that what another left unfinished is known to be dead."""
    before = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"另一个备份正在写入 {folder}（another backup is writing there）") from None
            for dead in folder.glob(f"{PREFIX}*{UNDER_WAY}"):
                shutil.rmtree(dead)
            yield
    finally:
        os.umask(before)


def _fill(settings: Settings, making: Path, footage: FootageTaken, now_us: int, told: Told) -> Manifest:
    data_dir, data = settings.data_dir.resolve(), making / DATA
    data.mkdir(mode=0o700)
    footage_folder = settings.footage_folder.resolve()
    steps = _Steps(told)
    copier = Copier(data, steps.more)

    def of_rooms(*, first: bool) -> list[str]:
        names = contents.of_rooms(data_dir, footage_folder)
        return [name for name in names if (name.split("/")[0] in contents.FIRST) is first]

    database_bytes = size_bytes(settings)
    needed = database_bytes + _bytes_of(data_dir, contents.of_rooms(data_dir, footage_folder))
    if footage is FootageTaken.ALL:
        needed += _bytes_of(footage_folder, contents.all_footage(footage_folder))
    _must_have_room(making, needed)

    copier.copy_all(data_dir, lambda: of_rooms(first=True))  # before the database: see contents.FIRST
    hub = signing.fingerprint(signing.read_public_key(data / "access" / PUBLIC_KEY_FILE))
    steps.begin("数据库 database", database_bytes)
    copied = copy_database(settings, data, steps.at)
    copier.take(DatabaseKind.of(settings))
    steps.begin("照片、录音、目击等 files", _bytes_of(data_dir, of_rooms(first=False)))
    copier.copy_all(data_dir, lambda: of_rooms(first=False))  # after it: whatever a row names is on disk before the row

    def of_footage() -> list[str]:
        return _footage_files(footage_folder, footage, copied)

    size = _bytes_of(footage_folder, of_footage())
    _must_have_room(making, size)
    steps.begin("录像 footage", size)
    copier.copy_all(footage_folder, of_footage, f"{contents.FOOTAGE}/")
    manifest = Manifest(
        format=FORMAT,
        version=own_version(),
        revision=copied.revision,
        hub=hub,
        made_at_us=now_us,
        data_dir=str(settings.data_dir.absolute()),
        last_event=copied.last_event,
        footage=footage,
        files=copier.records,
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    write_private(making / MANIFEST, encoded)
    write_private(making / MANIFEST_SHA256, digest_line(encoded))
    return manifest


def _footage_files(folder: Path, footage: FootageTaken, copied: Copied) -> list[str]:
    """Raises BackupError where footage is asked for and its disk is not there."""
    if footage is not FootageTaken.NONE:
        try:
            FootageDisk(folder, copied.footage_disk).check()
        except DiskMissing as error:
            raise BackupError(f"{error.chinese}（{error}）") from None
    if footage is FootageTaken.ALL:
        return contents.all_footage(folder)
    if footage is FootageTaken.HELD:
        return contents.held_footage(folder, copied.holds)
    return contents.footage_marker(folder)


def _must_have_room(folder: Path, needed_bytes: int) -> None:
    free = free_bytes(folder)
    if free < needed_bytes + SPARE_BYTES:
        need_gb, free_gb = (needed_bytes + SPARE_BYTES) / 1e9, free / 1e9
        raise BackupError(
            f"空间不够：备份需要 {need_gb:.2f} GB，{folder.parent} 只剩 {free_gb:.2f} GB。请换一块盘，或减少 --keep"
            f"（no room: {need_gb:.2f} GB are needed, {free_gb:.2f} GB are free）"
        )


def _bytes_of(folder: Path, names: list[str]) -> int:
    total = 0
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            total += (folder / name).stat().st_size
    return total


class _Steps:
    """Which step is under way and how far."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._name, self._of, self._done = "密钥和证书 keys", 0, 0

    def begin(self, name: str, of_bytes: int) -> None:
        self._name, self._of, self._done = name, of_bytes, 0
        self._told(name, 0, of_bytes)

    def more(self, written_bytes: int) -> None:
        self.at(self._done + written_bytes)

    def at(self, done_bytes: int) -> None:
        self._done = done_bytes
        self._told(self._name, done_bytes, self._of)


def backups_in(folder: Path) -> list[tuple[Path, Manifest]]:
    """The whole backups in a folder, the oldest first; what is not one is passed over."""
    found = []
    for path in sorted(folder.glob(f"{PREFIX}*")):
        with contextlib.suppress(BackupBroken):
            if path.suffix != UNDER_WAY:
                found.append((path, read_manifest(path)))
    return sorted(found, key=lambda one: one[1].made_at_us)


def keep_newest(folder: Path, hub: str, most: int) -> list[Path]:
    """Delete this hub's oldest whole backups until ``most`` are left; returns those. Raises BackupError, OSError."""
    with _alone(folder.resolve()):
        gone = [path for path, manifest in backups_in(folder) if manifest.hub == hub][:-most]
        for path in gone:
            dying = path.with_name(f"{path.name}{UNDER_WAY}")
            path.rename(dying)  # a kill in the middle leaves nothing that looks whole
            sync_folder(folder)
            shutil.rmtree(dying)
    return gone
