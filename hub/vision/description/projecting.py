"""Describes sightings by another built-in descriptor from the numbers that came with them, without their pictures.

So a projection that was learned on site serves at once for what any worker says, wherever it runs and whatever it
describes with, and what is stored loses nothing by being described anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from devices.protocol.sightings import Sighting, Stripes
from hub.vision.description.descriptor import StripesDescriptor
from hub.vision.description.kept_stripes import mean_of
from hub.vision.description.naming import AUTO, LEARNED


class Projections:
    """The built-in describer and those learned on site that are in use. Each method may be called from any thread."""

    def __init__(self) -> None:
        self._by_name: Mapping[str, StripesDescriptor] = {}

    def take_on(self, choices: Mapping[str, str]) -> None:
        """Describe by these from now on: choices (description/choice.py) by name; networks are passed over.

        Raises OSError, KeyError, ValueError for files that cannot be read.
        """
        known = self._by_name
        self._by_name = {
            name: known.get(name) or StripesDescriptor(None if choice == AUTO else Path(choice))
            for name, choice in choices.items()
            if choice == AUTO or Path(choice).suffix == LEARNED
        }

    def descriptors(self, stripes: Stripes | None, describers: Sequence[str]) -> dict[str, bytes]:
        """As those of ``describers`` make it that are projections in use; of numbers of no kind of theirs nothing."""
        in_use = self._by_name  # another thread may take on others meanwhile
        projections = {name: in_use[name] for name in describers if name in in_use}
        if not projections or stripes is None:
            return {}
        try:
            mean = mean_of(stripes)
        except ValueError:  # of another measure, or damaged by whoever said it
            return {}
        return {name: projection.of([], [mean], np.ones(1)) for name, projection in projections.items()}

    def described(self, sightings: Sequence[Sighting], describer: str) -> list[Sighting]:
        """The same sightings, by ``describer`` where they can be."""
        return [self._described(sighting, describer) for sighting in sightings]

    def _described(self, sighting: Sighting, describer: str) -> Sighting:
        if sighting.describer == describer:
            return sighting
        made = self.descriptors(sighting.stripes, (describer,)).get(describer)
        return sighting if made is None else msgspec.structs.replace(sighting, describer=describer, descriptor=made)
