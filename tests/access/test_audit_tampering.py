"""A hundred tamperings with an audit log by somebody who can write the database and lacks the key: each is found."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.protocol.clock import ManualClock
from hub.access.chain import FIRST, AuditBroken, Flaw, Link, is_due, record_hash
from hub.access.checkpoints import Kind, sign
from tests import postgresql
from tests.access.logs import DAY_S, check, checkpoints_of, copied, forget, keep, some
from tests.databases import Hands, opened

Row = dict[str, Any]
RECORDS = 380
COLUMNS = ("number", "at_us", "person_id", "action", "case_id", "purpose", "detail", "previous_hash", "hash")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


class Logs:
    """A log that was pruned, as it is, and as it was some days before."""

    def __init__(self, folder: Path) -> None:
        self.now = folder / "now"
        self.before = folder / "before"
        self.whole = folder / "whole"
        """Another log of the same hub's key that was never pruned."""
        clock = ManualClock()
        begun_us = clock.wall_us()
        running = folder / "running"
        running.mkdir()
        asyncio.run(keep(running, some(200), clock))
        copied(running, self.whole)
        asyncio.run(forget(running, clock, begun_us + round(1.5 * DAY_S * 1e6)))
        copied(running, self.before)
        asyncio.run(keep(running, some(RECORDS - 200), clock))
        copied(running, self.now)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    return Logs(tmp_path_factory.mktemp("logs"))


class Tampering:
    """One copy of the database under somebody's hands."""

    def __init__(self, hands: Hands, logs: Logs, chance: random.Random) -> None:
        self.logs = logs
        self.chance = chance
        self.hands = hands
        self.numbers = [row["number"] for row in self.records()]

    def records(self) -> list[Row]:
        return self.hands.rows("SELECT * FROM audit_records ORDER BY number")

    def statements(self, kind: Kind, of: Path | None = None) -> list[Row]:
        query = "SELECT * FROM audit_statements WHERE kind = ? ORDER BY number"
        if of is None:
            return self.hands.rows(query, kind.value)
        with opened(of) as other:
            return other.rows(query, kind.value)

    def run(self, statement: str, *values: Any) -> None:
        assert self.hands.change(statement, *values) != 0, statement

    def put(self, table: str, rows: list[Row]) -> None:
        for row in rows:
            self.hands.put(table, row)

    def put_records(self, rows: list[Row], *, chained: bool) -> None:
        """Replace all records, with hashes computed anew when ``chained``."""
        previous = rows[0]["previous_hash"]
        for row in rows if chained else ():
            row["previous_hash"] = previous
            previous = row["hash"] = record_hash(tuple(row[name] for name in COLUMNS[:-1]))
        self.run("DELETE FROM audit_records")
        self.put("audit_records", rows)

    def put_statement(self, kind: Kind, row: Row) -> None:
        self.run("DELETE FROM audit_statements WHERE kind = ?", kind.value)
        self.put("audit_statements", [row])

    def any_number(self) -> int:
        return self.chance.choice(self.numbers)


def other_value(column: str, value: Any, chance: random.Random) -> Any:
    if column in ("number", "at_us"):
        return value + chance.choice((-1, 1, 1_000_000, 86_400_000_000))
    if column in ("hash", "previous_hash"):
        return record_hash((chance.random(),))
    if column == "detail":
        return chance.choice((b"{}", value + b" ", *as_text(value), b"\xff"))
    return chance.choice(("", "officer99", None if column == "case_id" else "x", f"{value} "))


def as_text(value: bytes) -> tuple[str, ...]:
    """SQLite keeps text where bytes belong; PostgreSQL keeps types."""
    return () if postgresql.WANTED else (value.decode(errors="replace"),)


def change_column(of: Tampering) -> None:
    while True:
        number, column = of.any_number(), of.chance.choice(COLUMNS)
        row = next(row for row in of.records() if row["number"] == number)
        value = other_value(column, row[column], of.chance)
        if value != row[column] and not (column == "number" and value in of.numbers):
            of.run(f"UPDATE audit_records SET {column} = ? WHERE number = ?", value, number)
            return


def change_column_and_compute_all_hashes_anew(of: Tampering) -> None:
    rows = of.records()
    row = of.chance.choice(rows)
    row[of.chance.choice(("person_id", "purpose"))] += "x"
    of.put_records(rows, chained=True)


def make_a_value_unreadable(of: Tampering) -> None:
    unreadable = "chr(1)" if postgresql.WANTED else "CAST(x'ff' AS TEXT)"  # PostgreSQL keeps no text that is none
    of.run(f"UPDATE audit_records SET purpose = {unreadable} WHERE number = ?", of.any_number())


def delete_at_the_start(of: Tampering) -> None:
    of.run("DELETE FROM audit_records WHERE number <= ?", of.numbers[of.chance.randrange(150)])


