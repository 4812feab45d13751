"""The vision room's front door: keeps workers running, gives them cameras, and knows how each camera stands."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.sightings import (
    LOOK_DELAYS_MS,
    Assign,
    Calibration,
    CameraCondition,
    CameraState,
    WorkerStatus,
)
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
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
from hub.vision.assigning import assignment, fitting, is_anywhere
from hub.vision.calibrated_views import CalibratedViews
from hub.vision.camera_view import CameraView, view_of
from hub.vision.roster import Roster, Turn
from hub.vision.worker_keeper import Issue, WorkerKeeper

_log = structlog.get_logger()
PROGRESS_STEP = 0.05
WORKER_ENDED = "分析进程已停，正在重启 (the analysis process ended and is being started again)"
WORKER_GONE = "分析机断线，其他分析进程正在接手 (the analysis machine is off line; others take over)"
WATCH_TURN_S = 0.25
MOST_CLOCK_ERROR_S = 2.0
"""A worker on another machine dates what it sees by its own clock."""


@dataclass
class _Stand:
    """The last word on one camera."""

    state: CameraState
    since_at_ms: int


def _nothing(_change: Change) -> None:
    return


class Vision:
    """Workers on this machine and others, and their cameras."""

    def __init__(
        self,
        registry: Registry,
        database: Database,
        events: EventLog,
        bridge: Bridge,
        footage: Footage,
        clock: Clock,
        issue: Issue,
        is_enrolled: Callable[[str], bool],
        directory: Path,
        workers: int | None,
    ) -> None:
        """``is_enrolled`` says whether a worker of this name on another machine was ever let in."""
        count = max(1, (os.cpu_count() or 2) - 1) if workers is None else workers
        self._registry = registry
        self._database = database
        self._events = events
        self._bridge = bridge
        self._footage = footage
        self._clock = clock
        self._is_enrolled = is_enrolled
        self._views = CalibratedViews(directory / "views")
        self._roster = Roster(f"worker-{number}" for number in range(1, count + 1))
        self._births = dict.fromkeys(self._roster.local, -1)
        self._keeper = WorkerKeeper(self._roster.local, issue, directory, self._ended)
        self._clock_is_wrong: set[str] = set()
        self._stands: dict[str, _Stand] = {}
        self._putting = asyncio.Lock()
        self._background: set[asyncio.Future[None]] = set()

    def listen(self) -> None:
        """Hear the workers."""
        self._bridge.on(DeviceKind.WORKER, Up.BIRTH, wire.Birth, self._born)
        self._bridge.on(DeviceKind.WORKER, Up.DEATH, wire.Death, self._died)
        self._bridge.on(DeviceKind.WORKER, Up.STATUS, WorkerStatus, self._heard)
        self._bridge.on(DeviceKind.WORKER, Up.CAMERA_STATE, CameraState, self._hear)
        self._registry.follow_cameras(self.reassign)
        self._footage.follow(self._recorder_turned, self.reassign)
        self._views.open()

    def knows_worker(self, worker_id: str) -> bool:
        """Whether a worker of this name belongs here."""
        return worker_id in self._roster.local or self._is_enrolled(worker_id)

    @property
    def worker_pids(self) -> dict[str, int]:
        """The processes of this machine's workers that run now."""
        return self._keeper.pids

    def is_worker_online(self, worker_id: str) -> bool:
        """Whether it runs, or on another machine is on line."""
        return worker_id in self._keeper.pids or worker_id in self._roster.remote

    @property
    def remote_workers(self) -> tuple[str, ...]:
        """Workers on other machines that are on line."""
        return self._roster.remote

    @property
    def restarts(self) -> int:
        """How often workers had to be started again."""
        return self._keeper.restarts

    def start(self) -> None:
        """Start the workers; each is replaced when it ends."""
        self._keeper.start()

    async def stop(self) -> None:
        """End the workers."""
        await self._keeper.stop()

    async def run(self) -> None:
        """Notice which workers on other machines fall silent, until cancelled."""
        loop = asyncio.get_running_loop()
        turned_s = loop.time()
        while True:
            await asyncio.sleep(WATCH_TURN_S)
            now_us, late_s = self._clock.monotonic_us(), loop.time() - turned_s - WATCH_TURN_S
            turned_s = loop.time()
            if not self._bridge.connected.is_set() or late_s > WATCH_TURN_S:
                self._roster.excuse(now_us)  # it is the hub that heard nothing
                continue
            for worker_id in self._roster.silent(now_us):
                theirs = self._cameras_of(worker_id)
                self._roster.lose(worker_id)
                self._hand_on(worker_id, theirs, "silent")

    def shut_out(self, worker_id: str) -> None:
        """A device was revoked: if it is a worker, its cameras go to others at once."""
        theirs = self._cameras_of(worker_id)
        if self._roster.forget(worker_id):
            self._hand_on(worker_id, theirs, "revoked")

    def _born(self, worker_id: str, birth: wire.Birth) -> None:
        if worker_id in self._births:
            self._births[worker_id] = max(self._births[worker_id], birth.birth_count)
            self._assign(worker_id, self._given())

    def _died(self, worker_id: str, death: wire.Death) -> None:
        if worker_id in self._births:
            if death.birth_count >= self._births[worker_id]:
                self._ended(worker_id)
            return
        theirs = self._cameras_of(worker_id)
        if self._roster.died(worker_id, death.birth_count):
            self._hand_on(worker_id, theirs, "its line ended")

    def _heard(self, worker_id: str, status: WorkerStatus) -> None:
        """A sign of life; those of this machine are known by their processes."""
        if worker_id in self._births or not self._has_our_time(worker_id):
            return
        turn = self._roster.heard(worker_id, status.birth_count, status.weight, self._clock.monotonic_us())
        if turn is Turn.CAME:
            _log.info("worker.on_line", worker=worker_id, weight=status.weight)
            self.reassign()
        elif turn is Turn.WAITS:
            self._assign(worker_id, {})

    def _has_our_time(self, worker_id: str) -> bool:
        """What it sees could not be put beside what others see: it then counts as silent."""
        error_s = (self._bridge.clocks.wall_error_us(worker_id) or 0) / 1e6
        is_wrong = abs(error_s) > MOST_CLOCK_ERROR_S
        if is_wrong and worker_id not in self._clock_is_wrong:
            _log.error("worker.clock_is_wrong", worker=worker_id, behind_s=round(error_s, 1))
        (self._clock_is_wrong.add if is_wrong else self._clock_is_wrong.discard)(worker_id)
        return not is_wrong

    def look_delays(self) -> list[int]:
        """Looks at live cameras by how late they were, in the classes of LOOK_DELAYS_MS."""
        total = [0] * (len(LOOK_DELAYS_MS) + 1)
        for stand in self._stands.values():
            for number, count in enumerate(stand.state.look_delays):
                total[number] += count
        return total

    def _ended(self, worker_id: str) -> None:
        """A worker of this machine ended; it is replaced, and its cameras stay with it."""
        self._say_waiting(self._cameras_of(worker_id), WORKER_ENDED)

    def _hand_on(self, worker_id: str, camera_ids: list[str], why: str) -> None:
        """A worker on another machine is off line: others have its cameras."""
        _log.error("worker.off_line", worker=worker_id, why=why, cameras=len(camera_ids))
        self._say_waiting(camera_ids, WORKER_GONE)
        self.reassign()

    def _cameras_of(self, worker_id: str) -> list[str]:
        """The cameras that it is to look at and has said something of."""
        known = (camera_id for camera_id in self._stands if camera_id in self._registry.cameras)
        return [camera_id for camera_id in known if self.worker_of(camera_id) == worker_id]

    def _say_waiting(self, camera_ids: list[str], detail: str) -> None:
        """Nobody looks at these cameras now: say so of each that is not finished."""
        for camera_id in camera_ids:
            state = self._stands[camera_id].state
            if state.condition is not CameraCondition.FINISHED and state.detail != detail:
                stamp = self._bridge.stamper.stamp()
                waiting = CameraCondition.CONNECTING
                self._stand(msgspec.structs.replace(state, stamp=stamp, condition=waiting, detail=detail))

    def worker_of(self, camera_id: str) -> str | None:
        """Who looks at this camera, or is to."""
        camera = self._registry.cameras.get(camera_id)
        return None if camera is None else self._owner(camera)

    def _owner(self, camera: Camera) -> str | None:
        return self._roster.worker_of(camera.camera_id, anywhere=is_anywhere(camera))

    def _given(self) -> dict[str, list[Camera]]:
        """Every worker's cameras; nobody looks where the owner's terms forbid recording: a sighting keeps a picture."""
        given: dict[str, list[Camera]] = {}
        for camera in self._registry.cameras.values():
            worker_id = self._owner(camera)
            if worker_id is None or not camera.url or self._registry.is_finished(camera.camera_id):
                continue
            by_relay = worker_id in self._roster.local and self._footage.takes(camera)
            waits = by_relay and self._footage.relay_path is None
            if not waits and self._registry.terms_for(camera).records:
                given.setdefault(worker_id, []).append(camera)
        return given

    def _assign(self, worker_id: str, given: dict[str, list[Camera]]) -> None:
        assign, left_out = fitting(self._assignment(worker_id, given.get(worker_id, [])))
        if left_out:
            _log.error("worker.too_many_cameras", worker=worker_id, left_out=left_out)
        self._bridge.say(topics.down(DeviceKind.WORKER, worker_id, Down.ASSIGN), assign)

    def _assignment(self, worker_id: str, cameras: list[Camera]) -> Assign:
        wanted = sorted(cameras, key=lambda camera: camera.camera_id)
        footage, views = (self._footage, self._views) if worker_id in self._roster.local else (None, None)
        assignments = tuple(assignment(camera, footage, views) for camera in wanted)
        return Assign(stamp=self._bridge.stamper.stamp(), cameras=assignments)

    def _check_room(self, camera: Camera) -> None:
        """Raises Refusal when what this camera's worker is told of its cameras would not fit into a message."""
        worker_id = self._owner(camera)
        if worker_id is None or not camera.url:
            return
        others = [one for one in self._given().get(worker_id, []) if one.camera_id != camera.camera_id]
        cameras = [camera, *others]
        if fitting(self._assignment(worker_id, cameras))[1]:
            raise Refusal(
                "too_many_cameras",
                f"{worker_id} 已有 {len(cameras) - 1} 路摄像头，再多发不下：请增加视频分析进程（vision_workers）",
                f"{worker_id} has {len(cameras) - 1} cameras, no more fit: start more vision workers (vision_workers)",
                status=409,
            )

    def reassign(self) -> None:
        """Tell every worker its cameras anew, after the registry or who is on line changed."""
        given = self._given()
        for worker_id in (*self._roster.local, *self._roster.remote):
            self._assign(worker_id, given)

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
