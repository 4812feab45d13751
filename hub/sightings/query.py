"""Checks a question before anything is searched, and says it back in words."""

from __future__ import annotations

import base64
import contextlib
import math
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from devices.protocol.sightings import COLOURS, PATTERNS, Stripes
from hub.sightings.colour_words import CHINESE
from hub.sightings.errors import SightingsError
from hub.sightings.explain import MOVEMENT_WORDS, PATTERN_WORDS
from hub.sightings.messages import Age, Appearance, CameraPlace, Description, Query
from hub.sightings.rows import DESCRIPTOR_BYTES

MAX_LIMIT = 500
_PLAUSIBLE_M = (0.3, 2.5)
_LATEST_MS = 4_102_444_800_000


def check(query: Query) -> None:
    """Raise SightingsError naming the field for a question that cannot be meant."""
    said = query.description or Description()
    for field, colours in (("upper", said.upper), ("lower", said.lower)):
        if len(colours) > len(COLOURS):
            raise SightingsError(
                "too_many_colours",
                f"颜色最多 {len(COLOURS)} 种。",
                f"Name at most {len(COLOURS)} colours.",
                field=f"description.{field}",
            )
        for colour in colours:
            if colour not in COLOURS:
                known = "、".join(CHINESE.values())
                raise SightingsError(
                    "unknown_colour",
                    f"不认识的颜色“{colour}”，可用：{known}。",
                    f"{colour!r} is not one of the colours {', '.join(COLOURS)}.",
                    field=f"description.{field}",
                )
    for pattern in said.upper_pattern:
        if pattern not in PATTERNS:
            known = "、".join(PATTERN_WORDS.values())
            raise SightingsError(
                "unknown_pattern",
                f"不认识的花纹“{pattern}”，可用：{known}。",
                f"{pattern!r} is not one of the patterns {', '.join(PATTERNS)}.",
                field="description.upper_pattern",
            )
    if said.heading_deg is not None and not 0 <= said.heading_deg < 360:
        raise SightingsError(
            "implausible_heading",
            "方向应在 0 至 360 度之间。",
            "A heading is from 0 to under 360 degrees.",
            field="description.heading_deg",
        )
    if said.height_m is not None and not _PLAUSIBLE_M[0] <= said.height_m <= _PLAUSIBLE_M[1]:
        raise SightingsError(
            "implausible_height",
            f"身高 {said.height_m:g} 米不合理，应在 {_PLAUSIBLE_M[0]} 至 {_PLAUSIBLE_M[1]} 米之间。",
            f"A height of {said.height_m:g} m is no person's; say {_PLAUSIBLE_M[0]} to {_PLAUSIBLE_M[1]} m.",
            field="description.height_m",
        )
    if not (math.isfinite(said.height_tolerance_m) and 0 <= said.height_tolerance_m <= 1):
        raise SightingsError(
            "implausible_tolerance",
            "身高误差应在 0 至 1 米之间。",
            "A height tolerance is between 0 and 1 m.",
            field="description.height_tolerance_m",
        )
    for field, moment in (("since_at_ms", query.since_at_ms), ("until_at_ms", query.until_at_ms)):
        if moment is not None and not 0 <= moment <= _LATEST_MS:
            raise SightingsError(
                "time_out_of_range", "时间应在 1970 至 2100 年之间。", "A time lies between 1970 and 2100.", field=field
            )
    if query.since_at_ms is not None and query.until_at_ms is not None and query.since_at_ms > query.until_at_ms:
        raise SightingsError(
            "time_reversed", "开始时间晚于结束时间。", "The time begins after it ends.", field="since_at_ms"
        )
    looks(query)
    if not 1 <= query.limit <= MAX_LIMIT:
        raise SightingsError(
            "limit_out_of_range",
            f"结果条数应在 1 至 {MAX_LIMIT} 之间。",
            f"Ask for 1 to {MAX_LIMIT} hits.",
            field="limit",
        )
    others = (said.height_m, said.age, said.backpack, said.head_wear, said.movement, said.heading_deg, said.accompanied)
    described = said.upper or said.lower or said.upper_pattern or any(one is not None for one in others)
    if not described and query.like_sighting_id is None and not query.like:
        raise SightingsError(
            "nothing_to_look_for",
            "请描述要找的人：衣服颜色、身高、儿童或成人，或选一张相似的照片。",
            "Say whom to look for: clothing colours, height, child or adult, or a sighting that looks alike.",
            field="description",
        )


def looks(query: Query) -> dict[str, bytes]:
    """How the person of a photo looks, by describer. Raises SightingsError for what no describer made."""
    found = {}
    for one in query.like:
        try:
            descriptor = base64.b64decode(one.descriptor, validate=True)
        except ValueError:
            descriptor = b""
        if len(descriptor) != DESCRIPTOR_BYTES:
            raise SightingsError(
                "no_look",
                "照片的特征不完整，请重新选择照片。",
                f"What the photo looks like is {DESCRIPTOR_BYTES} bytes in base64; choose the photo again.",
                field="like",
            )
        found[one.describer] = descriptor
    return found


