"""A guard signs on at a radio on a terminal: the PIN is not shown, and goes out once."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
import threading
from pathlib import Path

from devices.protocol.messages import Death, SignedOn, SignOff, SignOn, SignOnReason, SignOnUp
from devices.protocol.topics import Down, Up
from hub.bridge.broker import Broker
from tests.devices.room import DEADLINE_S, Room, by_hand, until

PIN = "70615243"


async def test_account_and_pin_are_asked_for_and_the_pin_is_not_shown(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    by_hand(broker.hub_address, "R001").save(tmp_path / "r")
    ours, its = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devices.radio", "--store", str(tmp_path / "r")),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=its,
        stdout=its,
    )
    os.close(its)
    shown = bytearray()

    def read() -> None:
        try:
            while part := os.read(ours, 4096):
                shown.extend(part)
        except OSError:
            return

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    try:
        await until(lambda: b"line: up" in shown, "the radio is on line")
        os.write(ours, b"i\n")
        await until(lambda: b"account: " in shown, "it asks who it is")
        os.write(ours, b"g1\n")
        await until(lambda: b"PIN: " in shown, "it asks for the PIN")
        os.write(ours, f"{PIN}\n".encode())
        said = (await room.hear("R001", Up.SIGN_ON, SignOnUp))[0]
        assert isinstance(said, SignOn) and (said.person_id, said.pin) == ("g1", PIN)
        answer = SignedOn(stamp=room.stamp(), message_id=said.message_id, holder="张三", off_shift=True)
        await room.say("R001", Down.SIGNED_ON, answer)
        await until(lambda: "持机人 holder: 张三 (非当班 off shift)".encode() in shown, "it shows the holder")
        os.write(ours, b"i\ng2\n1234567\n")  # typed ahead, and refused by the hub
        said = (await room.hear("R001", Up.SIGN_ON, SignOnUp, 2))[1]
        refused = SignedOn(
            stamp=room.stamp(), message_id=said.message_id, holder="张三", reason=SignOnReason.NOT_YOUR_PLACE
        )
        await room.say("R001", Down.SIGNED_ON, refused)
        await until(lambda: b"this radio is not at your place" in shown, "it says why not")
        os.write(ours, b"o\n")
        assert isinstance((await room.hear("R001", Up.SIGN_ON, SignOnUp, 3))[2], SignOff)
        assert PIN.encode() not in shown
        os.write(ours, b"q\n")
        await room.hear("R001", Up.DEATH, Death)
        assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
        assert all(PIN.encode() not in file.read_bytes() for file in (tmp_path / "r").iterdir())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        reading.join(1)
        os.close(ours)
