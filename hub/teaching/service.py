"""The teaching room: takes lessons from the workers, learns once a day in a child process, keeps what is better."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import SystemRandom

import msgspec
import structlog

from devices.protocol.clock import Clock
from devices.protocol.lessons import LessonMessage
from devices.protocol.topics import DeviceKind, Up
from hub.access import audit
from hub.bridge.client import Bridge
from hub.bridge.refused import Refused, RefusedReason
from hub.children import end_child, start_child
from hub.errors import Refusal
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.teaching.book import LessonBook
from hub.teaching.child import LEAST_TRACKS, Attempt
from hub.teaching.messages import DescriptorInUse, TeachingState
from hub.teaching.versions import SHIPPED, Version, VersionFolder, Versions
from hub.vision.description.lesson import MEASURE, Lesson, unpacked

EVERY_S = 24 * 3600.0
MOST_WAITING = 200
TURN_S = 2.0
_DAY_US = 24 * 3_600_000_000
NICENESS = 19
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_log = structlog.get_logger()

Use = Callable[[str], Awaitable[None]]


class Teaching:
    """Where it is off lessons are dropped, and the descriptor is the shipped one, or as configured."""

    def __init__(
        self,
        bridge: Bridge,
        refused: Refused,
        database: Database,
        clock: Clock,
        folder: Path,
        may_tell_of: Callable[[str, str], bool],
        *,
        is_on: bool,
    ) -> None:
        """Reads which version is in use. ``folder``: the book and the learned projections.

        ``may_tell_of(worker_id, camera_id)``: whether that worker could have been given that camera. Raises OSError.
        """
        self._bridge, self._refused, self._clock, self._may_tell_of = bridge, refused, clock, may_tell_of
        self._database, self.is_on = database, is_on
        self._book = LessonBook(folder / "lessons", SystemRandom())
        self._folder = VersionFolder(folder / "learned")
        self._versions = self._folder.open()
        self._heard: deque[Lesson] = deque(maxlen=MOST_WAITING)
        self._learning = asyncio.Lock()
        self._followers: list[Use] = []
        self._tried_us: int | None = None

    def open(self) -> None:
        """Read the book. Raises OSError."""
        self._book.open()

    def listen(self) -> None:
        """Hear the workers."""
        self._bridge.on(DeviceKind.WORKER, Up.LESSON, LessonMessage, self._take)

    def follow(self, use: Use) -> None:
        """Have ``use`` awaited with ``choice`` whenever it changes."""
        self._followers.append(use)

    @property
    def choice(self) -> str:
        """The descriptor in use, as description/choice.py names it."""
        return self._folder.choice(self._versions) if self.is_on else SHIPPED

    @property
    def state(self) -> TeachingState:
        """How it stands."""
        return TeachingState(
            is_on=self.is_on,
            is_learning=self._learning.locked(),
            lessons=len(self._book),
            current=self._versions.current,
            is_held=self._versions.is_held,
            versions=self._versions.told,
        )

    def forget(self, before_us: int) -> int:
        """Forget lessons of half hours that ended before; how many. What was learned stays: it shows nobody."""
        return self._book.forget_before(before_us)

    async def run(self) -> None:
        """Write lessons down, and learn a day after it was tried last, until cancelled."""
        while True:
            await asyncio.sleep(TURN_S)
            waiting = [self._heard.popleft() for _ in range(len(self._heard))]
            if waiting:
                await asyncio.to_thread(self._write, waiting)
            if self._is_due():
                self._tried_us = self._clock.monotonic_us()
                try:
                    await self.learn()
                except Refusal as refusal:
                    _log.error("teaching.failed", why=refusal.message_en)

    async def learn(self, by: str = audit.THE_HUB) -> Version | None:
        """Learn now, for ``by``; None with too few lessons. Raises Refusal: off, already going on, failed."""
        if not self.is_on:
            raise Refusal("teaching_is_off", "就地自学没有开启", "teaching on site is off", status=409)
        if self._learning.locked():
            raise Refusal("already_learning", "正在学习，请稍候", "it is learning already", status=409)
        async with self._learning:
            before = self._versions.current
            done = await self._in_child(before)
            if done.verdict is None:
                return None
            version = Version(
                number=self._versions.told[-1].number + 1 if self._versions.told else 1,
                learned_at_ms=self._clock.wall_us() // 1000,
                lessons=done.lessons,
                verdict=done.verdict,
                before=before,
                file=done.file,
            )
            _log.info("teaching.learned", version=version.number, taken=done.file is not None, **_figures(version))
            await self._change(self._versions.with_version(version), by, audit.Action.LEARN_DESCRIPTOR)
            return version

    async def go_back(self, by: str) -> TeachingState:
        """Have ``by`` use what was in use before, until somebody has it learn.

        Raises Refusal: off, or the shipped projection is in use.
        """
        if not self.is_on or self._versions.current == SHIPPED:
            raise Refusal("nothing_to_go_back_to", "正在用出厂版本", "the shipped version is in use", status=409)
        async with self._learning:
            await self._change(self._folder.gone_back(self._versions), by, audit.Action.RESTORE_DESCRIPTOR)
        return self.state

    async def _change(self, versions: Versions, by: str, action: audit.Action) -> None:
        """Use these from now on; nothing is used that is not audited, and nothing audited that is not saved."""
        turned = versions.current != self._versions.current
        told = DescriptorInUse(before=self._versions.current, current=versions.current)

        def note(change: Change) -> None:
            audit.record(change, by, action, detail=told)

        await asyncio.to_thread(self._folder.save, versions)
        try:
            await self._database.write(note)
        except BaseException:
            await asyncio.to_thread(self._folder.save, self._versions)
            raise
        self._versions = versions
        for use in self._followers if turned else ():
            await use(self.choice)
        await asyncio.to_thread(self._folder.delete_others, versions)

    def _is_due(self) -> bool:
        """A day after the last version, and after the last try: whatever the hub's clock, or a failure, says.

        Not where somebody went back: the same lessons would have the same taken again.
        """
        if not self.is_on or self._versions.is_held or self._learning.locked() or len(self._book) < LEAST_TRACKS:
            return False
        told, day_us = self._versions.told, EVERY_S * 1e6
        tried_us, now_us = self._tried_us, self._clock.monotonic_us()
        is_old = not told or abs(self._clock.wall_us() - told[-1].learned_at_ms * 1000) >= day_us
        return is_old and (tried_us is None or now_us - tried_us >= day_us)

    async def _in_child(self, before: str) -> Attempt:
        command = [sys.executable, "-m", "hub.teaching.child", "--book", str(self._book.folder)]
        command += ["--folder", str(self._folder.folder), "--before", before]
        try:
            process = await start_child(
                command,
                environment=os.environ | _ONE_THREAD,
                niceness=NICENESS,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise _failed(str(error)) from error
        try:
            told, why = await process.communicate()
        finally:
            await end_child(process)
        if process.returncode:
            raise _failed(why.decode(errors="replace").strip()[-500:])
        try:
            return msgspec.json.decode(told, type=Attempt)
        except msgspec.MsgspecError as error:
            raise _failed(str(error)) from error

    def _take(self, worker_id: str, message: LessonMessage) -> None:
        if not self.is_on or message.measure != MEASURE:
            return
        if not self._may_tell_of(worker_id, message.camera_id):
            why = f"camera {message.camera_id} is not this worker's"
            self._refused.add(worker_id, "lesson", RefusedReason.NOT_ALLOWED, why)
            return
        try:
            views = unpacked(message.views)
            _check_times(message, self._clock.wall_us())
        except ValueError as error:
            self._refused.add(worker_id, "lesson", RefusedReason.MALFORMED, str(error))
            return
        self._heard.append(Lesson(message.camera_id, message.started_at_us, message.ended_at_us, views))

    def _write(self, lessons: list[Lesson]) -> None:
        try:
            for lesson in lessons:
                self._book.add(lesson)
        except OSError as error:  # a full disk: these are lost, and nobody is missed
            _log.error("teaching.not_written", why=str(error))


def _failed(reason: str) -> Refusal:
    return Refusal("learning_failed", f"学习失败：{reason}", f"learning failed: {reason}", status=500)


def _check_times(lesson: LessonMessage, now_us: int) -> None:
    """Raises ValueError for times that no track has: what would end in a far future would never be forgotten."""
    if not lesson.started_at_us <= lesson.ended_at_us <= now_us + _DAY_US:
        raise ValueError(f"it ends at {lesson.ended_at_us} us, before it begins, or later than tomorrow")


def _figures(version: Version) -> dict[str, float]:
    verdict = version.verdict
    return {
        "tracks": version.lessons.tracks,
        "reciprocal_rank_before": verdict.before.reciprocal_rank,
        "reciprocal_rank_after": verdict.after.reciprocal_rank,
        "usual_rank_before": verdict.before.usual_rank,
        "usual_rank_after": verdict.after.usual_rank,
    }
