"""Takes a backup back into a new folder: all of it, as it was written, or nothing that a hub would start from."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from hub.backup.database import DatabaseKind, load_database, must_fit
from hub.backup.files import PIECE_BYTES, free_bytes, sync_below
from hub.backup.making import SPARE_BYTES, backups_in
from hub.backup.records import (
    DATA,
    FORMAT,
    MANIFEST,
    BackupBroken,
    BackupError,
    FileRecord,
    Manifest,
    own_version,
    read_manifest,
)
from hub.describing.describers import move_choices
from hub.settings import Settings
from hub.storage.files import sync_folder
from hub.storage.upgrading import is_newest

UNDER_WAY = ".restoring"
DESCRIBERS = "describers.json"
Told = Callable[[int, int], None]
"""How many bytes of how many are back."""


def choose(folder: Path) -> Path:
    """The backup itself, or the newest of those in the folder. Raises BackupError."""
    if (folder / MANIFEST).exists() or not folder.is_dir():
        return folder
    found = backups_in(folder)
    if not found:
        raise BackupBroken(f"{folder} 中没有完整的备份（there is no whole backup here）")
    if len({manifest.hub for _, manifest in found}) > 1:
        raise BackupError(f"{folder} 中有多个中枢的备份，请指明其中一份（backups of several hubs: name one of them）")
    return found[-1][0]


def restore(backup: Path, settings: Settings, told: Told) -> Manifest:
    """Write the hub's folder, which must not be there or be empty, and belongs afterwards to whom it belonged.

    Everything is checked while it is written beside the folder, and takes its place in one step.
    Raises BackupError, BackupBroken, SchemaNewer, OSError, sa.exc.DBAPIError.
    """
    before = os.umask(0o077)
    try:
        return _restore(backup, settings, told)
    finally:
        os.umask(before)


def _restore(backup: Path, settings: Settings, told: Told) -> Manifest:
    manifest, into = read_manifest(backup), settings.data_dir.absolute()
    if manifest.format != FORMAT:
        raise BackupError(
            f"这份备份是版本 {manifest.version} 写的，本版本 {own_version()} 不认识它的格式"
            "（it was made by another release: use that one）"
        )
    is_newest(manifest.revision)
    _must_be_whole(backup / DATA, manifest)
    _must_be_empty(into)
    must_fit(_kind_of(manifest), settings)
    owner = into.stat() if into.exists() else None
    into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if free_bytes(into.parent) < manifest.bytes + SPARE_BYTES:
        need_gb, free_gb = (manifest.bytes + SPARE_BYTES) / 1e9, free_bytes(into.parent) / 1e9
        raise BackupError(
            f"空间不够：需要 {need_gb:.2f} GB，{into.parent} 只剩 {free_gb:.2f} GB"
            f"（no room: {need_gb:.2f} GB are needed, {free_gb:.2f} GB are free）"
        )
    making = into.with_name(f".{into.name}{UNDER_WAY}")
    if making.exists():  # of a restore that was killed
        shutil.rmtree(making)
    making.mkdir(mode=0o700)
    try:
        done = 0
        for file in manifest.files:
            _take_back(backup / DATA / file.path, making / file.path, file)
            done += file.bytes
            told(done, manifest.bytes)
        if (making / DESCRIBERS).exists():
            move_choices(making / DESCRIBERS, Path(manifest.data_dir), into)
        load_database(making, settings)
        if owner is not None and os.geteuid() == 0:
            _give(making, owner)
        sync_below(making)
        making.rename(into)  # an empty folder gives way
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    sync_folder(into.parent)
    return manifest


def _kind_of(manifest: Manifest) -> DatabaseKind:
    """Raises BackupBroken for one without a database."""
    for file in manifest.files:
        if file.path in list(DatabaseKind):
            return DatabaseKind(file.path)
    raise BackupBroken("备份里没有数据库（there is no database in the backup）")


def _must_be_empty(into: Path) -> None:
    if into.is_symlink() or (into.exists() and not into.is_dir()):
        raise BackupError(f"{into} 不是目录（this is no folder）")
    with contextlib.suppress(FileNotFoundError):
        if any(into.iterdir()):
            raise BackupError(
                f"{into} 不是空的，恢复不会覆盖任何东西：请给一个新目录"
                "（it is not empty, and nothing is ever overwritten: name a new folder）"
            )
    if os.path.ismount(into):
        raise BackupError(
            f"{into} 是挂载点，不能一步换入：请恢复到其中的一个新目录，如 {into / 'hub'}"
            "（it is a mount point: restore into a new folder in it）"
        )


def _must_be_whole(data: Path, manifest: Manifest) -> None:
    """Every file is there, as long as it was, and no other. Raises BackupBroken."""
    for file in manifest.files:
        name = PurePosixPath(file.path)
        if name.is_absolute() or ".." in name.parts or not name.parts:
            raise BackupBroken(f"备份的清单有误（no file of a hub is called so）：{file.path}")
        found = data / name
        if found.is_symlink() or not found.is_file() or found.stat().st_size != file.bytes:
            raise _broken(file)
    expected = {file.path for file in manifest.files}
    for folder, _, names in os.walk(data):
        for one in names:
            if (Path(folder) / one).relative_to(data).as_posix() not in expected:
                raise BackupBroken(
                    f"备份里多出了一个文件（the backup holds a file that it did not）：{Path(folder) / one}"
                )


def _take_back(source: Path, target: Path, file: FileRecord) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as written:
        while piece := reading.read(PIECE_BYTES):
            digest.update(piece)
            written.write(piece)
    if digest.hexdigest() != file.sha256:
        raise _broken(file)


def _broken(file: FileRecord) -> BackupBroken:
    return BackupBroken(
        f"备份不完整或被改动，没有恢复任何东西，请用另一份备份：{file.path}"
        "（the backup is incomplete or was changed, nothing was restored: use another one）"
    )


def _give(folder: Path, owner: os.stat_result) -> None:
    """To the hub's own user: who restores as root leaves nothing that the hub cannot open."""
    for path, _, names in os.walk(folder):
        os.chown(path, owner.st_uid, owner.st_gid)
        for name in names:
            os.chown(Path(path) / name, owner.st_uid, owner.st_gid)
