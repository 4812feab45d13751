"""A sighting as one row of small numbers: what a search looks at.

Everything that is described is a byte of ``CODES``, one plane of bytes a line; shares and likelihoods are fifteenths.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import BAGS, COLOURS, PATTERNS, Movement, Sighting
from hub.sightings.errors import SightingsError

HOUR_US = 3_600_000_000
DESCRIPTOR_BYTES = 64

STEPS = 15
"""A garment's colours add up to so many steps; likelihoods are 0..STEPS-1 of STEPS-1, and STEPS where not judged."""
UNKNOWN = STEPS

UNSURE = "unsure"
"""What is left of a garment's colours when all that were named are taken away."""
PAIRS = (
    ("black", "grey"),
    ("white", "yellow"),
    ("red", "pink"),
    ("orange", "brown"),
    ("green", "blue"),
    ("purple", UNSURE),
)
"""The two colours of each of a garment's bytes, low half first: what is taken for one another is read together."""
GARMENT_BYTES = len(PAIRS)

UPPER, LOWER = 0, GARMENT_BYTES
"""First lines of the garments."""
PATTERN = 2 * GARMENT_BYTES
"""PATTERNS in halves of two lines, fifteenths; all 0 where not judged."""
CARRIED = PATTERN + 2
"""Low half: how likely a backpack is carried; high half: how likely the head is covered."""
MOVING = CARRIED + 1
"""Low 3 bits: movement, 1 + index of MOVEMENTS; high 5: heading, 1 + sector of HEADING_SECTORS. 0: not judged."""
CHILD = MOVING + 1
"""In 1/CHILD_STEPS; UNKNOWN_CHILD where not judged."""
HEIGHT = CHILD + 1
"""Centimetres, 255 and above alike; 0 where not measured."""
VAGUENESS = HEIGHT + 1
"""Low half: class of the height's error (HEIGHT_ERRORS_M); high half: 1 + companions, 0 where not judged."""
CODES = VAGUENESS + 1

MOVEMENTS = tuple(Movement)
HEADING_SECTORS = 31
CHILD_STEPS = 200
UNKNOWN_CHILD = 255
MOST_COMPANIONS = 14
HEIGHT_ERRORS_M = (*(0.03 * 1.22**step for step in range(15)), 1.0)
"""0.03 m and less to 0.49 m; the last stands for all above and for an error that is not known."""

LASTED_FINE_MS, LASTED_FINE_STEPS, LASTED_COARSE_MS = 20, 50_000, 6_000
"""How long a sighting lasted, two bytes: steps of 20 ms up to 1,000 s, then of 6 s to more than a day; rounded up."""

_BACKPACK = BAGS.index("backpack")
_PLACES = [COLOURS.index(colour) if colour != UNSURE else len(COLOURS) for pair in PAIRS for colour in pair]

Codes = NDArray[np.uint8]


def hour_of(sighting: Sighting) -> int:
    """The hour since 1970 in which the sighting began."""
    return sighting.started_at_us // HOUR_US


def key_of(sighting_id: str) -> int:
    """A 32-bit hash of the id, never more than a hint: the record has the id itself."""
    return int.from_bytes(hashlib.blake2b(sighting_id.encode(), digest_size=4).digest(), "little")


def check(sighting: Sighting, now_us: int) -> None:
    """Raise SightingsError for a sighting that cannot be stored, naming the field."""
    if not 946_684_800_000_000 <= sighting.started_at_us <= now_us + 24 * HOUR_US:
        raise _refused("started_at_us", "开始时间不在2000年至明天之间", "it does not start between 2000 and tomorrow")
    if not 0 <= sighting.ended_at_us - sighting.started_at_us <= 24 * HOUR_US:
        raise _refused("ended_at_us", "结束时间早于开始或超过一天", "it ends before it starts, or a day after")
    for name, weights in (("upper", sighting.upper), ("lower", sighting.lower)):
        if weights and not (len(weights) == len(COLOURS) and min(weights) >= 0 and sum(weights) <= 1.01):
            raise _refused(
                name, "颜色权重不是十一个或总和超过一", "colour weights are not eleven adding up to 1 at most"
            )
    if sighting.upper_pattern and not (min(sighting.upper_pattern) >= 0 and sum(sighting.upper_pattern) <= 1.01):
        raise _refused("upper_pattern", "花纹权重总和超过一", "pattern weights do not add up to 1 at most")
    if len(sighting.descriptor) > DESCRIPTOR_BYTES:
        raise _refused("descriptor", f"描述超过{DESCRIPTOR_BYTES}字节", f"longer than {DESCRIPTOR_BYTES} bytes")
    for number in (sighting.height_m, sighting.height_error_m):
        if number is not None and not 0 <= number < 10:
            raise _refused("height_m", "身高不合理", "the height or its error is no person's")
    if sighting.speed_mps is not None and not 0 <= sighting.speed_mps < 100:
        raise _refused("speed_mps", "速度不合理", "the speed is no person's")
    if sighting.heading_deg is not None and not 0 <= sighting.heading_deg < 360:
        raise _refused("heading_deg", "方向不在0至360度之间", "the heading is not from 0 to under 360 degrees")
    for field, likely in (("child", sighting.child), ("head_wear", sighting.head_wear)):
        if likely is not None and not 0 <= likely <= 1:
            raise _refused(field, "可能性不在0至1之间", "a likelihood is not between 0 and 1")
    if not all(0 <= likely <= 1 for likely in sighting.bags):
        raise _refused("bags", "可能性不在0至1之间", "a likelihood is not between 0 and 1")