def delete_at_the_start_with_its_checkpoints(of: Tampering) -> None:
    number = of.numbers[of.chance.randrange(150)]
    of.run("DELETE FROM audit_records WHERE number <= ?", number)
    of.run("DELETE FROM audit_statements WHERE kind = 'checkpoint' AND number <= ?", number)
    of.run("DELETE FROM audit_statements WHERE kind = 'pruned'")


def delete_in_the_middle(of: Tampering) -> None:
    first = of.chance.choice(of.numbers[1:-20])
    of.run("DELETE FROM audit_records WHERE number BETWEEN ? AND ?", first, first + of.chance.randrange(10))


def delete_in_the_middle_and_number_anew(of: Tampering) -> None:
    rows = of.records()
    del rows[of.chance.randrange(1, len(rows) - 1)]
    for number, row in enumerate(rows, rows[0]["number"]):
        row["number"] = number
    of.put_records(rows, chained=True)


def delete_at_the_end(of: Tampering) -> None:
    of.run("DELETE FROM audit_records WHERE number > ?", of.numbers[-of.chance.randrange(2, 100)])


def delete_at_the_end_with_the_checkpoints_and_the_head(of: Tampering) -> None:
    number = of.numbers[-of.chance.randrange(2, 100)]
    for table in ("audit_records", "audit_statements"):
        of.run(f"DELETE FROM {table} WHERE number > ?", number)


def cut_at_a_checkpoint_and_pass_it_off_as_the_head(of: Tampering) -> None:
    last = of.chance.choice(of.statements(Kind.CHECKPOINT)[1:-1])
    for table in ("audit_records", "audit_statements"):
        of.run(f"DELETE FROM {table} WHERE number > ?", last["number"])
    of.put("audit_statements", [last | {"kind": "head"}])


def delete_everything(of: Tampering) -> None:
    of.run("DELETE FROM audit_records")


def insert_with_hashes_computed_anew(of: Tampering) -> None:
    rows = of.records()
    place = of.chance.randrange(1, len(rows))
    rows.insert(place, dict(of.chance.choice(rows)) | {"person_id": "officer99"})
    for number, row in enumerate(rows, rows[0]["number"]):
        row["number"] = number
    of.put_records(rows, chained=True)


def append_and_sign_with_another_key(of: Tampering) -> None:
    rows = of.records()
    rows.append(dict(rows[-1]) | {"number": rows[-1]["number"] + 1, "person_id": "officer99"})
    of.put_records(rows, chained=True)
    resign(of, OTHER_KEY)


def swap_two(of: Tampering) -> None:
    rows = of.records()
    one, other = of.chance.sample(range(len(rows)), 2)
    numbers = rows[one]["number"], rows[other]["number"]
    rows[one], rows[other] = rows[other], rows[one]
    rows[one]["number"], rows[other]["number"] = numbers
    of.put_records(rows, chained=of.chance.random() < 0.5)


def number_all_anew(of: Tampering) -> None:
    rows = of.records()
    by = of.chance.choice((-of.numbers[0] + 1, 1, 100))
    for row in rows:
        row["number"] += by
    rows[0]["previous_hash"] = FIRST
    of.put_records(rows, chained=True)
    of.run("DELETE FROM audit_statements WHERE kind = 'pruned'")


def rewrite_all_and_sign_with_another_key(of: Tampering) -> None:
    rows = of.records()
    for row in rows:
        row["purpose"] = "例行检查"
    of.put_records(rows, chained=True)
    resign(of, OTHER_KEY)


def resign(of: Tampering, key: Ed25519PrivateKey) -> None:
    """All statements anew, as the hub would make them, by somebody's own key."""
    rows = of.records()
    links = [Link(row["number"], row["at_us"], row["hash"]) for row in rows]
    start = of.statements(Kind.PRUNED)[0]
    before = Link(start["number"], links[0].at_us, rows[0]["previous_hash"])
    made = [sign(key, Kind.PRUNED, before), sign(key, Kind.CHECKPOINT, before), sign(key, Kind.HEAD, links[-1])]
    for link in links:
        if is_due(link, before):
            made.append(sign(key, Kind.CHECKPOINT, link))
        before = link
    of.run("DELETE FROM audit_statements")
    of.put("audit_statements", [{name: getattr(one, name) for name in one.__struct_fields__} for one in made])


def change_a_statement(of: Tampering) -> None:
    kind = of.chance.choice(list(Kind))
    row = of.chance.choice(of.statements(kind))
    column = of.chance.choice(("number", "hash", "at_us", "signature", "kind"))
    value = {
        "number": row["number"] + of.chance.choice((-1, 1)),
        "hash": record_hash((of.chance.random(),)),
        "at_us": row["at_us"] + 1,
        "signature": of.chance.choice((bytes(64), b"", *as_text(b"text"), row["signature"][::-1])),
        "kind": "nothing",
    }[column]
    given = (value, row["kind"], row["number"])
    of.run(f"UPDATE audit_statements SET {column} = ? WHERE kind = ? AND number = ?", *given)


def delete_a_checkpoint(of: Tampering) -> None:
    row = of.chance.choice(of.statements(Kind.CHECKPOINT))
    of.run("DELETE FROM audit_statements WHERE kind = 'checkpoint' AND number = ?", row["number"])


