"""A sighting as one row of small numbers: what a search looks at."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS, Sighting
from hub.sightings.errors import SightingsError

HOUR_US = 3_600_000_000
DESCRIPTOR_BYTES = 64
UNSURE = len(COLOURS)
"""Index of the twelfth colour plane: how much of a garment's colour is unsure."""
UNKNOWN_CHILD = 255
CHILD_STEPS = 200

ROW = np.dtype(
    [
        ("camera", "<u2"),
        ("describer", "u1"),
        ("child", "u1"),
        ("height_cm", "u1"),
        ("height_error_cm", "u1"),
        ("upper", "u1", (len(COLOURS) + 1,)),
        ("lower", "u1", (len(COLOURS) + 1,)),
        ("started_ms", "<u4"),
        ("ended_ms", "<u4"),
        ("descriptor_length", "<f4"),
        ("descriptor", "i1", (DESCRIPTOR_BYTES,)),
        ("key", "<u8"),
        ("record_start", "<u8"),
        ("record_length", "<u4"),
    ]
)
"""Codes of camera and describer are the segment's own; times count from its hour; height 0 cm is unknown; weights are
in 1/255, child in 1/200; ``key`` is a hash of the sighting's id."""

Rows = NDArray[np.void]
Bytes = NDArray[np.uint8]


def hour_of(sighting: Sighting) -> int:
    """The hour since 1970 in which the sighting began."""
    return sighting.started_at_us // HOUR_US


def key_of(sighting_id: str) -> int:
    """A 64-bit hash of the id, never more than a hint: the record has the id itself."""
    return int.from_bytes(hashlib.blake2b(sighting_id.encode(), digest_size=8).digest(), "little")


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
    if len(sighting.descriptor) > DESCRIPTOR_BYTES:
        raise _refused("descriptor", f"描述超过{DESCRIPTOR_BYTES}字节", f"longer than {DESCRIPTOR_BYTES} bytes")
    for number in (sighting.height_m, sighting.height_error_m):
        if number is not None and not 0 <= number < 10:
            raise _refused("height_m", "身高不合理", "the height or its error is no person's")
    if sighting.speed_mps is not None and not 0 <= sighting.speed_mps < 100:
        raise _refused("speed_mps", "速度不合理", "the speed is no person's")
    if sighting.heading_deg is not None and not 0 <= sighting.heading_deg < 360:
        raise _refused("heading_deg", "方向不在0至360度之间", "the heading is not from 0 to under 360 degrees")
    if sighting.child is not None and not 0 <= sighting.child <= 1:
        raise _refused("child", "儿童可能性不在0至1之间", "the likelihood of a child is not between 0 and 1")


def row_of(sighting: Sighting, camera: int, describer: int, place: tuple[int, int]) -> tuple[Any, ...]:
    """The row, in the order of ROW's fields, for a sighting that passed ``check``."""
    hour_start_us = hour_of(sighting) * HOUR_US
    descriptor = np.zeros(DESCRIPTOR_BYTES, np.int8)
    descriptor[: len(sighting.descriptor)] = np.frombuffer(sighting.descriptor, np.int8)
    return (
        camera,
        describer,
        UNKNOWN_CHILD if sighting.child is None else round(sighting.child * CHILD_STEPS),
        0 if sighting.height_m is None else min(255, max(1, round(sighting.height_m * 100))),
        255 if sighting.height_error_m is None else min(255, round(sighting.height_error_m * 100)),
        _planes(sighting.upper),
        _planes(sighting.lower),
        (sighting.started_at_us - hour_start_us) // 1000,
        -(-(sighting.ended_at_us - hour_start_us) // 1000),
        float(np.linalg.norm(descriptor.astype(np.float32))),
        descriptor,
        key_of(sighting.sighting_id),
        place[0],
        place[1],
    )


def _planes(weights: tuple[float, ...]) -> Bytes:
    planes = np.zeros(len(COLOURS) + 1, np.uint8)
    if weights:
        planes[:UNSURE] = np.round(np.array(weights) * 255)
    planes[UNSURE] = 255 - min(255, int(planes[:UNSURE].sum(dtype=np.int64)))
    return planes


def _refused(field: str, message: str, message_en: str) -> SightingsError:
    return SightingsError(
        "sighting_refused",
        f"目击记录无法保存：{message}。",
        f"The sighting cannot be stored: {message_en}.",
        field=field,
    )
