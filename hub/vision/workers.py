"""The vision workers of this machine and others: who is on line, what each is told of which cameras."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import structlog

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.sightings import Assign, WorkerStatus
from devices.protocol.topics import DeviceKind, Down, Up
from hub.errors import Refusal
from hub.footage.service import Footage
from hub.registry.records import Camera
from hub.rooms import Rooms
from hub.vision.assigning import assignment, fitting, is_anywhere
from hub.vision.calibrated_views import CalibratedViews
from hub.vision.roster import Roster, Turn
from hub.vision.worker_keeper import LocalWorkers, WorkerKeeper

_log = structlog.get_logger()
WORKER_ENDED = "分析进程已停，正在重启 (the analysis process ended and is being started again)"
WORKER_GONE = "分析机断线，其他分析进程正在接手 (the analysis machine is off line; others take over)"
WATCH_TURN_S = 0.25
MOST_CLOCK_ERROR_S = 2.0
"""A worker on another machine dates what it sees by its own clock."""


class Workers:
    """``waiting(camera_ids, why)`` is told which cameras nobody looks at now."""

    def __init__(
        self,
        rooms: Rooms,
        footage: Footage,
        views: CalibratedViews,
        local: LocalWorkers,
        is_enrolled: Callable[[str], bool],
        waiting: Callable[[list[str], str], None],
    ) -> None:
        """``is_enrolled``: whether a worker of this name on another machine was ever let in."""
        count = max(1, (os.cpu_count() or 2) - 1) if local.count is None else local.count
        self._registry = rooms.registry
        self._bridge = rooms.bridge
        self._clock = rooms.clock
        self._footage = footage
        self._views = views
        self._is_enrolled = is_enrolled
        self._waiting = waiting
        self._roster = Roster(f"worker-{number}" for number in range(1, count + 1))
        self._births = dict.fromkeys(self._roster.local, -1)
        self._keeper = WorkerKeeper(self._roster.local, local, self._ended)
        self._looks_with: dict[str, str] = {}
        self._clock_is_wrong: set[str] = set()
        self._turned = False
        """Who is on line changed: all are told in the next turn, so that no worker can have it done more often."""

    def listen(self) -> None:
        """Hear who is there."""
        self._bridge.on(DeviceKind.WORKER, Up.BIRTH, wire.Birth, self._born)
        self._bridge.on(DeviceKind.WORKER, Up.DEATH, wire.Death, self._died)
        self._bridge.on(DeviceKind.WORKER, Up.STATUS, WorkerStatus, self._heard)

    def start(self) -> None:
        """Start those of this machine; each is replaced when it ends."""
        self._keeper.start()

    async def stop(self) -> None:
        """End those of this machine."""
        await self._keeper.stop()

    def knows(self, worker_id: str) -> bool:
        """Whether a worker of this name belongs here."""
        return worker_id in self._roster.local or self._is_enrolled(worker_id)

    @property
    def pids(self) -> dict[str, int]:
        """The processes of this machine's workers that run now."""
        return self._keeper.pids

    @property
    def spare(self) -> int | None:
        """The process that waits to take the place of one that ends."""
        return self._keeper.spare

    def is_online(self, worker_id: str) -> bool:
        """Whether it runs, or on another machine is on line."""
        return worker_id in self._keeper.pids or worker_id in self._roster.remote

    @property
    def remote(self) -> tuple[str, ...]:
        """Workers on other machines that are on line."""
        return self._roster.remote

    @property
    def looks_with(self) -> dict[str, str]:
        """The program and detector of each that is on line, as it says itself."""
        return {worker_id: with_what for worker_id, with_what in self._looks_with.items() if self.is_online(worker_id)}

    @property
    def restarts(self) -> int:
        """How often workers had to be started again."""
        return self._keeper.restarts

    @property
    def standstills(self) -> int:
        """How often one of this machine was replaced because it, or its looking thread, stood still."""
        return self._keeper.standstills

    async def run(self) -> None:
        """Notice which workers on other machines fall silent, until cancelled; tell all again on each new connection.

        What was said while there was none is lost: also to one whose Birth was heard before the line was ready.
        """
        loop = asyncio.get_running_loop()
        turned_s, told_on = loop.time(), 1
        while True:
            await asyncio.sleep(WATCH_TURN_S)
            now_us, late_s = self._clock.monotonic_us(), loop.time() - turned_s - WATCH_TURN_S
            turned_s = loop.time()
            if not self._bridge.connected.is_set():
                self._roster.excuse(now_us)  # it is the hub that heard nothing
                continue
            if late_s > WATCH_TURN_S:
                self._roster.excuse(now_us)
            for worker_id in self._roster.silent(now_us):
                self._lose(worker_id, "silent")
            if told_on != self._bridge.connections or self._turned:
                told_on, self._turned = self._bridge.connections, False
                self.reassign()

    def shut_out(self, worker_id: str) -> None:
        """A device was revoked: if it is a worker, its cameras go to others at once."""
        theirs = self._cameras_of(worker_id)
        if self._roster.forget(worker_id):
            self._hand_on(worker_id, theirs, "revoked")

    def _born(self, worker_id: str, birth: wire.Birth) -> None:
        if self.knows(worker_id):
            self._looks_with[worker_id] = birth.software
        if worker_id in self._births:
            self._births[worker_id] = max(self._births[worker_id], birth.birth_count)
            self._turned |= not self._bridge.connected.is_set()
            self._assign(worker_id, self._given())

    def _died(self, worker_id: str, death: wire.Death) -> None:
        if worker_id in self._births:
            if death.birth_count >= self._births[worker_id]:
                self._ended(worker_id)
            return
        self._clock_is_wrong.discard(worker_id)  # a new line is told anew
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
            self._turned = True
        elif turn is Turn.WAITS:
            self._assign(worker_id, {})

    def _has_our_time(self, worker_id: str) -> bool:
        """What it sees could not be put beside what others see: it has no cameras until its clock is right."""
        error_s = (self._bridge.clocks.wall_error_us(worker_id) or 0) / 1e6
        is_wrong = abs(error_s) > MOST_CLOCK_ERROR_S
        if is_wrong and worker_id not in self._clock_is_wrong:
            _log.error("worker.clock_is_wrong", worker=worker_id, behind_s=round(error_s, 1))
            self._lose(worker_id, "its clock is wrong")
        (self._clock_is_wrong.add if is_wrong else self._clock_is_wrong.discard)(worker_id)
        return not is_wrong

    def _lose(self, worker_id: str, why: str) -> None:
        """A worker whose line may stand is not counted on: it is to let its cameras go, should it hear."""
        self._assign(worker_id, {})
        if worker_id in self._roster.remote:
            theirs = self._cameras_of(worker_id)
            self._roster.lose(worker_id)
            self._hand_on(worker_id, theirs, why)

    def _ended(self, worker_id: str) -> None:
        """A worker of this machine ended; it is replaced, and its cameras stay with it."""
        self._waiting(self._cameras_of(worker_id), WORKER_ENDED)

    def _hand_on(self, worker_id: str, camera_ids: list[str], why: str) -> None:
        """A worker on another machine is off line: others have its cameras."""
        _log.error("worker.off_line", worker=worker_id, why=why, cameras=len(camera_ids))
        self._waiting(camera_ids, WORKER_GONE)
        self._turned = True

    def _cameras_of(self, worker_id: str) -> list[str]:
        return [camera_id for camera_id in self._registry.cameras if self.of(camera_id) == worker_id]

    def of(self, camera_id: str) -> str | None:
        """Who looks at this camera, or is to."""
        camera = self._registry.cameras.get(camera_id)
        return None if camera is None else self._owner(camera)

    def may_tell_of(self, worker_id: str, camera_id: str) -> bool:
        """Whether it could have been given this camera, now or before: what it saw comes late at times.

        One on another machine never was where no other machine can read, or where nothing may be recorded.
        """
        camera = self._registry.cameras[camera_id]
        is_local = worker_id in self._roster.local
        return is_local or (is_anywhere(camera) and self._registry.terms_for(camera).records)

    def _owner(self, camera: Camera) -> str | None:
        return self._roster.worker_of(camera.camera_id, anywhere=bool(self._roster.remote) and is_anywhere(camera))

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

    def check_room(self, camera: Camera) -> None:
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
