"""What is said of a person only when they have left: who went along, what they carry, whether the head is covered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from devices.protocol.sightings import Sighting
from hub.vision.description.bags import bags_of
from hub.vision.description.companions import Company, Way
from hub.vision.description.head_wear import head_wear_of
from hub.vision.description.view import View
from hub.vision.detection.detections import Detector
from hub.vision.detection.nanodet import NanoDet


class LastWord:
    """One camera's; ``looked_with`` is told of every look, since other detectors than the built-in know no bags."""

    def __init__(self) -> None:
        self._company = Company()
        self._detector: NanoDet | None = None

    def looked_with(self, detector: Detector) -> None:
        """The detector at hand from now on."""
        self._detector = detector if isinstance(detector, NanoDet) else None

    def of(self, sighting: Sighting, way: Way, in_view: Sequence[Way], views: Sequence[View]) -> Sighting:
        """The sighting with all that is known at its end; ``views`` are the person's, best first."""
        return msgspec.structs.replace(
            sighting,
            companions=self._company.of(way, in_view),
            bags=() if self._detector is None else bags_of(views, self._detector),
            head_wear=head_wear_of(views),
        )
