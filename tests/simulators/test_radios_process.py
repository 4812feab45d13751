"""The radio simulator as its parent runs it, on real brokers."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from devices.link import BrokerAddress
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Acknowledgement, Birth, BurstHeard, Death, Receipt
from devices.protocol.topics import Up
from devices.protocol.voice import FRAME_MS
from hub.bridge.broker import Broker
from hub.tasks import end_tasks
from simulators.radios.venues import Manner, Venues
from tests.devices.room import BROKERS, DEADLINE_S, Room, by_hand, open_broker, packet, until

RADIOS = 20


@pytest.fixture(params=BROKERS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    async with open_broker(request.param, tmp_path / "broker") as opened:
        yield opened


@pytest.fixture
async def room(broker: Broker) -> AsyncIterator[Room]:
    async with Room(broker.hub_address).open() as opened:
        yield opened


def community(folder: Path) -> Path:
    path = folder / "community.json"
    venues = [{"venue_id": f"V{n}", "kind": "hotel", "grid_id": str(n % 3)} for n in range(RADIOS)]
    radios = [{"radio_id": f"R{n:03}", "venue_id": f"V{n}"} for n in range(RADIOS)]
    path.write_text(json.dumps({"venues": venues, "radios": radios}))
    return path


def enrol(folder: Path, address: BrokerAddress) -> Path:
    """Give each radio its credential by hand; where they are kept."""
    store = folder / "radios"
    for n in range(RADIOS):
        by_hand(address, f"R{n:03}").save(store / f"R{n:03}")
    return store


def command(folder: Path, address: BrokerAddress, *more: str) -> list[str]:
    place = ["--community", str(community(folder)), "--store", str(enrol(folder, address))]
    return [sys.executable, "-m", "simulators.radios", *place, *more]


class Simulator:
    """A running simulator and its lines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self, field: str) -> dict[str, Any]:
        """The next line with this field."""
        assert self.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while text := await self.process.stdout.readline():
                line: dict[str, Any] = json.loads(text)
                if field in line:
                    return line
        raise AssertionError(f"the simulator ended without saying {field}")

    async def all_online(self) -> None:
        while (await self.line("online"))["online"] != RADIOS:
            continue

    async def report(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(b"report\n")
        return await self.line("relay")


def final_words(room: Room) -> list[BurstHeard]:
    said = [room.said(f"R{number:03}", Up.HEARD, BurstHeard) for number in range(RADIOS)]
    return [heard for messages in said for heard in messages if heard.ended]


@asynccontextmanager
async def simulator(folder: Path, address: BrokerAddress, *more: str) -> AsyncIterator[Simulator]:
    process = await asyncio.create_subprocess_exec(
        *command(folder, address, *more),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Simulator(process)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def test_call_is_heard_by_every_radio_and_answered_by_one_guard(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    async with simulator(tmp_path, broker.hub_address) as running:
        await running.all_online()
        await room.tick()
        radio_ids = [f"R{number:03}" for number in range(RADIOS)]
        for radio_id in radio_ids:
            await room.tell_groups(radio_id, "all")
            await room.alert(radio_id, "A0")
        for radio_id in radio_ids:
            await room.hear(radio_id, Up.RECEIPT, Receipt)  # said after it subscribed
        await room.taken("all", 900)
        for sequence in range(25):
            await room.voice("all", packet(900, sequence, last=sequence == 24))
            await asyncio.sleep(FRAME_MS / 1000)  # faster than it can be spoken would be heard as old
        await room.idle("all", 900)
        await until(lambda: len(final_words(room)) == RADIOS, "every radio has said what it heard")
        assert {heard.packets for heard in final_words(room)} == {25}
        await until(lambda: any(topic.endswith("/voice") for topic, _, _ in room.heard), "a guard answers by voice")
        summary = await running.report()
        burst = next(burst for burst in summary["bursts"] if burst["burst_id"] == 900)
        assert (burst["radios_heard"], burst["packets"], burst["lost"], burst["stale"]) == (RADIOS, RADIOS * 25, 0, 0)
        assert summary["online"] == summary["radios"] == RADIOS
        assert summary["relay"]["count"] >= RADIOS * 25
        assert summary["frames_decoded"] >= 45
        assert summary["refusals"] == {}


async def test_alert_is_shown_once_on_every_radio(broker: Broker, room: Room, tmp_path: Path) -> None:
    async with simulator(tmp_path, broker.hub_address) as running:
        await running.all_online()
        for attempt in (1, 2):
            for number in range(RADIOS):
                await room.alert(f"R{number:03}", "A1", attempt=attempt)
        for number in range(RADIOS):
            await room.hear(f"R{number:03}", Up.RECEIPT, Receipt)
        summary = await running.report()
        assert (summary["alerts_shown"], summary["duplicates_shown"]) == (RADIOS, 0)


async def test_summary_comes_upon_the_signal_and_the_end_is_orderly(broker: Broker, room: Room, tmp_path: Path) -> None:
    async with simulator(tmp_path, broker.hub_address, "--count", "5") as running:
        for number in range(5):
            await room.hear(f"R{number:03}", Up.BIRTH, Birth)
        running.process.send_signal(signal.SIGUSR1)
        assert (await running.line("relay"))["radios"] == 5
        running.process.terminate()
        for number in range(5):
            await room.hear(f"R{number:03}", Up.DEATH, Death)
        assert await asyncio.wait_for(running.process.wait(), DEADLINE_S) == 0


async def test_guards_acknowledge_except_the_silent_ones(broker: Broker, room: Room, tmp_path: Path) -> None:
    roster = [f"R{number:03}" for number in range(RADIOS)]
    manner = Manner(seed=3, silent_share=0.25, acknowledge_s=(0.05, 0.5))
    venues = Venues(roster, enrol(tmp_path, broker.hub_address), clock=SystemClock(), manner=manner)
    running = asyncio.create_task(venues.run())
    try:
        await until(lambda: venues.tally.online == RADIOS, "all radios are on line")
        for guard in venues.guards:
            await room.alert(guard.radio.radio_id, "A1")
        awake = [guard.radio.radio_id for guard in venues.guards if not guard.silent]
        assert len(awake) == 15
        for radio_id in awake:
            await room.hear(radio_id, Up.ACKNOWLEDGEMENT, Acknowledgement)
        summary = venues.summary()
        assert (summary.alerts_shown, summary.acknowledged) == (RADIOS, 15)
    finally:
        await end_tasks(running)


async def test_simulator_ends_when_its_parent_is_killed(broker: Broker, room: Room, tmp_path: Path) -> None:
    parent_program = (
        "import subprocess, sys; child = subprocess.Popen(sys.argv[1:]); print(child.pid, flush=True); child.wait()"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        parent_program,
        *command(tmp_path, broker.hub_address, "--count", "2"),
        stdout=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    await room.hear("R000", Up.BIRTH, Birth)
    parent.kill()
    await parent.wait()
    await until(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child), "the simulator has ended")
    await room.hear("R000", Up.DEATH, Death)


def _is_zombie(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


async def test_unusable_arguments_end_with_a_sentence(tmp_path: Path) -> None:
    wrong = BrokerAddress("127.0.0.1", 1, "device", "x")
    process = await asyncio.create_subprocess_exec(
        *command(tmp_path, wrong, "--count", "500"),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode().endswith("community.json has 20 radios; 500 are asked for\n")
