"""Looks at one picture: who is in it, and what one of them looks like."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import cv2
import numpy as np

from hub.describing.messages import Area, BodySeen, KeptPicture, Look, PersonFound, PersonLook, PhotoLooked
from hub.describing.photo import Pixels
from hub.vision.boxes import Box
from hub.vision.description.bags import bags_of
from hub.vision.description.body_points import Point, Points
from hub.vision.description.describer import Describer
from hub.vision.description.head_wear import head_wear_of
from hub.vision.description.view import View, ViewError
from hub.vision.detection.nanodet import NanoDet
from hub.vision.tracking.views import view_of_kept

MOST_PEOPLE = 50
_LEAST_SCORE = 0.3
"""Whom the detector doubts more is not offered: a box can be drawn by hand."""
_SHOULDER_SCORE, _ANKLE_SCORE = 0.4, 0.2
"""Of 120 crops of market1501-subset, whole and cut in two, these tell best what is in the picture (docs/search.md)."""
_CHOSEN_SCORE = 1.0


class Looker:
    """The networks of one process; serves one thread. ``describers`` are those in use, the current one first."""

    def __init__(self, detector: NanoDet, describers: Sequence[Describer]) -> None:
        self._detector = detector
        self._describers = {describer.name: describer for describer in describers}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._describers)

    def look(self, pixels: Pixels, area: Area | None) -> PhotoLooked:
        """Everybody in an upright picture, largest first; and the one in the area, as it was drawn."""
        height, width = pixels.shape[:2]
        found = self._detector.detect(pixels)
        people = [
            _shares(Box(*box), float(score), width, height)
            for box, score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True)
            if score >= _LEAST_SCORE
        ]
        people.sort(key=lambda one: (one.left - one.right) * (one.bottom - one.top))
        return PhotoLooked(
            people=tuple(people[:MOST_PEOPLE]), person=None if area is None else self._person(pixels, area)
        )

    def describe_kept(
        self, describers: Sequence[str], pictures: Sequence[KeptPicture]
    ) -> tuple[tuple[bytes, ...] | None, ...]:
        """For each picture a descriptor by each of these; None where it cannot be decoded or its box shows nobody."""
        asked = [self._describers[name] for name in describers]
        return tuple(self._describe_kept(asked, kept) for kept in pictures)

    @staticmethod
    def _describe_kept(describers: Sequence[Describer], kept: KeptPicture) -> tuple[bytes, ...] | None:
        picture = cv2.imdecode(np.frombuffer(kept.jpeg, np.uint8), cv2.IMREAD_COLOR) if kept.jpeg else None
        if picture is None:
            return None
        view = view_of_kept(np.asarray(picture, np.uint8), Box(*kept.frame_box), kept.frame_px)
        try:
            return tuple(describer.descriptor_of(view) for describer in describers)
        except ViewError:
            return None

    def _person(self, pixels: Pixels, area: Area) -> PersonLook | None:
        """None where the area holds too few pixels."""
        height, width = pixels.shape[:2]
        across, down = area.right - area.left, area.bottom - area.top
        box = Box(area.left * width, area.top * height, across * width, down * height)
        sides = (box.left, box.top, box.width, box.height)
        view = View(pixels, sides, box.touches_edge(width, height), _CHOSEN_SCORE)
        first, *others = self._describers.values()
        try:
            seen = first.describe([view])
        except ViewError:
            return None
        looks = [Look(describer=seen.describer, descriptor=seen.descriptor)] if seen.descriptor else []
        for other in others:
            with contextlib.suppress(ViewError):  # a network that says nothing of this picture
                looks.append(Look(describer=other.name, descriptor=other.descriptor_of(view)))
        whole = View(pixels, sides, False, _CHOSEN_SCORE)  # who drew the box says that it is the person
        body = body_seen(first.measure(view).points)
        bags = bags_of([whole], self._detector) if body is BodySeen.WHOLE else ()
        return PersonLook(
            looks=tuple(looks),
            stripes=seen.stripes,
            upper=seen.upper if body in (BodySeen.WHOLE, BodySeen.UPPER) else (),
            lower=seen.lower if body in (BodySeen.WHOLE, BodySeen.LOWER) else (),
            upper_pattern=seen.upper_pattern if body in (BodySeen.WHOLE, BodySeen.UPPER) else (),
            backpack=bags[0] if bags else None,
            head_wear=head_wear_of([whole]) if body is BodySeen.WHOLE else None,
            body=body,
        )


def body_seen(points: Points) -> BodySeen:
    """How much of the body the points show: shoulders and feet, one of them, or neither."""
    shoulders = points[[Point.LEFT_SHOULDER, Point.RIGHT_SHOULDER], 2].max() >= _SHOULDER_SCORE
    feet = points[[Point.LEFT_ANKLE, Point.RIGHT_ANKLE], 2].max() >= _ANKLE_SCORE
    if shoulders and feet:
        return BodySeen.WHOLE
    if shoulders:
        return BodySeen.UPPER
    return BodySeen.LOWER if feet else BodySeen.PART


def _shares(box: Box, score: float, width: int, height: int) -> PersonFound:
    box = box.clipped(width, height)
    return PersonFound(
        left=round(box.left / width, 4),
        top=round(box.top / height, 4),
        right=round(min((box.left + box.width) / width, 1.0), 4),
        bottom=round(min((box.top + box.height) / height, 1.0), 4),
        likelihood=round(min(score, 1.0), 3),
    )
