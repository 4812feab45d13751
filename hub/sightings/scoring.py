"""How well a row fits a question: a whole number of SCALE for each part, and the weighted sum of the parts.

What is not known scores UNSURE_SCORE: above what surely does not fit, below what surely does. ``plan_of`` reduces the
question to tables of whole numbers; ``score`` looks a few rows up in them, kernel.py all of them, to the same bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS, PATTERNS, Movement, Sighting
from hub.sightings import rows
from hub.sightings.colour_words import likeness
from hub.sightings.messages import Age, Description, Field, Weights
from hub.sightings.rows import GARMENT_BYTES, PAIRS, STEPS, UNSURE

_FIT = 4096
"""What one of a garment's STEPS adds where it fits wholly."""
SCALE = STEPS * _FIT
"""A part that fits wholly."""
WEIGHTS_SUM = 16_384
"""The weights of a question's parts are whole numbers that add up to this: scores stay below 2**30."""
WHOLE = SCALE * WEIGHTS_SUM

UNSURE_SCORE = 0.3
UNSURE_PART = round(UNSURE_SCORE * SCALE)
_WHOLE_GARMENT = 0.7
"""A colour on this share of a garment fits as well as one on all of it: folds, shade and prints take the rest."""
_VAGUE_HEIGHT_ERROR_M = 0.2
"""A height known only to this is half way to not known at all."""
_SAME_WAY_DEG, _OTHER_WAY_DEG = 30.0, 120.0
"""Headings this far apart fit wholly, and not at all."""

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Likeness:
    """What to compare with, one descriptor for each describer; rows of any other describer are unsure."""

    descriptors: Mapping[str, bytes]


