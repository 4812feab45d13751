"""How well clothing colours are named on labelled crops, by track: what one camera saw of one identity at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS
from hub.vision.description.clothing import Garment, garment_colours
from hub.vision.description.colour_names import NamingConstants
from hub.vision.description.describer import Describer
from hub.vision.evaluation.crops import Crop, crops_of, lightness_gains

_YES = 2
_FOLDS = 10
_DEALS = 8
_ROUNDS = 2
_STEPS = NamingConstants(1.0, 1.0, 1.5, 4.0, 4.0, 0.2, 0.25)
"""The first step in each constant, and how far it strays for a loss of _STRAYING."""
_START = NamingConstants(3.0, 1.0, 3.0, 27.0, 66.0, 0.65, 0.5)
"""Where every fit begins: what the constants were before any label was seen."""
_STRAYING = 0.008
_MARGIN = 0.12
"""How far ahead the right name must be of the next for two thirds of its worth."""
_CERTAINTIES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Sureness:
    """Tracks whose strongest name has a weight from ``from_certainty`` up to the next: the share that is right."""

    from_certainty: float
    tracks: int
    right: float


@dataclass(frozen=True)
class Mistake:
    """So many tracks of this label were named so."""

    label: str
    named: str
    tracks: int


@dataclass(frozen=True)
class Dealt:
    """Held-out shares of tracks: with the identities dealt into folds in order, and of several deals by lot."""

    in_order: float
    median: float
    least: float
    most: float


@dataclass(frozen=True)
class GarmentReport:
    """Shares whose strongest name, among the names that labels of this garment use, is the label's.

    All but ``alone`` and ``known`` are named live: by the camera's light as the tracks before showed it. ``alone``: by
    the light of each crop alone. ``known``: by all of the camera's tracks, later ones too.

    ``held_out_*`` by constants learned without the identity's fold (ten folds of identities): these are the figures to
    quote, though what is not in NamingConstants was set by people who had seen all of these identities. ``shipped_*``
    by the product's constants, learned from all these identities. ``not_one_label``: tracks left out because
    no colour or several are labelled. ``sureness`` and ``mistakes`` are held out.
    """

    tracks: int
    crops: int
    not_one_label: int
    live: Dealt
    alone: Dealt
    known: Dealt
    held_out_tracks: float
    held_out_crops: float
    shipped_tracks: float
    shipped_crops: float
    sureness: tuple[Sureness, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class ColourReport:
    """Both garments, the constants that all labels give, and the processor's time for one view (one thread)."""

    upper: GarmentReport
    lower: GarmentReport
    learned: NamingConstants
    ms_per_view: float


@dataclass(frozen=True, eq=False)
class _Labelled:
    """Crops of one garment with one labelled colour; ``label`` counts in ``vocabulary``."""

    lower: bool
    pieces: Garment
    """Stacked: N x PIECES and so on."""
    sure: NDArray[np.float64]
    identity: NDArray[np.int64]
    track: NDArray[np.int64]
    label: NDArray[np.int64]
    vocabulary: tuple[str, ...]
    tracks_left_out: int

    def of(self, which: NDArray[np.bool_]) -> _Labelled:
        pieces = Garment(
            self.pieces.lab[which], self.pieces.bright[which], self.pieces.outer[which], self.pieces.inner[which], 1.0
        )
        return replace(
            self,
            pieces=pieces,
            sure=self.sure[which],
            identity=self.identity[which],
            track=self.track[which],
            label=self.label[which],
        )


_Parts = tuple[_Labelled, _Labelled]
"""The upper and the lower garments."""


