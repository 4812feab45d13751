"""The gateway as a radio of the hub: what it says of itself, what it asks for, and the program around it."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from devices.gateway.gateway import Gateway
from devices.gateway.settings import EXAMPLE, FILE, GatewaySettings
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Birth, Death, FloorCancel, FloorRequest, FloorUp, Report
from devices.protocol.topics import Up
from devices.radio import portaudio
from devices.radio.portaudio import PortAudioMissing
from devices.radio.radio import Radio
from hub.bridge.broker import Broker
from hub.tasks import end_tasks
from tests.devices.gateway.air import BLOCK, Air, Donor
from tests.devices.gateway.voices import short_answer
from tests.devices.room import DEADLINE_S, Room, by_hand, until

SETTINGS = GatewaySettings(microphone="-", speaker="-", key="serial:/dev/null:rts", group="all")
pytestmark = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


@asynccontextmanager
async def gateway_on_line(broker: Broker, room: Room, told: list[str]) -> AsyncIterator[Gateway]:
    gateway = Gateway(SETTINGS, SystemClock(), told.append)
    radio = Radio(
        by_hand(broker.hub_address), clock=SystemClock(), rng=random.Random(1), events=gateway, speaker=gateway
    )
    gateway.radio = radio
    running = asyncio.create_task(radio.run())
    try:
        await room.hear("R001", Up.BIRTH, Birth)
        yield gateway
    finally:
        await end_tasks(running)


async def test_loop_is_reported_to_the_hub_and_an_alert_rings_on_the_air(broker: Broker, room: Room) -> None:
    told: list[str] = []
    async with gateway_on_line(broker, room, told) as gateway:
        for turn in range(5):  # bursts of one length at one distance, by the clock that it is told
            for at in range(60):
                gateway.repeater.hear(np.zeros(BLOCK, dtype=np.int16), at < 40, turn * 3_000_000 + at * 20_000)
        (report,) = await room.hear("R001", Up.REPORT, Report)
        assert "a loop" in report.text
        assert report.text.split(": ", 1)[1] in told
        assert not gateway.repeater.held
        await room.alert("R001", "A1")
        await until(lambda: bool(gateway.repeater.held), "the alert's tone waits for the air")


async def test_talker_on_the_air_whom_nobody_gives_the_floor_hears_a_tone(broker: Broker, room: Room) -> None:
    room.relays = False
    told: list[str] = []
    async with gateway_on_line(broker, room, told) as gateway:
        donor = Donor(gateway)
        air = Air(donor)
        tasks = [asyncio.create_task(one) for one in (air.run(), gateway.run(donor, donor.line))]
        air.say(short_answer())
        try:
            asked = await room.hear("R001", Up.FLOOR, FloorUp, count=2)
            assert [type(one) for one in asked] == [FloorRequest, FloorCancel]
            await until(lambda: len(donor.line.changes) == 2, f"keyed for the tone {told}")
        finally:
            await end_tasks(*tasks)
    assert donor.line.changes[1][0] - donor.line.changes[0][0] < 2


async def test_program_without_card_and_line_says_so_and_is_a_radio_all_the_same(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    try:
        portaudio.load()
    except PortAudioMissing as error:
        pytest.skip(str(error))
    by_hand(broker.hub_address).save(tmp_path)
    (tmp_path / FILE).write_text(EXAMPLE.replace("/dev/ttyUSB0", "/dev/no-such-port"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devices.gateway", "--store", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await room.hear("R001", Up.BIRTH, Birth)
        assert process.stdout is not None
        told = ""
        async with asyncio.timeout(DEADLINE_S):
            while "no push-to-talk line" not in told or "no such loudspeaker" not in told:
                told += (await process.stdout.readline()).decode()
        process.send_signal(signal.SIGTERM)
        await room.hear("R001", Up.DEATH, Death)
        assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
