"""The eleven colours as people say them, which of them are taken for one another, and how sure a weight is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS

CHINESE = dict(
    zip(COLOURS, ("黑色", "灰色", "白色", "红色", "橙色", "黄色", "绿色", "蓝色", "紫色", "粉色", "棕色"), strict=True)
)

SURE, LIKELY = 0.6, 0.35
"""A colour that covers this much of a garment is sure, or likely."""

_TAKEN_FOR = {
    ("black", "grey"): 0.35,
    ("black", "blue"): 0.35,
    ("black", "brown"): 0.2,
    ("black", "purple"): 0.1,
    ("grey", "white"): 0.4,
    ("grey", "blue"): 0.3,
    ("grey", "brown"): 0.2,
    ("red", "pink"): 0.45,
    ("red", "orange"): 0.4,
    ("red", "purple"): 0.2,
    ("red", "brown"): 0.25,
    ("orange", "yellow"): 0.35,
    ("orange", "brown"): 0.35,
    ("orange", "pink"): 0.2,
    ("yellow", "brown"): 0.25,
    ("yellow", "green"): 0.25,
    ("yellow", "white"): 0.15,
    ("green", "blue"): 0.25,
    ("blue", "purple"): 0.35,
    ("purple", "pink"): 0.35,
    ("pink", "white"): 0.15,
}
"""How much of a colour's weight counts for its neighbour: what shade, distance and a lamp turn one into."""


def likeness(wanted: tuple[str, ...]) -> NDArray[np.float32]:
    """For each of COLOURS, how well it fits the wanted ones, 0..1."""
    fits = np.zeros(len(COLOURS), np.float32)
    for index, colour in enumerate(COLOURS):
        for other in wanted:
            pair = _TAKEN_FOR.get((colour, other), _TAKEN_FOR.get((other, colour), 0.0))
            fits[index] = max(fits[index], 1.0 if colour == other else pair)
    return fits


def told(weights: tuple[float, ...]) -> tuple[str, str]:
    """A garment's weights as a person would say them, Chinese and English: the strongest colour, and how sure."""
    if not weights or max(weights) < 0.15:
        return "看不清", "unclear"
    weight = max(weights)
    strongest = weights.index(weight)
    sure, sure_en = (
        ("确定", "sure") if weight >= SURE else ("可能", "likely") if weight >= LIKELY else ("不确定", "unsure")
    )
    return f"{CHINESE[COLOURS[strongest]]}，{sure}", f"{COLOURS[strongest]}, {sure_en}"