def evaluate_colours(
    crops_dir: Path, attributes: Path, models_dir: Path | None = None, deals: int = _DEALS
) -> ColourReport:
    """``attributes`` is JSON: identity to Market-1501's attributes (``upred``: 2 means yes).

    Raises ValueError when crops or labels do not fit, OSError when they cannot be read.
    """
    labels = json.loads(attributes.read_text())
    describer = Describer(models_dir)
    crops = crops_of(crops_dir)
    began_s = thread_time()
    measured = [describer.measure(crop.view) for crop in crops]
    took_ms = (thread_time() - began_s) * 1000
    identities = sorted({int(crop.identity) for crop in crops})
    live, known = lightness_gains(crops, [each.skin_lightness for each in measured])

    def lit(gains: NDArray[np.float64]) -> _Parts:
        upper = [each.upper.lit(gain) for each, gain in zip(measured, gains, strict=True)]
        lower = [each.lower.lit(gain) for each, gain in zip(measured, gains, strict=True)]
        return _labelled(upper, crops, labels, "up"), _labelled(lower, crops, labels, "down")

    parts = lit(live)
    by_light = (parts, lit(np.ones(len(crops))), lit(known))
    held_out = [_held_out(each, identities) for each in by_light]
    dealt = [_dealt(each, held, identities, deals) for each, held in zip(by_light, held_out, strict=True)]
    upper, lower = (
        _report(part, weights, [each[number] for each in dealt])
        for number, (part, weights) in enumerate(zip(parts, held_out[0], strict=True))
    )
    return ColourReport(upper, lower, _learned(*parts), round(took_ms / len(crops), 1))


def _labelled(found: list[Garment], crops: list[Crop], labels: dict[str, dict[str, int]], prefix: str) -> _Labelled:
    colour = {
        key: name
        for attributes in labels.values()
        for key in attributes
        if key.startswith(prefix) and (name := key.removeprefix(prefix).replace("gray", "grey")) in COLOURS
    }
    said = [
        [colour[key] for key, value in labels[crop.identity].items() if key in colour and value == _YES]
        for crop in crops
    ]
    kept = [number for number, each in enumerate(said) if len(each) == 1]
    if not kept:
        raise ValueError(f"no crop has one labelled colour of {prefix}")
    track = {name: number for number, name in enumerate(sorted({crop.track for crop in crops}))}
    vocabulary = tuple(sorted(set(colour.values())))
    pieces = Garment(
        lab=np.stack([found[number].lab for number in kept]),
        bright=np.stack([found[number].bright for number in kept]),
        outer=np.stack([found[number].outer for number in kept]),
        inner=np.stack([found[number].inner for number in kept]),
        sure=1.0,
    )
    return _Labelled(
        lower=prefix == "down",
        pieces=pieces,
        sure=np.array([found[number].sure for number in kept]),
        identity=np.array([int(crops[number].identity) for number in kept]),
        track=np.array([track[crops[number].track] for number in kept]),
        label=np.array([vocabulary.index(said[number][0]) for number in kept]),
        vocabulary=vocabulary,
        tracks_left_out=len({crops[number].track for number, each in enumerate(said) if len(each) != 1}),
    )


def _held_out(parts: _Parts, identities: Sequence[int]) -> list[NDArray[np.float64]]:
    """Weights of both garments' crops by constants learned without their identity's fold, dealt one after another."""
    held_out = [np.zeros((len(part.label), len(part.vocabulary))) for part in parts]
    for fold in (identities[number::_FOLDS] for number in range(_FOLDS)):
        learned = _learned(*(part.of(~np.isin(part.identity, fold)) for part in parts))
        for part, weights in zip(parts, held_out, strict=True):
            there = np.isin(part.identity, fold)
            weights[there] = _weights(part.of(there), learned)
    return held_out


def _dealt(parts: _Parts, held_out: list[NDArray[np.float64]], identities: Sequence[int], deals: int) -> list[Dealt]:
    """Both garments' held-out shares of tracks, by the folds in order and by deals by lot."""
    order = [_share_right(*_by_track(part, held)) for part, held in zip(parts, held_out, strict=True)]
    lots = [np.random.default_rng(seed).permutation(np.array(identities)).tolist() for seed in range(deals)]
    shares = np.array(
        [
            [_share_right(*_by_track(part, held)) for part, held in zip(parts, _held_out(parts, lot), strict=True)]
            for lot in lots
        ]
    ).reshape(-1, 2)
    return [
        Dealt(in_order, *(round(float(value), 4) for value in np.quantile(shares[:, number], (0.5, 0.0, 1.0))))
        for number, in_order in enumerate(order)
    ]


