"""Takes sightings in from vision workers: stored off the event loop, confirmed when on disk, passed on to followers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.bridge.refused import Refused
from hub.sightings.errors import SightingsError
from hub.sightings.service import SightingService

_log = structlog.get_logger()
MAX_WAITING = 2_000
"""Sightings heard and not yet stored (about 40 MB); further ones are not confirmed, so their workers send again."""
BATCH = 50

Follower = Callable[[wire.Sighting], Awaitable[None]]


class _Heard(NamedTuple):
    worker_id: str
    message: wire.SightingMessage


class Intake:
    """From the wire into the store."""

    def __init__(
        self, sightings: SightingService, bridge: Bridge, refused: Refused, knows_camera: Callable[[str], bool]
    ) -> None:
        self._sightings = sightings
        self._bridge = bridge
        self._refused = refused
        self._knows_camera = knows_camera
        self._heard: deque[_Heard] = deque()
        self._wake = asyncio.Event()
        self._followers: list[Follower] = []
        self.stored = 0

    @property
    def waiting(self) -> int:
        """Sightings heard and not yet stored."""
        return len(self._heard)

    def listen(self) -> None:
        """Hear the workers."""
        self._bridge.on(DeviceKind.WORKER, Up.SIGHTING, wire.SightingMessage, self._take)

    def follow(self, follower: Follower) -> None:
        """Have ``follower`` called with each sighting that was stored."""
        self._followers.append(follower)

    def _take(self, worker_id: str, message: wire.SightingMessage) -> None:
        camera_id = message.sighting.camera_id
        if not self._knows_camera(camera_id):
            self._refused.add(worker_id, "sighting", "unknown_camera", f"camera {camera_id} is not enrolled")
            self._confirm(worker_id, [message.message_id])
            return
        if len(self._heard) >= MAX_WAITING:
            self._refused.add(worker_id, "sighting", "overloaded", f"{MAX_WAITING} sightings wait")
            return
        self._heard.append(_Heard(worker_id, message))
        self._wake.set()

    async def run(self) -> None:
        """Store what is heard until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._heard:
                batch = [self._heard.popleft() for _ in range(min(BATCH, len(self._heard)))]
                stored = await asyncio.to_thread(self._store, batch)
                by_worker: dict[str, list[str]] = {}
                for one in batch:
                    by_worker.setdefault(one.worker_id, []).append(one.message.message_id)
                for worker_id, message_ids in by_worker.items():
                    self._confirm(worker_id, message_ids)
                for sighting in stored:
                    for follower in self._followers:
                        await follower(sighting)

    def _store(self, batch: list[_Heard]) -> list[wire.Sighting]:
        stored = []
        for one in batch:
            try:
                if self._sightings.add(one.message.sighting):
                    stored.append(one.message.sighting)
            except SightingsError as error:
                self._refused.add(one.worker_id, "sighting", "malformed", str(error))
        self.stored += len(stored)
        return stored

    def _confirm(self, worker_id: str, message_ids: list[str]) -> None:
        confirm = wire.Confirm(stamp=self._bridge.stamper.stamp(), message_ids=tuple(message_ids))
        self._bridge.say(topics.down(DeviceKind.WORKER, worker_id, Down.CONFIRM), confirm)