def add_a_checkpoint_of_earlier_days(of: Tampering) -> None:
    gone = [row for row in of.statements(Kind.CHECKPOINT, of.logs.whole) if row["number"] < of.numbers[0] - 1]
    of.put("audit_statements", [of.chance.choice(gone)])


def delete_the_head(of: Tampering) -> None:
    of.run("DELETE FROM audit_statements WHERE kind = 'head'")


def put_back_the_head_of_earlier_days(of: Tampering) -> None:
    of.put_statement(Kind.HEAD, of.statements(Kind.HEAD, of.logs.before)[0])


def keep_two_heads(of: Tampering) -> None:
    of.put("audit_statements", of.statements(Kind.HEAD, of.logs.before))


def prune_by_hand(of: Tampering) -> None:
    """Up to a checkpoint, as the hub does, with the statement made from what is signed."""
    end = of.chance.choice(of.statements(Kind.CHECKPOINT)[1:-1])
    of.run("DELETE FROM audit_records WHERE number <= ?", end["number"])
    of.run("DELETE FROM audit_statements WHERE kind = 'checkpoint' AND number < ?", end["number"])
    signature = sign(OTHER_KEY, Kind.PRUNED, Link(end["number"], end["at_us"], end["hash"])).signature
    signature = of.chance.choice((end["signature"], signature, of.statements(Kind.PRUNED)[0]["signature"]))
    of.put_statement(Kind.PRUNED, end | {"kind": "pruned", "signature": signature})


def delete_the_statement_of_the_pruning(of: Tampering) -> None:
    of.run("DELETE FROM audit_statements WHERE kind = 'pruned'")


def put_back_what_was_pruned(of: Tampering) -> None:
    with opened(of.logs.whole) as whole:
        rows = whole.rows("SELECT * FROM audit_records WHERE number < ?", of.numbers[0])
    of.put("audit_records", rows)


KINDS: tuple[Callable[[Tampering], None], ...] = (
    change_column, change_column, change_column, change_column, change_column_and_compute_all_hashes_anew,
    make_a_value_unreadable, delete_at_the_start, delete_at_the_start_with_its_checkpoints, delete_in_the_middle,
    delete_in_the_middle_and_number_anew, delete_at_the_end, delete_at_the_end_with_the_checkpoints_and_the_head,
    cut_at_a_checkpoint_and_pass_it_off_as_the_head, delete_everything, insert_with_hashes_computed_anew,
    append_and_sign_with_another_key, swap_two, number_all_anew, rewrite_all_and_sign_with_another_key,
    change_a_statement, change_a_statement, delete_a_checkpoint, add_a_checkpoint_of_earlier_days, delete_the_head,
    put_back_the_head_of_earlier_days, keep_two_heads, prune_by_hand, delete_the_statement_of_the_pruning,
    put_back_what_was_pruned,
)  # fmt: skip


def test_log_that_nobody_touched_holds(logs: Logs) -> None:
    report = check(logs.now, kept=checkpoints_of(logs.now))
    assert report.records > 200
    assert report.pruned is not None
    assert check(logs.before).records < report.records


@pytest.mark.parametrize("seed", range(100))
def test_tampering_is_found(logs: Logs, tmp_path: Path, seed: int) -> None:
    folder = copied(logs.now, tmp_path / "log")
    with opened(folder) as hands:
        KINDS[seed % len(KINDS)](Tampering(hands, logs, random.Random(seed)))
    with pytest.raises(AuditBroken):
        check(folder)


def test_whole_database_put_back_to_an_older_state_is_found_by_checkpoints_kept_elsewhere(logs: Logs) -> None:
    assert check(logs.before).records > 0, "by itself it looks sound"
    with pytest.raises(AuditBroken) as broken:
        check(logs.before, kept=checkpoints_of(logs.now))
    assert broken.value.flaw is Flaw.PUT_BACK


def test_log_that_went_on_from_an_older_state_is_found_by_checkpoints_kept_elsewhere(
    logs: Logs, tmp_path: Path
) -> None:
    running = logs.now.parent / "running" / "access"
    copied(logs.before, tmp_path / "log")
    shutil.copy(running / "audit-key.pem", tmp_path / "log" / "access")
    asyncio.run(keep(tmp_path / "log", some(300)))
    assert check(tmp_path / "log").records > 300, "by itself it looks sound"
    with pytest.raises(AuditBroken) as broken:
        check(tmp_path / "log", kept=checkpoints_of(logs.now))
    assert broken.value.flaw is Flaw.PUT_BACK


@pytest.mark.parametrize("line", [b"no checkpoint\n", b"{}\n", b"x" * 5000, b"\xff\n"])
def test_file_of_checkpoints_that_is_none_is_refused(logs: Logs, tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_bytes(checkpoints_of(logs.now).read_bytes() + line)
    with pytest.raises(AuditBroken) as broken:
        check(logs.now, kept=file)
    assert broken.value.flaw is Flaw.PUT_BACK