def _weights(part: _Labelled, constants: NamingConstants) -> NDArray[np.float64]:
    """N x vocabulary, as a view's weights in the product."""
    colours = garment_colours(part.pieces, constants, part.lower) * part.sure[:, None]
    return np.asarray(colours[:, [COLOURS.index(name) for name in part.vocabulary]], np.float64)


def _by_track(part: _Labelled, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Weights and labels of the tracks: the mean of their views, as the describer takes it."""
    _, first, number = np.unique(part.track, return_index=True, return_inverse=True)
    sums = np.zeros((len(first), weights.shape[1]))
    np.add.at(sums, number, weights)
    return sums / np.bincount(number)[:, None], part.label[first]


def _learned(*parts: _Labelled) -> NamingConstants:
    """The constants with which the right names are most clearly ahead, one changed after another."""
    best, loss = _START, _loss(_START, parts)
    steps = {name: getattr(_STEPS, name) for name in _STEPS.__dataclass_fields__}
    for _ in range(_ROUNDS):
        for name, step in steps.items():
            for tried in (step, -step):
                other = replace(best, **{name: getattr(best, name) + tried})
                other_loss = _loss(other, parts)
                if other_loss < loss:
                    best, loss = other, other_loss
                    break
            else:
                steps[name] = step / 2
    return best


def _loss(constants: NamingConstants, parts: tuple[_Labelled, ...]) -> float:
    total = 0.0
    for part in parts:
        weights = _weights(part, constants)
        for given, label in ((weights, part.label), _by_track(part, weights)):
            right = given[np.arange(len(label)), label]
            others = given.copy()
            others[np.arange(len(label)), label] = -1
            total += 1.5 * float((1 / (1 + np.exp((right - others.max(axis=1)) / _MARGIN))).mean())
    strayed = (
        (getattr(constants, name) - getattr(_START, name)) / getattr(_STEPS, name)
        for name in NamingConstants.__dataclass_fields__
    )
    return total + _STRAYING * float(sum(each * each for each in strayed))


def _report(part: _Labelled, held_out: NDArray[np.float64], dealt: list[Dealt]) -> GarmentReport:
    shipped = _weights(part, NamingConstants())
    track_weights, label = _by_track(part, held_out)
    named, certainty = track_weights.argmax(axis=1), track_weights.max(axis=1)
    right = named == label
    edges = (*_CERTAINTIES, np.inf)
    sureness = []
    for low, high in pairwise(edges):
        there = (certainty >= low) & (certainty < high)
        if there.any():
            sureness.append(Sureness(low, int(there.sum()), round(float(right[there].mean()), 3)))
    mistakes = Counter(zip(label[~right].tolist(), named[~right].tolist(), strict=True))
    return GarmentReport(
        tracks=len(label),
        crops=len(part.label),
        not_one_label=part.tracks_left_out,
        live=dealt[0],
        alone=dealt[1],
        known=dealt[2],
        held_out_tracks=round(float(right.mean()), 4),
        held_out_crops=round(float((held_out.argmax(axis=1) == part.label).mean()), 4),
        shipped_tracks=_share_right(*_by_track(part, shipped)),
        shipped_crops=_share_right(shipped, part.label),
        sureness=tuple(sureness),
        mistakes=tuple(
            Mistake(part.vocabulary[said], part.vocabulary[name], tracks)
            for (said, name), tracks in mistakes.most_common()
        ),
    )


def _share_right(weights: NDArray[np.float64], label: NDArray[np.int64]) -> float:
    return round(float((weights.argmax(axis=1) == label).mean()), 4)