def codes_of(sighting: Sighting) -> bytes:
    """The row's CODES bytes, for a sighting that passed ``check``."""
    codes = bytearray(CODES)
    codes[UPPER : UPPER + GARMENT_BYTES] = _garment(sighting.upper)
    codes[LOWER : LOWER + GARMENT_BYTES] = _garment(sighting.lower)
    if sighting.upper_pattern:
        shares = sighting.upper_pattern + (0.0,) * (len(PATTERNS) - len(sighting.upper_pattern))
        steps = _whole_steps((*shares, max(0.0, 1 - sum(shares))))
        codes[PATTERN] = steps[0] | steps[1] << 4
        codes[PATTERN + 1] = steps[2] | steps[3] << 4
    backpack = sighting.bags[_BACKPACK] if len(sighting.bags) > _BACKPACK else None
    codes[CARRIED] = _likely(backpack) | _likely(sighting.head_wear) << 4
    movement = 0 if sighting.movement is None else 1 + MOVEMENTS.index(sighting.movement)
    codes[MOVING] = movement | _sector(sighting.heading_deg) << 3
    codes[CHILD] = UNKNOWN_CHILD if sighting.child is None else round(sighting.child * CHILD_STEPS)
    codes[HEIGHT] = 0 if sighting.height_m is None else min(255, max(1, round(sighting.height_m * 100)))
    company = 1 + min(len(sighting.companions), MOST_COMPANIONS) if sighting.ended else 0
    codes[VAGUENESS] = _error_class(sighting.height_error_m) | company << 4
    return bytes(codes)


def lasted_of(sighting: Sighting) -> int:
    """How long the sighting lasted, as LASTED_FINE_MS and the others say."""
    lasted_ms = -(-(sighting.ended_at_us - sighting.started_at_us) // 1000)
    fine = -(-lasted_ms // LASTED_FINE_MS)
    if fine <= LASTED_FINE_STEPS:
        return fine
    return LASTED_FINE_STEPS - (LASTED_FINE_STEPS * LASTED_FINE_MS - lasted_ms) // LASTED_COARSE_MS


def lasted_ms(lasted: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Milliseconds, as ``lasted_of`` rounded them up."""
    steps = lasted.astype(np.int64)
    coarse = np.maximum(steps - LASTED_FINE_STEPS, 0)
    return np.asarray((steps - coarse) * LASTED_FINE_MS + coarse * LASTED_COARSE_MS, np.int64)


def _garment(weights: tuple[float, ...]) -> bytes:
    shares = (*weights, max(0.0, 1 - sum(weights))) if weights else (0.0,) * len(COLOURS) + (1.0,)
    steps = _whole_steps(shares)
    paired = [steps[place] for place in _PLACES]
    return bytes(low | high << 4 for low, high in zip(paired[::2], paired[1::2], strict=True))


def _whole_steps(shares: tuple[float, ...]) -> list[int]:
    """Shares of a whole as fifteenths that add up to fifteen (method of largest remainders)."""
    scale = STEPS / sum(shares)
    exact = [share * scale for share in shares]
    steps = [int(each) for each in exact]
    by_remainder = sorted(range(len(shares)), key=lambda place: steps[place] - exact[place])
    for place in by_remainder[: STEPS - sum(steps)]:
        steps[place] += 1
    return steps


def _likely(likelihood: float | None) -> int:
    return UNKNOWN if likelihood is None else round(likelihood * (STEPS - 1))


def _sector(heading_deg: float | None) -> int:
    return 0 if heading_deg is None else 1 + round(heading_deg * HEADING_SECTORS / 360) % HEADING_SECTORS


def _error_class(error_m: float | None) -> int:
    if error_m is None or error_m > HEIGHT_ERRORS_M[-2]:
        return len(HEIGHT_ERRORS_M) - 1
    return max(0, round(math.log(max(error_m, HEIGHT_ERRORS_M[0]) / HEIGHT_ERRORS_M[0], 1.22)))


def _refused(field: str, message: str, message_en: str) -> SightingsError:
    return SightingsError(
        "sighting_refused",
        f"目击记录无法保存：{message}。",
        f"The sighting cannot be stored: {message_en}.",
        field=field,
    )
