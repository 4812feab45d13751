"""Workers of the hub's own machine that stand still or are killed, as real processes without a broker."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.link import BrokerAddress, Credential
from devices.protocol.topics import DeviceKind
from hub.vision import worker_keeper
from hub.vision.duty import wait_for_duty
from hub.vision.worker_keeper import LocalWorkers, WorkerKeeper
from tests.devices.room import by_hand, until

WORKER = "worker-1"
LOADED_WITHIN_S = 40.0
STILL_AFTER_S = 0.75
"""Three beats: the tests need not wait for as long as a hub on a busy machine does."""


async def _issue(kind: DeviceKind, device_id: str) -> Credential:
    return by_hand(BrokerAddress("127.0.0.1", 9), device_id, kind)


@asynccontextmanager
async def keeping(folder: Path) -> AsyncIterator[tuple[WorkerKeeper, list[str]]]:
    """A keeper whose worker is at work and whose spare is loaded, and those it lost."""
    lost: list[str] = []
    keeper = WorkerKeeper([WORKER], LocalWorkers(1, "auto", folder, _issue), lost.append, still_after_s=STILL_AFTER_S)
    keeper.start()
    try:
        await until(
            lambda: (folder / WORKER / "births").exists(), "the worker is at work, and has beaten", LOADED_WITHIN_S
        )
        await until(lambda: keeper.spare is not None, "a spare is there", LOADED_WITHIN_S)
        yield keeper, lost
    finally:
        await keeper.stop()


async def test_worker_that_stands_still_is_killed_and_its_spare_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_keeper, "SPARE_AFTER_S", 0.1)
    async with keeping(tmp_path) as (keeper, lost):
        hung, spare = keeper.pids[WORKER], keeper.spare
        os.kill(hung, signal.SIGSTOP)
        await until(lambda: lost == [WORKER], "it is noticed", LOADED_WITHIN_S)
        await until(lambda: keeper.pids == {WORKER: spare}, "the spare one is in its place")
        assert (keeper.standstills, keeper.restarts) == (1, 1)
        await until(lambda: not Path(f"/proc/{hung}").exists(), "it is dead and buried", LOADED_WITHIN_S)


async def test_killed_worker_is_replaced_before_it_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At SCHED_IDLE it takes seconds to die on a busy machine; here it never gets to it, for nobody waits for it."""
    monkeypatch.setattr(worker_keeper, "SPARE_AFTER_S", 0.1)
    async with keeping(tmp_path) as (keeper, lost):
        killed, spare = keeper.pids[WORKER], keeper.spare
        monkeypatch.setattr(worker_keeper, "is_dying", lambda pid: pid == killed)
        os.kill(killed, signal.SIGSTOP)  # as one that cannot run
        await until(lambda: keeper.pids == {WORKER: spare}, "the spare one is in its place", LOADED_WITHIN_S)
        assert (lost, keeper.standstills) == ([WORKER], 0)
        assert Path(f"/proc/{killed}").exists()
        os.kill(killed, signal.SIGKILL)


async def test_hub_that_stood_still_itself_takes_nobody_for_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loop is late by more than a worker may be silent."""
    monkeypatch.setattr(worker_keeper, "SPARE_AFTER_S", 0.1)
    async with keeping(tmp_path) as (keeper, lost):
        for _ in range(3):
            time.sleep(STILL_AFTER_S + 0.2)  # noqa: ASYNC251 the loop is to stand still
            await asyncio.sleep(0)
        await until(lambda: keeper.spare is not None, "it goes on")
        assert (lost, keeper.standstills) == ([], 0)


async def _never(_kind: DeviceKind, _device_id: str) -> Credential:
    await asyncio.Event().wait()
    raise AssertionError


async def test_spare_that_does_not_get_to_be_loaded_is_killed_before_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads its detector's file from a pipe into which nobody writes; no worker runs, for none has a credential."""
    monkeypatch.setattr(worker_keeper, "SPARE_AFTER_S", 0.1)
    os.mkfifo(tmp_path / "never.json")
    local = LocalWorkers(1, str(tmp_path / "never.json"), tmp_path, _never)
    keeper = WorkerKeeper([WORKER], local, lambda _: None, first_beat_within_s=0.8)
    keeper.start()
    try:
        await until(lambda: keeper.spare is not None, "a spare is there", LOADED_WITHIN_S)
        spare = keeper.spare
        await until(lambda: keeper.standstills == 1, "it is noticed", LOADED_WITHIN_S)
        await until(lambda: keeper.spare is None, "whoever needs one does not wait for it")
        await until(lambda: not Path(f"/proc/{spare}").exists(), "it is dead and buried", LOADED_WITHIN_S)
    finally:
        await keeper.stop()


def test_spare_beats_from_the_time_when_it_is_loaded_until_it_is_handed_its_duty() -> None:
    reading, writing = os.pipe()
    beats: list[int] = []

    def beat() -> None:
        beats.append(len(beats))
        if len(beats) == 3:
            os.close(writing)  # the hub ends

    with os.fdopen(reading, "rb") as lines:
        assert wait_for_duty(lines, beat, 0.01) is None
    assert beats == [0, 1, 2]
