"""A new release upgrades an old one's database and keeps it first; an old release leaves a new one's alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from hub.cli import app
from hub.storage import upgrading
from hub.storage.database import migrate
from hub.storage.engine import make_engine
from hub.storage.upgrading import KEPT_BEFORE_UPGRADE, SchemaNewer

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", {former!r}, None, None


def upgrade() -> None:
    op.add_column("events", sa.Column("told_to", sa.String(48), nullable=False, server_default="everybody"))
    op.execute("UPDATE events SET subject = 'upgraded ' || subject")
    op.create_table("pigeons", sa.Column("ring", sa.String(48), primary_key=True))
"""


def upgrade_to_next(engine: sa.Engine, folder: Path) -> None:
    """What the next release does at its start: this release's migrations, and one more."""
    with pytest.MonkeyPatch.context() as patched:
        migrations = shutil.copytree(upgrading.MIGRATIONS, folder / "next-release")
        former = ScriptDirectory.from_config(upgrading.migrations()).get_current_head()
        (migrations / "versions" / "next.py").write_text(NEXT.format(former=former))
        patched.setattr(upgrading, "MIGRATIONS", migrations)
        migrate(engine)


def every_row(file: Path) -> list[str]:
    """The database's whole content, as SQL."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    """A database of this release, with rows in it."""
    made = make_engine(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    migrate(made)
    with made.connect().execution_options(write=True) as connection, connection.begin():
        for number in range(1, 101):
            row = (number, number, "hub.started", "hub", b"{}")
            connection.exec_driver_sql(
                "INSERT INTO events (number, at_us, kind, subject, body) VALUES (?,?,?,?,?)", row
            )
    return made


def test_new_database_and_one_of_this_release_are_not_kept(engine: sa.Engine, tmp_path: Path) -> None:
    migrate(engine)
    engine.dispose()
    assert not (tmp_path / KEPT_BEFORE_UPGRADE).exists()


def test_upgrade_brings_the_rows_along_and_what_was_kept_is_the_way_back(engine: sa.Engine, tmp_path: Path) -> None:
    file, kept = tmp_path / "hub.sqlite3", tmp_path / KEPT_BEFORE_UPGRADE
    before = every_row(file)
    kept.write_bytes(b"of an earlier upgrade")
    upgrade_to_next(engine, tmp_path)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT subject, told_to FROM events").all()
    assert rows == [("upgraded hub", "everybody")] * 100
    engine.dispose()
    assert [path.name for path in tmp_path.glob("*.part")] == []
    assert kept.stat().st_mode & 0o777 == 0o600

    kept.replace(file)  # the way back, as docs/backup.md has it
    assert every_row(file) == before
    migrate(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT max(number) FROM events WHERE subject = 'hub'").scalar() == 100
    engine.dispose()


def test_database_that_cannot_be_kept_is_not_upgraded(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = every_row(tmp_path / "hub.sqlite3")
    (tmp_path / KEPT_BEFORE_UPGRADE).mkdir()  # nothing can take its place
    with pytest.raises(OSError, match=KEPT_BEFORE_UPGRADE):
        upgrade_to_next(engine, tmp_path)
    engine.dispose()
    assert every_row(tmp_path / "hub.sqlite3") == before


def test_former_release_refuses_a_newer_database_in_words_and_changes_nothing(
    engine: sa.Engine, tmp_path: Path
) -> None:
    upgrade_to_next(engine, tmp_path)
    with pytest.raises(SchemaNewer):
        migrate(engine)
    engine.dispose()
    before = (tmp_path / "hub.sqlite3").read_bytes()
    given = ("hub", "--data-dir", tmp_path, "--port", "0", "--broker", "embedded", "--vision-workers", "0")
    result = CliRunner().invoke(app, [str(one) for one in given])
    assert result.exit_code == 2, result.output
    assert "数据库是更新版本的中枢写的（结构 next）" in result.output
    assert (tmp_path / "hub.sqlite3").read_bytes() == before
