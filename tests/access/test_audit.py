"""The audit log: what is written verifies, whatever was done, and each record stands as it was said."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.protocol.clock import ManualClock
from hub.access import audit
from hub.access.audit import Action
from hub.access.chain import AuditBroken, Flaw
from hub.access.checkpoints import KEY_FILE, PUBLIC_KEY_FILE
from hub.access.tables import audit_records
from hub.settings import Settings
from hub.storage.writer import Change
from tests.access.logs import DAY_S, Detail, Said, check, checkpoints_of, copied, forget, keep, log_of, noted, some
from tests.hub import open_database

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
SAID = st.builds(
    Said,
    action=st.sampled_from(Action),
    person_id=TEXT,
    case_id=st.none() | TEXT,
    purpose=TEXT,
    words=TEXT,
    after_s=st.sampled_from([0.0, 0.001, 3600.0, DAY_S, 40 * DAY_S, -3600.0, -2 * DAY_S]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(SAID, max_size=40), max_size=12), st.integers(0, 11))
def test_any_log_that_nobody_touched_holds_also_after_a_restart(batches: list[list[Said]], restart: int) -> None:
    async def keep_all(folder: Path) -> None:
        clock = ManualClock()
        for part in (batches[:restart], batches[restart:]):
            async with open_database(folder, clock) as database:
                for batch in part:
                    clock.advance(batch[0].after_s if batch else 0.0)
                    await database.write(lambda change, batch=batch: noted(batch, change))  # type: ignore[misc]

    with TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(keep_all(folder))
        report = check(folder, kept=checkpoints_of(folder))
        assert report.records == sum(map(len, batches))
        assert report.compared == len(checkpoints_of(folder).read_bytes().splitlines())


async def test_record_stands_as_it_was_said(tmp_path: Path) -> None:
    await keep(tmp_path, [Said(Action.LOOK, "officer1", "K1", "走失儿童", "红色上衣", 5.0)])
    async with open_database(tmp_path) as database:
        row = await database.read(lambda connection: connection.execute(sa.select(audit_records)).one())
    assert (row.number, row.person_id, row.action, row.case_id) == (1, "officer1", "look", "K1")
    assert (row.purpose, json.loads(row.detail)) == ("走失儿童", {"words": "红色上衣"})


async def test_record_of_a_change_that_fails_is_not_kept(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:

        def fails(change: Change) -> None:
            audit.record(change, "duty", Action.LOOK, detail=Detail("not done"))
            raise RuntimeError("not done")

        with pytest.raises(RuntimeError, match="not done"):
            await database.write(fails)
        await database.write(lambda change: noted([Said()], change))
    assert check(tmp_path).records == 1


async def test_every_hundredth_record_and_the_first_of_a_day_is_a_checkpoint_for_good(tmp_path: Path) -> None:
    await keep(tmp_path, some(250, per_day=120))
    numbers = [json.loads(line)["number"] for line in checkpoints_of(tmp_path).read_text().splitlines()]
    assert numbers == [1, 100, 120, 200, 240]
    report = check(tmp_path)
    assert report.checkpoint is not None
    assert (report.checkpoint.number, report.records) == (240, 250)


async def test_key_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    await keep(tmp_path, some(3))
    file = tmp_path / "access" / KEY_FILE
    key = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await keep(tmp_path, some(3))
    assert file.read_bytes() == key
    assert check(tmp_path).records == 6


async def test_checkpoint_that_a_kill_kept_from_the_file_is_added_at_the_next_start(tmp_path: Path) -> None:
    await keep(tmp_path, some(205, per_day=1000))
    file = checkpoints_of(tmp_path)
    whole = file.read_bytes()
    for left in (whole[:-40], whole[: whole.index(b"\n") + 1], b""):
        file.write_bytes(left)
        await keep(tmp_path, [])
        assert file.read_bytes() == whole
    assert check(tmp_path, kept=file).compared == 3


async def test_two_processes_with_the_key_write_one_log(tmp_path: Path) -> None:
    async with open_database(tmp_path) as hub, open_database(tmp_path) as command:
        for database in (hub, command, command, hub, command, hub):
            await database.write(lambda change: noted([Said()], change))
    assert check(tmp_path).records == 6


async def test_record_added_without_the_key_while_the_hub_runs_is_not_taken_as_sound(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        await database.write(lambda change: noted(some(3), change))

        def forge(change: Change) -> None:
            row = dict(
                change.connection.execute(sa.select(audit_records).where(audit_records.c.number == 3)).mappings().one()
            )
            row |= {"number": 4, "previous_hash": row["hash"]}
            row["hash"] = audit.record_hash(tuple(row.values())[:-1])
            change.connection.execute(sa.insert(audit_records), row)

        await database.write(forge)
        with capture_logs() as logs:
            await database.write(lambda change: noted(some(3), change))
        assert [entry["event"] for entry in logs] == ["audit.broken"]
    with pytest.raises(AuditBroken) as broken:
        check(tmp_path)
    assert (broken.value.number, broken.value.flaw) == (5, Flaw.CHANGED)


@pytest.mark.parametrize("statement", ["DELETE FROM audit_records WHERE number > 150", "DELETE FROM audit_statements"])
async def test_log_that_was_cut_while_the_hub_was_down_stays_broken_and_the_hub_says_so(
    tmp_path: Path, statement: str
) -> None:
    await keep(tmp_path, some(160))
    async with open_database(tmp_path) as database:
        await database.write(lambda change: change.connection.exec_driver_sql(statement))
    with capture_logs() as logs:
        await keep(tmp_path, some(5))
    assert "audit.broken" in [entry["event"] for entry in logs]
    with pytest.raises(AuditBroken):
        check(tmp_path)


async def test_old_records_go_in_whole_stretches_and_the_rest_holds(tmp_path: Path) -> None:
    clock = ManualClock()
    begun_us = clock.wall_us()
    await keep(tmp_path, some(600, per_day=60), clock)
    before_us = begun_us + round(5.5 * DAY_S * 1e6)
    gone = await forget(tmp_path, clock, before_us)
    report = check(tmp_path, kept=checkpoints_of(tmp_path))
    assert report.first is not None and report.pruned is not None
    assert report.pruned.number == gone
    assert report.first.number == gone + 1
    assert 270 <= gone <= 330
    assert report.records == 600 - gone + 1, "the pruning itself is a record"
    assert await forget(tmp_path, clock, before_us) == 0
    await keep(tmp_path, some(50), clock)
    assert await forget(tmp_path, clock, before_us + round(2 * DAY_S * 1e6)) > 0
    assert check(tmp_path, kept=checkpoints_of(tmp_path)).pruned is not None


async def test_checkpoints_that_were_copied_away_hold_against_a_pruned_log(tmp_path: Path) -> None:
    clock = ManualClock()
    begun_us = clock.wall_us()
    await keep(tmp_path, some(300), clock)
    copy = copied(tmp_path, tmp_path / "elsewhere")
    await forget(tmp_path, clock, begun_us + round(2 * DAY_S * 1e6))
    assert check(tmp_path, kept=checkpoints_of(copy)).compared > 0
    assert len(checkpoints_of(tmp_path).read_bytes()) < len(checkpoints_of(copy).read_bytes())


async def test_many_old_records_go_some_thousand_at_a_time(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_database(tmp_path, clock) as database:
        for _ in range(50):
            await database.write(lambda change: noted([Said()] * 100, change))
            clock.advance(60)
        assert await (await log_of(database)).forget_before(clock.wall_us()) == 5000
    assert check(tmp_path, kept=checkpoints_of(tmp_path)).records == 3, "one for each of the three prunings"


async def test_stretch_that_does_not_hold_is_not_deleted(tmp_path: Path) -> None:
    clock = ManualClock()
    await keep(tmp_path, some(300), clock)
    async with open_database(tmp_path, clock) as database:
        await database.write(
            lambda change: change.connection.exec_driver_sql("UPDATE audit_records SET purpose = '' WHERE number = 5")
        )
        assert await (await log_of(database)).forget_before(clock.wall_us()) == 0
    with pytest.raises(AuditBroken) as broken:
        check(tmp_path)
    assert broken.value.number == 5


def test_log_is_kept_180_days_at_least() -> None:
    with pytest.raises(ValueError, match="kept from 180 to"):
        Settings(audit_retention_days=179)
    assert Settings(audit_retention_days=180).audit_retention_days == 180


async def test_key_of_another_hub_proves_nothing(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        await keep(tmp_path / name, some(10))
    assert (tmp_path / "one" / "access" / PUBLIC_KEY_FILE).read_bytes().startswith(b"-----BEGIN PUBLIC KEY")
    with pytest.raises(AuditBroken):
        check(tmp_path / "one", key_of=tmp_path / "other")
