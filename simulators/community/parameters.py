"""What a generated community depends on: the seed, the scene's length, how many cameras and people, the version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

GENERATOR_VERSION = 3
"""Grows whenever the same parameters would give another community, so that rendered folders are made anew."""

FRAME_RATE_HZ = 10
WIDTH_PX = 640
HEIGHT_PX = 360
SCENE_STARTS_AT = "16:20:00"
"""Time of day on the clocks in the picture at scenario position 0."""

MIN_CAMERAS, MAX_CAMERAS = 1, 24
MIN_SECONDS, MAX_SECONDS = 5, 900


class ParameterError(ValueError):
    """A parameter outside what the generator can make; says which and the limits."""


@dataclass(frozen=True)
class Parameters:
    """What a person can choose. Raises ParameterError for what cannot be made."""

    seed: int = 1
    seconds: int = 180
    cameras: int = 12
    passers_by: int = 72
    dawdling: float = 0.0
    """The share of the children who stop on their way, as at a shop or a playground, and may turn back."""
    day: int = 0
    """Of the same streets and cameras: each day other people walk there."""

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("seed", self.seed, 0, 2**31),
            ("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS),
            ("cameras", self.cameras, MIN_CAMERAS, MAX_CAMERAS),
            ("passers_by", self.passers_by, 0, 400),
            ("dawdling", self.dawdling, 0.0, 1.0),
            ("day", self.day, 0, 1_000),
        ):
            if not low <= value <= high:
                raise ParameterError(f"{name} is {value}; it must be {low} to {high}")

    @property
    def frames(self) -> int:
        """Frames in each camera's film."""
        return self.seconds * FRAME_RATE_HZ

    def fingerprint(self) -> str:
        """The same for the same community: a hash of the parameters and the generator's version."""
        told = {"version": GENERATOR_VERSION, **asdict(self)}
        for added in ("dawdling", "day"):  # communities made before there was a choice stay the same
            if not told[added]:
                del told[added]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
