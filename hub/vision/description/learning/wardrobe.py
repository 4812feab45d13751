"""Invents people by what they wear; nobody drawn here exists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.random import Generator

Colour = tuple[float, float, float]
"""Blue, green, red, each 0..1."""


class Pattern(Enum):
    """What the upper clothing shows besides its colour."""

    PLAIN = 0
    STRIPES = 1
    PRINT = 2
    CHECKS = 3
    OPEN_JACKET = 4


@dataclass(frozen=True)
class Outfit:
    """One invented person. Lengths are shares of a limb, ``waist`` of the height; ``girth`` is 1 for the average."""

    hair: Colour
    skin: Colour
    upper: Colour
    lower: Colour
    shoes: Colour
    second: Colour
    bag: Colour | None
    pattern: Pattern
    pattern_px: float
    sleeve: float
    leg: float
    skirt: bool
    long_hair: bool
    waist: float
    girth: float


def colour(hue_deg: float, saturation: float, value: float) -> Colour:
    """A colour from hue (0..360), saturation and value (0..1)."""
    pixel = np.array([[[hue_deg % 360, saturation, value]]], np.float32)
    blue, green, red = cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0].tolist()
    return blue, green, red


def cloth(rng: Generator, lower: bool) -> Colour:
    """A clothing colour, as streets show them: mostly black, grey and white; below the waist also denim and khaki."""
    kind = rng.random()
    if kind < (0.30 if lower else 0.20):
        return colour(rng.uniform(0, 360), rng.uniform(0, 0.25), rng.uniform(0.04, 0.2))
    if kind < (0.42 if lower else 0.34):
        return colour(rng.uniform(0, 360), rng.uniform(0, 0.12), rng.uniform(0.2, 0.65))
    if kind < 0.52:
        return colour(rng.uniform(0, 360), rng.uniform(0, 0.1), rng.uniform(0.65, 0.95))
    if lower and kind < 0.75:
        return colour(rng.normal(218, 8), rng.uniform(0.2, 0.7), rng.uniform(0.2, 0.65))
    if lower and kind < 0.85:
        return colour(rng.normal(35, 8), rng.uniform(0.15, 0.5), rng.uniform(0.35, 0.75))
    return colour(rng.uniform(0, 360), rng.uniform(0.3, 0.95), rng.uniform(0.25, 0.95))


def invent(rng: Generator) -> Outfit:
    """One more person."""
    upper = cloth(rng, lower=False)
    leg = float(rng.choice([0.35, 0.5, 1.0], p=[0.25, 0.15, 0.6]))
    return Outfit(
        hair=colour(rng.uniform(10, 40), rng.uniform(0.1, 0.5), rng.uniform(0.03, 0.25)),
        skin=colour(rng.normal(20, 4), rng.uniform(0.3, 0.5), rng.uniform(0.55, 0.9)),
        upper=upper,
        lower=cloth(rng, lower=True) if rng.random() > 0.12 else upper,
        shoes=cloth(rng, lower=True),
        second=cloth(rng, lower=False),
        bag=cloth(rng, lower=True) if rng.random() < 0.35 else None,
        pattern=Pattern(int(rng.choice(5, p=[0.6, 0.12, 0.14, 0.06, 0.08]))),
        pattern_px=rng.uniform(3, 8),
        sleeve=rng.uniform(0.25, 1.0),
        leg=leg,
        skirt=leg < 1 and rng.random() < 0.5,
        long_hair=rng.random() < 0.35,
        waist=rng.normal(0.5, 0.025),
        girth=rng.uniform(0.8, 1.3),
    )
