"""How well rows fit a question: one score a part, 0..1, over whole columns at once.

What is not known scores UNSURE: above what surely does not fit, below what surely does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS
from hub.sightings.colour_words import likeness
from hub.sightings.columns import Columns, Selection
from hub.sightings.messages import Age, Description, Field
from hub.sightings.rows import CHILD_STEPS, UNKNOWN_CHILD, UNSURE

Scores = NDArray[np.float32]

UNSURE_SCORE = 0.3
_WHOLE_GARMENT = 0.7
"""A colour on this share of a garment fits as well as one on all of it: folds, shade and prints take the rest."""
_LEAST_HEIGHT_ERROR_M = 0.03
_VAGUE_HEIGHT_ERROR_M = 0.2
"""A height known only to this is half way to not known at all."""
_WEIGHTS = {Field.UPPER: 1.0, Field.LOWER: 1.0, Field.HEIGHT: 1.0, Field.AGE: 0.5, Field.LIKE: 2.0}


@dataclass(frozen=True)
class Likeness:
    """A descriptor to compare with, made by ``describer``."""

    describer: str
    descriptor: bytes


@dataclass(frozen=True)
class Wanted:
    """A question reduced to what is compared."""

    description: Description
    like: Likeness | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parts that the question has."""
        said = self.description
        asked = {
            Field.UPPER: bool(said.upper),
            Field.LOWER: bool(said.lower),
            Field.HEIGHT: said.height_m is not None,
            Field.AGE: said.age is not None,
            Field.LIKE: self.like is not None,
        }
        return tuple(field for field, is_asked in asked.items() if is_asked)


@dataclass(frozen=True)
class Scored:
    """Scores of the same rows: the whole, and each part of it."""

    whole: Scores
    parts: tuple[tuple[Field, Scores], ...]


def score(columns: Columns, describers: tuple[str, ...], selection: Selection, wanted: Wanted) -> Scored:
    """Score the selected rows: the whole is the weighted mean of the parts. ``describers`` names the codes."""
    parts: list[tuple[Field, Scores]] = []
    for field in wanted.fields:
        if field is Field.UPPER:
            parts.append((field, _colour(columns.upper, selection, wanted.description.upper)))
        elif field is Field.LOWER:
            parts.append((field, _colour(columns.lower, selection, wanted.description.lower)))
        elif field is Field.HEIGHT:
            parts.append((field, _height(columns, selection, wanted.description)))
        elif field is Field.AGE:
            parts.append((field, _age(columns, selection, wanted.description.age)))
        else:
            parts.append((field, _like(columns, describers, selection, wanted.like)))
    total = sum(_WEIGHTS[field] for field, _ in parts)
    whole = parts[0][1] * np.float32(_WEIGHTS[parts[0][0]] / total)
    for field, scores in parts[1:]:
        whole = whole + scores * np.float32(_WEIGHTS[field] / total)
    return Scored(np.asarray(whole, np.float32), tuple(parts))


def _colour(planes: NDArray[np.uint8], selection: Selection, colours: tuple[str, ...]) -> Scores:
    fits = np.append(likeness(colours), np.float32(UNSURE_SCORE)) / np.float32(255)
    assert len(fits) == UNSURE + 1
    fits[[COLOURS.index(colour) for colour in colours]] /= np.float32(_WHOLE_GARMENT)
    found = np.zeros(planes[0][selection].shape, np.float32)
    for plane in np.flatnonzero(fits):
        found += planes[plane][selection] * fits[plane]
    return np.minimum(found, np.float32(1.0))


def _height(columns: Columns, selection: Selection, said: Description) -> Scores:
    measured = columns.height_cm[selection].astype(np.float32) / 100
    error = np.maximum(columns.height_error_cm[selection].astype(np.float32) / 100, _LEAST_HEIGHT_ERROR_M)
    outside = np.maximum(np.abs(measured - np.float32(said.height_m or 0)) - said.height_tolerance_m, 0)
    fit = np.exp(-((outside / error) ** 2) / 2)
    known = np.where(columns.height_cm[selection] == 0, 0, 1 / (1 + (error / _VAGUE_HEIGHT_ERROR_M) ** 2))
    return np.asarray(known * fit + (1 - known) * UNSURE_SCORE, np.float32)


def _age(columns: Columns, selection: Selection, age: Age | None) -> Scores:
    child = columns.child[selection]
    likely = child.astype(np.float32) / CHILD_STEPS
    fit = likely if age is Age.CHILD else 1 - likely
    return np.asarray(np.where(child == UNKNOWN_CHILD, UNSURE_SCORE, fit), np.float32)


def _like(columns: Columns, describers: tuple[str, ...], selection: Selection, like: Likeness | None) -> Scores:
    """The cube of how far the cosine has come from opposite to equal; rows of another describer are unsure."""
    assert like is not None
    if like.describer not in describers:
        return np.full(columns.describer[selection].shape, UNSURE_SCORE, np.float32)
    asked = np.zeros(columns.descriptor.shape[1], np.float32)
    asked[: len(like.descriptor)] = np.frombuffer(like.descriptor, np.int8)
    asked /= np.linalg.norm(asked) + 1e-9
    cosine = columns.descriptor[selection].astype(np.float32) @ asked
    cosine /= columns.descriptor_length[selection] + 1e-9
    same = columns.describer[selection] == describers.index(like.describer)
    return np.asarray(np.where(same, ((1 + np.clip(cosine, -1, 1)) / 2) ** 3, UNSURE_SCORE), np.float32)
