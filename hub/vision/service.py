"""The vision room's front door: keeps workers running, gives them cameras, and knows how each camera stands."""

from __future__ import annotations

import asyncio
import os
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from devices.link import Credential
from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.sightings import LOOK_DELAYS_MS, Assign, Calibration, CameraCondition, CameraState
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.children import end_child, start_child
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.footage.service import Footage
from hub.registry.masked_cameras import check_room
from hub.registry.masking import check_seen, hides_more
from hub.registry.records import Camera, Mask
from hub.registry.service import Registry, calibrated, is_same_stream
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.tasks import end_tasks
from hub.vision.assigning import assignment
from hub.vision.calibrated_views import CalibratedViews
from hub.vision.camera_view import CameraView, view_of

_log = structlog.get_logger()
NICENESS = 10
RESTART_FIRST_S = 0.5
RESTART_MOST_S = 15.0
STEADY_AFTER_S = 30.0
"""A worker that ran for so long starts again at once when it ends."""
PROGRESS_STEP = 0.05
WORKER_ENDED = "分析进程已停，正在重启 (the analysis process ended and is being started again)"


@dataclass
class _Stand:
    """The last word on one camera."""

    state: CameraState
    since_at_ms: int


@dataclass
class _Worker:
    worker_id: str
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    birth_count: int = -1
    task: asyncio.Task[None] | None = field(default=None)


def _nothing(_change: Change) -> None:
    return


