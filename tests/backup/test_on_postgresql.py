"""A hub whose database lives on PostgreSQL is backed up with it, and restored into an empty one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from devices.protocol.clock import SystemClock
from hub.access.audit import AuditLog
from hub.backup.making import make_backup
from hub.backup.records import FootageTaken
from hub.events.tables import events
from hub.storage.database import Database
from hub.storage.engine import make_engine
from tests import postgresql
from tests.backup.installation import EVENTS, event, run
from tests.hub import settings

pytestmark = pytest.mark.skipif(postgresql.programs() is None, reason="PostgreSQL is not installed")


def numbers(url: str) -> list[int]:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(sa.select(events.c.number).order_by(events.c.number)).scalars())
    finally:
        engine.dispose()


async def test_backup_has_the_database_as_it_stood_and_fills_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former, now, url = tmp_path / "former", tmp_path / "now", postgresql.database_of(tmp_path / "former")
    former.mkdir(mode=0o700)
    database = Database(url, SystemClock())
    AuditLog(database, former / "access").open()
    database.start()
    rows = [event(number + 1) for number in range(EVENTS)]
    await database.write(lambda change: change.connection.execute(sa.insert(events), rows))
    await database.stop()
    (former / "hub.sqlite3").write_bytes(b"the file from which it was moved")

    make_backup(settings(former, database=url), tmp_path / "backups", FootageTaken.NONE, 1, lambda step, done, of: None)
    code, said = run("restore", tmp_path / "backups", "--into", now)
    assert (code, "数据库在 PostgreSQL 上" in said) == (2, True)
    monkeypatch.setenv("QIANSHAO_DATABASE", url)
    code, said = run("restore", tmp_path / "backups", "--into", now)
    assert (code, "不是空的" in said) == (2, True)

    empty = postgresql.empty_of(tmp_path / "now")
    monkeypatch.setenv("QIANSHAO_DATABASE", empty)
    code, said = run("restore", tmp_path / "backups", "--into", now)
    assert code == 0, said
    assert numbers(empty) == numbers(url) == list(range(1, EVENTS + 1))
    assert sorted(path.name for path in now.iterdir()) == ["access"]
