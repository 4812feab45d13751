"""From one line of text to a description, a time and places, and what of it was not understood."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.sightings import query
from hub.sightings.errors import SightingsError
from hub.sightings.language.clothes import read_clothes
from hub.sightings.language.heights import USUAL_TOLERANCE_M, read_height
from hub.sightings.language.line import Line
from hub.sightings.language.looks import (
    find_patterns,
    read_backpack,
    read_company,
    read_head_wear,
    read_heading,
    read_movement,
)
from hub.sightings.language.people import read_age
from hub.sightings.language.places import Around, read_places
from hub.sightings.language.times import read_time
from hub.sightings.messages import Description, Near, Query, Understood

MAX_LENGTH = 500


def understand(text: str, venues: tuple[tuple[str, str], ...], now_us: int, zone: ZoneInfo) -> Understood:
    """Read one line. ``venues`` are ids and names; ``now_us`` is the present, microseconds since 1970; times of day are
    of ``zone``. Raises SightingsError for a text longer than MAX_LENGTH signs.
    """
    if len(text) > MAX_LENGTH:
        raise SightingsError(
            "text_too_long", f"描述超过 {MAX_LENGTH} 字。", f"Use at most {MAX_LENGTH} signs.", field="text"
        )
    line = Line(text)
    places = read_places(line, venues)
    accompanied = read_company(line)
    heading_deg = read_heading(line)
    age = read_age(line)
    time = read_time(line, datetime.fromtimestamp(now_us / 1e6, zone))
    height = read_height(line)
    patterns, spans = find_patterns(line)
    clothes = read_clothes(line)
    for span in spans:
        line.blank(*span)
    description = Description(
        upper=clothes.upper,
        lower=clothes.lower,
        height_m=None if height is None else height.height_m,
        height_tolerance_m=USUAL_TOLERANCE_M if height is None else height.tolerance_m,
        age=age,
        upper_pattern=patterns,
        backpack=read_backpack(line),
        head_wear=read_head_wear(line),
        movement=read_movement(line),
        heading_deg=heading_deg,
        accompanied=accompanied,
    )
    since_at_ms, until_at_ms = (
        None if moment is None else round(moment.timestamp() * 1000)
        for moment in ((time.since, time.until) if time else (None, None))
    )
    chinese, english = query.words(
        Query(description=description, since_at_ms=since_at_ms, until_at_ms=until_at_ms), zone
    )
    near = None if places.around is None else _near(places.around, since_at_ms)
    names = [name for venue_id, name in venues if venue_id in places.venue_ids]
    if names:
        around, around_en = ("", "at") if near is None else _around(near)
        chinese = "；".join(part for part in (chinese, "在" + "、".join(names) + around) if part)
        english = "; ".join(part for part in (english, f"{around_en} " + ", ".join(names)) if part)
    return Understood(
        description=description,
        since_at_ms=since_at_ms,
        until_at_ms=until_at_ms,
        venue_ids=places.venue_ids,
        near=near,
        words=chinese,
        words_en=english,
        not_understood=line.left_over(),
    )


def _near(around: Around, since_at_ms: int | None) -> Near:
    if around.is_reach and since_at_ms is not None:
        return Near(venue_id=around.venue_id, since_at_ms=since_at_ms)
    return Near(venue_id=around.venue_id, within_m=around.within_m)


def _around(near: Near) -> tuple[str, str]:
    if near.within_m is None:
        return "走得到的范围", "within a child's walk of"
    return f"步行 {near.within_m:.0f} 米内", f"within {near.within_m:.0f} m on foot of"