@dataclass(frozen=True)
class Wanted:
    """A question reduced to what is compared."""

    description: Description
    like: Likeness | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parts that the question has: said, and of a weight above 0."""
        said = self.description
        asked = {
            Field.UPPER: bool(said.upper),
            Field.LOWER: bool(said.lower),
            Field.PATTERN: bool(said.upper_pattern),
            Field.HEIGHT: said.height_m is not None,
            Field.AGE: said.age is not None,
            Field.BACKPACK: said.backpack is not None,
            Field.HEAD_WEAR: said.head_wear is not None,
            Field.MOVEMENT: said.movement is not None,
            Field.HEADING: said.heading_deg is not None,
            Field.COMPANY: said.accompanied is not None,
            Field.LIKE: self.like is not None and bool(self.like.descriptors),
        }
        return tuple(field for field, is_asked in asked.items() if is_asked and self.weight(field) > 0)

    def weight(self, field: Field) -> float:
        """How much the field counts, 0..1."""
        return float(getattr(self.description.weights or Weights(), field.value))


@dataclass(frozen=True)
class Plan:
    """A question as tables. Of each of ``fields``, ``weights`` says what its parts count.

    ``garments``: for the upper and the lower one, each of its bytes and the two halves of it, what a step adds.
    ``tables``: for each line of codes in ``lines``, which are of ``table_fields``, the part by the byte. ``height``:
    the part by ``class of the error << 8 | height``, empty when not asked. ``like``: a descriptor to compare with for
    each of ``describers``, and how long each is.
    """

    fields: tuple[Field, ...]
    weights: dict[Field, int]
    garments: Ints
    lines: tuple[int, ...]
    table_fields: tuple[Field, ...]
    tables: Ints
    height: Ints
    like: NDArray[np.int8]
    like_length: NDArray[np.float32]
    describers: tuple[str, ...]

    def like_of(self, describers: Sequence[str]) -> NDArray[np.intp]:
        """For each of these describers, which line of ``like`` its rows are compared with; -1 for none."""
        places = {describer: place for place, describer in enumerate(self.describers)}
        return np.array([places.get(describer, -1) for describer in describers], np.intp)

    def weight(self, field: Field) -> int:
        """0 for what is not asked."""
        return self.weights.get(field, 0)

    @property
    def lines_read(self) -> tuple[int, ...]:
        """The lines of codes that the question is answered from."""
        garments = [
            line
            for field, first in ((Field.UPPER, rows.UPPER), (Field.LOWER, rows.LOWER))
            if field in self.fields
            for line in range(first, first + GARMENT_BYTES)
        ]
        height = (rows.VAGUENESS, rows.HEIGHT) if Field.HEIGHT in self.fields else ()
        return tuple({*garments, *self.lines, *height})


@dataclass(frozen=True)
class Looks:
    """A few rows: ``codes`` of CODES lines, ``descriptor`` by row, ``like_of`` each as Plan.like_of."""

    codes: NDArray[np.uint8]
    descriptor: NDArray[np.int8]
    like_of: NDArray[np.intp]


def looks_of(sighting: Sighting, plan: Plan) -> Looks:
    """One sighting as a row would have it."""
    descriptor = np.zeros((1, rows.DESCRIPTOR_BYTES), np.int8)
    descriptor[0, : len(sighting.descriptor)] = np.frombuffer(sighting.descriptor, np.int8)
    codes = np.frombuffer(rows.codes_of(sighting), np.uint8)[:, None]
    return Looks(codes, descriptor, plan.like_of([sighting.describer]))


def plan_of(wanted: Wanted) -> Plan:
    """The question as tables."""
    said, like = wanted.description, wanted.like
    weights = _whole_weights({field: wanted.weight(field) for field in wanted.fields})
    tables = [(line, field, table) for field in weights for line, table in _tables(field, said)]
    descriptors = {} if like is None else like.descriptors
    compared = np.zeros((len(descriptors), rows.DESCRIPTOR_BYTES), np.int8)
    for line, descriptor in zip(compared, descriptors.values(), strict=True):
        line[: len(descriptor)] = np.frombuffer(descriptor, np.int8)
    return Plan(
        fields=tuple(weights),
        weights=weights,
        garments=np.stack([_garment(said.upper), _garment(said.lower)]),
        lines=tuple(line for line, _, _ in tables),
        table_fields=tuple(field for _, field, _ in tables),
        tables=np.array([table for _, _, table in tables], np.int32).reshape(len(tables), 256),
        height=_height(said) if Field.HEIGHT in weights else np.zeros(0, np.int32),
        like=compared,
        like_length=np.array([math.sqrt(each) for each in (compared.astype(np.int64) ** 2).sum(axis=1)], np.float32),
        describers=tuple(descriptors),
    )


def score(looks: Looks, plan: Plan) -> tuple[Ints, dict[Field, Ints]]:
    """Of each row the whole, of WHOLE, and each part, of SCALE."""
    codes = looks.codes
    parts: dict[Field, Ints] = {field: np.zeros(codes.shape[1], np.int32) for field in plan.fields}
    for number, (field, first) in enumerate(((Field.UPPER, rows.UPPER), (Field.LOWER, rows.LOWER))):
        if field in parts:
            paired = codes[first : first + GARMENT_BYTES].astype(np.int32)
            low, high = plan.garments[number, :, 0], plan.garments[number, :, 1]
            parts[field] = np.minimum(low @ (paired & 15) + high @ (paired >> 4), SCALE).astype(np.int32)
    for line, field, table in zip(plan.lines, plan.table_fields, plan.tables, strict=True):
        parts[field] = parts[field] + table[codes[line]]
    if Field.HEIGHT in parts:
        parts[Field.HEIGHT] = plan.height[(codes[rows.VAGUENESS].astype(np.int32) & 15) << 8 | codes[rows.HEIGHT]]
    if Field.LIKE in parts:
        parts[Field.LIKE] = _like(looks, plan)
    whole = np.zeros(codes.shape[1], np.int32)
    for field, part in parts.items():
        whole += part * np.int32(plan.weights[field])
    return whole, parts


def _like(looks: Looks, plan: Plan) -> Ints:
    """The cube of how far the cosine has come from opposite to equal; what cannot be compared is unsure."""
    descriptor = looks.descriptor.astype(np.int32)
    like, like_length = plan.like[looks.like_of], plan.like_length[looks.like_of]  # of -1 any: it is not known
    dot = (descriptor * like.astype(np.int32)).sum(axis=1).astype(np.float32)
    length = np.sqrt((descriptor * descriptor).sum(axis=1).astype(np.float32)) * like_length
    known = (looks.like_of >= 0) & (length > 0)
    cosine = np.divide(dot, length, out=np.zeros_like(dot), where=known)
    near = (np.float32(1) + np.minimum(cosine, np.float32(1))) * np.float32(0.5)
    part = (near * near * near * np.float32(SCALE) + np.float32(0.5)).astype(np.int32)
    return np.where(known, part, np.int32(UNSURE_PART))


def _whole_weights(weights: dict[Field, float]) -> dict[Field, int]:
    total = sum(weights.values())
    whole = {field: int(weight / total * WEIGHTS_SUM) for field, weight in weights.items()}
    if whole:
        whole[max(whole, key=whole.__getitem__)] += WEIGHTS_SUM - sum(whole.values())
    return whole


def _garment(colours: tuple[str, ...]) -> Ints:
    """What a step of each colour adds, in the places of PAIRS; all 0 when no colour is asked."""
    if not colours:
        return np.zeros((GARMENT_BYTES, 2), np.int32)
    fits = dict(zip(COLOURS, likeness(colours).tolist(), strict=True)) | {UNSURE: UNSURE_SCORE}
    for colour in colours:
        fits[colour] = 1 / _WHOLE_GARMENT
    return np.array([[round(fits[colour] * _FIT) for colour in pair] for pair in PAIRS], np.int32)


def _tables(field: Field, said: Description) -> list[tuple[int, list[int]]]:
    """The lines that the field is read from, and the part by the byte of each; parts of several lines are added."""
    if field is Field.PATTERN:
        adds = [int((float(pattern in said.upper_pattern) - UNSURE_SCORE) * _FIT) for pattern in PATTERNS]
        halves = [[(byte & 15) * adds[at] + (byte >> 4) * adds[at + 1] for byte in range(256)] for at in (0, 2)]
        return [(rows.PATTERN, [UNSURE_PART + part for part in halves[0]]), (rows.PATTERN + 1, halves[1])]
    if field is Field.AGE:
        is_child = said.age is Age.CHILD
        return [(rows.CHILD, _table(lambda byte: _said(byte, rows.CHILD_STEPS, is_child)))]
    if field is Field.BACKPACK:
        return [(rows.CARRIED, _table(lambda byte: _said(byte & 15, STEPS - 1, bool(said.backpack))))]
    if field is Field.HEAD_WEAR:
        return [(rows.CARRIED, _table(lambda byte: _said(byte >> 4, STEPS - 1, bool(said.head_wear))))]
    if field is Field.MOVEMENT:
        return [(rows.MOVING, _table(lambda byte: _moves(byte & 7, said.movement)))]
    if field is Field.HEADING:
        return [(rows.MOVING, _table(lambda byte: _heads(byte >> 3, said.heading_deg or 0.0)))]
    if field is Field.COMPANY:
        return [(rows.VAGUENESS, _table(lambda byte: _accompanied(byte >> 4, bool(said.accompanied))))]
    return []


def _table(fit: Callable[[int], float]) -> list[int]:
    return [round(fit(byte) * SCALE) for byte in range(256)]


def _said(steps: int, of: int, wanted: bool) -> float:
    if steps > of:
        return UNSURE_SCORE
    return steps / of if wanted else 1 - steps / of


def _moves(code: int, wanted: Movement | None) -> float:
    if code == 0 or code > len(rows.MOVEMENTS):
        return UNSURE_SCORE
    return float(rows.MOVEMENTS[code - 1] is wanted)


def _heads(code: int, wanted_deg: float) -> float:
    if code == 0:
        return UNSURE_SCORE
    apart_deg = abs(((code - 1) * 360 / rows.HEADING_SECTORS - wanted_deg + 180) % 360 - 180)
    return min(1.0, max(0.0, (_OTHER_WAY_DEG - apart_deg) / (_OTHER_WAY_DEG - _SAME_WAY_DEG)))


def _accompanied(code: int, wanted: bool) -> float:
    return UNSURE_SCORE if code == 0 else float((code > 1) == wanted)


def _height(said: Description) -> Ints:
    measured_m = np.arange(256) / 100
    error_m = np.array(rows.HEIGHT_ERRORS_M)[:, None]
    outside_m = np.maximum(np.abs(measured_m - (said.height_m or 0.0)) - said.height_tolerance_m, 0)
    fit = np.exp(-((outside_m / error_m) ** 2) / 2)
    known = np.where(measured_m == 0, 0, 1 / (1 + (error_m / _VAGUE_HEIGHT_ERROR_M) ** 2))
    return np.asarray(np.round((known * fit + (1 - known) * UNSURE_SCORE) * SCALE), np.int32).ravel()
