"""What the hub and its vision workers say to each other: which cameras to look at, how they stand, who was seen."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import Count, Fraction, Message, Name, Stamp, Text


class Calibration(Message, frozen=True, kw_only=True):
    """A pinhole camera over level ground, enough to measure heights and to place a foot point on the map.

    Image coordinates in pixels from the top left of a picture ``width_px`` by ``height_px``; the optical axis dips
    ``tilt_deg`` below the horizon and points to ``heading_deg`` (clockwise from north).
    """

    width_px: int
    height_px: int
    focal_px: float
    center_x_px: float
    center_y_px: float
    camera_height_m: float
    tilt_deg: float
    heading_deg: float
    latitude: float
    longitude: float


Polygon = Annotated[tuple[tuple[Fraction, Fraction], ...], msgspec.Meta(min_length=3, max_length=20)]
"""Corners as shares of the picture's width and height, from its top left."""


class CameraAssignment(Message, frozen=True, kw_only=True):
    """One camera given to a vision worker.

    ``url`` is an rtsp:// or http:// address, one of the recorder's relay on this machine, or a file path, credentials
    included (this message is never logged). ``looks_per_s`` is how often a frame is looked at. A ``recording`` is read
    as fast as the machine can and its frames are dated from ``started_at_us``; a live stream is dated by arrival.
    Nothing within ``masks`` is looked at. ``view_file`` is the picture in which it was calibrated, a JPEG on this
    machine.
    """

    camera_id: Name
    url: str
    looks_per_s: float = 5.0
    calibration: Calibration | None = None
    recording: bool = False
    started_at_us: int | None = None
    masks: Annotated[tuple[Polygon, ...], msgspec.Meta(max_length=16)] = ()
    view_file: str | None = None


class Assign(Message, frozen=True, kw_only=True):
    """The complete list of cameras a worker is to look at from now on."""

    stamp: Stamp
    cameras: tuple[CameraAssignment, ...]


class WorkerStatus(Message, frozen=True, kw_only=True):
    """The sign of life, every WORKER_SIGN_S, of a worker on another machine than the hub's.

    ``weight``: as how many workers of the hub's machine it has cameras.
    """

    stamp: Stamp
    birth_count: Count
    weight: Annotated[float, msgspec.Meta(ge=0.1, le=64)] = 1.0


WORKER_SIGN_S = 0.5


class CameraCondition(StrEnum):
    """How a camera's stream stands."""

    CONNECTING = "connecting"
    ONLINE = "online"
    STALLED = "stalled"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    FINISHED = "finished"


class Stage(StrEnum):
    """What a picture passes in vision, in this order."""

    DECODE = "decode"
    MOTION = "motion"
    DETECT = "detect"
    TRACK = "track"
    DESCRIBE = "describe"


class PictureCondition(StrEnum):
    """How far a fixed camera's picture can be seen with."""

    CLEAR = "clear"
    DARK = "dark"
    BLURRED = "blurred"
    COVERED = "covered"
    MOVED = "moved"
    """It looks elsewhere than where it was calibrated, or without that than it usually does."""


PICTURE_TOLD_AFTER_S = 6.0
"""A picture is said to be worse than clear when it has been so for so long."""
LOOK_DELAYS_MS = tuple(round(5 * 1.25**step) for step in range(34))
"""Upper edges of the classes in which looks are counted by how late they were, 5 ms to 7.9 s; a last one is open."""


class CameraState(Message, frozen=True, kw_only=True):
    """A worker's regular word on one of its cameras: condition, counters since the worker started, and progress.

    ``detail`` says in plain words what is wrong; ``progress`` is for recordings. ``tracks`` are those that began,
    ``detector_calls`` looks with the detector, at a part of the picture or the whole. ``stages_ms`` is the processor
    time spent in each Stage, in their order. ``look_delays`` counts looks at a live stream by the time from the frame's
    arrival until it had been looked at, in the classes of LOOK_DELAYS_MS. Of a live stream, ``picture`` is how far
    it can be seen with; in ``moving_ms`` of the ``watched_ms`` of it something moved.
    """

    stamp: Stamp
    camera_id: Name
    condition: CameraCondition
    detail: Text = ""
    progress: Fraction | None = None
    frames_decoded: Count = 0
    frames_looked_at: Count = 0
    frames_shed: Count = 0
    detections: Count = 0
    sightings: Count = 0
    tracks: Count = 0
    detector_calls: Count = 0
    stages_ms: Annotated[tuple[Count, ...], msgspec.Meta(max_length=8)] = ()
    look_delays: Annotated[tuple[Count, ...], msgspec.Meta(max_length=len(LOOK_DELAYS_MS) + 1)] = ()
    picture: PictureCondition = PictureCondition.CLEAR
    watched_ms: Count = 0
    moving_ms: Count = 0


