"""``qianshao audit``: check, show and export, beside a running hub or without one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.access.logs import check, checkpoints_of, copied, keep, some
from tests.hub import open_database
from tests.test_cli import run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """250 records."""
    folder = tmp_path / "hub"
    folder.mkdir()
    asyncio.run(keep(folder, some(250)))
    return folder


def test_verify_says_how_many_from_when_to_when_and_the_last_checkpoint(log: Path) -> None:
    code, said = run("audit", "verify", "--data-dir", log)
    assert code == 0
    assert "250 条审计记录，完整无改动" in said
    assert "第 1 条 2026-01-0" in said and "至第 250 条 2026-01-05" in said
    assert "最近检查点：第 2" in said
    assert f"与 {len(checkpoints_of(log).read_bytes().splitlines())} 个另存的检查点相符" in said


def test_verify_of_a_changed_log_names_the_record_and_ends_with_1(log: Path) -> None:
    async def change() -> None:
        async with open_database(log) as database:
            statement = "UPDATE audit_records SET purpose = '例行检查' WHERE number = 77"
            await database.write(lambda change: change.connection.exec_driver_sql(statement))

    asyncio.run(change())
    code, said = run("audit", "verify", "--data-dir", log)
    assert code == 1
    assert "审计日志从第 77 条起不可信" in said


def test_verify_takes_the_key_and_the_checkpoints_that_were_kept_elsewhere(log: Path, tmp_path: Path) -> None:
    older = copied(log, tmp_path / "older")
    asyncio.run(keep(log, some(200)))
    (older / "access" / "audit-public-key.pem").unlink()
    key = log / "access" / "audit-public-key.pem"
    assert run("audit", "verify", "--data-dir", older, "--public-key", key)[0] == 0
    kept = checkpoints_of(log)
    code, said = run("audit", "verify", "--data-dir", older, "--public-key", key, "--checkpoints", kept)
    assert code == 1
    assert "数据库被换回旧版本" in said


@pytest.mark.parametrize("content", [None, b"no key"])
def test_verify_without_a_public_key_says_so(log: Path, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    code, said = run("audit", "verify", "--data-dir", log, "--public-key", file)
    assert code == 2
    assert "无法读取公钥" in said


async def test_show_lists_records_and_is_one_itself_while_the_hub_writes_on(tmp_path: Path) -> None:
    async with open_database(tmp_path) as hub:
        await hub.write(lambda change: None)
        code, said = await asyncio.to_thread(run, "audit", "show", "--data-dir", tmp_path, "--limit", "5")
        assert (code, "read_audit" in said, "local" in said) == (0, True, True)
    await keep(tmp_path, some(3))
    assert check(tmp_path).records == 4


def test_show_of_a_copy_without_the_key_says_that_it_is_not_noted(log: Path, tmp_path: Path) -> None:
    copy = copied(log, tmp_path / "copy")
    code, said = run("audit", "show", "--data-dir", copy, "--person", "officer3", "--limit", "2")
    assert code == 0
    assert "不会记入日志" in said and "更早的记录：--before" in said
    assert check(copy).records == 250


def test_export_writes_all_records_and_the_signed_head_to_a_new_file(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    assert run("audit", "export", file, "--data-dir", log)[0] == 0
    lines = list(map(json.loads, file.read_text().splitlines()))
    assert [line["number"] for line in lines[:-1]] == list(range(1, 252))
    assert (lines[-2]["action"], lines[-2]["person_id"]) == ("export_audit", "local")
    assert (lines[-1]["kind"], lines[-1]["number"], lines[-1]["hash"]) == ("head", 251, lines[-2]["hash"])
    code, said = run("audit", "export", file, "--data-dir", log)
    assert (code, "无法写入" in said) == (2, True)
