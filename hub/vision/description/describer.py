"""The describer: from a few pictures of one person to clothing colours and a descriptor to compare by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Stripes
from hub.vision.description.body_points import BodyPoints, Points
from hub.vision.description.body_regions import body_regions
from hub.vision.description.camera_light import CameraLight
from hub.vision.description.clothing import Garment, garment_colours, garments
from hub.vision.description.colour_names import NamingConstants
from hub.vision.description.descriptor import Descriptor, StripesDescriptor
from hub.vision.description.kept_stripes import kept
from hub.vision.description.light import corrected, lab, scene_light
from hub.vision.description.patterns import PatternJudge
from hub.vision.description.person_mask import PersonMask
from hub.vision.description.skin import skin_lightness, skin_likeness
from hub.vision.description.stripes import colour_stripes
from hub.vision.description.view import View, ViewError, Weights, person_at_fixed_size

_CONSTANTS = NamingConstants()
_CUT_WEIGHT = 0.25
"""A view that the frame's edge cuts counts a quarter beside whole ones."""


@dataclass(frozen=True)
class Appearance:
    """What a person looks like. Weights are in the order of COLOURS, each 0..1, adding up to at most 1.

    ``upper_pattern`` weighs PATTERNS in the same way; it is empty where no view shows enough.
    ``descriptor`` is empty where a network says nothing of these views.
    ``stripes``: what the descriptor was made of, where it is made of them.
    """

    upper: tuple[float, ...]
    lower: tuple[float, ...]
    upper_pattern: tuple[float, ...]
    descriptor: bytes
    describer: str
    stripes: Stripes | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """What one view shows before anything is named. ``skin_lightness``: L*; None where too little is bare."""

    upper: Garment
    lower: Garment
    skin_lightness: float | None
    stripes: NDArray[np.float32]
    mask: Weights
    points: Points


class Describer:
    """Describes people of one camera; about 15 ms a view and 2 a track on one core. Serves one thread at a time."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1, descriptor: Descriptor | None = None) -> None:
        """``models_dir`` holds selfie.onnx and movenet-lightning.onnx; ``descriptor``: the built-in one by default.

        Raises FileNotFoundError when a network is not there.
        """
        self._mask = PersonMask(models_dir, threads)
        self._points = BodyPoints(models_dir, threads)
        self._descriptor = descriptor or StripesDescriptor()
        self._patterns = PatternJudge()
        self._light = CameraLight()
        self._measured: WeakKeyDictionary[View, Measured] = WeakKeyDictionary()
        """Of views that somebody keeps: a person is described when told and when gone, partly from the same views."""

    def for_another_camera(self) -> Describer:
        """One with the same networks, which are not loaded again, and a light still to be learned."""
        other = copy(self)
        other._light = CameraLight()
        other._measured = WeakKeyDictionary()
        return other

    def with_descriptor(self, descriptor: Descriptor) -> Describer:
        """One that shares all but the descriptor, what it measured of views included."""
        other = copy(self)
        other._descriptor = descriptor
        return other

    @property
    def name(self) -> str:
        """Of its descriptors."""
        return self._descriptor.name

    def describe(self, views: Sequence[View]) -> Appearance:
        """One person from views, best first. Raises ValueError without any, ViewError for one without a picture."""
        if not views:
            raise ValueError("a person cannot be described without a view")
        measured = [self.measure(view) for view in views]
        weights = np.array([(_CUT_WEIGHT if view.cut else 1.0) * max(view.score, 0.05) for view in views])
        weights /= weights.sum()
        unsure_when_cut = 0.5 if all(view.cut for view in views) else 1.0
        gain = self._light.lightness_gain
        upper = [garment_colours(each.upper.lit(gain), _CONSTANTS, lower=False) for each in measured]
        lower = [garment_colours(each.lower.lit(gain), _CONSTANTS, lower=True) for each in measured]
        stripes = [each.stripes for each in measured]
        return Appearance(
            upper=_fractions(_mean(upper, weights)),
            lower=_fractions(_mean(lower, weights) * unsure_when_cut),
            upper_pattern=self._pattern(measured, views),
            descriptor=self._described(views, stripes, weights),
            describer=self._descriptor.name,
            stripes=kept(_mean(stripes, weights)) if self._descriptor.takes_stripes else None,
        )

    def _described(
        self, views: Sequence[View], stripes: Sequence[NDArray[np.float32]], weights: NDArray[np.float64]
    ) -> bytes:
        try:
            return self._descriptor.of(views, stripes, weights)
        except ViewError:  # their pictures were measured: it is the network, and clothes are told all the same
            return b""

    def descriptor_of(self, view: View) -> bytes:
        """As ``describe`` of this view alone, without what the descriptor does not take. Raises ViewError."""
        stripes = [self.measure(view).stripes] if self._descriptor.takes_stripes else []
        return self._descriptor.of([view], stripes, np.ones(1))

    def learn_light(self, views: Sequence[View], at_s: float) -> None:
        """Take in, for those who come later, how light this camera showed somebody (media seconds).

        Once for each sighting, after its last description. Raises ViewError for a view without a picture.
        """
        shown = mean_skin_lightness(self.measure(view).skin_lightness for view in views)
        if shown is not None:
            self._light.learn(shown, at_s)

    def measure(self, view: View) -> Measured:
        """All of a view that takes pixels, once. Raises ViewError when it holds no picture of a person."""
        found = self._measured.get(view)
        if found is None:
            found = self._measured[view] = self._measure(view)
        return found

    def _measure(self, view: View) -> Measured:
        person = person_at_fixed_size(view)
        mask, points = self._mask.of(person), self._points.of(person)
        seen = lab(person)
        regions = body_regions(points)
        skin = skin_likeness(seen, mask, regions.bare)
        upper, lower = garments(seen, mask, skin, regions, scene_light(seen, mask))
        stripes = colour_stripes(lab(corrected(person)), mask, points)
        return Measured(upper, lower, skin_lightness(seen, skin, regions.bare), stripes, mask, points)

    def _pattern(self, measured: Sequence[Measured], views: Sequence[View]) -> tuple[float, ...]:
        """By the first view that shows enough: the best views come first."""
        for each, view in zip(measured, views, strict=True):
            pattern = self._patterns.of(view, each.points, each.mask)
            if pattern:
                return pattern
        return ()


def mean_skin_lightness(of_views: Iterable[float | None]) -> float | None:
    """Of one person's views; None where none shows enough."""
    shown = [each for each in of_views if each is not None]
    return sum(shown) / len(shown) if shown else None


def _mean(rows: Sequence[NDArray[np.float32]], weights: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(weights @ np.stack(rows), np.float32)


def _fractions(weights: NDArray[np.float32]) -> tuple[float, ...]:
    """Plain numbers that add up to no more than 1 after rounding to thousandths."""
    return tuple(int(weight * 1000) / 1000 for weight in np.clip(weights, 0.0, 1.0).tolist())