COLOURS = ("black", "grey", "white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
"""The eleven basic colour terms (Berlin and Kay, 1969), the order of every colour weight in a sighting."""

ColourWeights = tuple[Fraction, ...]

PATTERNS = ("plain", "striped", "checked", "printed")
"""The order of a garment's pattern weights."""

MOST_COMPANIONS = 8

BAGS = ("backpack", "handbag", "suitcase")
"""What a person may carry, the order of ``Sighting.bags``; a shoulder bag is a handbag."""


class Movement(StrEnum):
    """How a person moves as the camera sees it."""

    STANDING = "standing"
    TOWARDS = "towards"
    AWAY = "away"
    LEFT = "left"
    RIGHT = "right"


class BoxAt(Message, frozen=True, array_like=True):
    """Where the person was: pixels of the stream's picture, ``offset_ms`` after the sighting's start."""

    offset_ms: int
    left: float
    top: float
    width: float
    height: float


MOST_STRIPES_BYTES = 4 * 1024
"""Compressed; usually 0.6 KB."""


class Stripes(Message, frozen=True, kw_only=True):
    """The numbers that a built-in descriptor is made of, the mean over all of a person's views.

    ``measure`` names how they were made; ``numbers`` are zlib of one byte a number. No picture can be made of them.
    """

    measure: Name
    numbers: Annotated[bytes, msgspec.Meta(max_length=MOST_STRIPES_BYTES)]


class Sighting(Message, frozen=True, kw_only=True):
    """One person's continuous appearance on one camera.

    ``upper`` and ``lower`` weigh the eleven COLOURS (each 0..1, summing to at most 1; the rest is "unsure"; empty when
    not seen). ``descriptor`` is opaque bytes of the describer named by ``describer``; sightings compare only within one
    describer. ``picture_jpeg`` is the best picture of the person with a margin; ``picture_box`` where it was taken.
    ``ended`` is false for the first word on a person still in view; the same ``sighting_id`` follows with true.

    ``upper_pattern`` weighs PATTERNS as ``upper`` weighs colours (empty when not judged). ``bags`` says of each of BAGS
    how likely the person carries it, ``head_wear`` how likely the head is covered (hat, cap, helmet, hood): each
    for itself. Bags left out at the end of the list are not judged, nor is head wear of None. ``movement`` is over
    the last seconds in view; ``heading_deg`` (clockwise from north) and ``speed_mps`` are over the ground, of
    calibrated cameras. ``companions`` are sightings of this camera that went along. They, bags and head wear are told
    at the end. ``stripes``: what the descriptor was made of, so that another can be made without the picture; None
    where it was made otherwise, or by a worker of before.
    """

    sighting_id: Name
    camera_id: Name
    started_at_us: int
    ended_at_us: int
    ended: bool
    frame_width_px: int
    frame_height_px: int
    path: tuple[BoxAt, ...]
    score: Fraction
    picture_jpeg: bytes
    picture_box: BoxAt
    upper: ColourWeights
    lower: ColourWeights
    describer: Name
    descriptor: bytes
    height_m: float | None = None
    height_error_m: float | None = None
    child: Fraction | None = None
    upper_pattern: Annotated[tuple[Fraction, ...], msgspec.Meta(max_length=len(PATTERNS))] = ()
    bags: Annotated[tuple[Fraction, ...], msgspec.Meta(max_length=len(BAGS))] = ()
    head_wear: Fraction | None = None
    movement: Movement | None = None
    heading_deg: float | None = None
    speed_mps: float | None = None
    companions: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MOST_COMPANIONS)] = ()
    stripes: Stripes | None = None


class SightingMessage(Message, frozen=True, kw_only=True):
    """A sighting on its way to the store; the worker keeps it until it is confirmed."""

    stamp: Stamp
    message_id: Name
    sighting: Sighting
