"""Keys on a terminal, a serial line and a handset, up to what the hub hears of them."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
import wave
from contextlib import suppress
from pathlib import Path

import pytest

from devices.protocol.messages import Answer, Birth, Death, FloorRelease, FloorRequest, FloorUp, Report
from devices.protocol.topics import Up
from devices.radio.keys import STEADY_LOOKS, Key, KeysError, SerialKeys, Switch, hardware_keys
from hub.bridge.broker import Broker
from tests.devices.room import DEADLINE_S, Room, by_hand, until


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
async def test_space_bar_takes_the_floor_and_the_next_one_gives_it_back(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    by_hand(broker.hub_address, "R001").save(tmp_path)
    terminal, its_end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devices.radio", "--store", str(tmp_path), "--keys", "terminal"),
        *("--microphone", str(silent_wav(tmp_path)), "--speaker", "none"),
        stdin=its_end,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await room.hear("R001", Up.BIRTH, Birth)
        os.write(terminal, b" ")
        assert isinstance((await room.hear("R001", Up.FLOOR, FloorUp))[0], FloorRequest)
        await until(lambda: any(one[0].endswith("/voice") for one in room.heard), "the radio speaks")
        os.write(terminal, b" c")
        assert isinstance((await room.hear("R001", Up.FLOOR, FloorUp, count=2))[1], FloorRelease)
        assert (await room.hear("R001", Up.REPORT, Report))[0].answer is Answer.CHILD_IS_WITH_ME
        os.write(terminal, b"q")
        await room.hear("R001", Up.DEATH, Death)
        assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(terminal)
        os.close(its_end)


def silent_wav(folder: Path) -> Path:
    """A minute to be spoken."""
    path = folder / "minute.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * 60))
    return path


def test_switch_that_bounces_is_pressed_once_and_let_go_when_nobody_can_see_it() -> None:
    said: list[tuple[Key, bool]] = []
    switch = Switch(Key.TALK, lambda key, is_down: said.append((key, is_down)))
    for is_closed in (True, False, True, False, *[True] * STEADY_LOOKS, True, False, True):
        switch.look(is_closed)
    assert said == [(Key.TALK, True)]
    switch.let_go()
    switch.let_go()
    assert said[1:] == [(Key.TALK, False)]


async def test_serial_line_without_modem_lines_is_told_and_tried_again() -> None:
    told: list[str] = []
    terminal, its_end = pty.openpty()  # has no CTS: as far as this goes without a serial port
    running = asyncio.create_task(SerialKeys(os.ttyname(its_end), "cts", told.append).run(lambda key, is_down: None))
    await until(lambda: bool(told), "it is told")
    assert not running.done()
    running.cancel()
    os.close(terminal)
    os.close(its_end)
    assert "keys lost" in told[0]


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ("serial:/dev/ttyUSB0:ring", "cts or dsr"),
        ("gpio:/dev/gpiochip0:talk=17", "pip install gpiod"),
        ("gpio:/dev/gpiochip0:shout=17", "keys: talk"),
        ("bluetooth:1", "lines, terminal, serial"),
    ],
)
def test_keys_that_cannot_be_are_refused_in_words(described: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(KeysError, match=words):
        hardware_keys(described, print)
