"""Reads places: the venues whose names, or the telling part of them, stand in the line, and what walk around one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hub.sightings.language.line import Line
from hub.sightings.language.numerals import CHINESE_NUMBER, value

NEARBY_M = 300.0
"""What is meant by "near", where no distance is said: five minutes of a child's walk at most."""
_LEAST_M, _MOST_M = 10.0, 5_000.0

_ENDINGS = (
    "小区|花园|大酒店|酒店|宾馆|旅馆|招待所|学校|小学|中学|幼儿园|网吧|ktv|歌厅|茶楼|公寓|家园|苑|城|广场"
    "|estate|hotel|school|garden"
)
_ENDING = re.compile(rf"\s*(?:{_ENDINGS})$")
_BRACKETS = re.compile(r"[((].*?[))]")


_NUMBER = rf"(?P<number>\d+(?:\.\d+)?|{CHINESE_NUMBER})"
_BEHIND = re.compile(
    rf"\0*(?:小区|社区|酒店|学校)?的?(?:步行|走路)?(?:{_NUMBER}\s*(?P<unit>米|m\b|公里|千米|km\b)(?:以内|之内|范围内|内|左右)"
    r"|附近|周围|旁边|周边|一带|那一带|(?P<reach>(?:起|出发)?(?:能|可以)?走得?到(?:的)?(?:地方|范围)?|可达范围?))"
)
_BEFORE = re.compile(
    rf"(?:within\s+{_NUMBER}\s*(?P<unit>m|met(?:re|er)s?|km)\s+(?:on foot )?(?:of|from)"
    r"|(?P<reach>(?:with)?in (?:walking )?reach of|walking distance (?:of|from))"
    r"|close to|next to|around|nearby|near|beside)\s+(?:the\s+)?$"
)


@dataclass(frozen=True)
class Around:
    """A walk around a venue; ``is_reach``: as far as he can have walked, where it is said since when."""

    venue_id: str
    within_m: float
    is_reach: bool


@dataclass(frozen=True)
class SaidPlaces:
    """Venues, and of the one that stands nearest to it in the line what walk around it is meant."""

    venue_ids: tuple[str, ...]
    around: Around | None


def read_places(line: Line, venues: tuple[tuple[str, str], ...]) -> SaidPlaces:
    """Take venue names out of the line; ids in the order of ``venues`` (id, name). Longer names are tried first."""
    names: dict[str, list[str]] = {}
    for venue_id, name in venues:
        for form in _forms(name):
            names.setdefault(form, []).append(venue_id)
    found: set[str] = set()
    around: Around | None = None
    for name in sorted(names, key=len, reverse=True):
        start = line.rest.find(name)
        while start >= 0:
            end = start + len(name)
            found.update(names[name])
            line.blank(start, end)
            said = _BEHIND.match(line.rest, end) or _BEFORE.search(line.rest[:start])
            if said is not None and around is None:
                line.blank(*said.span())
                around = Around(names[name][0], _metres(said), said["reach"] is not None)
            start = line.rest.find(name)
    line.take(re.compile(r"(?<=\0)(?:小区|社区|酒店|学校)"))
    return SaidPlaces(tuple(venue_id for venue_id, _ in venues if venue_id in found), around)


def _metres(said: re.Match[str]) -> float:
    if said["number"] is None:
        return NEARBY_M
    metres = value(said["number"]) * (1000 if said["unit"] in ("公里", "千米", "km") else 1)
    return min(max(metres, _LEAST_M), _MOST_M)


def _forms(name: str) -> set[str]:
    """The name in full, without brackets, and without its ending where at least two signs are left."""
    full = unicodedata.normalize("NFKC", name).lower().strip()
    plain = _BRACKETS.sub("", full).strip()
    core = _ENDING.sub("", plain).strip()
    least = 4 if core.isascii() else 2
    return {form for form in (full, plain) if len(form) >= 2} | ({core} if len(core) >= least else set())
