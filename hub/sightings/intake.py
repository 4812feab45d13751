"""Takes sightings in from vision workers: stored off the event loop, passed on to followers, confirmed after both."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting, SightingMessage
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.bridge.refused import Refused, RefusedReason
from hub.sightings.errors import SightingsError
from hub.sightings.service import SightingService

MAX_WAITING = 2_000
"""Sightings heard and not yet stored (about 40 MB); further ones are not confirmed, so their workers send again."""
BATCH = 250

Follower = Callable[[Sequence[Sighting]], Awaitable[None]]


class Step(StrEnum):
    """What a sighting goes through, for the metrics."""

    HEARD = "heard"
    """From when its worker said it."""
    STORED = "stored"
    """From when it was heard until it is on the disk."""
    FOLLOWED = "followed"
    """From then until its followers are done with its batch: until the hits of watches are told."""


class SightingTimes(NamedTuple):
    """How a word on a sighting came, in microseconds since 1970; ``said_us`` is by its worker's clock."""

    sighting_id: str
    frame_us: int
    """The latest picture that it tells of was taken."""
    said_us: int
    heard_us: int
    stored_us: int


class _Heard(NamedTuple):
    worker_id: str
    message: SightingMessage
    at_us: int
    wall_us: int


class _Settled(NamedTuple):
    heard: _Heard
    sighting: Sighting
    """By the describer in use."""
    stored: bool
    """On the disk, now or from an earlier saying; false for one that can never be stored."""


class Intake:
    """From the wire into the store."""

    def __init__(
        self,
        sightings: SightingService,
        bridge: Bridge,
        refused: Refused,
        knows_camera: Callable[[str], bool],
        may_tell_of: Callable[[str, str], bool],
        clock: Clock,
        as_in_use: Callable[[Sequence[Sighting]], list[Sighting]],
    ) -> None:
        """``may_tell_of(worker_id, camera_id)``: whether that worker could have been given that camera.

        ``as_in_use``: sightings by the describer in use, whatever their worker's is; called off the event loop.
        """
        self._clock = clock
        self._as_in_use = as_in_use
        self.observe_step: Callable[[Step, float], None] = lambda step, seconds: None
        self.observe_times: Callable[[Sequence[SightingTimes]], None] = lambda times: None
        self._sightings = sightings
        self._bridge = bridge
        self._refused = refused
        self._knows_camera = knows_camera
        self._may_tell_of = may_tell_of
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
        self._bridge.on(DeviceKind.WORKER, Up.SIGHTING, SightingMessage, self._take)

    def follow(self, follower: Follower) -> None:
        """Have ``follower`` called with each batch that is on the disk, each sighting at least once.

        One that fails leaves the batch unconfirmed, so that its workers say it again.
        """
        self._followers.append(follower)

    def _take(self, worker_id: str, message: SightingMessage) -> None:
        camera_id = message.sighting.camera_id
        if not self._knows_camera(camera_id):
            self._refused.add(
                worker_id, "sighting", RefusedReason.UNKNOWN_CAMERA, f"camera {camera_id} is not enrolled"
            )
            self._confirm(worker_id, [message.message_id])
            return
        if not self._may_tell_of(worker_id, camera_id):
            why = f"camera {camera_id} is not for workers on other machines"
            self._refused.add(worker_id, "sighting", RefusedReason.NOT_ALLOWED, why)
            self._confirm(worker_id, [message.message_id])
            return
        if len(self._heard) >= MAX_WAITING:
            self._refused.add(worker_id, "sighting", RefusedReason.OVERLOADED, f"{MAX_WAITING} sightings wait")
            return
        now_us = self._clock.wall_us()
        self.observe_step(Step.HEARD, max(0, now_us - message.stamp.wall_us) / 1e6)
        self._heard.append(_Heard(worker_id, message, self._clock.monotonic_us(), now_us))
        self._wake.set()

    async def run(self) -> None:
        """Store what is heard until cancelled. Raises ExceptionGroup of what followers raised, once a batch is through.

        A batch is confirmed when its followers are done with it: a kill before that has it said again.
        """
        while True:
            if not self._heard:
                self._wake.clear()
                await self._wake.wait()
            batch = [self._heard.popleft() for _ in range(min(BATCH, len(self._heard)))]
            settled = await asyncio.to_thread(self._store, batch)
            stored_us = self._clock.monotonic_us()
            for heard in batch:
                self.observe_step(Step.STORED, (stored_us - heard.at_us) / 1e6)
            self.observe_times([_times(heard, self._clock.wall_us()) for heard in batch])
            failures = await self._pass_on([one.sighting for one in settled if one.stored])
            self.observe_step(Step.FOLLOWED, (self._clock.monotonic_us() - stored_us) / 1e6)
            by_worker: dict[str, list[str]] = {}
            for one in settled:
                if not (failures and one.stored):
                    by_worker.setdefault(one.heard.worker_id, []).append(one.heard.message.message_id)
            for worker_id, message_ids in by_worker.items():
                self._confirm(worker_id, message_ids)
            if failures:
                raise ExceptionGroup("followers of sightings failed", failures)

    async def _pass_on(self, sightings: list[Sighting]) -> list[Exception]:
        """What followers raised."""
        failures = []
        for follower in self._followers if sightings else ():
            try:
                await follower(sightings)
            except Exception as error:
                failures.append(error)
        return failures

    def _store(self, batch: list[_Heard]) -> list[_Settled]:
        """Those of the batch that need not be said again; one that the disk did not take is left out."""
        sightings = self._as_in_use([one.message.sighting for one in batch])
        try:
            told = self._sightings.add_all(sightings)
        except OSError as error:
            told = [error] * len(batch)
        settled = []
        for one, sighting, new in zip(batch, sightings, told, strict=True):
            if isinstance(new, OSError):
                self._refused.add(one.worker_id, "sighting", RefusedReason.STORE_FAILED, str(new))
            elif isinstance(new, SightingsError):
                self._refused.add(one.worker_id, "sighting", RefusedReason.MALFORMED, str(new))
                settled.append(_Settled(one, sighting, stored=False))
            else:
                self.stored += new
                settled.append(_Settled(one, sighting, stored=True))
        return settled

    def _confirm(self, worker_id: str, message_ids: list[str]) -> None:
        confirm = wire.Confirm(stamp=self._bridge.stamper.stamp(), message_ids=tuple(message_ids))
        self._bridge.say(topics.down(DeviceKind.WORKER, worker_id, Down.CONFIRM), confirm)


def _times(heard: _Heard, stored_us: int) -> SightingTimes:
    message = heard.message
    sighting = message.sighting
    return SightingTimes(sighting.sighting_id, sighting.ended_at_us, message.stamp.wall_us, heard.wall_us, stored_us)
