"""What this room hears and says: description, query, hits; the shapes of docs/api.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated

import msgspec

from devices.protocol.messages import Fraction
from devices.protocol.sightings import BAGS, COLOURS, MOST_STRIPES_BYTES, PATTERNS, Movement, PictureCondition, Sighting
from hub.registry.records import AtMs, Latitude, Longitude

MAX_PLACES = 2_000
"""Cameras or venues that one question may name."""
MOST_DESCRIBERS = 8
"""Looks of one person that a question may bring, each to another describer."""
_LEAST_WEIGHT = 0.05


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that passes this room's door."""


class Age(StrEnum):
    CHILD = "child"
    ADULT = "adult"


class Weights(Form, frozen=True, kw_only=True):
    """How much each field counts, 0..1; one of 0 does not, as if it had not been said. Named as Field."""

    upper: Fraction = 0.5
    lower: Fraction = 0.5
    upper_pattern: Fraction = 0.25
    height: Fraction = 0.5
    age: Fraction = 0.25
    backpack: Fraction = 0.25
    head_wear: Fraction = 0.25
    movement: Fraction = 0.25
    heading: Fraction = 0.25
    accompanied: Fraction = 0.25
    like: Fraction = 1.0


class Description(Form, frozen=True, kw_only=True):
    """What a person looks like, as told. Colours are names of COLOURS, several meaning any of them; so are patterns.

    ``backpack``, ``head_wear`` and ``accompanied`` ask for or against; ``heading_deg`` is clockwise from north.
    """

    upper: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    height_m: float | None = None
    height_tolerance_m: float = 0.1
    age: Age | None = None
    upper_pattern: tuple[str, ...] = ()
    backpack: bool | None = None
    head_wear: bool | None = None
    movement: Movement | None = None
    heading_deg: float | None = None
    accompanied: bool | None = None
    weights: Weights | None = None


class AppearanceStripes(Form, frozen=True, kw_only=True):
    """As devices.protocol.sightings.Stripes, ``numbers`` in base64."""

    measure: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    numbers: Annotated[str, msgspec.Meta(max_length=4 * (MOST_STRIPES_BYTES + 2) // 3)]


class Appearance(Form, frozen=True, kw_only=True):
    """What somebody looks like to one describer: 64 signed bytes, in base64.

    ``stripes``: what it was made of, so that a photo can still be compared when another describer has come.
    """

    describer: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    descriptor: Annotated[str, msgspec.Meta(max_length=88)]
    stripes: AppearanceStripes | None = None


class Near(Form, frozen=True, kw_only=True):
    """What is within a walk along the streets of a place: of a venue, or of a point of the map.

    The walk is ``within_m`` long, or as long as a child's who left the place at ``since_at_ms``.
    """

    venue_id: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    within_m: Annotated[float, msgspec.Meta(ge=10, le=5_000)] | None = None
    since_at_ms: AtMs | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where it says no place or no walk, or two."""
        if (self.latitude is None) != (self.longitude is None) or (self.venue_id is None) == (self.latitude is None):
            raise ValueError("either a venue or a point of the map: venue_id, or latitude and longitude")
        if (self.within_m is None) == (self.since_at_ms is None):
            raise ValueError("either within_m or since_at_ms")


class Verdict(StrEnum):
    """What an officer says of a sighting: it is the sought person, or it is not."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Query(Form, frozen=True, kw_only=True):
    """The question. ``text`` fills in what the other fields leave out; no cameras and no venues means all.

    ``like`` is how one person looks, to each describer in use once; what ``like_sighting_id`` shows is the same person.
    ``marked``: what officers of the case said of sightings counts. Cameras ``near`` are asked beside those named:
    whoever knows the streets adds them to ``camera_ids`` before anything is searched.
    """

    text: str | None = None
    description: Description | None = None
    since_at_ms: int | None = None
    until_at_ms: int | None = None
    camera_ids: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_PLACES)] = ()
    venue_ids: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_PLACES)] = ()
    near: Near | None = None
    like_sighting_id: str | None = None
    like: Annotated[tuple[Appearance, ...], msgspec.Meta(max_length=MOST_DESCRIBERS)] = ()
    marked: bool = True
    limit: int = 50


