"""The recorder as the hub's child: started, told its cameras, heard, and started again within a second when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable

import structlog

from hub.children import end_child, start_child
from hub.footage.coded import StreamName
from hub.footage.disk import FootageDisk
from hub.footage.recorder.control import (
    MAX_LINE_BYTES,
    Assigned,
    Condition,
    ControlError,
    Ready,
    Stand,
    line,
    read_line,
)
from hub.footage.suspects import CRASHES, Suspects
from hub.tasks import end_tasks

_log = structlog.get_logger()
NICENESS = 5
"""It gives way to talk, not to vision (10)."""
RESTART_FIRST_S = 0.2
RESTART_MOST_S = 10.0
"""For one that ends before it was ever ready, again and again: each start takes half a second of a core."""
SILENT_S = 20.0
"""It speaks of every camera every 5 s: one that says nothing for so long hangs."""
MENDING_S = 600.0
"""Before it is ready: it mends what it finds, which takes seconds on a disk that is well."""
_TURNS = 4
SUSPECTS_TURN_S = 0.2
CRASHES_IT = (
    "录像进程读取它时崩溃，暂停 10 分钟后再试：请升级摄像头固件，或把编码改为普通 H.264 "
    "(the recorder crashes on what it sends, and tries again in 10 minutes: update its firmware, or set plain H.264)"
)
END_WITHIN_S = 5.0
"""It closes its segments; what it does not close in time is mended at its next start."""


class RecorderProcess:
    """One recorder at a time. Its words come in the event loop's thread."""

    def __init__(
        self,
        disk: FootageDisk,
        hear: Callable[[Stand | Ready], None],
        ended: Callable[[], None],
        prepare: Callable[[Assigned], None] = lambda _assigned: None,
        silent_s: float = SILENT_S,
        suspects: Suspects | None = None,
    ) -> None:
        """``hear`` takes each of its words; ``ended`` is called when it is gone, before it is started again, and as
        soon as it hangs, which is when it has cameras and says nothing for ``silent_s``.

        ``prepare`` is called in a thread with what a new recorder is told at first.
        """
        self._prepare = prepare
        self._silent_s = silent_s
        self._disk = disk
        self._hear = hear
        self._ended = ended
        self._suspects = suspects or Suspects()
        self._assigned = self._given = Assigned(cameras=())
        self._changed = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._was_ready = False
        self._stopped = False
        self.restarts = 0

    @property
    def running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.returncode is None

    @property
    def process_id(self) -> int | None:
        """Of the process that runs."""
        return self._process.pid if self._process is not None and self.running else None

    def assign(self, assigned: Assigned) -> None:
        """Its cameras from now on; told at once, and to each recorder that is started."""
        if assigned != self._assigned:
            same = {one.camera_id for one in assigned.cameras}.intersection(
                before.camera_id for before in self._assigned.cameras if before in assigned.cameras
            )
            self._suspects.keep_only(frozenset(same))
            self._assigned = assigned
            self._changed.set()

    async def run(self) -> None:
        """Keep a recorder running from the first camera on, until cancelled."""
        delay_s = RESTART_FIRST_S
        while not self._assigned.cameras:
            self._changed.clear()
            await self._changed.wait()
        while True:
            self._was_ready = False
            try:
                why = await self._run_once()
            except (OSError, ValueError) as error:  # it cannot be started, or says what is no line
                why = f"{type(error).__name__}: {error}"
            if self._stopped:
                await asyncio.Event().wait()  # until it is cancelled with the rest of the hub
            self.restarts += 1
            self._ended()
            self._say_held()
            delay_s = RESTART_FIRST_S if self._was_ready else min(delay_s * 2, RESTART_MOST_S)
            _log.error("recorder.ended", why=why, again_in_s=delay_s)
            await asyncio.sleep(delay_s)

    async def stop(self) -> None:
        """End the recorder in order: it closes its segments. No other is started."""
        self._stopped = True
        if self._process is not None:
            await end_child(self._process, END_WITHIN_S)

    async def _run_once(self) -> str:
        """One recorder from its start to its end; why it ended. Raises OSError, ValueError."""
        await asyncio.to_thread(self._prepare, self._assigned)
        if self._stopped:
            return "stopped"
        known = [] if self._disk.disk_id is None else ["--disk", self._disk.disk_id]
        process = self._process = await start_child(
            [sys.executable, "-m", "hub.footage.recorder", str(self._disk.folder), *known],
            niceness=NICENESS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            line_limit_bytes=MAX_LINE_BYTES,
        )
        began_s = time.monotonic()
        telling = asyncio.create_task(self._tell(process), name="recorder-assigning")
        end_within_s = END_WITHIN_S
        try:
            while said := await self._said(process):
                self._take(said)
            if said is not None:
                code = await process.wait()
                if code in CRASHES:
                    now_s = time.monotonic()
                    self._suspects.crash([one.camera_id for one in self._given.cameras], now_s - began_s, now_s)
                return f"code {code}"
            end_within_s = 0.0  # it would not hear
            self._ended()  # first: a process that waits for a broken disk is not to be ended
            return "it said nothing for too long"
        finally:
            await end_tasks(telling)
            await end_child(process, end_within_s)

    async def _said(self, process: asyncio.subprocess.Process) -> bytes | None:
        """Its next line, empty at its end; None when it hangs. Waited for in turns: where the hub itself stood still,
        what was said meanwhile is there in the next."""
        assert process.stdout is not None
        silent = 0
        while silent < _TURNS:
            turn_s = (self._silent_s if self._was_ready else MENDING_S) / _TURNS
            try:
                async with asyncio.timeout(turn_s):
                    return await process.stdout.readline()
            except TimeoutError:
                has_to_speak = not self._was_ready or self._given.cameras
                silent = silent + 1 if has_to_speak else 0
        return None

    def _take(self, said: bytes) -> None:
        try:
            word = read_line(said)
        except ControlError as error:
            _log.warning("recorder.not_understood", error=str(error))
            return
        if isinstance(word, Assigned):
            return
        self._was_ready |= isinstance(word, Ready)
        if isinstance(word, Stand) and word.condition is not Condition.CONNECTING:
            self._suspects.speak(word.camera_id)
        self._hear(word)

    def _say_held(self) -> None:
        for camera_id in self._suspects.held:
            since_us = time.time_ns() // 1000
            _log.error("recorder.camera_held_back", camera=camera_id)
            self._hear(
                Stand(
                    camera_id=camera_id,
                    stream=StreamName.MAIN,
                    condition=Condition.UNREADABLE,
                    detail=CRASHES_IT,
                    since_us=since_us,
                )
            )

    async def _tell(self, process: asyncio.subprocess.Process) -> None:
        """Its cameras but those suspected, and again when they change: what was not yet told is left out."""
        assert process.stdin is not None
        told: Assigned | None = None
        with contextlib.suppress(ConnectionError):  # its end is seen where it is read
            while True:
                self._changed.clear()
                if self._was_ready:
                    self._suspects.go_on(time.monotonic())
                away = self._suspects.away
                given = Assigned(cameras=tuple(one for one in self._assigned.cameras if one.camera_id not in away))
                if given != told:
                    self._given = told = given
                    process.stdin.write(line(given))
                    await process.stdin.drain()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(None if self._suspects.is_over else SUSPECTS_TURN_S):
                        await self._changed.wait()
