"""A walking body as tapered capsules in space: proportions, gait and pose over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from simulators.community.arrays import Floats


class Cover(IntEnum):
    """What covers a part of the body; the index into a person's colours."""

    SKIN = 0
    HAIR = 1
    UPPER = 2
    LOWER = 3
    SHOE = 4


@dataclass(frozen=True)
class Proportions:
    """Heights of the joints and half-widths as fractions of body height."""

    ankle: float
    knee: float
    hip: float
    waist: float
    shoulder: float
    head: float
    head_radius: float
    shoulder_half: float
    hip_half: float
    torso_half: float
    torso_depth: float
    limb: float


ADULT = Proportions(0.045, 0.285, 0.53, 0.60, 0.815, 0.932, 0.060, 0.105, 0.052, 0.098, 0.068, 1.0)
"""After Drillis and Contini (1966) as drawn in Winter, Biomechanics and Motor Control of Human Movement, figure 4.1."""

CHILD = Proportions(0.05, 0.265, 0.49, 0.57, 0.775, 0.910, 0.080, 0.098, 0.054, 0.096, 0.074, 1.06)
"""A child of about six: legs a little shorter, head a sixth of the height."""


@dataclass(frozen=True)
class Figure:
    """A body: height, proportions, how broad (1 is usual), how long the sleeves and the hair are."""

    height_m: float
    child: bool
    breadth: float
    long_sleeves: bool
    long_hair: bool


@dataclass(frozen=True)
class Part:
    """One capsule: what covers it, and its half-widths (fractions of height) across and along the body at both ends."""

    cover: Cover
    across_start: float
    across_end: float
    along_start: float
    along_end: float


@dataclass(frozen=True)
class Poses:
    """A body over F frames: ``ends`` (F, parts, 2, 3) in metres, ``left`` (F, 3) the body's left-hand direction."""

    parts: tuple[Part, ...]
    ends: Floats
    left: Floats


def stride_m(figure: Figure, speed_m_s: float) -> float:
    """Length of two steps; grows with the square root of speed, as walking people's does (Grieve, 1968)."""
    return 0.80 * figure.height_m * math.sqrt(max(speed_m_s, 0.3) / (1.35 * math.sqrt(figure.height_m / 1.7)))


_LIFT = 0.3
"""Share of the sinking of a stiff-legged walk that ankles and pelvis take up (Saunders and others, 1953)."""


def _limb(cover: Cover, start: float, end: float) -> Part:
    return Part(cover, start, end, start, end)


def parts_of(figure: Figure) -> tuple[Part, ...]:
    """The capsules of a figure, in the order in which ``pose`` gives their ends."""
    size = CHILD if figure.child else ADULT
    b = figure.breadth
    limb = size.limb * (0.5 + 0.5 * b)
    fore = Cover.UPPER if figure.long_sleeves else Cover.SKIN
    parts = [
        Part(Cover.UPPER, size.torso_half * b, size.torso_half * 0.84 * b, size.torso_depth * b, size.torso_depth * b),
        Part(Cover.LOWER, size.torso_half * 0.86 * b, size.torso_half * 0.9 * b, size.torso_depth * b, 0.066 * b),
        _limb(Cover.SKIN, 0.030 * limb, 0.028 * limb),
        Part(Cover.SKIN, size.head_radius * 0.86, size.head_radius * 0.80, size.head_radius, size.head_radius * 0.9),
        _limb(Cover.HAIR, size.head_radius * 0.99, size.head_radius * (0.9 if figure.long_hair else 0.86)),
    ]
    for _ in (1, -1):
        parts += [
            _limb(Cover.LOWER, 0.054 * limb, 0.038 * limb),
            _limb(Cover.LOWER, 0.037 * limb, 0.027 * limb),
            _limb(Cover.SHOE, 0.022 * limb, 0.018 * limb),
            _limb(Cover.UPPER, 0.037 * limb, 0.030 * limb),
            _limb(fore, 0.028 * limb, 0.021 * limb),
            _limb(Cover.SKIN, 0.021 * limb, 0.020 * limb),
        ]
    return tuple(parts)


