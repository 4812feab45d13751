"""How well a track is continued by a box that was found.

One pair after the other, in plain numbers: most pairs are told apart by their places alone, and what is left of a dozen
tracks and boxes is less than a matrix of all would cost.
"""

from __future__ import annotations

from hub.vision.boxes import Box
from hub.vision.tracking.colours import Colours

_SAME_COLOURS = 0.1
"""How far apart the colours of one person are at two looks (median .09 and .06 on the labelled clips)."""
_TURNING_BACK = 0.25
"""Who walks out of the picture and is then this share of his width further in did not turn: somebody else enters."""


def closeness(here: Box, found: Box, growth: float) -> float:
    """Intersection over union, 0 to 1, of both boxes grown by this share of their size on every side."""
    left, top, width, height = here
    other_left, other_top, other_width, other_height = found
    beyond = 1 + growth
    across = min(left + beyond * width, other_left + beyond * other_width) - max(
        left - growth * width, other_left - growth * other_width
    )
    if across <= 0:
        return 0.0
    down = min(top + beyond * height, other_top + beyond * other_height) - max(
        top - growth * height, other_top - growth * other_height
    )
    if down <= 0:
        return 0.0
    both = across * down
    each = width * height + other_width * other_height
    return both / max(each * (1 + 2 * growth) ** 2 - both, 1e-9)


def alike_in_height(here: Box, found: Box, least_ratio: float) -> float:
    """The lower by the higher, 0 to 1; 0 below ``least_ratio``."""
    ratio = found.height / here.height
    alike = min(ratio, 1 / ratio)
    return 0.0 if alike < least_ratio else alike


def turned_back(here: Box, found: Box, inward: int) -> bool:
    """Whether one who walks out of the picture (``Track.leaving``) would have to come back to be in that box."""
    away = (found.left + found.width / 2) - (here.left + here.width / 2)
    return inward * away > _TURNING_BACK * here.width


def unlike(own: Colours | None, found: Colours) -> float:
    """How far apart in colour (a row of each): 0 as a person is from himself, at most 3; 0 where his are not known."""
    if own is None:
        return 0.0
    return min(max((1 - float(own @ found) - _SAME_COLOURS) / _SAME_COLOURS, 0.0), 3.0)
