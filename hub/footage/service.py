"""The footage room's front door: keeps the recorder, tells it its cameras, and knows how each stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

from devices.protocol.clock import Clock
from hub.footage.assigning import assigned, is_import, is_taken
from hub.footage.disk import FootageDisk, take
from hub.footage.disk_records import keep_disk, known_disk
from hub.footage.imports import Imports, what
from hub.footage.motion_log import MotionLog
from hub.footage.recorder.control import Assigned, Condition, Disk, Ready, Stand
from hub.footage.recorder_process import RecorderProcess
from hub.footage.segments.retention import Hold
from hub.footage.standing import CameraStand, Standing
from hub.registry.records import Camera
from hub.registry.service import Registry
from hub.settings import Settings
from hub.storage.database import Database
from hub.storage.writer import StorageOverloaded
from hub.tasks import end_tasks

_log = structlog.get_logger()
MOTION_EVERY_S = 10.0
CLOSED_TURN_S = 0.2
CLOSED_WITHIN_S = 60.0
DISK_TURN_S = 10.0
"""A disk that is away is asked for again so often before a recording is taken over."""


class Footage:
    """The recorder and its cameras."""

    def __init__(self, registry: Registry, database: Database, clock: Clock, settings: Settings) -> None:
        self.folder: Path = settings.footage_folder
        self.disk = FootageDisk(self.folder)
        """Its ``check`` says whether footage can be had."""
        self.records = settings.footage_recorder
        """Whether this hub records at all."""
        self.relay_path: str | None = None
        """Where pictures are handed on; None while no recorder is ready."""
        self.recorder = RecorderProcess(self.disk, self._hear, self._lose, self._prepare)
        self.motion = MotionLog(self.folder)
        """When something moved before each camera; ``read`` blocks."""
        self._imports = Imports(self.disk)
        self._importing = asyncio.Lock()
        self._begun: dict[str, str] = {}
        """Recordings whose taking over is made ready for, by camera; and of those what the recorder may be told."""
        self._readied: dict[str, str] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._registry = registry
        self._database = database
        self._clock = clock
        self._standing = Standing()
        self._tell_turned: Callable[[str], None] = lambda _camera_id: None
        self._tell_relay: Callable[[], None] = lambda: None
        self._make_room: Callable[[], None] = lambda: None

    def follow(self, turned: Callable[[str], None], relay: Callable[[], None]) -> None:
        """Have ``turned`` called with each camera that stands otherwise, ``relay`` when ``relay_path`` is another."""
        self._tell_turned = turned
        self._tell_relay = relay

    def when_disk_is_full(self, make_room: Callable[[], None]) -> None:
        """Have ``make_room`` called when the recorder finds the disk full."""
        self._make_room = make_room

    def hold_by(self, holds: Callable[[], Sequence[Hold]]) -> None:
        """What taking a recording over anew never deletes; ``holds`` is called in any thread."""
        self._imports.hold_by(holds)

    async def open(self) -> None:
        """Know the disk again; a hub that records and knows none takes what is there."""
        known = await self._database.read(known_disk)
        if known is None and self.records:
            try:
                taken = await asyncio.to_thread(take, self.folder)
            except OSError as error:  # the recorder says so of each camera; taken when the hub starts again
                _log.error("footage.disk_not_marked", error=str(error))
                return
            known = taken
            try:
                await self._database.write(lambda change: keep_disk(change, taken))
            except (OperationalError, StorageOverloaded) as error:  # known by its mark when the hub starts again
                _log.error("footage.disk_not_noted", error=str(error))
        self.disk.disk_id = known

    def listen(self) -> None:
        """Hear of changes to the cameras and to what their owners agreed to."""
        self._registry.follow_cameras(self.assign)

    async def run(self) -> None:
        """Keep the recorder, until cancelled; of a hub that records."""
        try:
            await asyncio.to_thread(self._imports.open, dict(self._registry.cameras))
        except OSError as error:
            _log.error("footage.disk_away", error=str(error))
        self.assign()
        keeping = asyncio.create_task(self._keep_motion(), name="motion-log")
        try:
            await self.recorder.run()
        finally:
            await end_tasks(keeping, *self._background)
            await asyncio.to_thread(self.motion.flush)

    async def stop(self) -> None:
        """End the recorder; every segment is closed when this returns."""
        await self.recorder.stop()

    async def _keep_motion(self) -> None:
        while True:
            await asyncio.sleep(MOTION_EVERY_S)
            await asyncio.to_thread(self.motion.flush)

    def takes(self, camera: Camera) -> bool:
        """Whether the recorder is the one that reads this camera, so that its pictures come from the relay."""
        return self.records and is_taken(camera)

    def assign(self) -> None:
        """The cameras, or what may be done with them, are others."""
        if self.records:
            cameras = self._registry.cameras
            for camera_id in self._begun.keys() - {one.camera_id for one in cameras.values() if is_import(one)}:
                del self._begun[camera_id]
                self._readied.pop(camera_id, None)
                self._do(self._leave_import(camera_id))
            for camera in filter(is_import, cameras.values()):
                if not self._imports.is_done(camera) and self._begun.get(camera.camera_id) != what(camera):
                    self._begun[camera.camera_id] = what(camera)
                    self._do(self._begin_import(camera))
            wanted = assigned(cameras.values(), self._registry.terms_for, self._may_be_taken_over)
            kept = {one.camera_id for one in wanted.cameras}
            self._standing.keep_only(kept)
            self.motion.keep_only(kept)
            self.recorder.assign(wanted)

    def is_imported(self, camera_id: str) -> bool:
        """Whether a recording that is enrolled as a camera has become footage, whole."""
        camera = self._registry.cameras.get(camera_id)
        return camera is not None and self._imports.is_done(camera)

    def _may_be_taken_over(self, recording: Camera) -> bool:
        return self._readied.get(recording.camera_id) == what(recording) and not self._imports.is_done(recording)

    async def _begin_import(self, recording: Camera) -> None:
        """Make ready for it, as soon as the disk is there."""
        while self._begun.get(recording.camera_id) == what(recording):
            try:
                async with self._importing:
                    await asyncio.to_thread(self._imports.begin, recording)
            except OSError as error:
                _log.warning("import.waits", camera=recording.camera_id, error=str(error))
                await asyncio.sleep(DISK_TURN_S)
                continue
            self._readied[recording.camera_id] = what(recording)
            self.assign()
            return

    async def _leave_import(self, camera_id: str) -> None:
        try:
            async with self._importing:
                if camera_id not in self._begun:
                    await asyncio.to_thread(self._imports.leave, camera_id)
        except OSError as error:  # it is left when the hub starts again
            _log.warning("import.not_left", camera=camera_id, error=str(error))

    async def _finish_import(self, recording: Camera, end: Stand) -> None:
        """It is read to its end: done once the recorder, to which it is no more given, has closed its last segment."""
        starts = self.recorder.restarts
        self._readied.pop(recording.camera_id, None)
        self.assign()
        if end.detail:
            _log.warning("import.broke_off", camera=recording.camera_id, why=end.detail)
        try:
            await self._wait_until_closed(recording)
            if self.recorder.restarts == starts and end.disk is not Disk.MISSING:
                await asyncio.to_thread(self._imports.finish, recording)
                return
        except OSError as error:
            _log.error("import.not_finished", camera=recording.camera_id, error=str(error))
        await self._begin_import(recording)  # its end was perhaps not on disk yet

    async def _wait_until_closed(self, recording: Camera) -> None:
        """Raises OSError."""
        try:
            async with asyncio.timeout(CLOSED_WITHIN_S):
                while not await asyncio.to_thread(self._imports.is_closed, recording):  # noqa: ASYNC110 elsewhere
                    await asyncio.sleep(CLOSED_TURN_S)
        except TimeoutError:  # a file that does not read stays open for good, and is told by who mends it
            _log.warning("import.not_closed", camera=recording.camera_id)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _prepare(self, wanted: Assigned) -> None:
        """In a thread: a new recorder takes recordings over from their beginning."""
        for one in wanted.cameras:
            camera = self._registry.cameras.get(one.camera_id)
            if one.main.started_at_us is not None and camera is not None:
                try:
                    self._imports.begin(camera)
                except OSError as error:  # the recorder says so of its end, and it is begun again
                    _log.warning("import.waits", camera=one.camera_id, error=str(error))

    def stand(self, camera_id: str) -> CameraStand | None:
        """How a camera stands by the recorder; None where it has said nothing of it."""
        return self._standing.of(camera_id)

    def stands(self) -> dict[str, CameraStand]:
        """Of every camera of which the recorder has said something."""
        return self._standing.all

    def _hear(self, word: Stand | Ready) -> None:
        if isinstance(word, Ready):
            changed, self.relay_path = self.relay_path != word.relay_path, word.relay_path
            if changed:
                self._tell_relay()
            return
        if word.disk is Disk.FULL:
            self._make_room()
        camera = self._registry.cameras.get(word.camera_id)
        if camera is None:
            return
        turned = self._standing.hear(word, self._clock.monotonic_us())
        if self.takes(camera):
            if turned:
                self._tell_turned(word.camera_id)
        elif turned and word.condition is Condition.FINISHED and self._may_be_taken_over(camera):
            self._do(self._finish_import(camera, word))

    def _lose(self) -> None:
        self.relay_path = None
        for camera_id in self._standing.lose():
            camera = self._registry.cameras.get(camera_id)
            if camera is not None and self.takes(camera):
                self._tell_turned(camera_id)
