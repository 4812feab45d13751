"""The calibration room's front door: tries clicks, keeps what they say of a camera, and shows what it looks at now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

import msgspec

from devices.protocol.clock import Clock
from devices.protocol.sightings import Calibration
from hub.access import audit
from hub.access.people import Person
from hub.calibration.drawing import footprint, sticks
from hub.calibration.messages import Calibrated, Clicks
from hub.calibration.solving import Picture, Solved, by_ground, by_people
from hub.errors import Refusal
from hub.footage.live.messages import WatchedLive
from hub.footage.live.words import OWNER_TERMS
from hub.footage.noting import Noting
from hub.registry.records import Camera
from hub.registry.service import Registry
from hub.storage.writer import Change
from hub.vision.camera_view import DEFAULT_VIEW_DEG, CameraView
from hub.vision.service import Vision

Still = Callable[[str], Awaitable[bytes]]
"""A camera's latest picture as JPEG. Raises Refusal where there is none."""


class CalibrationKept(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a camera's calibration."""

    camera_id: str
    rms_px: float
    camera_height_m: float
    tilt_deg: float
    heading_deg: float
    focal_px: float


class Calibrating:
    """What administrators click; each call raises Refusal where the clicks say nothing."""

    def __init__(self, registry: Registry, vision: Vision, still: Still, noting: Noting, clock: Clock) -> None:
        self._registry = registry
        self._vision = vision
        self._still = still
        self._noting = noting
        self._clock = clock

    def camera(self, camera_id: str) -> Camera:
        """The camera of that id. Raises Refusal when there is none."""
        return self._registry.camera(camera_id)

    def _watched(self, camera_id: str) -> Camera:
        """The camera, which may be watched live. Raises Refusal where there is none, or its owner forbids that."""
        camera = self.camera(camera_id)
        if not self._registry.terms_for(camera).watches_live:
            raise Refusal(OWNER_TERMS.code, OWNER_TERMS.message, OWNER_TERMS.message_en, status=403)
        return camera

    async def look(self, camera_id: str, person: Person) -> bytes:
        """What the camera sees now, as JPEG; noted as a live view is. Raises Refusal where its owner forbids one."""
        self._watched(camera_id)
        detail = WatchedLive(camera_id=camera_id, since_ms=self._clock.wall_us() // 1000)

        def record(change: Change, _look: Hashable) -> None:
            audit.record(change, person.person_id, audit.Action.WATCH_LIVE, detail=detail)

        await self._noting.note([(person.person_id, camera_id, "still")], record)
        return await self._still(camera_id)

    async def try_clicks(self, camera_id: str, clicks: Clicks) -> Calibrated:
        """What the clicks make of the camera; nothing is kept."""
        camera = self.camera(camera_id)
        solved = await asyncio.to_thread(_solve, camera, clicks)
        return shown(solved)

    async def keep(self, camera_id: str, clicks: Clicks, person: Person) -> CameraView:
        """Take over what the clicks say, and the picture of now as the view that it holds for.

        Where the owner forbids recording, the picture is not kept. Raises Refusal also where the camera is changed
        meanwhile, which takes seconds.
        """
        seen = self._watched(camera_id)
        jpeg = await self._still(camera_id)
        solved = await asyncio.to_thread(_solve, self._watched(camera_id), clicks)
        kept = jpeg if self._registry.terms_of(camera_id).records else None
        found = solved.calibration
        detail = CalibrationKept(
            camera_id=camera_id,
            rms_px=solved.rms_px,
            camera_height_m=found.camera_height_m,
            tilt_deg=found.tilt_deg,
            heading_deg=found.heading_deg,
            focal_px=found.focal_px,
        )

        def note(change: Change) -> None:
            audit.record(change, person.person_id, audit.Action.CALIBRATE_CAMERA, detail=detail)

        return await self._vision.put_calibration(seen, found, kept, note)

    def present(self, camera_id: str) -> Calibrated:
        """The camera's calibration as it is kept, to be drawn. Raises Refusal when it has none."""
        calibration = self.camera(camera_id).calibration
        if calibration is None:
            raise Refusal("not_calibrated", "这个摄像头还没有标定", "this camera is not calibrated", status=404)
        return shown(Solved(calibration, 0.0, 0.0))


def shown(solved: Solved) -> Calibrated:
    """A calibration with what it is judged by."""
    calibration: Calibration = solved.calibration
    return Calibrated(
        calibration=calibration,
        rms_px=solved.rms_px,
        child_error_m=solved.child_error_m,
        sticks=sticks(calibration),
        footprint=footprint(calibration),
    )


def _solve(camera: Camera, clicks: Clicks) -> Solved:
    picture = Picture(clicks.width_px, clicks.height_px)
    if len(clicks.ground) >= len(clicks.people):
        return by_ground(clicks.ground, picture)
    if camera.latitude is None or camera.longitude is None or camera.heading_deg is None:
        raise Refusal(
            "no_place",
            "按人标定要先知道摄像头的位置和朝向：请在地图上设好，或改点四个地面点",
            "people alone do not say where the camera is: give its place and heading, or click four ground points",
        )
    return by_people(
        clicks.people,
        picture,
        view_deg=camera.view_deg or DEFAULT_VIEW_DEG,
        latitude=camera.latitude,
        longitude=camera.longitude,
        heading_deg=camera.heading_deg,
    )