def pose(figure: Figure, east_north: Floats, direction: Floats, walked_m: Floats, speed_m_s: float) -> Poses:
    """Poses of a figure walking.

    ``east_north`` (F, 2) metres, ``direction`` (F, 2) unit vectors, ``walked_m`` (F,) sets the gait's phase. The lower
    foot stands on the ground in every frame, within a fiftieth of the height.
    """
    size = CHILD if figure.child else ADULT
    phase = 2 * np.pi * walked_m / stride_m(figure, speed_m_s)
    swing = 0.36 * min(1.15, max(0.5, speed_m_s / 1.3 * math.sqrt(1.7 / figure.height_m)))
    zero = np.zeros_like(phase)

    def at(forward: Floats | float, left: Floats | float, up: Floats | float) -> Floats:
        return np.stack([forward + zero, left + zero, up + zero], axis=-1)

    def below(start: Floats, angle: Floats, length: float) -> Floats:
        return start + np.stack([length * np.sin(angle), zero, -length * np.cos(angle)], axis=-1)

    lean = 0.03
    ends: list[tuple[Floats, Floats]] = [
        (at(lean, 0, size.shoulder - 0.045), at(0.01, 0, size.waist - 0.01)),
        (at(0.005, 0, size.waist - 0.02), at(0, 0, size.hip - 0.005)),
        (at(lean, 0, size.shoulder + 0.012), at(lean + 0.01, 0, size.head - size.head_radius * 0.9)),
        (
            at(lean + 0.018, 0, size.head - size.head_radius * 0.30),
            at(lean + 0.024, 0, size.head - size.head_radius * 0.62),
        ),
    ]
    crown = at(lean + 0.004, 0, 1.0 - size.head_radius * 0.99)
    nape = at(lean - 0.03, 0, size.shoulder - 0.02) if figure.long_hair else at(lean - 0.012, 0, size.head - 0.012)
    ends.append((crown, nape))
    feet = []
    for side in (1, -1):
        turn = phase + (0.0 if side == 1 else np.pi)
        thigh = swing * np.sin(turn) + 0.04
        flexed = 0.08 + 2.2 * swing * np.maximum(0.0, np.cos(turn + 0.25)) ** 1.5
        hip = at(0, side * size.hip_half, size.hip)
        knee = below(hip, thigh, size.hip - size.knee)
        ankle = below(knee, thigh - flexed, size.knee - size.ankle)
        foot_angle = np.clip(thigh - flexed, -0.9, 0.3) * 0.7
        heel = ankle + np.stack([0.01 * np.sin(foot_angle) - 0.01, zero, -0.022 + zero], axis=-1)
        toe = heel + np.stack([0.10 * np.cos(foot_angle), zero, 0.10 * np.sin(foot_angle)], axis=-1)
        feet.append(np.minimum(heel[:, 2], toe[:, 2]))
        arm = -0.85 * swing * np.sin(turn)
        shoulder = at(lean, side * size.shoulder_half * (0.4 + 0.6 * figure.breadth), size.shoulder - 0.03)
        elbow = below(shoulder, arm, 0.175) + at(0, side * 0.012, 0)
        wrist = below(elbow, arm + 0.30 + 0.25 * np.maximum(0.0, arm), 0.135)
        hand = below(wrist, arm + 0.35, 0.035)
        ends += [(hip, knee), (knee, ankle), (heel, toe), (shoulder, elbow), (elbow, wrist), (wrist, hand)]
    local = np.stack([np.stack(pair, axis=1) for pair in ends], axis=1)
    standing = size.ankle - 0.022
    lowest = np.minimum(feet[0], feet[1])
    local[..., 2] += (0.022 - standing - (1 - _LIFT) * (lowest - standing))[:, None, None]
    local *= figure.height_m
    forward = np.concatenate([direction, zero[:, None]], axis=1)
    left = np.stack([-direction[:, 1], direction[:, 0], zero], axis=1)
    world = local[..., :1] * forward[:, None, None] + local[..., 1:2] * left[:, None, None]
    world[..., 2] += local[..., 2]
    world[..., :2] += east_north[:, None, None]
    return Poses(parts_of(figure), world, left)
