"""``qianshao devices`` against a running hub."""

from __future__ import annotations

import asyncio
import hashlib
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.enrol.client import enrol
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.app import Hub
from hub.bridge.accesslist import device_user, emqx_users_text, password_line
from hub.commands.devices import sheet_of
from hub.enrolment.messages import Invitation
from tests.databases import environment_of
from tests.hub import open_console, open_hub

DEADLINE_S = 30.0


async def devices(folder: Path, *given: str) -> tuple[int | None, str]:
    """``qianshao devices`` …: its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "devices", *given, "--data-dir", str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment_of(folder),
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    return process.returncode, said.decode()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened, open_console(opened) as console:
        (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
        yield opened


async def test_code_is_shown_as_a_qr_code_and_as_text_and_enrols_the_radio(hub: Hub, tmp_path: Path) -> None:
    code, said = await devices(tmp_path, "codes", "R01")
    assert code == 0
    (line,) = [line for line in said.splitlines() if line.startswith("R01")]
    assert "█" in said or "▀" in said
    credential = await enrol(line.split()[1], tmp_path / "radio")
    assert credential.device_id == "R01"


async def test_codes_of_all_who_have_none_go_to_a_file_and_a_sheet_for_the_owner_alone(
    hub: Hub, tmp_path: Path
) -> None:
    await hub.enrolment.issue(DeviceKind.RADIO, "R02")
    file, sheet = tmp_path / "codes.jsonl", tmp_path / "codes.html"
    code, said = await devices(tmp_path, "codes", "--missing", "--file", str(file), "--sheet", str(sheet))
    assert code == 0, said
    found = [msgspec.json.decode(line, type=Invitation) for line in file.read_bytes().splitlines()]
    assert [one.device_id for one in found] == ["R01", "R03", "R04"]
    assert "3 个入网码" in said
    assert not any(one.join in said for one in found)
    assert {stat.S_IMODE(one.stat().st_mode) for one in (file, sheet)} == {0o600}
    text = sheet.read_text()
    assert text.count("<svg") == 3
    assert "场所3 对讲机3" in text


async def test_radio_is_listed_and_shut_out(hub: Hub, tmp_path: Path) -> None:
    await hub.enrolment.issue(DeviceKind.RADIO, "R01")
    assert "R01" in (await devices(tmp_path, "list"))[1]
    code, said = await devices(tmp_path, "revoke", "R01")
    assert (code, "已吊销 R01" in said) == (0, True)
    assert hub.enrolment.seal_key("R01") is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("codes",), "请给出设备编号，或用 --missing"),
        (("codes", "R99"), "登记中没有 radio R99"),
        (("codes", "--missing"), "4 个入网码屏幕上放不下"),
        (("revoke", "R01"), "R01 未入网"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    given: tuple[str, ...], why: str, hub: Hub, tmp_path: Path
) -> None:
    code, said = await devices(tmp_path, *given)
    assert (code, why in said) == (2, True), said
    assert hub.enrolment.waiting_codes() == []


def test_name_on_a_card_is_text_whatever_it_holds() -> None:
    sheet = sheet_of([Invitation(device_id="R01", join="http://127.0.0.1/join#d=x", expires_at_ms=0)], {"R01": "<b>店"})
    assert "&lt;b&gt;店" in sheet
    assert "<b>" not in sheet


async def test_what_emqx_is_to_know_is_written_for_the_owner_alone(hub: Hub, tmp_path: Path) -> None:
    credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
    await hub.enrolment.issue(DeviceKind.CAMERA, "C01")
    await hub.enrolment.issue(DeviceKind.RADIO, "R02")
    await hub.enrolment.revoke("R02", LOCAL)
    code, said = await devices(tmp_path, "export", str(tmp_path / "emqx"))
    assert code == 0, said
    users, rules = tmp_path / "emqx" / "users.csv", tmp_path / "emqx" / "acl.conf"
    assert {stat.S_IMODE(file.stat().st_mode) for file in (users, rules)} == {0o600}
    head, *rows = users.read_text().splitlines()
    assert head == "user_id,password_hash,salt,is_superuser"
    assert [row.split(",")[0] for row in rows] == ["R01", "C01"]
    said_by_radio = next(line for line in rules.read_text().splitlines() if '"R01"}, publish' in line)
    assert '{eq, "qs/1/radio/R01/status"}' in said_by_radio
    assert "R02" not in rules.read_text()
    assert rules.read_text().endswith("{deny, all}.\n")
    assert credential.password not in users.read_text()


def test_exported_hash_is_pbkdf2_of_the_password_with_the_salt_as_text() -> None:
    text = emqx_users_text([device_user(DeviceKind.RADIO, "R01", password_line("secret"), ())])
    _, derived, salt, superuser = text.splitlines()[1].split(",")
    assert hashlib.pbkdf2_hmac("sha512", b"secret", salt.encode(), 101).hex() == derived
    assert superuser == "false"
