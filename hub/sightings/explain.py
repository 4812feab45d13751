"""Says why a hit is a hit: each part of the question in words beside its score."""

from __future__ import annotations

from devices.protocol.sightings import Sighting
from hub.sightings.colour_words import told
from hub.sightings.messages import Field, Part


def part(field: Field, score: float, sighting: Sighting) -> Part:
    """One part of a hit, in Chinese and English."""
    chinese, english = _words(field, score, sighting)
    return Part(field=field, score=round(min(1.0, max(0.0, score)), 3), words=chinese, words_en=english)


def _words(field: Field, score: float, sighting: Sighting) -> tuple[str, str]:
    if field is Field.UPPER:
        return told(sighting.upper)
    if field is Field.LOWER:
        return told(sighting.lower)
    if field is Field.HEIGHT:
        if sighting.height_m is None:
            return "身高未知", "height unknown"
        error = "" if sighting.height_error_m is None else f" ± {sighting.height_error_m:.2f}"
        return f"{sighting.height_m:.2f}{error} 米", f"{sighting.height_m:.2f}{error} m"
    if field is Field.AGE:
        return _age(sighting.child)
    if score >= 0.65:
        return "很像", "very alike"
    return ("有些像", "somewhat alike") if score >= 0.35 else ("不像", "not alike")


def _age(child: float | None) -> tuple[str, str]:
    if child is None:
        return "年龄未知", "age unknown"
    if child >= 0.8:
        return "儿童，确定", "child, sure"
    if child >= 0.5:
        return "儿童，可能", "child, likely"
    return ("成人，可能", "adult, likely") if child >= 0.2 else ("成人，确定", "adult, sure")
