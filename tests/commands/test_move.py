"""``qianshao move``: a hub's database from its file into PostgreSQL, while it works and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.access.people import Role
from hub.cli import app
from hub.folder_lock import locked
from hub.serve import DiskRefused, serve
from hub.settings import Settings
from tests import postgresql
from tests.hub import open_console, open_hub

pytestmark = postgresql.needs_postgresql
A_CASE = {"title": "走失儿童", "purpose": "寻找走失儿童"}


def move(folder: Path, to: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["move", "--data-dir", str(folder), "--to", to])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


async def test_room_that_works_is_moved_caught_up_with_and_goes_on_where_it_was(tmp_path: Path) -> None:
    to = postgresql.empty_of(tmp_path / "new")
    with locked(tmp_path):
        async with open_hub(tmp_path, database="") as hub, open_console(hub, Role.OFFICER) as console:
            (await console.post("/api/cases", json=A_CASE)).raise_for_status()
            code, said = move(tmp_path, to)
            assert (code, "请停止中枢后再运行一次" in said, "逐行核对一致" in said) == (0, True, True), said
            (await console.post("/api/cases", json=A_CASE | {"title": "后来的\0"})).raise_for_status()
            await hub.registry.remove_camera("C01")
            last = hub.events.last
    code, said = move(tmp_path, to)
    assert (code, "已迁完" in said) == (0, True), said
    with pytest.raises(DiskRefused, match="数据库已迁到"):
        serve(Settings(data_dir=tmp_path, broker="embedded"))
    async with open_hub(tmp_path, database=to) as hub:
        assert (len(hub.registry.venues), len(hub.registry.cameras)) == (4, 0)
        assert hub.events.last == last + 1, "that it started"
        assert sorted(case.title for case in hub.cases.opened) == ["后来的\N{REPLACEMENT CHARACTER}", "走失儿童"]
    code, said = move(tmp_path, to)
    assert (code, "不能再迁一次" in said) == (2, True), "it would take away what happened since"


async def test_database_of_another_hub_is_not_written_over(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        async with open_hub(tmp_path / name, database=""):
            pass
    to = postgresql.empty_of(tmp_path / "new")
    assert move(tmp_path / "one", to)[0] == 0
    code, said = move(tmp_path / "other", to)
    assert (code, "别的中枢" in said) == (2, True)
    assert "口令" not in said


def test_move_without_a_hub_or_a_server_says_so(tmp_path: Path) -> None:
    code, said = move(tmp_path, "postgresql://hub@127.0.0.1:1/room")
    assert (code, "没有中枢的数据库" in said) == (2, True)
    code, said = move(tmp_path, "mysql://hub@127.0.0.1/room")
    assert (code, "postgresql://" in said) == (2, True)
    Settings(data_dir=tmp_path).database_file.write_bytes(b"")
    code, said = move(tmp_path, "postgresql://hub@127.0.0.1:1/room")
    assert (code, "数据库不可用" in said) == (2, True)
