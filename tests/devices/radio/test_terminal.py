"""One radio on a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from devices.link import BrokerAddress
from devices.protocol.clock import ManualClock
from devices.protocol.messages import Acknowledgement, Answer, Birth, Death, Report
from devices.protocol.sos import SosState
from devices.protocol.topics import DeviceKind, Up
from devices.radio.__main__ import Terminal
from devices.radio.radio import RadioEvents
from devices.radio.screen import Screen
from hub.bridge.broker import Broker
from tests.devices.radio.test_screen import alert
from tests.devices.room import DEADLINE_S, Room, by_hand


async def test_enter_acknowledges_a_letter_answers_and_q_says_goodbye(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    by_hand(broker.hub_address, "R001").save(tmp_path / "r")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devices.radio", "--store", str(tmp_path / "r")),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        await room.hear("R001", Up.BIRTH, Birth)
        await room.alert("R001", "A1")
        async with asyncio.timeout(DEADLINE_S):
            while "六岁男孩走失" not in (await process.stdout.readline()).decode():
                continue
        process.stdin.write(b"\n")
        assert (await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement))[0].alert_id == "A1"
        process.stdin.write(b"c\n")
        assert (await room.hear("R001", Up.REPORT, Report))[0].answer is Answer.CHILD_IS_WITH_ME
        process.stdin.write(b"q\n")
        await room.hear("R001", Up.DEATH, Death)
        assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@pytest.mark.parametrize(
    ("kind", "words"), [(None, "enrol the radio first"), (DeviceKind.CAMERA, "the credential of a camera")]
)
async def test_radio_without_a_credential_of_its_own_says_what_to_do(
    kind: DeviceKind | None, words: str, tmp_path: Path
) -> None:
    if kind is not None:
        by_hand(BrokerAddress("127.0.0.1"), "C01", kind).save(tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devices.radio", "--store", str(tmp_path)), stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 2
    assert words in said.decode()


def test_terminal_rings_no_bell_from_the_sos_key_on_until_the_sos_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Screen(ManualClock()), RadioEvents())
    terminal.sos_pressed()
    terminal.alert_shown(alert("A1"))
    terminal.sos_changed("S1", SosState.OPEN)
    terminal.sos_changed("S1", SosState.CLOSED)
    said = capsys.readouterr().out
    assert ("A1" in said, "S1" in said, "\a" in said) == (True, True, False)
    terminal.alert_shown(alert("A2"))
    assert "\a" in capsys.readouterr().out
