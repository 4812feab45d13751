"""The database's part of a backup where it lives on PostgreSQL: by that server's own programs.

Their password goes through the environment, never on a command line (https://www.postgresql.org/docs/current/libpq-envars.html).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from hub.backup.records import BackupError
from hub.storage.engine import make_engine

_NO_OWNER = ("--no-owner", "--no-privileges")


def dump(url: sa.URL, snapshot: str, target: Path) -> None:
    """Write the state of an exported snapshot into ``target``, in pg_dump's custom format. Raises BackupError."""
    _run("pg_dump", url, "--format=custom", *_NO_OWNER, f"--snapshot={snapshot}", f"--file={target}")


def load(url: sa.URL, dumped: Path) -> None:
    """Fill an empty database: all or, after a kill, nothing. Raises BackupError."""
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", *_NO_OWNER, str(dumped))


def must_be_empty(url: sa.URL) -> None:
    """No table is in it. Raises BackupError, sa.exc.DBAPIError."""
    engine = make_engine(url)
    try:
        tables = sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise BackupError(
            f"数据库 {url.database} 不是空的，恢复不会覆盖任何东西：请新建一个空数据库"
            "（the database is not empty, and nothing is ever overwritten: make a new one）"
        )


def _run(program: str, url: sa.URL, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise BackupError(f"没有 {program}：请安装 PostgreSQL 的客户端程序（install Debian's postgresql-client）")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    command = [program, "--no-password", f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{program}：{done.stderr.strip()}")
