"""What a guard does with his keys after an alert, decided at once from whom his door will see. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devices.protocol.messages import Answer
from simulators.missing_child.judgements import GuardJudgements
from simulators.missing_child.sight import Encounter


@dataclass(frozen=True)
class Deed:
    """A key at a moment of the scene, since he noticed somebody; ``person_id`` is who he truly means."""

    noticed_s: float
    at_s: float
    answer: Answer
    person_id: str


def mistaken_share(alike: bool, guards: GuardJudgements) -> float:
    """How often another child is taken for her."""
    return guards.mistakes_alike_share if alike else guards.mistakes_other_share


def deeds(
    seen: Iterable[Encounter],
    looks_from_s: float,
    taken_for_her: Callable[[str], float],
    guards: GuardJudgements,
    rng: random.Random,
) -> list[Deed]:
    """What he presses, in order of time, of those in sight from ``looks_from_s`` on.

    ``taken_for_her``: how likely he takes this person for the child, by person.
    """
    found = []
    for one in seen:
        noticed_s = max(one.from_s, looks_from_s) + rng.uniform(*guards.notices_s)
        if rng.random() >= taken_for_her(one.person_id) or noticed_s > one.to_s:
            continue
        reaches = rng.random() < guards.reaches_share
        answer, takes_s = (Answer.CHILD_IS_WITH_ME, guards.reaches_s) if reaches else (Answer.SEEN, guards.tells_s)
        found.append(Deed(noticed_s, noticed_s + rng.uniform(*takes_s), answer, one.person_id))
    return sorted(found, key=lambda deed: deed.at_s)
