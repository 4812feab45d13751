"""The command: a plain mistake is one clear sentence and exit code 2, never a traceback, and changes nothing."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from hub.cli import app
from tests.databases import environment_of, of_sqlites_file
from tests.devices.room import until
from tests.hub import open_database


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what was said; of a folder whose database is on PostgreSQL, with that."""
    given = environment_of(Path(arguments[arguments.index("--data-dir") + 1])) if "--data-dir" in arguments else None
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [
        ("--log-level", "foo", "'foo': use DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("--broker", "mqtt://", "'mqtt://' is not a broker address: use mqtt://host:port"),
        ("--broker", "mqtt://host:99999", "no usable port"),
    ],
)
def test_setting_that_cannot_be_is_one_sentence(tmp_path: Path, option: str, value: str, what: str) -> None:
    code, said = run("hub", "--data-dir", tmp_path / "hub", option, value)
    assert (code, said.count("\n")) == (2, 1)
    assert what in said
    assert not (tmp_path / "hub").exists()


@of_sqlites_file
def test_audit_without_a_database_says_so_and_makes_none(tmp_path: Path) -> None:
    code, said = run("audit", "verify", "--data-dir", tmp_path)
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert f"{tmp_path} 中没有中枢的数据库" in said


@of_sqlites_file
@pytest.mark.parametrize("content", [b"", b"no database" * 100])
def test_audit_of_what_is_no_database_of_a_hub_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.sqlite3").write_bytes(content)
    code, said = run("audit", "verify", "--data-dir", tmp_path)
    assert code == 2
    assert "不是中枢的数据库" in said


async def test_audit_of_a_sound_log_counts_its_records(tmp_path: Path) -> None:
    async with open_database(tmp_path):
        pass
    assert run("audit", "verify", "--data-dir", tmp_path) == (0, "0 条审计记录，完整无改动\n")


def test_evaluation_without_pictures_says_which_folder_holds_none(tmp_path: Path) -> None:
    (tmp_path / "img1").mkdir()
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt" / "gt.txt").write_text("1,1,10,10,20,40,1,1,1\n")
    code, said = run("evaluate", "detection", "--mot", tmp_path)
    assert code == 2
    assert f"{tmp_path / 'img1'} holds no pictures" in said


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = run("hub", "--data-dir", tmp_path / "file" / "hub", "--port", "0")
    assert code == 2
    assert f"{tmp_path / 'file' / 'hub'} cannot be used" in said


async def test_second_hub_in_a_folder_is_refused_and_changes_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    arguments = ("hub", "--data-dir", str(folder), "--port", "0", "--broker", "embedded", "--vision-workers", "0")
    with (tmp_path / "log").open("wb") as log:
        first = await asyncio.create_subprocess_exec(sys.executable, "-m", "hub", *arguments, stderr=log)
    try:
        await until(lambda: (folder / "port").exists() and (folder / "port").read_text() != "", "the first hub serves")
        port = (folder / "port").read_text()
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", *arguments, stderr=asyncio.subprocess.PIPE
        )
        _, said = await second.communicate()
        assert second.returncode == 2
        assert f"another hub uses the folder {folder}" in said.decode()
        assert (folder / "port").read_text() == port
        assert first.returncode is None
        async with httpx.AsyncClient(trust_env=False) as console:
            assert (await console.get(f"http://127.0.0.1:{port}/healthz")).json()["status"] == "ok"
    finally:
        first.terminate()
        assert await first.wait() == 0
