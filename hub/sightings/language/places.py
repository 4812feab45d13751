"""Reads places: the venues whose names, or the telling part of them, stand in the line."""

from __future__ import annotations

import re
import unicodedata

from hub.sightings.language.line import Line

_ENDINGS = (
    "小区|花园|大酒店|酒店|宾馆|旅馆|招待所|学校|小学|中学|幼儿园|网吧|ktv|歌厅|茶楼|公寓|家园|苑|城|广场"
    "|estate|hotel|school|garden"
)
_ENDING = re.compile(rf"\s*(?:{_ENDINGS})$")
_BRACKETS = re.compile(r"[((].*?[))]")


def read_venues(line: Line, venues: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Take venue names out of the line; ids in the order of ``venues`` (id, name). Longer names are tried first."""
    names: dict[str, list[str]] = {}
    for venue_id, name in venues:
        for form in _forms(name):
            names.setdefault(form, []).append(venue_id)
    found: set[str] = set()
    for name in sorted(names, key=len, reverse=True):
        start = line.rest.find(name)
        while start >= 0:
            found.update(names[name])
            line.blank(start, start + len(name))
            start = line.rest.find(name)
    line.take(re.compile(r"(?<=\0)(?:小区|社区|酒店|学校)"))
    return tuple(venue_id for venue_id, _ in venues if venue_id in found)


def _forms(name: str) -> set[str]:
    """The name in full, without brackets, and without its ending where at least two signs are left."""
    full = unicodedata.normalize("NFKC", name).lower().strip()
    plain = _BRACKETS.sub("", full).strip()
    core = _ENDING.sub("", plain).strip()
    least = 4 if core.isascii() else 2
    return {form for form in (full, plain) if len(form) >= 2} | ({core} if len(core) >= least else set())
