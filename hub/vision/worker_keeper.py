"""Keeps the vision workers of the hub's own machine running: a spare, loaded one replaces who ends or stands still."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import structlog

from devices.link import Credential
from devices.protocol.topics import DeviceKind
from hub.children import end_child, start_child
from hub.tasks import end_tasks
from hub.vision.duty import Handed
from hub.vision.standstill import STOOD_STILL, Standstill, is_dying, waited_s

_log = structlog.get_logger()
NICENESS = 10
RESTART_FIRST_S = 0.5
RESTART_MOST_S = 15.0
STEADY_AFTER_S = 5.0
"""A worker that ran for so long is replaced at once when it ends."""
SPARE_AFTER_S = 4.0
"""When the hub, or a worker, has just started, it has enough to do."""
QUIET_AFTER_S = 0.5
"""A worker beats each 0.25 s (STATE_TURN_S); without a beat for so long it is asked after in /proc."""
STILL_AFTER_S = 1.5
"""Within 2 s its cameras are another's, as with a worker on another machine (SILENT_AFTER_S)."""
FIRST_BEAT_WITHIN_S = 30.0
"""A worker, and its spare, loads its networks first."""
END_WITHIN_S = 6.0
"""A worker asked to end gives its cameras 2 s, then its looking thread 2 s; its last words go out."""
_MOST_BEATS = 4096

Issue = Callable[[DeviceKind, str], Awaitable[Credential]]


@dataclass
class _Worker:
    worker_id: str
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    task: asyncio.Task[None] | None = field(default=None)


@dataclass(frozen=True)
class LocalWorkers:
    """What is settled about the workers of the hub's own machine."""

    count: int | None
    """None: the machine's cores less one."""
    detector: str
    """The setting ``vision_detector``."""
    folder: Path
    """Each has a folder of its own here, for what is unconfirmed."""
    issue: Issue
    """Gives a worker a new credential, at each start."""
    descriptor: str = "auto"
    """As the setting ``vision_descriptor`` (description/choice.py)."""


class WorkerKeeper:
    """One hub's workers and their spare. ``lost(worker_id)`` is told of each that ended or stood still."""

    def __init__(
        self,
        names: Iterable[str],
        local: LocalWorkers,
        lost: Callable[[str], None],
        *,
        still_after_s: float = STILL_AFTER_S,
        first_beat_within_s: float = FIRST_BEAT_WITHIN_S,
    ) -> None:
        """Who beats no more for ``still_after_s``, or not at all within ``first_beat_within_s``, stands still."""
        self._workers = [_Worker(worker_id) for worker_id in names]
        self._local = local
        self._lost = lost
        self._still_after_s = still_after_s
        self._first_beat_within_s = first_beat_within_s
        self.standstills = 0
        """How often one, or a spare, was replaced because it stood still, or its looking thread did."""
        self._leaving: set[asyncio.Task[int]] = set()
        self._spare: asyncio.subprocess.Process | None = None
        self._spare_taken = asyncio.Event()
        self._spare_attended: asyncio.Task[str] | None = None
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
        processes = [*(worker.process for worker in self._workers), self._spare]
        await asyncio.gather(*(end_child(process, END_WITHIN_S) for process in processes if process is not None))
        await asyncio.gather(*self._leaving)

    async def _keep(self, worker: _Worker) -> None:
        delay_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                worker.process = await self._begin(worker.worker_id)
                ended = await self._attend(worker.process)
            except Exception as error:  # a full disk, a database that is away: the worker is tried again
                ended = f"not started: {error}"
            worker.restarts += 1
            self._lost(worker.worker_id)
            is_steady = loop.time() - began_s > STEADY_AFTER_S
            delay_s = 0.0 if is_steady else min(max(delay_s * 2, RESTART_FIRST_S), RESTART_MOST_S)
            _log.error("worker.ended", worker=worker.worker_id, why=ended, again_in_s=delay_s)
            await asyncio.sleep(delay_s)

    async def _attend(self, process: asyncio.subprocess.Process) -> str:
        """Hear its beats until it ends or stands still; which of them. Nobody waits for what takes long to die."""
        assert process.stdout is not None
        loop = asyncio.get_running_loop()
        waited = partial(waited_s, process.pid)
        still = Standstill(self._first_beat_within_s, waited, loop.time())
        while True:
            try:
                async with asyncio.timeout(QUIET_AFTER_S):
                    beats = await process.stdout.read(_MOST_BEATS)
            except TimeoutError:
                if is_dying(process.pid):
                    return self._leave(process, "killed or crashed")
                if still.stands_still(loop.time()):
                    self.standstills += 1
                    process.kill()
                    return self._leave(process, "stood still")
                continue
            if not beats:
                code = await process.wait()
                self.standstills += code == STOOD_STILL
                return f"code {code}"
            still = Standstill(self._still_after_s, waited, loop.time())

    def _leave(self, process: asyncio.subprocess.Process, why: str) -> str:
        leaving = asyncio.create_task(process.wait(), name="leaving-worker")
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        return why

    async def _begin(self, worker_id: str) -> asyncio.subprocess.Process:
        credential = await self._local.issue(DeviceKind.WORKER, worker_id)
        store = str(self._local.folder / worker_id)
        spare, self._spare = self._spare, None
        if spare is None or spare.returncode is not None:
            command = self._command("--store", store)
            return await start_child(
                command, environment=credential.environment(), stdout=asyncio.subprocess.PIPE, niceness=NICENESS
            )
        self._spare_taken.set()
        if self._spare_attended is not None:
            await end_tasks(self._spare_attended)  # whoever takes it on hears its beats
        assert spare.stdin is not None
        spare.stdin.write(msgspec.json.encode(Handed(credential=credential, store=store)) + b"\n")
        return spare

    async def _keep_spare(self) -> None:
        while True:
            await asyncio.sleep(SPARE_AFTER_S)
            self._spare_taken.clear()
            try:
                self._spare = spare = await start_child(
                    self._command("--spare"),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    niceness=NICENESS,
                )
            except OSError as error:
                _log.error("worker.no_spare", error=str(error))
                await asyncio.sleep(RESTART_MOST_S)
                continue
            taken = asyncio.ensure_future(self._spare_taken.wait())
            self._spare_attended = attended = asyncio.create_task(self._attend(spare), name="spare-beats")
            try:
                await asyncio.wait((taken, attended), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end_tasks(taken, attended)
            if not self._spare_taken.is_set():
                self._spare = None
                _log.error("worker.spare_ended", why=attended.result())
                await asyncio.sleep(RESTART_MOST_S)

    def _command(self, *arguments: str) -> list[str]:
        looks_with = ("--detector", self._local.detector, "--descriptor", self._local.descriptor)
        return [sys.executable, "-m", "hub.vision.worker", "--beat", *looks_with, *arguments]
