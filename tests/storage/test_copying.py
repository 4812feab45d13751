"""A database is copied as it stood at one moment, whole, while others go on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.storage import copying
from hub.storage.copying import copy_sqlite
from hub.storage.engine import make_engine

ROWS = 2_000


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    made = make_engine(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    with made.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE said (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        connection.exec_driver_sql("CREATE TABLE heard (number INTEGER PRIMARY KEY REFERENCES said)")
        for number in range(ROWS):
            connection.exec_driver_sql("INSERT INTO said VALUES (?, ?)", (number, "x" * 500))
            connection.exec_driver_sql("INSERT INTO heard VALUES (?)", (number,))
    return made


def counts(file: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(copying.alone(file), uri=True)) as connection:
        said = connection.execute("SELECT count(*) FROM said").fetchone()[0]
        return said, connection.execute("SELECT count(*) FROM heard").fetchone()[0]


def test_what_is_written_between_two_steps_neither_stops_the_copy_nor_is_in_it(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PAGES_AT_ONCE", 20)
    steps = list[int]()

    def write(copied_bytes: int) -> None:
        assert len(steps) < 1_000, "each change made the copy begin anew"
        steps.append(copied_bytes)
        number = ROWS + len(steps)
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.exec_driver_sql("UPDATE said SET text = 'y' WHERE number % 7 = ?", (number % 7,))
            connection.exec_driver_sql("INSERT INTO said VALUES (?, 'new')", (number,))
            connection.exec_driver_sql("INSERT INTO heard VALUES (?)", (number,))

    copy_sqlite(tmp_path / "hub.sqlite3", tmp_path / "copy", write)
    assert len(steps) > 10, "nothing was written while it was copied"
    assert steps == sorted(steps)
    assert counts(tmp_path / "copy") == (ROWS, ROWS)
    with closing(sqlite3.connect(tmp_path / "copy")) as connection:
        assert connection.execute("SELECT count(*) FROM said WHERE text LIKE 'y%'").fetchone()[0] == 0
    with engine.connect() as reading:
        assert reading.exec_driver_sql("SELECT count(*) FROM said").scalar() == ROWS + len(steps)
    engine.dispose()


def test_damaged_database_is_not_taken_for_a_copy(engine: sa.Engine, tmp_path: Path) -> None:
    engine.dispose()
    file = tmp_path / "hub.sqlite3"
    with file.open("r+b") as damaged:
        damaged.seek(40 * 4096)
        damaged.write(b"\xff" * 4096)
    with pytest.raises(OSError, match=r"damaged|malformed"):
        copy_sqlite(file, tmp_path / "copy")


def test_no_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no database"):
        copy_sqlite(tmp_path / "hub.sqlite3", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
