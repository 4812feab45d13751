"""What a guard presses, and that it follows from whom his door sees."""

from __future__ import annotations

import random
from dataclasses import replace

from devices.protocol.messages import Answer
from simulators.missing_child.deeds import deeds
from simulators.missing_child.judgements import GuardJudgements
from simulators.missing_child.sight import Encounter

SURE = replace(GuardJudgements(), reaches_share=1.0)
PASSES = Encounter("K01", 100.0, 130.0)


def always(_person_id: str) -> float:
    return 1.0


def never(_person_id: str) -> float:
    return 0.0


def test_guard_at_his_door_stops_the_child_after_the_stated_delays() -> None:
    (found,) = deeds([PASSES], 60.0, always, SURE, random.Random(1))
    assert found.answer is Answer.CHILD_IS_WITH_ME
    assert found.person_id == "K01"
    least, most = (100.0 + SURE.notices_s[at] + SURE.reaches_s[at] for at in (0, 1))
    assert least <= found.at_s <= most


def test_guard_who_comes_out_while_she_is_in_sight_still_sees_her() -> None:
    (found,) = deeds([PASSES], 120.0, always, SURE, random.Random(1))
    assert found.at_s > 120.0


def test_guard_who_comes_out_after_she_has_passed_sees_nobody() -> None:
    assert deeds([PASSES], 130.5, always, SURE, random.Random(1)) == []


def test_guard_who_cannot_reach_her_says_that_he_saw_her() -> None:
    (found,) = deeds([PASSES], 60.0, always, replace(SURE, reaches_share=0.0), random.Random(1))
    assert found.answer is Answer.SEEN


def test_who_is_taken_for_nobody_is_not_reported() -> None:
    assert deeds([PASSES], 60.0, never, SURE, random.Random(1)) == []


def test_share_noticed_is_the_share_that_was_said() -> None:
    rng = random.Random(7)
    noticed = sum(bool(deeds([PASSES], 60.0, lambda _: 0.8, SURE, rng)) for _ in range(2_000))
    assert 0.77 < noticed / 2_000 < 0.83


def test_keys_come_in_order_of_time() -> None:
    passes = [Encounter(f"K0{n}", 100.0 + n, 180.0) for n in range(1, 7)]
    pressed = [deed.at_s for deed in deeds(passes, 60.0, always, SURE, random.Random(3))]
    assert pressed == sorted(pressed)
    assert len(pressed) == 6
