"""What the hub and its describing process say to each other, and what a console is told of a photo."""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import Fraction
from devices.protocol.sightings import Stripes
from hub.sightings.messages import Appearance, Description

LENGTH = struct.Struct(">I")
"""Before each message on the pipe."""


class Said(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything between the two processes."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A box in a photo, as shares of its width and height from the top left."""

    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction


class LookAtPhoto(Said, frozen=True, kw_only=True):
    """Find the people; describe the one in ``area`` when there is one."""

    photo: bytes
    area: Area | None


class KeptPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A sighting's best picture, and where the person was in a frame of ``frame_px``: left, top, width, height."""

    jpeg: bytes
    frame_box: tuple[float, float, float, float]
    frame_px: tuple[int, int]


class DescribeKept(Said, frozen=True, kw_only=True):
    """Describe these by each of the describers of these names."""

    describers: tuple[str, ...]
    pictures: Annotated[tuple[KeptPicture, ...], msgspec.Meta(max_length=256)]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One person's look by one describer."""

    describer: str
    descriptor: bytes


class PersonFound(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a photo, as shares of its width and height, and how sure the detector is."""

    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction
    likelihood: Fraction


class BodySeen(StrEnum):
    """How much of the body a picture shows."""

    WHOLE = "whole"
    UPPER = "upper"
    LOWER = "lower"
    PART = "part"


class PersonLook(msgspec.Struct, frozen=True, kw_only=True):
    """The person in the area: looks by each describer, shares of colours and patterns as Sighting has them.

    ``stripes``: what looks are made of; None where the current describer is a network.
    """

    looks: tuple[Look, ...]
    stripes: Stripes | None
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    upper_pattern: tuple[float, ...]
    backpack: float | None
    head_wear: float | None
    body: BodySeen


class PhotoLooked(Said, frozen=True, kw_only=True):
    people: tuple[PersonFound, ...]
    person: PersonLook | None


class PhotoRefused(Said, frozen=True, kw_only=True):
    """The photo cannot be looked at; as photo.PhotoError."""

    code: str
    message: str
    message_en: str


class KeptDescribed(Said, frozen=True, kw_only=True):
    """For each picture a descriptor by each describer asked for; None for one that shows nothing."""

    descriptors: tuple[tuple[bytes, ...] | None, ...]


class Ready(Said, frozen=True, kw_only=True):
    """The networks are loaded; these describers are in use, the current one first."""

    describers: tuple[str, ...]


Asked = LookAtPhoto | DescribeKept
Answered = Ready | PhotoLooked | PhotoRefused | KeptDescribed


class PersonInPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """The person chosen, as a query takes them: ``like`` for Query.like, ``description`` for its other fields."""

    like: tuple[Appearance, ...]
    description: Description
    body: BodySeen
    words: str
    words_en: str


class PhotoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in the photo; ``person`` is the one in the box asked for."""

    people: tuple[PersonFound, ...]
    person: PersonInPhoto | None
