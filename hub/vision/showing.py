"""The hub's side of the debug view: workers are asked for the looks that somebody watches, and no others."""

from __future__ import annotations

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Callable

import msgspec
import structlog

from devices.protocol import topics
from devices.protocol.shown_looks import (
    MOST_CAMERAS,
    MOST_COLUMNS,
    MOST_ROWS,
    SHOW_LOOKS_FOR_S,
    ShowLooks,
    ShownBoxes,
    ShownLook,
)
from devices.protocol.sightings import CameraState
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.footage.live.looks import LookViewer
from hub.tasks import end_tasks

ASK_EVERY_S = SHOW_LOOKS_FOR_S / 3
_log = structlog.get_logger()


class LookFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker counted for the camera since it started: docs/protocol.md, CameraState."""

    frames_decoded: int
    frames_looked_at: int
    frames_shed: int
    detections: int
    detector_calls: int
    tracks: int
    sightings: int
    stages_ms: tuple[int, ...]


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """A look as consoles have it: docs/api.md, ``/ws/live``. ``motion`` is bits, in JSON as base64."""

    at_us: int
    width_px: int
    height_px: int
    settled: bool
    motion_width_px: int
    motion_height_px: int
    motion: bytes
    looked: bool
    regions: ShownBoxes
    detections: ShownBoxes
    tracks: ShownBoxes
    figures: LookFigures | None


class LookShowing:
    """Who watches which camera's looks."""

    def __init__(
        self,
        bridge: Bridge,
        worker_of: Callable[[str], str | None],
        state_of: Callable[[str], CameraState | None],
    ) -> None:
        """``worker_of``: who looks at a camera; ``state_of``: that one's last word on it."""
        self._bridge = bridge
        self._worker_of = worker_of
        self._state_of = state_of
        self._viewers: defaultdict[str, dict[LookViewer, None]] = defaultdict(dict)
        self._asked: set[str] = set()
        """Workers that were asked last for anything."""
        self._asking: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """Hear the workers."""
        self._bridge.on(DeviceKind.WORKER, Up.SHOWN_LOOK, ShownLook, self._hear)

    @property
    def cameras(self) -> int:
        """Cameras whose looks somebody watches."""
        return len(self._viewers)

    def join(self, camera_id: str, viewer: LookViewer) -> bool:
        """Have a camera's looks shown to ``viewer`` until it leaves; false where MOST_CAMERAS are watched already."""
        if camera_id not in self._viewers and len(self._viewers) >= MOST_CAMERAS:
            return False
        is_new = camera_id not in self._viewers
        self._viewers[camera_id][viewer] = None
        if self._asking is None:
            self._asking = asyncio.create_task(self._keep_asking(), name="show-looks")
        elif is_new:
            self._ask()
        return True

    def leave(self, camera_id: str, viewer: LookViewer) -> None:
        """``viewer``, which joined, watches no longer."""
        viewers = self._viewers[camera_id]
        del viewers[viewer]
        if not viewers:
            del self._viewers[camera_id]
            self._ask()

    async def stop(self) -> None:
        """Ask no further; after the consoles have gone."""
        if self._asking is not None:
            await end_tasks(self._asking)

    async def _keep_asking(self) -> None:
        while self._viewers:
            self._ask()
            await asyncio.sleep(ASK_EVERY_S)
        self._asking = None

    def _ask(self) -> None:
        """Tell each worker its part; one whose last viewer left is told that there is none."""
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for camera_id in self._viewers:
            worker_id = self._worker_of(camera_id)
            if worker_id is not None:
                wanted[worker_id].append(camera_id)
        for worker_id in sorted(self._asked | wanted.keys()):
            show = ShowLooks(stamp=self._bridge.stamper.stamp(), camera_ids=tuple(wanted.get(worker_id, ())))
            self._bridge.say(topics.down(DeviceKind.WORKER, worker_id, Down.SHOW_LOOKS), show)
        self._asked = set(wanted)

    def _hear(self, worker_id: str, look: ShownLook) -> None:
        viewers = self._viewers.get(look.camera_id)
        if viewers is None or self._worker_of(look.camera_id) != worker_id:
            return  # on its way while the last viewer left, or the camera went to another worker
        view = _view(look, self._state_of(look.camera_id))
        if view is None:
            _log.warning("look.dropped", camera=look.camera_id, worker=worker_id, why="its motion mask does not fit")
            return
        said = msgspec.json.encode(view)
        for viewer in viewers:
            viewer.take_look(said)


def _figures(state: CameraState) -> LookFigures:
    return LookFigures(
        frames_decoded=state.frames_decoded,
        frames_looked_at=state.frames_looked_at,
        frames_shed=state.frames_shed,
        detections=state.detections,
        detector_calls=state.detector_calls,
        tracks=state.tracks,
        sightings=state.sightings,
        stages_ms=state.stages_ms,
    )


def _view(look: ShownLook, state: CameraState | None) -> LookView | None:
    """None where the mask is none of the size it claims."""
    columns, rows = look.motion_width_px, look.motion_height_px
    if not (1 <= columns <= MOST_COLUMNS and 1 <= rows <= MOST_ROWS):
        return None
    size = -(-columns * rows // 8)
    try:
        bits = zlib.decompressobj().decompress(look.motion, size + 1)
    except zlib.error:
        return None
    if len(bits) != size:
        return None
    return LookView(
        at_us=look.at_us,
        width_px=look.frame_width_px,
        height_px=look.frame_height_px,
        settled=look.settled,
        motion_width_px=look.motion_width_px,
        motion_height_px=look.motion_height_px,
        motion=bits,
        looked=look.looked,
        regions=look.regions,
        detections=look.detections,
        tracks=look.tracks,
        figures=None if state is None else _figures(state),
    )
