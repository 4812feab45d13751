"""Makes sightings for tests: what is not said is ordinary."""

from __future__ import annotations

from typing import Any

import numpy as np

from devices.protocol.sightings import COLOURS, BoxAt, Sighting
from hub.sightings.messages import CameraPlace

HOUR_US = 3_600_000_000
NOON_US = 491_000 * HOUR_US
"""A full hour in January 2026."""
CAMERAS = (CameraPlace("C01", "V01"), CameraPlace("C02", "V01"), CameraPlace("C03", "V02"))


def weights(**shares: float) -> tuple[float, ...]:
    """Eleven colour weights: ``weights(red=0.8, black=0.1)``."""
    return tuple(shares.get(colour, 0.0) for colour in COLOURS)


def sighting(sighting_id: str = "s1", **said: Any) -> Sighting:
    """A sighting on camera C01 at noon for 4 s."""
    started_at_us = said.pop("started_at_us", NOON_US)
    fields: dict[str, Any] = {
        "camera_id": "C01",
        "ended_at_us": started_at_us + 4_000_000,
        "ended": True,
        "frame_width_px": 640,
        "frame_height_px": 360,
        "path": (BoxAt(0, 10.0, 20.0, 30.0, 80.0),),
        "score": 0.9,
        "picture_jpeg": b"\xff\xd8picture of " + sighting_id.encode(),
        "picture_box": BoxAt(0, 10.0, 20.0, 30.0, 80.0),
        "upper": weights(red=0.9),
        "lower": weights(blue=0.8),
        "describer": "test-1",
        "descriptor": bytes(np.arange(64, dtype=np.int8)),
        "height_m": 1.1,
        "height_error_m": 0.04,
        "child": 0.95,
    }
    return Sighting(sighting_id=sighting_id, started_at_us=started_at_us, **(fields | said))


def random_sightings(count: int, rng: np.random.Generator, hours: int = 3) -> list[Sighting]:
    """Sightings of all kinds over three cameras and some hours."""
    made = []
    for number in range(count):
        upper, lower = rng.dirichlet(np.full(11, 0.3)) * 0.99, rng.dirichlet(np.full(11, 0.3)) * rng.uniform(0.2, 0.99)
        made.append(
            sighting(
                f"s{number}",
                camera_id=f"C0{rng.integers(1, 4)}",
                started_at_us=NOON_US + int(rng.integers(0, hours * HOUR_US)),
                upper=tuple(upper.tolist()),
                lower=tuple(lower.tolist()) if rng.random() > 0.1 else (),
                height_m=float(rng.uniform(0.9, 1.9)) if rng.random() > 0.2 else None,
                height_error_m=float(rng.uniform(0.02, 0.3)),
                child=float(rng.random()) if rng.random() > 0.2 else None,
                descriptor=rng.integers(-127, 128, 64).astype(np.int8).tobytes(),
            )
        )
    return made
