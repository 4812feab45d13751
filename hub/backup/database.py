"""The database's part of a backup: a copy of one state of it, and what that state says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from hub.backup import postgresql
from hub.backup.contents import DATABASE
from hub.backup.records import BackupError
from hub.events.tables import events
from hub.footage.disk_records import known_disk
from hub.footage.holds.messages import Hold
from hub.footage.holds.records import all_holds
from hub.settings import Settings
from hub.storage.copying import alone, copy_sqlite
from hub.storage.engine import make_engine
from hub.storage.moving import MOVED
from hub.storage.upgrading import revision_of

DUMP = "hub.pgdump"


class DatabaseKind(StrEnum):
    """Where the hub's database lives; the value is the file's name in a backup."""

    SQLITE = DATABASE
    POSTGRESQL = DUMP

    @classmethod
    def of(cls, settings: Settings) -> DatabaseKind:
        """As the settings have it."""
        return cls.POSTGRESQL if settings.database else cls.SQLITE


@dataclass(frozen=True)
class Copied:
    """What the copied state is. ``revision``: its schema; ``last_event``: the newest event's number, 0 before any.

    ``footage_disk``: the id of the disk that footage is on, None before a hub recorded.
    """

    revision: str
    last_event: int
    holds: tuple[Hold, ...]
    footage_disk: str | None


def must_be_there(settings: Settings) -> None:
    """Raises BackupError where the folder's database is not what the settings say."""
    if not settings.has_database:
        raise BackupError(
            f"{settings.data_dir} 中没有中枢的数据库：请用 --data-dir 指明数据目录（there is no hub's database here）"
        )
    if not settings.database and (settings.data_dir / MOVED).exists():
        raise BackupError(
            "这里的数据库已迁到 PostgreSQL：请设 QIANSHAO_DATABASE 再备份（the database was moved: say where it is）"
        )


def size_bytes(settings: Settings) -> int:
    """How large a copy becomes at most, about. Raises OSError, sa.exc.DBAPIError."""
    if DatabaseKind.of(settings) is DatabaseKind.SQLITE:
        log = settings.database_file.with_name(f"{DATABASE}-wal")
        return settings.database_file.stat().st_size + (log.stat().st_size if log.exists() else 0)
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one())
    finally:
        engine.dispose()


def copy_database(settings: Settings, data: Path, told: Callable[[int], None]) -> Copied:
    """Copy the hub's database into the folder ``data``. Raises OSError, BackupError, sa.exc.DBAPIError."""
    target = data / DatabaseKind.of(settings)
    if DatabaseKind.of(settings) is DatabaseKind.SQLITE:
        copy_sqlite(settings.database_file, target, told)
        engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(alone(target), uri=True))
    else:
        engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:  # on PostgreSQL this sees what is dumped: the state when it began
            if DatabaseKind.of(settings) is DatabaseKind.POSTGRESQL:
                snapshot = connection.execute(sa.select(sa.func.pg_export_snapshot())).scalar_one()
                postgresql.dump(settings.database_url, snapshot, target)
            return _seen(connection)
    finally:
        engine.dispose()


def _seen(connection: sa.Connection) -> Copied:
    revision = revision_of(connection)
    if revision is None:
        raise BackupError("这不是中枢的数据库（this is no hub's database）")
    last_event = connection.scalar(sa.select(sa.func.max(events.c.number))) or 0
    return Copied(revision, last_event, tuple(all_holds(connection)), known_disk(connection))


def must_fit(kind: DatabaseKind, settings: Settings) -> None:
    """The settings name a place for a backup's database, in which nothing is. Raises BackupError, sa.exc.DBAPIError."""
    if kind is DatabaseKind.POSTGRESQL and not settings.database:
        raise BackupError(
            "这份备份的数据库在 PostgreSQL 上：请新建一个空数据库，设好 QIANSHAO_DATABASE 再恢复"
            "（its database lives on PostgreSQL: make an empty one and say where it is）"
        )
    if kind is DatabaseKind.SQLITE and settings.database:
        raise BackupError(
            "这份备份的数据库是一个文件：请去掉 QIANSHAO_DATABASE，恢复以后再用 qianshao move 迁移"
            "（its database is a file: restore without QIANSHAO_DATABASE, then move it）"
        )
    if kind is DatabaseKind.POSTGRESQL:
        postgresql.must_be_empty(settings.database_url)


def load_database(folder: Path, settings: Settings) -> None:
    """Bring what ``copy_database`` wrote into the restored ``folder`` to where the hub opens it. Raises BackupError."""
    dumped = folder / DUMP
    if dumped.exists():
        postgresql.load(settings.database_url, dumped)
        dumped.unlink()
