"""The broker's start where somebody kills it, and on a disk that takes no byte more."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from devices.protocol.topics import DeviceKind
from hub.bridge.accesslist import BrokerUser, device_user, password_line
from hub.bridge.broker import Broker, BrokerError, free_port
from hub.bridge.broker_process import START_TRIES
from hub.bridge.configuration import BrokerListen
from hub.bridge.probe import lets_in
from hub.tasks import end_tasks
from tests.devices.room import BROKERS
from tests.small_disk import small_disk


async def kill_at_start(broker: Broker, times: int) -> None:
    """Kill the broker as soon as it has a process, so often."""
    killed: set[int] = set()
    while len(killed) < times:
        if broker.pid is not None and broker.pid not in killed:
            killed.add(broker.pid)
            with suppress(ProcessLookupError):
                os.kill(broker.pid, signal.SIGKILL)
        await asyncio.sleep(0)


def users(*names: str) -> list[BrokerUser]:
    return [device_user(DeviceKind.RADIO, name, password_line(f"secret-{name}", "x" * 12), ("all",)) for name in names]


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_that_is_killed_while_it_starts_is_started_again(kind: str, tmp_path: Path) -> None:
    broker = Broker(tmp_path, kind)
    killing = asyncio.create_task(kill_at_start(broker, 2))
    try:
        await broker.start()
        assert killing.done()
        assert broker.restarts == 0  # it is counted from the moment that it serves
    finally:
        await end_tasks(killing)
        await broker.stop()


async def test_broker_that_is_killed_at_each_start_is_given_up_in_words(tmp_path: Path) -> None:
    broker = Broker(tmp_path, "managed")
    killing = asyncio.create_task(kill_at_start(broker, START_TRIES))
    try:
        with pytest.raises(BrokerError, match=r"managed broker ended with code -9 at its start"):
            await broker.start()
    finally:
        await end_tasks(killing)
        await broker.stop()


async def test_broker_that_cannot_read_its_certificate_is_not_tried_again(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    broker = Broker(tmp_path, "managed", listen=BrokerListen("127.0.0.1", free_port(), missing, missing, missing))
    started: set[int | None] = set()
    starting = asyncio.create_task(broker.start())
    while not starting.done():
        started.add(broker.pid)
        await asyncio.sleep(0)
    with pytest.raises(BrokerError, match="ended with code 1 at its start"):
        await starting
    assert len(started - {None}) == 1


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_starts_on_a_full_disk_when_nothing_has_changed(kind: str, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        first = Broker(disk.folder, kind)
        first.prepare(lambda: users("R1"))
        await first.start()
        await first.apply(lambda: users("R2", "R1"))  # its latest probe is another than at the start
        await first.stop()
        disk.fill()
        again = Broker(disk.folder, kind)
        again.prepare(lambda: users("R1", "R2"))
        await again.start()
        await again.stop()


async def test_files_that_others_could_read_or_that_are_not_whole_are_written_anew(tmp_path: Path) -> None:
    line = password_line("secret")
    spoilt: tuple[Callable[[Path], object], ...] = (
        lambda file: file.chmod(0o644),
        lambda file: file.write_text("probe:$7$101$short$\n"),
        lambda file: file.write_bytes(b"\xff\xfe"),
    )
    for spoil in spoilt:
        broker = Broker(tmp_path, "managed")
        broker.prepare(lambda: [device_user(DeviceKind.RADIO, "R1", line, ())])
        await broker.start()
        address = replace(broker.hub_address, username="R1", password="secret")
        assert await lets_in(address.port, "R1", "secret")
        await broker.stop()
        spoil(tmp_path / "passwords")
    again = Broker(tmp_path, "managed")
    await again.start()
    await again.stop()
    assert (tmp_path / "passwords").stat().st_mode & 0o777 == 0o600
    assert "R1:" not in (tmp_path / "passwords").read_text()