class Vision:
    """Workers on this machine and their cameras."""

    def __init__(
        self,
        registry: Registry,
        database: Database,
        events: EventLog,
        bridge: Bridge,
        footage: Footage,
        issue: Callable[[DeviceKind, str], Awaitable[Credential]],
        directory: Path,
        workers: int | None,
    ) -> None:
        count = max(1, (os.cpu_count() or 2) - 1) if workers is None else workers
        self._registry = registry
        self._database = database
        self._events = events
        self._bridge = bridge
        self._footage = footage
        self._issue = issue
        self._directory = directory
        self._views = CalibratedViews(directory / "views")
        self._workers = {f"worker-{number}": _Worker(f"worker-{number}") for number in range(1, count + 1)}
        self._stands: dict[str, _Stand] = {}
        self._putting = asyncio.Lock()
        self._background: set[asyncio.Future[None]] = set()

    def listen(self) -> None:
        """Hear the workers."""
        self._bridge.on(DeviceKind.WORKER, Up.BIRTH, wire.Birth, self._born)
        self._bridge.on(DeviceKind.WORKER, Up.DEATH, wire.Death, self._died)
        self._bridge.on(DeviceKind.WORKER, Up.CAMERA_STATE, CameraState, self._hear)
        self._registry.follow_cameras(self.reassign)
        self._footage.follow(self._recorder_turned, self.reassign)
        self._views.open()

    def knows_worker(self, worker_id: str) -> bool:
        """Whether a worker of this name belongs here."""
        return worker_id in self._workers

    @property
    def workers_running(self) -> int:
        """Worker processes that run now."""
        return sum(w.process is not None and w.process.returncode is None for w in self._workers.values())

    @property
    def restarts(self) -> int:
        """How often workers had to be started again."""
        return sum(worker.restarts for worker in self._workers.values())

    def start(self) -> None:
        """Start the workers; each is replaced when it ends."""
        for worker in self._workers.values():
            worker.task = asyncio.create_task(self._keep(worker), name=worker.worker_id)

    async def stop(self) -> None:
        """End the workers."""
        for worker in self._workers.values():
            if worker.task is not None:
                await end_tasks(worker.task)
            if worker.process is not None:
                await end_child(worker.process)

    async def _keep(self, worker: _Worker) -> None:
        delay_s = RESTART_FIRST_S
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                credential = await self._issue(DeviceKind.WORKER, worker.worker_id)
                worker.process = await start_child(
                    self._command(worker.worker_id), environment=credential.environment(), niceness=NICENESS
                )
                ended = f"code {await worker.process.wait()}"
            except Exception as error:  # a full disk, a database that is away: the worker is tried again
                ended = f"not started: {error}"
            worker.restarts += 1
            self._lose(worker.worker_id)
            delay_s = RESTART_FIRST_S if loop.time() - began_s > STEADY_AFTER_S else min(delay_s * 2, RESTART_MOST_S)
            _log.error("worker.ended", worker=worker.worker_id, why=ended, again_in_s=delay_s)
            await asyncio.sleep(delay_s)

    def _born(self, worker_id: str, birth: wire.Birth) -> None:
        worker = self._workers.get(worker_id)
        if worker is not None:
            worker.birth_count = max(worker.birth_count, birth.birth_count)
            self._assign(worker_id)

    def _died(self, worker_id: str, death: wire.Death) -> None:
        worker = self._workers.get(worker_id)
        if worker is not None and death.birth_count >= worker.birth_count:
            self._lose(worker_id)

    def look_delays(self) -> list[int]:
        """Looks at live cameras by how late they were, in the classes of LOOK_DELAYS_MS."""
        total = [0] * (len(LOOK_DELAYS_MS) + 1)
        for stand in self._stands.values():
            for number, count in enumerate(stand.state.look_delays):
                total[number] += count
        return total

    def _lose(self, worker_id: str) -> None:
        """Nobody looks at this worker's cameras now: say so of each that is not finished."""
        for camera_id, stand in list(self._stands.items()):
            state = stand.state
            known = camera_id in self._registry.cameras and state.detail != WORKER_ENDED
            if known and self.worker_of(camera_id) == worker_id and state.condition is not CameraCondition.FINISHED:
                stamp = self._bridge.stamper.stamp()
                self._stand(
                    msgspec.structs.replace(
                        state, stamp=stamp, condition=CameraCondition.CONNECTING, detail=WORKER_ENDED
                    )
                )

    def _command(self, worker_id: str) -> list[str]:
        return [sys.executable, "-m", "hub.vision.worker", "--store", str(self._directory / worker_id)]

    def worker_of(self, camera_id: str) -> str | None:
        """Who looks at this camera: by its id alone, so that others stay where they are when one is added."""
        names = list(self._workers)
        return names[zlib.crc32(camera_id.encode()) % len(names)] if names else None

    def _assign(self, worker_id: str) -> None:
        cameras = [camera for camera in self._registry.cameras.values() if self._is_given(camera, worker_id)]
        assign = self._assignment(cameras)
        self._bridge.say(topics.down(DeviceKind.WORKER, worker_id, Down.ASSIGN), assign)

    def _is_given(self, camera: Camera, worker_id: str) -> bool:
        """Not where the owner's terms forbid recording: a sighting keeps a picture of a person."""
        waits = self._footage.takes(camera) and self._footage.relay_path is None
        wanted = bool(camera.url) and not waits and not self._registry.is_finished(camera.camera_id)
        return wanted and self._registry.terms_for(camera).records and self.worker_of(camera.camera_id) == worker_id

    def _assignment(self, cameras: list[Camera]) -> Assign:
        wanted = sorted(cameras, key=lambda camera: camera.camera_id)
        assignments = tuple(assignment(camera, self._footage, self._views) for camera in wanted)
        return Assign(stamp=self._bridge.stamper.stamp(), cameras=assignments)

    def _check_room(self, camera: Camera) -> None:
        """Raises Refusal when what this camera's worker is told of its cameras would not fit into a message."""
        worker_id = self.worker_of(camera.camera_id)
        if worker_id is None or not camera.url:
            return
        others = (one for one in self._registry.cameras.values() if one.camera_id != camera.camera_id)
        cameras = [camera, *(one for one in others if self._is_given(one, worker_id))]
        if len(wire.encode(self._assignment(cameras))) > topics.MAX_PAYLOAD_BYTES:
            raise Refusal(
                "too_many_cameras",
                f"{worker_id} 已有 {len(cameras) - 1} 路摄像头，再多发不下：请增加视频分析进程（vision_workers）",
                f"{worker_id} has {len(cameras) - 1} cameras, no more fit: start more vision workers (vision_workers)",
                status=409,
            )

    def reassign(self) -> None:
        """Tell every worker its cameras anew, after the registry changed."""
        for worker_id in self._workers:
            self._assign(worker_id)

    async def put_camera(self, camera: Camera, also: Callable[[Change], None] = _nothing) -> CameraView:
        """Enrol a camera and have it looked at; the event and ``also`` (the audit record) are in the same change.

        Raises Refusal as the registry does, and when the camera's worker has no room for one more.
        """
        async with self._putting:
            completed = self._registry.completed(camera)
            self._check_room(completed)
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
        if self.worker_of(state.camera_id) != worker_id:
            _log.warning("camera.state_dropped", camera=state.camera_id, worker=worker_id, why="not its camera")
            return
        if state.condition is CameraCondition.ONLINE and self._footage.takes(self._registry.cameras[state.camera_id]):
            self._footage.motion.hear(state.camera_id, state.stamp.wall_us, state.watched_ms, state.moving_ms)
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
