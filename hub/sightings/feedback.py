"""What officers said of sightings, as a search heeds it: a confirmed one is what the sought person looks like; a
rejected one is left out, and who looks like it comes after everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.messages import Verdict
from hub.sightings.path.grouping import SURE
from hub.sightings.path.weighing import learned
from hub.sightings.rows import DESCRIPTOR_BYTES

MOST_COMPARED = 50
"""Of what was confirmed, and of what was rejected, the latest so many are compared with; all rejected are left out."""
_CONFIRMED_WEIGHT, _REJECTED_WEIGHT = 2.0, 0.4
"""Rocchio (1971): what a confirmed look adds to one that was chosen, and what a rejected one takes off. By ``evaluate
retrieval --feedback`` on half of its identities; docs/search.md says what they give on the others."""

Said = Mapping[str, Verdict]
"""By sighting, the oldest word first."""
NOTHING_SAID: Said = {}
Look = Mapping[str, bytes]
"""A descriptor for each describer."""


class Feedback:
    """The words of a case, with the looks of those that are still kept."""

    def __init__(self, said: Said, look_of: Callable[[str], Look | None]) -> None:
        """``look_of``: of a sighting; None where it is not kept any more."""
        self.said = said
        self._confirmed = self._looks(Verdict.CONFIRMED, look_of)
        self._rejected = self._looks(Verdict.REJECTED, look_of)

    def __bool__(self) -> bool:
        return bool(self.said)

    def is_rejected(self, sighting_id: str) -> bool:
        return self.said.get(sighting_id) is Verdict.REJECTED

    def compared(self, chosen: Sequence[Look]) -> Look:
        """What rows are compared with: the looks ``chosen`` with the question, those confirmed, less those rejected.

        Nothing for a describer of which only rejected looks are known: nobody looks like the opposite of somebody.
        """
        added = _by_describer([(1.0, chosen), (_CONFIRMED_WEIGHT, self._confirmed)])
        taken = _by_describer([(-_REJECTED_WEIGHT, self._rejected)])
        return {describer: _combined(looks + taken.get(describer, [])) for describer, looks in added.items()}

    def doubts(self, sighting: Sighting) -> bool:
        """Whether it looks like a rejected one, by a likelihood ratio of e² at least, and like none confirmed more."""
        weighing, describer = learned(), sighting.describer
        if not self._rejected or describer.split("+")[0] != weighing.describer:
            return False
        own = _units([sighting.descriptor])
        unlike = _likeness(own, self._rejected, describer)
        alike = _likeness(own, self._confirmed, describer)
        return unlike > alike and bool(weighing.same_looks.at(np.array([unlike]))[0] >= SURE)

    def _looks(self, verdict: Verdict, look_of: Callable[[str], Look | None]) -> list[Look]:
        latest = [sighting_id for sighting_id, said in self.said.items() if said is verdict][-MOST_COMPARED:]
        return [look for sighting_id in latest if (look := look_of(sighting_id)) is not None]


def _by_describer(weighed: Iterable[tuple[float, Sequence[Look]]]) -> dict[str, list[tuple[float, bytes]]]:
    found: dict[str, list[tuple[float, bytes]]] = {}
    for weight, looks in weighed:
        for look in looks:
            for describer, descriptor in look.items():
                found.setdefault(describer, []).append((weight, descriptor))
    return found


def _likeness(own: NDArray[np.float64], looks: Sequence[Look], describer: str) -> float:
    """The largest cosine to any of them."""
    others = _units(look.get(describer, b"") for look in looks)
    return float((own @ others.T).max(initial=-1.0))


def _combined(weighed: Sequence[tuple[float, bytes]]) -> bytes:
    """The weighted sum of descriptors at length 1, as bytes again. A look alone stays as it is."""
    if len(weighed) == 1:
        return weighed[0][1]
    weights = np.array([weight for weight, _ in weighed])
    total = weights @ _units(descriptor for _, descriptor in weighed)
    largest = max(float(np.abs(total).max()), 1e-9)
    return bytes(np.round(total * (127 / largest)).astype(np.int8))


def _units(descriptors: Iterable[bytes]) -> NDArray[np.float64]:
    """Of those that are there, (N, DESCRIPTOR_BYTES), at length 1."""
    rows = [np.frombuffer(one[:DESCRIPTOR_BYTES].ljust(DESCRIPTOR_BYTES, b"\0"), np.int8) for one in descriptors if one]
    found = np.array(rows, np.float64).reshape(len(rows), DESCRIPTOR_BYTES)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1), 1e-9)[:, None])
