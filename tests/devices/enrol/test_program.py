"""``python -m devices.enrol``: what the person who enrols a device sees."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.link import Credential
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.app import Hub
from tests.hub import open_console, open_hub


async def enrol(*given: str, line: str = "") -> tuple[int | None, str]:
    """The program's exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devices.enrol", *given,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(line.encode()), 30)
    return process.returncode, said.decode()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub") as opened:
        yield opened


async def test_radio_is_enrolled_from_standard_input_once_and_again_only_when_told(hub: Hub, tmp_path: Path) -> None:
    store = tmp_path / "radio"
    async with open_console(hub) as console:
        for again in ((), ("--again",)):
            code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
            join = f"{str(console.base_url).rstrip('/')}/join#d={code.code}"
            status, said = await enrol("-", "--store", str(store), *again, line=f"{join}\n")
            assert (status, "R01 已入网" in said) == (0, True), said
            assert code.code not in said
            kept = Credential.load(store)
            assert kept is not None
            assert kept.seal_key == hub.enrolment.seal_key("R01")
        assert stat.S_IMODE((store / "credential.json").stat().st_mode) == 0o600
        status, said = await enrol("-", "--store", str(store), line="anything")
        assert (status, "--again replaces it" in said) == (2, True)


async def test_spent_code_is_said_in_a_sentence(hub: Hub, tmp_path: Path) -> None:
    async with open_console(hub) as console:
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        file = tmp_path / "join.txt"
        file.write_text(f"{str(console.base_url).rstrip('/')}/join#d={code.code}\n")
        assert (await enrol("--file", str(file), "--store", str(tmp_path / "one")))[0] == 0
        status, said = await enrol("--file", str(file), "--store", str(tmp_path / "two"))
        assert (status, "入网码已用过" in said) == (2, True)
        assert Credential.load(tmp_path / "two") is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((), "give the address, - or --file"),
        (("http://127.0.0.1:9/join#d=A2b4C6d8E0f2G4h6",), "cannot be reached"),
        (("http://10.0.0.5/join#d=A2b4C6d8E0f2G4h6",), "http:// is for this machine alone"),
        (("--file", "/nowhere/join.txt"), "No such file"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(given: tuple[str, ...], why: str, tmp_path: Path) -> None:
    status, said = await enrol(*given, "--store", str(tmp_path / "radio"))
    assert (status, why in said, "Traceback" in said) == (2, True, False), said


async def test_store_that_cannot_be_written_costs_no_code(hub: Hub) -> None:
    async with open_console(hub) as console:
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        join = f"{str(console.base_url).rstrip('/')}/join#d={code.code}"
        status, said = await enrol("-", "--store", "/proc/radio", line=join)
        assert (status, "choose another --store" in said) == (2, True), said
        assert len(hub.enrolment.waiting_codes()) == 1
