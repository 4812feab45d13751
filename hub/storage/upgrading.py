"""The schema's revisions: which one a database has, whether this release knows it, what is kept before it changes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.storage.copying import copy_sqlite
from hub.storage.files import sync_folder

KEPT_BEFORE_UPGRADE = "hub.before-upgrade.sqlite3"
"""Beside the database: the way back to the release before. The next upgrade's takes its place."""
MIGRATIONS = Path(__file__).parent / "migrations"
_log = structlog.get_logger()


class SchemaNewer(RuntimeError):
    """The database is a later release's; says what to do."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"数据库是更新版本的中枢写的（结构 {revision}），本版本不能打开：请安装那个版本，或恢复升级前的备份"
            f"（the database was written by a later release, schema {revision}: install that release, "
            "or restore the backup taken before the upgrade）"
        )


def migrations() -> Config:
    """This release's revisions, as Alembic wants them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def revision_of(connection: sa.Connection) -> str | None:
    """The schema that the database has; None where it has none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def is_newest(revision: str) -> bool:
    """Whether it is this release's newest; one before that is to be upgraded. Raises SchemaNewer for any other."""
    newest, *former = _known(MIGRATIONS)
    if revision != newest and revision not in former:
        raise SchemaNewer(revision)
    return revision == newest


@cache
def _known(folder: Path) -> tuple[str, ...]:
    """The revisions in a folder, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return tuple(one.revision for one in ScriptDirectory.from_config(config).walk_revisions())


def keep_before_upgrade(database: Path, revision: str) -> None:
    """Keep the database as it is beside itself; without room for that it is not upgraded. Raises OSError."""
    kept = database.with_name(KEPT_BEFORE_UPGRADE)
    making = kept.with_name(f"{kept.name}.part")
    making.unlink(missing_ok=True)  # of an upgrade that was killed
    try:
        copy_sqlite(database, making)
    except OSError:
        making.unlink(missing_ok=True)
        raise
    making.replace(kept)
    sync_folder(kept.parent)
    _log.warning("database.kept_before_upgrade", file=str(kept), schema=revision, bytes=kept.stat().st_size)
