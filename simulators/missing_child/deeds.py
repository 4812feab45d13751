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
    """A key at a moment of the scene; ``person_id`` is who he truly means."""

    at_s: float
    answer: Answer
    person_id: str


def mistaken_share(alike: bool, guards: GuardJudgements) -> float:
    """How often another child is taken for her."""
    return guards.mistakes_alike_share if alike else guards.mistakes_other_share


def deeds(
    seen: Iterable[Encounter],
    at_door_s: float,
    taken_for_her: Callable[[str], float],
    guards: GuardJudgements,
    rng: random.Random,
) -> list[Deed]:
    """What he presses, in order of time, of those in sight of his own door from ``at_door_s`` on.

    ``taken_for_her``: how likely he takes this person for the child, by person.
    """
    found = []
    for one in seen:
        noticed_s = max(one.from_s, at_door_s) + rng.uniform(*guards.notices_s)
        if rng.random() >= taken_for_her(one.person_id) or noticed_s > one.to_s:
            continue
        if rng.random() < guards.reaches_share:
            found.append(Deed(noticed_s + rng.uniform(*guards.reaches_s), Answer.CHILD_IS_WITH_ME, one.person_id))
        else:
            found.append(Deed(noticed_s + rng.uniform(*guards.tells_s), Answer.SEEN, one.person_id))
    return sorted(found, key=lambda deed: deed.at_s)
