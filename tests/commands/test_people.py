"""``qianshao init`` without a hub and ``qianshao people`` against a running one."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pyotp

from hub.access.people import Role
from hub.app import Hub
from hub.folder_lock import locked
from tests.databases import environment_of
from tests.hub import open_console, open_hub, settings

DEADLINE_S = 60.0
PASSWORD = "三岔路口 correct horse"


async def qianshao(folder: Path, *words: str, given: str = "") -> tuple[int | None, str]:
    """A command on the hub in ``folder``: its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *words, "--data-dir", str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=environment_of(folder),
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(given.encode()), DEADLINE_S)
    return process.returncode, said.decode()


def first_administrator(folder: Path, **given: object) -> str:
    file = folder / "first.json"
    file.write_text(json.dumps({"person_id": "root", "name": "管理员", "password": PASSWORD} | given))
    return str(file)


async def test_first_administrator_is_made_from_a_file_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    code, said = await qianshao(folder, "init", "--file", first_administrator(tmp_path))
    assert code == 0, said
    assert PASSWORD not in said
    assert pyotp.parse_uri(said.splitlines()[0]).name == "root"
    code, said = await qianshao(folder, "init", "--file", first_administrator(tmp_path, person_id="other"))
    assert code == 2
    assert "已经有管理员" in said
    hub = Hub(settings(folder))
    await hub.start()
    try:
        assert hub.access.has_administrator
        (root,) = hub.access.people()
        assert (root.role, root.second_factor, root.live_sessions) == (Role.ADMINISTRATOR, True, 0)
        code, said = await qianshao(folder, "audit", "verify")
        assert code == 0, said
    finally:
        await hub.stop()


async def test_first_administrator_may_have_no_second_factor_but_not_a_weak_password(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    code, said = await qianshao(folder, "init", "--file", first_administrator(tmp_path, password="1234567890"))
    assert (code, "密码不能是" in said) == (2, True)
    code, said = await qianshao(folder, "init", "--file", first_administrator(tmp_path, totp=False))
    assert code == 0, said
    assert "otpauth" not in said


async def test_first_administrator_is_asked_for_and_proves_the_authenticator(tmp_path: Path) -> None:
    asked = f"root\n管理员\n{PASSWORD}\n{PASSWORD}\n000000\n000000\n000000\n"
    code, said = await qianshao(tmp_path / "hub", "init", given=asked)
    assert code == 2
    assert "▄" in said, "the QR code"
    assert "动态口令不对" in said
    assert PASSWORD not in said
    code, said = await qianshao(tmp_path / "hub", "init", "--file", first_administrator(tmp_path))
    assert code == 0, "one that was not proved is no administrator yet"


async def test_bad_file_is_named_without_its_secrets(tmp_path: Path) -> None:
    code, said = await qianshao(tmp_path / "hub", "init", "--file", first_administrator(tmp_path, person_id="a b"))
    assert code == 2
    assert "person_id" in said
    assert PASSWORD not in said


async def test_folder_of_a_running_hub_is_left_alone(tmp_path: Path) -> None:
    with locked(tmp_path / "hub"):
        code, said = await qianshao(tmp_path / "hub", "init", "--file", first_administrator(tmp_path))
    assert code == 2
    assert "中枢正在运行" in said
    assert not (tmp_path / "hub" / "hub.sqlite3").exists()


async def test_people_are_added_listed_invited_disabled_and_enabled(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
        guard = ("people", "add", "guard1", "--name", "保安", "--role", "guard", "--place", "venue:V01")
        code, said = await qianshao(tmp_path, *guard)
        assert code == 0, said
        code, said = await qianshao(tmp_path, *guard)
        assert (code, "已经有了" in said) == (2, True)
        code, said = await qianshao(tmp_path, "people", "add", "x", "--name", "x", "--role", "king")
        assert (code, "role" in said) == (2, True)
        code, said = await qianshao(tmp_path, "people", "invite", "guard1")
        assert code == 0, said
        link = next(line for line in said.splitlines() if "/join#p=" in line)
        invited = await hub.access.look_at_invitation(link.partition("#p=")[2], address="127.0.0.1")
        assert invited.person_id == "guard1"
        assert "▄" in said
        code, said = await qianshao(tmp_path, "people", "list")
        assert code == 0, said
        assert "guard1" in said
        assert (await qianshao(tmp_path, "people", "disable", "guard1"))[0] == 0
        assert next(one for one in hub.access.people() if one.person_id == "guard1").disabled
        assert (await qianshao(tmp_path, "people", "enable", "guard1"))[0] == 0
        code, said = await qianshao(tmp_path, "people", "invite", "nobody")
        assert (code, "没有账号" in said) == (2, True)
