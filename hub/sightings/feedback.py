"""What officers said of sightings, as a search heeds it: a confirmed one is what the sought person looks like; a
rejected one is left out, and who looks like it comes after everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.messages import Verdict
from hub.sightings.path.weighing import learned
from hub.sightings.rows import DESCRIPTOR_BYTES

MOST_COMPARED = 50
"""Of what was confirmed, and of what was rejected, the latest so many are compared with; all rejected are left out."""
_CONFIRMED_WEIGHT = 2.0
"""A confirmed look counts so much beside one that was chosen with the question."""
_REJECTED_SHARE = 0.3
"""The mean of rejected looks is taken off the mean of the others by this (Rocchio 1971): however many are rejected, the
others outweigh them. Both were chosen on half of the identities of ``evaluate feedback``."""
_DOUBTED = 3.5
"""The logarithm of how much likelier such a look is of the rejected person than of anybody: who wears what is asked for
looks like rejected ones too, and at 2 ten rejected ones put most of the right ones last (``evaluate feedback``)."""

Said = Mapping[str, Verdict]
"""By sighting, the oldest word first."""
NOTHING_SAID: Said = {}
Look = Mapping[str, bytes]
"""A descriptor for each describer."""
_Weighed = tuple[float, bytes]
"""What a descriptor counts, and the descriptor."""


class Feedback:
    """The words of a case, with the looks of those that are still kept."""

    def __init__(self, said: Said, look_of: Callable[[str], Look | None]) -> None:
        """``look_of``: of a sighting; None where it is not kept any more."""
        self.said = said
        self._confirmed = self._looks(Verdict.CONFIRMED, look_of)
        self._rejected = self._looks(Verdict.REJECTED, look_of)
        self._units_of: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def __bool__(self) -> bool:
        return bool(self.said)

    def is_rejected(self, sighting_id: str) -> bool:
        return self.said.get(sighting_id) is Verdict.REJECTED

    def compared(self, chosen: Sequence[Look]) -> Look:
        """What rows are compared with: the looks ``chosen`` with the question, those confirmed, less those rejected.

        Nothing for a describer of which only rejected looks are known: nobody looks like the opposite of somebody.
        """
        added = _by_describer(
            [*((1.0, look) for look in chosen), *((_CONFIRMED_WEIGHT, one) for one in self._confirmed)]
        )
        taken = _by_describer([(1.0, look) for look in self._rejected])
        return {describer: _combined(looks, taken.get(describer, [])) for describer, looks in added.items()}

    def doubts(self, sighting: Sighting) -> bool:
        """Whether it looks like a rejected one, by a ratio of e³·⁵ at least, and like no confirmed one more.

        Nobody does by a network's descriptor: what likeness of it is worth was never learned.
        """
        weighing, describer = learned(), sighting.describer
        if not self._rejected or describer.split("+")[0] != weighing.describer:
            return False
        own = _units([sighting.descriptor])
        rejected, confirmed = self._units(describer)
        unlike, alike = (float((own @ others.T).max(initial=-1.0)) for others in (rejected, confirmed))
        return unlike > alike and bool(weighing.same_looks.at(np.array([unlike]))[0] >= _DOUBTED)

    def _units(self, describer: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What was rejected and what was confirmed, as ``_units``: once for all that are held against them."""
        known = self._units_of.get(describer)
        if known is None:
            rejected, confirmed = (
                _units([look[describer] for look in looks if describer in look])
                for looks in (self._rejected, self._confirmed)
            )
            known = self._units_of[describer] = rejected, confirmed
        return known

    def _looks(self, verdict: Verdict, look_of: Callable[[str], Look | None]) -> list[Look]:
        latest = [sighting_id for sighting_id, said in self.said.items() if said is verdict][-MOST_COMPARED:]
        return [look for sighting_id in latest if (look := look_of(sighting_id)) is not None]


def _by_describer(looks: Iterable[tuple[float, Look]]) -> dict[str, list[_Weighed]]:
    found: dict[str, list[_Weighed]] = {}
    for weight, look in looks:
        for describer, descriptor in look.items():
            found.setdefault(describer, []).append((weight, descriptor))
    return found


def _combined(added: Sequence[_Weighed], taken: Sequence[_Weighed]) -> bytes:
    """The mean of what is added less a share of the mean of what is taken, as bytes. A look alone stays as it is."""
    if len(added) == 1 and not taken:
        return added[0][1]
    wanted = _mean(added) - (_REJECTED_SHARE * _mean(taken) if taken else 0.0)
    largest = max(float(np.abs(wanted).max()), 1e-9)
    return bytes(np.round(wanted * (127 / largest)).astype(np.int8))


def _mean(weighed: Sequence[_Weighed]) -> NDArray[np.float64]:
    """Of descriptors at length 1: (DESCRIPTOR_BYTES,)."""
    weights = np.array([weight for weight, _ in weighed])
    return np.asarray(weights @ _units([descriptor for _, descriptor in weighed]) / weights.sum())


def _units(descriptors: Sequence[bytes]) -> NDArray[np.float64]:
    """(N, DESCRIPTOR_BYTES), at length 1; zeros for what is empty."""
    rows = [np.frombuffer(one[:DESCRIPTOR_BYTES].ljust(DESCRIPTOR_BYTES, b"\0"), np.int8) for one in descriptors]
    found = np.array(rows, np.float64).reshape(len(rows), DESCRIPTOR_BYTES)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1), 1e-9)[:, None])
