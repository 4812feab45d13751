"""The footage room's front door: keeps the recorder, tells it its cameras, and knows how each stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from devices.protocol.clock import Clock
from hub.footage.assigning import assigned, is_taken
from hub.footage.motion_log import MotionLog
from hub.footage.recorder.control import Disk, Ready, Stand
from hub.footage.recorder_process import RecorderProcess
from hub.footage.standing import CameraStand, Standing
from hub.registry.records import Camera
from hub.registry.service import Registry
from hub.settings import Settings
from hub.tasks import end_tasks

MOTION_EVERY_S = 10.0


class Footage:
    """The recorder and its cameras."""

    def __init__(self, registry: Registry, clock: Clock, settings: Settings) -> None:
        self.folder: Path = settings.footage_folder
        self.records = settings.footage_recorder
        """Whether this hub records at all."""
        self.relay_path: str | None = None
        """Where pictures are handed on; None while no recorder is ready."""
        self.recorder = RecorderProcess(self.folder, self._hear, self._lose)
        self.motion = MotionLog(self.folder)
        """When something moved before each camera; ``read`` blocks."""
        self._registry = registry
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

    def listen(self) -> None:
        """Hear of changes to the cameras and to what their owners agreed to."""
        self._registry.follow_cameras(self.assign)

    async def run(self) -> None:
        """Keep the recorder, until cancelled; of a hub that records."""
        self.assign()
        keeping = asyncio.create_task(self._keep_motion(), name="motion-log")
        try:
            await self.recorder.run()
        finally:
            await end_tasks(keeping)
            await asyncio.to_thread(self.motion.flush)

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
            wanted = assigned(self._registry.cameras.values(), self._registry.terms_for)
            kept = {one.camera_id for one in wanted.cameras}
            self._standing.keep_only(kept)
            self.motion.keep_only(kept)
            self.recorder.assign(wanted)

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
        if word.camera_id in self._registry.cameras and self._standing.hear(word, self._clock.monotonic_us()):
            self._tell_turned(word.camera_id)

    def _lose(self) -> None:
        self.relay_path = None
        for camera_id in self._standing.lose():
            self._tell_turned(camera_id)
