"""The vision room's front door: cameras as they are enrolled, changed and looked at; its workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import msgspec
import structlog

from devices.protocol.sightings import (
    LOOK_DELAYS_MS,
    Calibration,
    CameraCondition,
    CameraState,
)
from devices.protocol.topics import DeviceKind, Up
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.footage.service import Footage
from hub.registry.masked_cameras import check_room
from hub.registry.masking import check_seen, hides_more
from hub.registry.records import Camera, Mask
from hub.registry.service import calibrated, is_same_stream
from hub.rooms import Rooms
from hub.storage.writer import Change
from hub.vision.blind_times import BlindTimes
from hub.vision.calibrated_views import CalibratedViews
from hub.vision.camera_view import CameraView, view_of
from hub.vision.shed_looks import ShedLooks
from hub.vision.worker_keeper import LocalWorkers
from hub.vision.workers import Workers

_log = structlog.get_logger()
PROGRESS_STEP = 0.05


@dataclass
class _Stand:
    """The last word on one camera."""

    state: CameraState
    since_at_ms: int


def _nothing(_change: Change) -> None:
    return


class Vision:
    """All cameras and how each stands; ``workers`` look at them."""

    def __init__(
        self,
        rooms: Rooms,
        footage: Footage,
        local_workers: LocalWorkers,
        is_enrolled: Callable[[str], bool],
    ) -> None:
        """``is_enrolled`` says whether a worker of this name on another machine was ever let in."""
        self._registry = rooms.registry
        self._database = rooms.database
        self._events = rooms.events
        self._bridge = rooms.bridge
        self._footage = footage
        self._views = CalibratedViews(local_workers.folder / "views")
        self.workers = Workers(rooms, footage, self._views, local_workers, is_enrolled, self._say_waiting)
        self.blind_times = BlindTimes(rooms.database, rooms.events, rooms.clock, local_workers.folder)
        self.shed_looks = ShedLooks(local_workers.folder / "shed_looks")
        self._stands: dict[str, _Stand] = {}
        self._putting = asyncio.Lock()
        self._background: set[asyncio.Future[None]] = set()

    def listen(self) -> None:
        """Hear the workers."""
        self.workers.listen()
        self._bridge.on(DeviceKind.WORKER, Up.CAMERA_STATE, CameraState, self._hear)
        self._registry.follow_cameras(self.workers.reassign)
        self._footage.follow(self._recorder_turned, self.workers.reassign)
        self._views.open()
        self.blind_times.open()

    def start(self) -> None:
        """Start the workers; each is replaced when it ends."""
        self.workers.start()

    async def stop(self) -> None:
        """End the workers."""
        await self.workers.stop()
        await asyncio.to_thread(self.shed_looks.flush)

    def look_delays(self) -> list[int]:
        """Looks at live cameras by how late they were, in the classes of LOOK_DELAYS_MS."""
        total = [0] * (len(LOOK_DELAYS_MS) + 1)
        for stand in self._stands.values():
            for number, count in enumerate(stand.state.look_delays):
                total[number] += count
        return total

    def _say_waiting(self, camera_ids: list[str], detail: str) -> None:
        """Nobody looks at these cameras now: say so of each that is not finished."""
        for camera_id in camera_ids:
            if camera_id not in self._stands:
                continue
            state = self._stands[camera_id].state
            if state.condition is not CameraCondition.FINISHED and state.detail != detail:
                stamp = self._bridge.stamper.stamp()
                waiting = CameraCondition.CONNECTING
                self._stand(msgspec.structs.replace(state, stamp=stamp, condition=waiting, detail=detail))

    async def put_camera(self, camera: Camera, also: Callable[[Change], None] = _nothing) -> CameraView:
        """Enrol a camera and have it looked at; the event and ``also`` (the audit record) are in the same change.

        Raises Refusal as the registry does, and when the camera's worker has no room for one more.
        """
        async with self._putting:
            completed = self._registry.completed(camera)
            self.workers.check_room(completed)
            return await self._put(completed, also, lambda tell: self._registry.put_camera(completed, tell))

    async def put_masks(
        self,
        camera_id: str,
        before: tuple[Mask, ...],
        masks: tuple[Mask, ...],
        also: Callable[[Change], None] = _nothing,
    ) -> CameraView:
        """Have these masks in place of those ``before``; the event and ``also`` are in the same change.

        Raises Refusal for an unknown camera, and where it has other masks than ``before``.
        """
        async with self._putting:
            camera = self._registry.camera(camera_id)
            check_seen(camera.masks, before)
            camera = msgspec.structs.replace(camera, masks=masks)
            return await self._put(camera, also, lambda tell: self._registry.put_masks(camera_id, masks, tell))

    async def put_calibration(
        self, seen: Camera, calibration: Calibration, jpeg: bytes | None, also: Callable[[Change], None] = _nothing
    ) -> CameraView:
        """Take over a calibration, and ``jpeg`` as the picture in which it was made, of the camera as it was ``seen``.

        The event and ``also`` are in the same change. Raises Refusal where the camera is gone, or another or masked
        otherwise since; OSError.
        """
        async with self._putting:
            camera = self._registry.camera(seen.camera_id)
            if (camera.url, camera.masks) != (seen.url, seen.masks):
                raise Refusal(
                    "changed_meanwhile",
                    "这个摄像头的地址或屏蔽区刚刚被改过，请换一张画面再保存",
                    "this camera's address or masks were changed meanwhile: take another picture and save again",
                    status=409,
                )
            if jpeg is None:
                await asyncio.to_thread(self._views.forget, camera.camera_id)
            else:
                await asyncio.to_thread(self._views.keep, camera.camera_id, jpeg)
            return await self._put(
                calibrated(camera, calibration),
                also,
                lambda tell: self._registry.put_calibration(camera.camera_id, calibration, tell),
            )

    async def _put(
        self,
        camera: Camera,
        also: Callable[[Change], None],
        put: Callable[[Callable[[Change], None]], Awaitable[Camera]],
    ) -> CameraView:
        """Have the registry ``put`` a camera that is to be so, and tell of it; ``_putting`` is held.

        Raises Refusal where it would be one camera too many with parts that are never stored.
        """
        check_room(camera, self._registry.cameras)
        before = self._registry.cameras.get(camera.camera_id)
        same = before is not None and is_same_stream(before, camera)
        finished = same and self._registry.is_finished(camera.camera_id)
        view = self._view(camera, self._stands.get(camera.camera_id) if same else None, finished)
        kind = EventKind.CAMERA_ADDED if before is None else EventKind.CAMERA_CHANGED

        def tell(open_change: Change) -> None:
            also(open_change)
            self._events.append(open_change, kind, camera.camera_id, view)

        if before is not None and hides_more(before.masks, camera.masks):
            await asyncio.to_thread(self._views.forget, camera.camera_id)  # it shows what is never to be stored now
        await put(tell)
        if not same:
            self._stands.pop(camera.camera_id, None)
        return view

    async def remove_camera(self, camera_id: str, also: Callable[[Change], None] = _nothing) -> None:
        """Take a camera out; noted in the same change, and told as it last stood. Raises Refusal when there is none."""

        def tell(open_change: Change) -> None:
            also(open_change)
            self._events.append(open_change, EventKind.CAMERA_REMOVED, camera_id, self.view(camera_id))

        async with self._putting:  # a picture that is being kept is kept before, and goes with the camera
            await self._registry.remove_camera(camera_id, tell)
            self._stands.pop(camera_id, None)
            await asyncio.to_thread(self._views.forget, camera_id)

    def _recorder_turned(self, camera_id: str) -> None:
        """The recorder says otherwise of a camera than before."""
        camera = self._registry.cameras.get(camera_id)
        if camera is not None:
            self._tell_changed(camera)

    async def tell(self, camera_ids: Iterable[str]) -> None:
        """Tell of these cameras as they stand: what is said of them changed elsewhere."""
        views = [self.view(camera_id) for camera_id in camera_ids if camera_id in self._registry.cameras]

        def change(open_change: Change) -> None:
            for view in views:
                self._events.append(open_change, EventKind.CAMERA_CHANGED, view.camera_id, view)

        await self._database.write(change)

    def _hear(self, worker_id: str, state: CameraState) -> None:
        if state.camera_id not in self._registry.cameras:
            return
        if self.workers.of(state.camera_id) != worker_id:
            _log.warning("camera.state_dropped", camera=state.camera_id, worker=worker_id, why="not its camera")
            return
        if state.condition is CameraCondition.ONLINE and self._footage.takes(self._registry.cameras[state.camera_id]):
            self._footage.motion.hear(state.camera_id, state.stamp.wall_us, state.watched_ms, state.moving_ms)
        if not self._registry.cameras[state.camera_id].recording:
            self.shed_looks.hear(state)
        self._stand(state)

    def _stand(self, state: CameraState) -> None:
        """Take over how a camera stands, and tell it when it changed."""
        before = self._stands.get(state.camera_id)
        turned = before is None or (before.state.condition, before.state.picture) != (state.condition, state.picture)
        same = before is not None and before.state.condition is state.condition
        since = before.since_at_ms if before is not None and same else state.stamp.wall_us // 1000
        self._stands[state.camera_id] = _Stand(state, since)
        moved = before is not None and abs((state.progress or 0) - (before.state.progress or 0)) >= PROGRESS_STEP
        if moved or turned or (before is not None and before.state.detail != state.detail):
            self._tell_changed(self._registry.cameras[state.camera_id])
        elif before is not None and before.state.progress != state.progress:
            # progress is told in steps: keep the one that was told
            self._stands[state.camera_id].state = msgspec.structs.replace(state, progress=before.state.progress)

    def _tell_changed(self, camera: Camera) -> None:
        """Tell how the camera stands now; that a recording is finished is kept in the same change."""
        stand = self._stands.get(camera.camera_id)
        view = self.view(camera.camera_id)

        def change(open_change: Change) -> None:
            self._events.append(open_change, EventKind.CAMERA_CHANGED, camera.camera_id, view)

        if camera.recording and stand is not None and stand.state.condition is CameraCondition.FINISHED:
            task = asyncio.ensure_future(self._registry.note_finished(camera.camera_id, change))
        else:
            task = asyncio.ensure_future(self._database.write(change))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def view(self, camera_id: str) -> CameraView:
        """One camera with how it stands. KeyError when it is not enrolled."""
        camera = self._registry.cameras[camera_id]
        return self._view(camera, self._stands.get(camera_id), self._registry.is_finished(camera_id))

    def state(self, camera_id: str) -> CameraState | None:
        """The last word of whoever looks at a camera; None before the first."""
        stand = self._stands.get(camera_id)
        return None if stand is None else stand.state

    def states(self) -> list[CameraState]:
        """The last word on each camera."""
        return [stand.state for stand in self._stands.values()]

    def _view(self, camera: Camera, stand: _Stand | None, finished: bool) -> CameraView:
        taken = self._footage.takes(camera)
        return view_of(
            camera,
            self._registry.terms_for(camera),
            stand.state if stand else None,
            stand.since_at_ms if stand else None,
            finished=finished,
            taken=taken,
            stand=self._footage.stand(camera.camera_id) if taken else None,
        )

    def views(self) -> list[CameraView]:
        """All cameras."""
        return [self.view(camera_id) for camera_id in self._registry.cameras]