@dataclass(frozen=True)
class CameraPlace:
    """A camera that may be searched, and the venue it stands at."""

    camera_id: str
    venue_id: str | None = None


class ColourWeight(Form, frozen=True, kw_only=True, gc=False):
    colour: str
    weight: float


class PatternWeight(Form, frozen=True, kw_only=True, gc=False):
    pattern: str
    weight: float


class BagLikelihood(Form, frozen=True, kw_only=True, gc=False):
    bag: str
    likelihood: float


class SightingSummary(Form, frozen=True, kw_only=True):
    """A sighting without its path and picture. ``picture_url`` is filled in by whoever knows the case.

    What has a default was not always told; bags that are not named and what is None or empty was not judged.
    """

    sighting_id: str
    camera_id: str
    venue_id: str | None
    started_at_ms: int
    ended_at_ms: int
    ended: bool
    upper: tuple[ColourWeight, ...]
    lower: tuple[ColourWeight, ...]
    height_m: float | None
    height_error_m: float | None
    child: float | None
    upper_pattern: tuple[PatternWeight, ...] = ()
    bags: tuple[BagLikelihood, ...] = ()
    head_wear: float | None = None
    movement: Movement | None = None
    heading_deg: float | None = None
    speed_mps: float | None = None
    companions: tuple[str, ...] = ()
    picture_url: str | None = None


class Field(StrEnum):
    """The parts of a description that are compared."""

    UPPER = "upper"
    LOWER = "lower"
    PATTERN = "upper_pattern"
    HEIGHT = "height"
    AGE = "age"
    BACKPACK = "backpack"
    HEAD_WEAR = "head_wear"
    MOVEMENT = "movement"
    HEADING = "heading"
    COMPANY = "accompanied"
    LIKE = "like"


class Part(Form, frozen=True, kw_only=True, gc=False):
    """How well one part of the question fits a sighting, 0..1, and in words."""

    field: Field
    score: float
    words: str
    words_en: str


class Hit(Form, frozen=True, kw_only=True):
    """``doubted``: looks so much like a rejected sighting that it comes after all that do not."""

    rank: int
    score: float
    sighting: SightingSummary
    parts: tuple[Part, ...]
    verdict: Verdict | None = None
    doubted: bool = False


class CameraOffLine(Form, frozen=True, kw_only=True):
    """A camera that nobody looked through for some of the time asked for: from when to when, ``spans_ms``.

    ``is_now``: nobody does now either, since ``since_at_ms``, where that is known.
    """

    camera_id: str
    since_at_ms: int | None
    is_now: bool = True
    spans_ms: tuple[tuple[int, int], ...] = ()


class CameraUnclear(Form, frozen=True, kw_only=True):
    """A camera whose picture could not be seen with for some of the time asked for: from when to when, ``spans_ms``.

    ``is_now``: now neither. One that was dark and later covered is told twice.
    """

    camera_id: str
    picture: PictureCondition
    is_now: bool
    spans_ms: tuple[tuple[int, int], ...]


class CameraShed(Form, frozen=True, kw_only=True):
    """A camera at which looks were left out for want of processor time: ``share`` of those due in ``spans_ms``."""

    camera_id: str
    share: float
    spans_ms: tuple[tuple[int, int], ...]


class CameraMasked(Form, frozen=True, kw_only=True):
    """A camera of whose picture a share, 0..1, is never looked at."""

    camera_id: str
    share: float


