"""What hub and recorder say to one another: one JSON line each way, over the recorder's standard input and output."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hub.footage.coded import Form, StreamName
from hub.footage.sources.address import Transport as Transport

MAX_LINE_BYTES = 4 * 1024 * 1024
"""2,000 cameras with two addresses and masks each take about 1 MiB."""

Polygon = tuple[tuple[float, float], ...]
"""Corners as shares of the picture's width and height, 0 to 1, from its upper left."""


class ControlError(ValueError):
    """A line that is no word of this talk."""


class Condition(StrEnum):
    """How a stream stands (docs/footage.md). What is to be done about it is in ``Stand.detail``."""

    CONNECTING = "connecting"
    ONLINE = "online"
    STALLED = "stalled"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    WITHHELD = "withheld"  # masks that are never stored, and no encoder left for one more such camera
    FINISHED = "finished"  # an imported recording that is read to its end


class Disk(StrEnum):
    """How writing stands."""

    OK = "ok"
    FULL = "full"
    FAILING = "failing"
    MISSING = "missing"  # the footage disk is not there: nothing is kept elsewhere


class StreamAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stream is read; ``url`` may hold a password: never log it, ``errors.shown`` is for people.

    ``rtsp://``, ``http://``, ``v4l2:/dev/video0``, or a file; ``started_at_us`` (UTC since 1970) makes it an imported
    recording that is dated from there and read once, as fast as the disk takes it.
    """

    url: str
    transport: Transport = Transport.TCP
    started_at_us: int | None = None

    def __repr__(self) -> str:
        return f"StreamAddress({self.transport})"


class RecordedCamera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera: the stream that is recorded, the one that is looked at (None: the same), what is never stored of it."""

    camera_id: str
    main: StreamAddress
    sub: StreamAddress | None = None
    recorded: bool = True
    unstored: tuple[Polygon, ...] = ()


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """Hub to recorder: all cameras, the whole list each time it changes."""

    cameras: tuple[RecordedCamera, ...]


class Stand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Recorder to hub: how one stream stands, when something turned and every 5 s.

    ``detail`` is Chinese with the English in brackets, empty where all is well. Counts run since the recorder started.
    ``since_us``: UTC, of the condition. ``clock_offset_s``: camera less hub, None where the camera does not tell.
    ``pictures_missing``: pictures given up between camera and disk. ``progress``: of an imported recording, 0 to 1.
    """

    camera_id: str
    stream: StreamName
    condition: Condition
    detail: str = ""
    since_us: int = 0
    form: Form | None = None
    bytes_received: int = 0
    bytes_written: int = 0
    pictures: int = 0
    pictures_missing: int = 0
    packets_lost: int = 0
    reconnects: int = 0
    clock_offset_s: float | None = None
    disk: Disk = Disk.OK
    recording: bool = False
    progress: float | None = None


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Recorder to hub, its first line: what it found is mended, its relay listens at ``relay_path``."""

    relay_path: str


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: one of its words is there."""

    assigned: Assigned | None = None
    stand: Stand | None = None
    ready: Ready | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


def line(word: Assigned | Stand | Ready) -> bytes:
    """Its line, with the newline."""
    if isinstance(word, Assigned):
        said = _Line(assigned=word)
    elif isinstance(word, Stand):
        said = _Line(stand=word)
    else:
        said = _Line(ready=word)
    return _encoder.encode(said) + b"\n"


def read_line(data: bytes) -> Assigned | Stand | Ready:
    """The word of a line. Raises ControlError, which quotes nothing of it: lines hold passwords."""
    try:
        said = _decoder.decode(data)
    except msgspec.MsgspecError:
        raise ControlError(f"a line of {len(data)} bytes that does not read") from None
    word = said.assigned or said.stand or said.ready
    if word is None:
        raise ControlError(f"a line of {len(data)} bytes with no word in it")
    return word
