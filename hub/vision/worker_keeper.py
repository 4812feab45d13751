"""Keeps the vision workers of the hub's own machine running: one that ends is replaced by a spare, loaded one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from devices.link import Credential
from devices.protocol.topics import DeviceKind
from hub.children import end_child, start_child
from hub.tasks import end_tasks
from hub.vision.duty import Handed

_log = structlog.get_logger()
NICENESS = 10
RESTART_FIRST_S = 0.5
RESTART_MOST_S = 15.0
STEADY_AFTER_S = 5.0
"""A worker that ran for so long is replaced at once when it ends."""
SPARE_AFTER_S = 4.0
"""When the hub, or a worker, has just started, it has enough to do."""

Issue = Callable[[DeviceKind, str], Awaitable[Credential]]


@dataclass
class _Worker:
    worker_id: str
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    task: asyncio.Task[None] | None = field(default=None)


class WorkerKeeper:
    """One hub's workers and their spare. ``lost(worker_id)`` is told of each that ended."""

    def __init__(
        self, names: Iterable[str], issue: Issue, directory: Path, detector: str, lost: Callable[[str], None]
    ) -> None:
        self._workers = [_Worker(worker_id) for worker_id in names]
        self._issue = issue
        self._directory = directory
        self._detector = detector
        self._lost = lost
        self._spare: asyncio.subprocess.Process | None = None
        self._spare_taken = asyncio.Event()
        self._spare_task: asyncio.Task[None] | None = None

    @property
    def pids(self) -> dict[str, int]:
        """The processes of workers that run now."""
        running = ((one.worker_id, one.process) for one in self._workers)
        return {name: process.pid for name, process in running if process is not None and process.returncode is None}

    @property
    def spare(self) -> int | None:
        """The process that waits to take the place of one that ends; None while there is none."""
        return self._spare.pid if self._spare is not None and self._spare.returncode is None else None

    @property
    def restarts(self) -> int:
        """How often workers had to be started again."""
        return sum(worker.restarts for worker in self._workers)

    def start(self) -> None:
        """Start the workers, and a little later their spare."""
        for worker in self._workers:
            worker.task = asyncio.create_task(self._keep(worker), name=worker.worker_id)
        if self._workers:
            self._spare_task = asyncio.create_task(self._keep_spare(), name="spare-worker")

    async def stop(self) -> None:
        """End them all."""
        tasks = [worker.task for worker in self._workers] + [self._spare_task]
        for task in tasks:
            if task is not None:
                await end_tasks(task)
        for process in [*(worker.process for worker in self._workers), self._spare]:
            if process is not None:
                await end_child(process)

    async def _keep(self, worker: _Worker) -> None:
        delay_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                worker.process = await self._begin(worker.worker_id)
                ended = f"code {await worker.process.wait()}"
            except Exception as error:  # a full disk, a database that is away: the worker is tried again
                ended = f"not started: {error}"
            worker.restarts += 1
            self._lost(worker.worker_id)
            is_steady = loop.time() - began_s > STEADY_AFTER_S
            delay_s = 0.0 if is_steady else min(max(delay_s * 2, RESTART_FIRST_S), RESTART_MOST_S)
            _log.error("worker.ended", worker=worker.worker_id, why=ended, again_in_s=delay_s)
            await asyncio.sleep(delay_s)

    async def _begin(self, worker_id: str) -> asyncio.subprocess.Process:
        credential = await self._issue(DeviceKind.WORKER, worker_id)
        store = str(self._directory / worker_id)
        spare, self._spare = self._spare, None
        if spare is None or spare.returncode is not None:
            command = self._command("--store", store)
            return await start_child(command, environment=credential.environment(), niceness=NICENESS)
        self._spare_taken.set()
        assert spare.stdin is not None
        spare.stdin.write(msgspec.json.encode(Handed(credential=credential, store=store)) + b"\n")
        return spare

    async def _keep_spare(self) -> None:
        while True:
            await asyncio.sleep(SPARE_AFTER_S)
            self._spare_taken.clear()
            try:
                self._spare = spare = await start_child(
                    self._command("--spare"), stdin=asyncio.subprocess.PIPE, niceness=NICENESS
                )
            except OSError as error:
                _log.error("worker.no_spare", error=str(error))
                await asyncio.sleep(RESTART_MOST_S)
                continue
            taken, ended = asyncio.ensure_future(self._spare_taken.wait()), asyncio.ensure_future(spare.wait())
            try:
                await asyncio.wait((taken, ended), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end_tasks(taken, ended)
            if not self._spare_taken.is_set():
                _log.error("worker.spare_ended", code=spare.returncode)
                await asyncio.sleep(RESTART_MOST_S)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hub.vision.worker", "--detector", self._detector, *arguments]
