"""The schema that migrations make is the one that the rooms' tables describe."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import hub
from hub.events.tables import events
from hub.storage.database import migrate
from hub.storage.engine import make_engine
from hub.storage.schema import metadata
from simulators.faults.database_server import programs
from tests import postgresql

ROOM_TABLES = sorted(Path(hub.__path__[0]).glob("**/tables.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """On an empty database."""
    if request.param == "postgresql":
        if programs() is None:
            pytest.skip("PostgreSQL is not installed")
        url = postgresql.empty_of(tmp_path)
    else:
        url = f"sqlite:///{tmp_path / 'hub.sqlite3'}"
    made = make_engine(url)
    yield made
    made.dispose()


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_empty_database_is_brought_to_the_schema_of_the_rooms(engine: sa.Engine) -> None:
    for tables in ROOM_TABLES:
        room = ".".join(tables.parent.relative_to(hub.__path__[0]).parts)
        importlib.import_module(f"hub.{room}.tables")
    assert len(metadata.tables) > len(ROOM_TABLES) > 5
    assert differences(engine) != []
    migrate(engine)
    assert differences(engine) == []


def test_migrating_again_keeps_what_is_stored(engine: sa.Engine) -> None:
    migrate(engine)
    row = {"number": 1, "at_us": 5, "kind": "hub.started", "subject": "hub", "body": b"{}"}
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(sa.insert(events), row)
    migrate(engine)
    with engine.connect() as connection:
        assert [dict(found._mapping) for found in connection.execute(sa.select(events))] == [row]


def test_database_keeps_every_commit_through_a_power_cut(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    engine.dispose()


def test_password_in_a_value_is_in_no_error_of_the_database(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    migrate(engine)
    row = {"camera_id": "C01", "url": "rtsp://admin:open-sesame@10.0.0.9/1"}
    with (
        engine.connect().execution_options(write=True) as connection,
        pytest.raises(sa.exc.IntegrityError) as failed,
    ):
        connection.execute(sa.insert(metadata.tables["cameras"]), row)
    assert "cameras" in str(failed.value) and "open-sesame" not in str(failed.value)
    engine.dispose()