def stripes(query: Query) -> tuple[Stripes, ...]:
    """What the looks of a photo were made of; what is no base64 is left out."""
    found = []
    for told in (one.stripes for one in query.like if one.stripes is not None):
        with contextlib.suppress(ValueError):
            found.append(Stripes(measure=told.measure, numbers=base64.b64decode(told.numbers, validate=True)))
    return tuple(found)


def without_looks(query: Query) -> Query:
    """The query as it is noted for good: of how the person of a photo looks, who described it is left, not the look."""
    if not query.like:
        return query
    return msgspec.structs.replace(
        query, like=tuple(Appearance(describer=one.describer, descriptor="") for one in query.like)
    )


def is_meant(query: Query, camera: CameraPlace) -> bool:
    """Whether the query asks about this camera: it names it or its venue, or names neither cameras nor venues."""
    if not query.camera_ids and not query.venue_ids:
        return True
    return camera.camera_id in query.camera_ids or camera.venue_id in query.venue_ids


def chosen_cameras(query: Query, cameras: tuple[CameraPlace, ...]) -> tuple[CameraPlace, ...]:
    """The cameras that the query means: those named, and those at the venues named; all when none are named.

    Raises SightingsError for a camera or a venue without cameras that is not among ``cameras``.
    """
    camera_ids, venue_ids = frozenset(query.camera_ids), frozenset(query.venue_ids)
    chosen = cameras
    if camera_ids or venue_ids:
        chosen = tuple([one for one in cameras if one.camera_id in camera_ids or one.venue_id in venue_ids])
    unknown = camera_ids - {one.camera_id for one in chosen} if camera_ids else ()
    for camera_id in (one for one in query.camera_ids if one in unknown):
        raise SightingsError(
            "unknown_camera",
            f"没有摄像头 {camera_id}。",
            f"There is no camera {camera_id}.",
            field="camera_ids",
        )
    if query.venue_ids and not chosen:
        raise SightingsError(
            "no_camera_there",
            "所选场所没有摄像头。",
            "There is no camera at the venues chosen.",
            field="venue_ids",
        )
    return chosen


def words(query: Query, zone: ZoneInfo) -> tuple[str, str]:
    """The question in words, Chinese and English; times of day are of ``zone``."""
    said = query.description or Description()
    chinese, english = [], []
    if said.upper:
        chinese.append("或".join(CHINESE[colour] for colour in said.upper) + "上衣")
        english.append(" or ".join(said.upper) + " top")
    if said.lower:
        chinese.append("或".join(CHINESE[colour] for colour in said.lower) + "裤子")
        english.append(" or ".join(said.lower) + " trousers")
    if said.height_m is not None:
        chinese.append(f"约 {said.height_m:.2f} 米")
        english.append(f"about {said.height_m:.2f} m")
    if said.age is not None:
        chinese.append("儿童" if said.age is Age.CHILD else "成人")
        english.append(said.age.value)
    if said.upper_pattern:
        chinese.append("或".join(PATTERN_WORDS[pattern] for pattern in said.upper_pattern) + "上衣")
        english.append(" or ".join(said.upper_pattern) + " top")
    for wanted, yes, no in (
        (said.backpack, ("背包", "backpack"), ("没有背包", "no backpack")),
        (said.head_wear, ("戴帽子", "head covered"), ("没戴帽子", "head bare")),
        (said.accompanied, ("有人同行", "accompanied"), ("独自一人", "alone")),
    ):
        if wanted is not None:
            chinese.append(yes[0] if wanted else no[0])
            english.append(yes[1] if wanted else no[1])
    if said.movement is not None:
        chinese.append(MOVEMENT_WORDS[said.movement][0])
        english.append(MOVEMENT_WORDS[said.movement][1])
    if said.heading_deg is not None:
        chinese.append(f"朝 {said.heading_deg:.0f}°")
        english.append(f"heading {said.heading_deg:.0f}°")
    if query.like_sighting_id is not None:
        chinese.append("与所选照片相似")
        english.append("like the sighting chosen")
    if query.like:
        chinese.append("与照片中的人相似")
        english.append("like the person in the photo")
    for moment, after, after_en in (
        (query.since_at_ms, "以后", "since"),
        (query.until_at_ms, "以前", "until"),
    ):
        if moment is not None:
            told = datetime.fromtimestamp(moment / 1000, zone).strftime("%m-%d %H:%M")
            chinese.append(told + after)
            english.append(f"{after_en} {told}")
    return "；".join(chinese), "; ".join(english)
