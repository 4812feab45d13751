"""The records of the registry as other rooms and the console see them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import Fraction
from devices.protocol.sightings import Calibration

ID = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}\Z"
"""A name that may stand in paths and topics: none leads elsewhere, as ``..`` does, or is hidden."""
Id = Annotated[str, msgspec.Meta(pattern=f"^{ID}")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Url = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^((rtsps?://|https?://|/)[^\x00-\x1f\x7f]*|v4l2:/dev/video[0-9]{1,3})\Z",
        max_length=2000,
    ),
]
"""Where a camera's video is: an address on the network, the full path of a file or folder, or a webcam's device."""
Phone = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(\+?[0-9][0-9-]{1,31}|sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,127}(:[0-9]{1,5})?)\Z"
    ),
]
"""A telephone number, or a SIP address: nothing that another program could take for more than that."""
LAST_AT_MS = 253_402_300_799_999
"""The end of the year 9999."""
AtMs = Annotated[int, msgspec.Meta(ge=0, le=LAST_AT_MS)]
"""Milliseconds since 1970 UTC."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Anything the registry holds."""


class VenueKind(StrEnum):
    PROPERTY = "property"
    HOTEL = "hotel"
    SCHOOL = "school"
    ENTERTAINMENT = "entertainment"


class Community(Record, frozen=True, kw_only=True):
    name: Title
    latitude: Latitude
    longitude: Longitude
    time_zone: str


class PoliceGrid(Record, frozen=True, kw_only=True):
    police_grid_id: Id
    name: Title


class Grid(Record, frozen=True, kw_only=True):
    grid_id: Id
    name: Title
    police_grid_id: Id


class Venue(Record, frozen=True, kw_only=True):
    venue_id: Id
    name: Title
    kind: VenueKind
    grid_id: Id
    latitude: Latitude
    longitude: Longitude
    phone: Phone | None = None
    """The venue's own; for who may call the venue, and who enrols it."""


class Radio(Record, frozen=True, kw_only=True):
    radio_id: Id
    venue_id: Id
    name: Title


class Transport(StrEnum):
    """How an RTSP camera sends its pictures (RFC 2326, section 10.12 and RFC 3550)."""

    TCP = "tcp"
    """Within the RTSP connection: nothing is lost on the way."""
    UDP = "udp"
    """In datagrams of their own: for cameras that cannot send otherwise."""


class MaskKind(StrEnum):
    """What is kept from part of a picture."""

    UNSEEN = "unseen"
    """Never looked at by vision: a window behind which somebody lives, a swaying tree."""
    UNSTORED = "unstored"
    """Never stored and never shown, which includes never looked at."""


Point = tuple[Fraction, Fraction]
"""x and y as parts of the picture's width and height, from the top left."""
MAX_MASKS = 16
MAX_OWNERS = 200


class Mask(Record, frozen=True, kw_only=True):
    """A part of a camera's picture, a polygon, that is not looked at or not stored."""

    kind: MaskKind
    points: Annotated[tuple[Point, ...], msgspec.Meta(min_length=3, max_length=20)]


Masks = Annotated[tuple[Mask, ...], msgspec.Meta(max_length=MAX_MASKS)]


class Owner(Record, frozen=True, kw_only=True):
    """Whose cameras some are, and what they agreed to: several owners' networks are used as one."""

    owner_id: Id
    name: Title
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Whom to ask, in words; for who enrols cameras and for the police room."""
    records: bool = True
    """Their cameras may be recorded."""
    watches_live: bool = True
    exports: bool = True
    """Clips may leave the room."""
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    """How long recordings may be kept; None: as long as all others."""
    until: date | None = None
    """The last day of the agreement by the community's calendar; None: until it is changed."""


class Terms(Record, frozen=True, kw_only=True):
    """What may be done with one camera now."""

    records: bool = True
    watches_live: bool = True
    exports: bool = True
    retention_days: int | None = None
    """None: as long as all others."""
    agreement_over: bool = False
    """The owner's agreement has ended: neither recorded nor watched."""


class Camera(Record, frozen=True, kw_only=True):
    """One camera. ``url`` and ``sub_url`` may hold credentials: they go to what opens the stream and nowhere else."""

    camera_id: Id
    name: Title
    venue_id: Id | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    heading_deg: float | None = None
    view_deg: float | None = None
    range_m: float | None = None
    calibration: Calibration | None = None
    url: Url | None = None
    """The main stream, which is recorded."""
    sub_url: Url | None = None
    """The smaller stream, for vision and live view; None: the main one is used for both."""
    transport: Transport = Transport.TCP
    owner_id: Id | None = None
    """None: the police's own, without terms."""
    masks: Masks = ()
    recording: bool = False
    started_at_us: int | None = None


class GroupKind(StrEnum):
    ALL = "all"
    VENUE_KIND = "venue_kind"
    GRID = "grid"
    PRIVATE = "private"
    """One radio and the police room."""
    TEMPORARY = "temporary"


class TalkGroup(Record, frozen=True, kw_only=True):
    """The radios that hear one another."""

    group_id: Id
    name: Title
    kind: GroupKind
    radio_ids: tuple[str, ...]


class CommunityFile(Record, frozen=True, kw_only=True):
    """An import file: a whole community in one JSON document."""

    community: Community
    police_grids: tuple[PoliceGrid, ...]
    grids: tuple[Grid, ...]
    venues: tuple[Venue, ...]
    radios: tuple[Radio, ...]
    owners: Annotated[tuple[Owner, ...], msgspec.Meta(max_length=MAX_OWNERS)] = ()
    cameras: tuple[Camera, ...] = ()


class Holder(Record, frozen=True, kw_only=True):
    """Who signed on to a radio; ``off_shift``: outside their shifts."""

    person_id: Id
    name: Title
    off_shift: bool


class RadioView(Record, frozen=True, kw_only=True):
    """A radio with how it stands now."""

    radio_id: str
    venue_id: str
    name: str
    online: bool
    since_at_ms: int | None
    heard_at_ms: int | None
    battery: float | None
    signal: float | None
    holder: str | None
    """Who signed on; of a radio to which nobody did, what it says itself."""
    holder_person_id: str | None
    """None: nobody signed on."""
    off_shift: bool
    """The holder has shifts and signed on outside them."""
    clock_behind_s: float | None
    """How far the radio's own wall clock is behind the hub's (ahead: negative)."""
