"""Says why a hit is a hit: each part of the question in words beside its score."""

from __future__ import annotations

from devices.protocol.sightings import BAGS, PATTERNS, Movement, Sighting
from hub.sightings.colour_words import told
from hub.sightings.messages import Field, Part

PATTERN_WORDS = dict(zip(PATTERNS, ("纯色", "条纹", "格子", "印花"), strict=True))
MOVEMENT_WORDS = {
    Movement.STANDING: ("站着", "standing"),
    Movement.TOWARDS: ("走近", "coming near"),
    Movement.AWAY: ("走远", "going away"),
    Movement.LEFT: ("向左走", "going left"),
    Movement.RIGHT: ("向右走", "going right"),
}
_BACKPACK = BAGS.index("backpack")


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
    if field is Field.PATTERN:
        return _pattern(sighting.upper_pattern)
    if field is Field.BACKPACK:
        return _likely(sighting.bags[_BACKPACK] if len(sighting.bags) > _BACKPACK else None, ("背包", "backpack"))
    if field is Field.HEAD_WEAR:
        return _likely(sighting.head_wear, ("帽子", "head wear"))
    if field is Field.MOVEMENT:
        return ("动作未知", "movement unknown") if sighting.movement is None else MOVEMENT_WORDS[sighting.movement]
    if field is Field.HEADING:
        if sighting.heading_deg is None:
            return "方向未知", "heading unknown"
        return f"朝 {sighting.heading_deg:.0f}°", f"heading {sighting.heading_deg:.0f}°"
    if field is Field.COMPANY:
        if not sighting.ended:
            return "是否同行未知", "company unknown"
        count = len(sighting.companions)
        return (f"与 {count} 人同行", f"with {count} others") if count else ("独自一人", "alone")
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


def _likely(likelihood: float | None, thing: tuple[str, str]) -> tuple[str, str]:
    if likelihood is None:
        return f"{thing[0]}未知", f"{thing[1]} unknown"
    if likelihood >= 0.5:
        return f"可能有{thing[0]}", f"{thing[1]} likely"
    return f"可能没有{thing[0]}", f"{thing[1]} unlikely"


def _pattern(weights: tuple[float, ...]) -> tuple[str, str]:
    if not weights:
        return "花纹看不清", "pattern unclear"
    strongest = max(range(len(weights)), key=lambda index: weights[index])
    return PATTERN_WORDS[PATTERNS[strongest]], PATTERNS[strongest]