class Coverage(Form, frozen=True, kw_only=True):
    """What the answer rests on. What has a default is filled in by whoever watches the cameras (hub/cases/coverage.py).

    ``cameras_off_line`` and ``cameras_unclear`` were so at some time asked for. ``looks_shed_share``: of all looks due
    then at those cameras, how many were left out, 0..1; None where that is not known. ``cameras_shed``: at which of
    them many, the most first. ``sightings_not_comparable``: of those considered, all of hours whose looks nobody made
    as the one asked for. ``hours_deleted`` of those asked for, since sightings are kept no longer.
    """

    cameras_searched: int
    sightings_considered: int
    sightings_not_comparable: int = 0
    cameras_off_line: tuple[CameraOffLine, ...] = ()
    cameras_unclear: tuple[CameraUnclear, ...] = ()
    cameras_masked: tuple[CameraMasked, ...] = ()
    looks_shed_share: float | None = None
    cameras_shed: tuple[CameraShed, ...] = ()
    hours_deleted: int = 0


class SearchAnswer(Form, frozen=True, kw_only=True):
    """The answer: the query as searched, in words, and the best hits first; ``rejected`` were left out of them."""

    query: Query
    words: str
    words_en: str
    search_ms: float
    coverage: Coverage
    hits: tuple[Hit, ...]
    rejected: int = 0


class Understood(Form, frozen=True, kw_only=True):
    """What was read out of one line of text, and what was not."""

    description: Description
    since_at_ms: int | None
    until_at_ms: int | None
    venue_ids: tuple[str, ...]
    near: Near | None
    words: str
    words_en: str
    not_understood: tuple[str, ...]


class SightingCounts(Form, frozen=True, kw_only=True):
    """Counters since the start, and sizes now, for the metrics."""

    stored: int
    duplicates: int
    refused: int
    sightings_kept: int
    sightings_live: int
    segments: int
    bytes_on_disk: int
    damaged_bytes: int
    searches: int


def summary(sighting: Sighting, venue_id: str | None) -> SightingSummary:
    """The sighting as lists and boards show it; colours and patterns that weigh under 0.05 are left out."""
    return SightingSummary(
        sighting_id=sighting.sighting_id,
        camera_id=sighting.camera_id,
        venue_id=venue_id,
        started_at_ms=sighting.started_at_us // 1000,
        ended_at_ms=sighting.ended_at_us // 1000,
        ended=sighting.ended,
        upper=_weights(sighting.upper),
        lower=_weights(sighting.lower),
        height_m=sighting.height_m,
        height_error_m=sighting.height_error_m,
        child=sighting.child,
        upper_pattern=tuple(
            [_pattern(name, round(weight * 1000)) for weight, name in _strongest(sighting.upper_pattern, PATTERNS)]
        ),
        bags=tuple(
            [BagLikelihood(bag=bag, likelihood=likely) for bag, likely in zip(BAGS, sighting.bags, strict=False)]
        ),
        head_wear=sighting.head_wear,
        movement=sighting.movement,
        heading_deg=sighting.heading_deg,
        speed_mps=sighting.speed_mps,
        companions=sighting.companions,
    )


def _weights(weights: tuple[float, ...]) -> tuple[ColourWeight, ...]:
    return tuple([_colour(colour, round(weight * 1000)) for weight, colour in _strongest(weights, COLOURS)])


def _strongest(weights: tuple[float, ...], names: tuple[str, ...]) -> list[tuple[float, str]]:
    """What weighs _LEAST_WEIGHT and more, strongest first."""
    told = zip(weights, names, strict=False)
    named = [(weight, name) for weight, name in told if weight >= _LEAST_WEIGHT]
    named.sort(reverse=True)
    return named


@cache
def _colour(colour: str, thousandths: int) -> ColourWeight:
    """One of some ten thousand, which hits share."""
    return ColourWeight(colour=colour, weight=thousandths / 1000)


@cache
def _pattern(pattern: str, thousandths: int) -> PatternWeight:
    return PatternWeight(pattern=pattern, weight=thousandths / 1000)
