"""The audit log: whatever is done to its records afterwards is seen."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access import audit
from hub.access.audit import Action, AuditBroken
from hub.access.tables import audit_records
from hub.storage.writer import Change
from tests.hub import open_database

Row = dict[str, Any]


class Detail(msgspec.Struct, frozen=True):
    words: str


async def keep(folder: Path, count: int) -> list[Row]:
    """A log of ``count`` records, as rows."""
    async with open_database(folder) as database:
        for number in range(count):

            def change(open_change: Change, number: int = number) -> None:
                case_id = None if number % 3 == 0 else f"K{number}"
                audit.record(
                    open_change,
                    "duty",
                    Action.SEARCH,
                    detail=Detail(f"红色上衣 {number}"),
                    case_id=case_id,
                    purpose="走失儿童" if case_id else "",
                )

            await database.write(change)
        assert await database.read(audit.verify) == count
        query = sa.select(audit_records).order_by(audit_records.c.number)
        return await database.read(lambda connection: [row._asdict() for row in connection.execute(query)])


def verify(rows: list[Row]) -> int:
    """What the log says of these rows, stored as they are."""
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            audit_records.create(connection)
            if rows:
                connection.execute(sa.insert(audit_records), rows)
            return audit.verify(connection)
    finally:
        engine.dispose()


@cache
def rows() -> list[Row]:
    """Twelve records, kept once for all tests; none changes them."""
    with TemporaryDirectory() as folder:
        return asyncio.run(keep(Path(folder), 12))


OTHER: dict[str, st.SearchStrategy[Any]] = {
    "at_us": st.integers(0, 2**60),
    "person_id": st.text(max_size=20),
    "action": st.sampled_from(list(Action)).map(str),
    "case_id": st.none() | st.text(max_size=20),
    "purpose": st.text(max_size=20),
    "detail": st.binary(max_size=40),
    "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def test_untouched_log_holds() -> None:
    assert verify(rows()) == 12
    assert verify([]) == 0


@settings(deadline=None)
@given(st.data(), st.integers(0, 11), st.sampled_from(sorted(OTHER)))
def test_changed_field_is_seen_at_its_record(data: st.DataObject, index: int, column: str) -> None:
    value = data.draw(OTHER[column].filter(lambda value: value != rows()[index][column]))
    changed = [*rows()[:index], rows()[index] | {column: value}, *rows()[index + 1 :]]
    with pytest.raises(AuditBroken, match=rf"from record {index + 1} on"):
        verify(changed)


@pytest.mark.parametrize("index", range(12))
def test_nothing_and_empty_are_different_values(index: int) -> None:
    row = rows()[index]
    changed = row | {"case_id": "" if row["case_id"] is None else None}
    with pytest.raises(AuditBroken):
        verify([*rows()[:index], changed, *rows()[index + 1 :]])


@settings(deadline=None)
@given(st.integers(0, 10), st.integers(1, 11), st.booleans())
def test_removed_records_are_seen_whether_or_not_the_rest_is_numbered_anew(first: int, many: int, anew: bool) -> None:
    left = [*rows()[:first], *rows()[first + many :]]
    if first + many < len(rows()):
        with pytest.raises(AuditBroken, match=rf"from record {first + 1} on"):
            verify(numbered(left) if anew else left)
    else:
        assert verify(left) == first, "a cut end shows in the count alone"


def numbered(rows: list[Row]) -> list[Row]:
    return [row | {"number": number} for number, row in enumerate(rows, 1)]


@settings(deadline=None)
@given(st.integers(0, 11), st.integers(0, 11))
def test_inserted_copy_is_seen(source: int, at: int) -> None:
    with pytest.raises(AuditBroken):
        verify(numbered([*rows()[:at], rows()[source], *rows()[at:]]))


@settings(deadline=None)
@given(st.permutations(range(12)).filter(lambda order: list(order) != list(range(12))))
def test_reordered_records_are_seen(order: list[int]) -> None:
    first_wrong = next(place for place, index in enumerate(order) if place != index)
    with pytest.raises(AuditBroken, match=rf"from record {first_wrong + 1} on"):
        verify(numbered([rows()[index] for index in order]))
