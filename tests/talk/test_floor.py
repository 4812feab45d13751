"""The floor of one group: who speaks, who waits, who is turned away and why, and what ends a burst."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from devices.protocol.messages import CallKind, DenyReason, RevokeReason
from hub.talk.answers import ANSWERS, Asker, FloorState
from hub.talk.barred import Barred
from hub.talk.effects import (
    Burst,
    Denied,
    Effect,
    Effects,
    Ended,
    Granted,
    KeyStuck,
    Press,
    Priority,
    Queued,
    Revoked,
    Taken,
    Warned,
)
from hub.talk.floor import HANG_TIME_S, SILENT_AFTER_S, Floor
from hub.talk.queue import MOST_WAITING, WAIT_AT_MOST_S

S = 1_000_000
LIMIT_S = 60.0
NOW = 1 * S
LATER = 1_500_000
HANG_US = round(HANG_TIME_S * S)


def new_floor(barred: Barred | None = None) -> Floor:
    return Floor(LIMIT_S, count(1).__next__, barred or Barred())


def press(
    talker_id: str,
    priority: Priority = Priority.GUARD,
    call: CallKind = CallKind.GROUP,
    request_id: str = "r",
) -> Press:
    return Press(talker_id, request_id, priority, call)


def dispatcher(talker_id: str = "duty", call: CallKind = CallKind.GROUP) -> Press:
    return press(talker_id, Priority.DISPATCHER, call)


def sos(talker_id: str) -> Press:
    return press(talker_id, Priority.EMERGENCY, CallKind.EMERGENCY)


def granted(told: Effects) -> Burst:
    (found,) = (effect.burst for effect in told if isinstance(effect, Granted))
    return found


def denied(told: Effects) -> Denied:
    (found,) = (effect for effect in told if isinstance(effect, Denied))
    return found


def kinds(told: Effects) -> list[type[Effect]]:
    return [type(effect) for effect in told]


def speaking(floor: Floor, asks: Press | None = None, now_us: int = 0) -> Burst:
    return granted(floor.request(asks or press("R1"), now_us))


def speak_until(floor: Floor, burst: Burst, until_us: int) -> Effects:
    """Speak without a pause; returns what was told on the way."""
    told: list[Effect] = []
    for now_us in range(burst.started_us, until_us + 1, S):
        told += floor.look(now_us)
        floor.voice(burst.talker_id, burst.burst_id, now_us)
    return tuple(told)


def test_table_answers_every_asker_in_every_state() -> None:
    assert {state: set(answers) for state, answers in ANSWERS.items()} == {state: set(Asker) for state in FloorState}


EVENTS: dict[str, tuple[Callable[[Floor, int], object], bool]] = {
    "request by the talker": (lambda floor, burst_id: floor.request(press("R1"), NOW), True),
    "request by another": (lambda floor, burst_id: floor.request(press("R2"), NOW), True),
    "release by the talker": (lambda floor, burst_id: floor.release("R1", burst_id, NOW), False),
    "release by another": (lambda floor, burst_id: floor.release("R2", burst_id, NOW), True),
    "release of another burst": (lambda floor, burst_id: floor.release("R1", burst_id + 100, NOW), True),
    "cancel by the talker": (lambda floor, burst_id: floor.cancel("R1", "r", NOW), False),
    "cancel of an older press": (lambda floor, burst_id: floor.cancel("R1", "r0", NOW), True),
    "cancel by another": (lambda floor, burst_id: floor.cancel("R2", "r", NOW), True),
    "talker leaves": (lambda floor, burst_id: floor.leave("R1", NOW), False),
    "another leaves": (lambda floor, burst_id: floor.leave("R2", NOW), True),
    "voice of the talker": (lambda floor, burst_id: floor.voice("R1", burst_id, NOW), True),
    "voice of another": (lambda floor, burst_id: floor.voice("R2", burst_id, NOW), True),
    "nothing is due": (lambda floor, burst_id: floor.look(NOW), True),
    "silence": (lambda floor, burst_id: floor.look(round(SILENT_AFTER_S * S)), False),
    "the limit": (lambda floor, burst_id: floor.look(round(LIMIT_S * S)), False),
}


@pytest.mark.parametrize("event", EVENTS)
def test_taken_floor_after_each_event(event: str) -> None:
    floor = new_floor()
    burst = speaking(floor)
    happen, still_speaking = EVENTS[event]
    happen(floor, burst.burst_id)
    assert floor.burst == (burst if still_speaking else None)


@pytest.mark.parametrize("event", [event for event in EVENTS if not event.startswith("request")])
def test_idle_floor_stays_idle_after_each_event_but_a_request(event: str) -> None:
    floor = new_floor()
    assert EVENTS[event][0](floor, 1) in ((), False)
    assert (floor.burst, floor.due_us) == (None, None)


def test_everybody_is_told_who_speaks_after_the_talker_was_granted() -> None:
    floor = new_floor()
    told = floor.request(press("R1"), 0)
    assert kinds(told) == [Granted, Taken]
    burst = granted(told)
    assert floor.request(press("R1", request_id="again"), NOW) == (Granted(press("R1", request_id="again"), burst),), (
        "the talker who asks again has the same grant, and nobody else is told"
    )


def test_who_asks_meanwhile_waits_and_speaks_in_the_moment_of_the_release() -> None:
    floor = new_floor()
    burst = speaking(floor)
    assert floor.request(press("R2"), NOW) == (Queued(press("R2"), 1, 1),)
    assert floor.request(press("R3"), NOW) == (Queued(press("R2"), 1, 2), Queued(press("R3"), 2, 2))
    told = floor.release("R1", burst.burst_id, LATER)
    assert kinds(told) == [Ended, Granted, Taken, Queued]
    assert (granted(told).talker_id, granted(told).call_id) == ("R2", burst.call_id)
    assert told[-1] == Queued(press("R3"), 1, 1)


def test_dispatcher_takes_the_floor_from_a_guard_who_is_told() -> None:
    floor = new_floor()
    burst = speaking(floor)
    told = floor.request(dispatcher(), NOW)
    assert kinds(told) == [Revoked, Ended, Granted, Taken]
    assert told[0] == Revoked(burst, RevokeReason.PREEMPTED)
    assert not floor.voice("R1", burst.burst_id, NOW)
    assert floor.voice("duty", granted(told).burst_id, NOW)


@pytest.mark.parametrize("talker", Priority)
@pytest.mark.parametrize("asker", Priority)
def test_only_a_higher_priority_takes_the_floor_from_a_talker(talker: Priority, asker: Priority) -> None:
    floor = new_floor()
    speaking(floor, press("R1", talker))
    told = floor.request(press("R2", asker), NOW)
    assert (kinds(told) == [Queued]) == (asker <= talker)
    assert floor.burst is not None
    assert floor.burst.talker_id == ("R1" if asker <= talker else "R2")


def test_those_who_wait_are_granted_by_priority_and_then_by_time() -> None:
    floor = new_floor()
    burst = speaking(floor, dispatcher())
    for talker_id, priority in (("R1", 0), ("R2", 0), ("chief", 1), ("R3", 0), ("duty2", 2), ("officer", 1)):
        floor.request(press(talker_id, Priority(priority)), NOW)
    spoke = []
    while floor.waiting:
        burst = granted(floor.release(burst.talker_id, burst.burst_id, LATER))
        spoke.append(burst.talker_id)
    assert spoke == ["duty2", "chief", "officer", "R1", "R2", "R3"]


def test_eleventh_is_turned_away_and_a_guard_before_a_dispatcher() -> None:
    floor = new_floor()
    speaking(floor, dispatcher())
    for number in range(MOST_WAITING):
        floor.request(press(f"R{number}"), NOW)
    assert denied(floor.request(press("R10"), NOW)) == Denied(press("R10"), DenyReason.QUEUE_FULL)
    told = floor.request(dispatcher("duty2"), NOW)
    assert denied(told) == Denied(press("R9"), DenyReason.QUEUE_FULL)
    assert told.count(Queued(dispatcher("duty2"), 1, MOST_WAITING)) == 1
    assert len(floor.waiting) == MOST_WAITING


@pytest.mark.parametrize(
    "go",
    [
        lambda floor: floor.cancel("R2", "r", LATER),
        lambda floor: floor.leave("R2", LATER),
    ],
    ids=["lets go", "leaves"],
)
def test_who_lets_go_or_leaves_waits_no_more_and_the_others_move_up(go: Callable[[Floor], Effects]) -> None:
    floor = new_floor()
    speaking(floor)
    floor.request(press("R2"), NOW)
    floor.request(press("R3"), NOW)
    assert go(floor) == (Queued(press("R3"), 1, 1),)


def test_who_has_waited_30_seconds_is_told_to_press_again() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.request(press("R2"), 0)
    speak_until(floor, burst, 29 * S)
    assert floor.due_us == round(WAIT_AT_MOST_S * S)
    assert floor.look(30 * S) == (Denied(press("R2"), DenyReason.WAITED_TOO_LONG),)
    assert floor.waiting == ()


def test_key_let_go_while_its_grant_was_under_way_gives_the_floor_on() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.request(press("R2"), NOW)
    floor.request(press("R3"), NOW)
    floor.release("R1", burst.burst_id, LATER)
    assert granted(floor.cancel("R2", "r", LATER)).talker_id == "R3"


def test_second_press_of_one_who_waits_is_a_new_one_but_the_same_press_again_keeps_its_place() -> None:
    floor = new_floor()
    speaking(floor)
    for talker_id in ("R2", "R3"):
        floor.request(press(talker_id), NOW)
    assert floor.request(press("R2"), LATER) == (Queued(press("R2"), 1, 2),)
    floor.request(press("R2", request_id="r2"), LATER)
    assert floor.waiting == (press("R3"), press("R2", request_id="r2"))


def test_talker_is_warned_10_seconds_before_the_limit_once_and_stopped_at_it() -> None:
    floor = new_floor()
    burst = speaking(floor)
    assert speak_until(floor, burst, 49 * S) == ()
    assert floor.due_us == 50 * S
    assert floor.look(50 * S) == (Warned(burst, 10.0),)
    assert floor.look(50 * S) == ()
    floor.voice("R1", burst.burst_id, 59 * S)
    assert floor.look(60 * S) == (Revoked(burst, RevokeReason.TOO_LONG), Ended(burst))


def test_floor_with_a_limit_of_10_seconds_warns_nobody() -> None:
    floor = Floor(10.0, count(1).__next__, Barred())
    burst = speaking(floor)
    assert kinds(speak_until(floor, burst, 10 * S)) == [Revoked, Ended]


def test_talker_who_says_nothing_for_2_seconds_is_stopped_and_the_next_speaks() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.voice("R1", burst.burst_id, 5 * S)
    floor.request(press("R2"), 6 * S)
    assert floor.look(7 * S - 1) == ()
    assert floor.due_us == 7 * S
    told = floor.look(7 * S)
    assert told[:2] == (Revoked(burst, RevokeReason.SILENT), Ended(burst))
    assert granted(told).talker_id == "R2"


def test_answer_within_10_seconds_belongs_to_the_same_call() -> None:
    floor = new_floor()
    first = speaking(floor)
    floor.release("R1", first.burst_id, 5 * S)
    answer = speaking(floor, press("R2"), 5 * S + HANG_US)
    assert (answer.call_id, answer.burst_id != first.burst_id) == (first.call_id, True)
    floor.leave("R2", 16 * S)
    assert speaking(floor, press("R1"), 16 * S + HANG_US + 1).call_id != first.call_id


def test_nobody_answers_a_broadcast_until_its_hang_time_is_over() -> None:
    floor = new_floor()
    speaking(floor)
    floor.request(press("R2"), 0)
    told = floor.request(dispatcher(call=CallKind.BROADCAST), 0)
    burst = granted(told)
    assert burst.call is CallKind.BROADCAST
    assert denied(told) == Denied(press("R2"), DenyReason.BROADCAST), "who waited is told at once"
    assert denied(floor.request(dispatcher("duty2"), NOW)) == Denied(dispatcher("duty2"), DenyReason.BROADCAST)
    floor.release("duty", burst.burst_id, NOW)
    assert denied(floor.request(press("R2"), NOW + 4 * S)) == Denied(press("R2"), DenyReason.BROADCAST, 6.0)
    again = speaking(floor, dispatcher(call=CallKind.BROADCAST), NOW + HANG_US)
    assert again.call_id == burst.call_id
    floor.release("duty", again.burst_id, NOW + HANG_US)
    assert speaking(floor, press("R2"), NOW + 2 * HANG_US + 1).call is CallKind.GROUP


def test_initiator_who_asks_for_answers_ends_the_broadcast() -> None:
    floor = new_floor()
    burst = speaking(floor, dispatcher(call=CallKind.BROADCAST))
    floor.release("duty", burst.burst_id, NOW)
    asks = speaking(floor, dispatcher(), NOW)
    floor.release("duty", asks.burst_id, NOW)
    assert speaking(floor, press("R1"), NOW).call_id == asks.call_id != burst.call_id


def test_broadcast_whose_initiator_went_keeps_nobody_from_speaking() -> None:
    floor = new_floor()
    speaking(floor, dispatcher(call=CallKind.BROADCAST))
    floor.leave("duty", NOW)
    assert speaking(floor, press("R1"), NOW).talker_id == "R1"


def test_emergency_speaks_over_a_broadcast_and_everybody_may_answer_it() -> None:
    floor = new_floor()
    speaking(floor, dispatcher(call=CallKind.BROADCAST))
    burst = granted(floor.request(sos("R1"), NOW))
    assert kinds(floor.request(dispatcher(), NOW)) == [Queued]
    answer = granted(floor.release("R1", burst.burst_id, LATER))
    assert (answer.call_id, answer.call, answer.talker_id) == (burst.call_id, CallKind.EMERGENCY, "duty")


def test_guard_who_speaks_and_then_presses_sos_has_an_emergency() -> None:
    floor = new_floor()
    burst = speaking(floor)
    told = floor.request(sos("R1"), NOW)
    assert kinds(told) == [Revoked, Ended, Granted, Taken]
    assert (granted(told).priority, granted(told).burst_id != burst.burst_id) == (Priority.EMERGENCY, True)


def spoken_to_the_limit(floor: Floor, now_us: int) -> int:
    """R1 speaks until revoked; returns when."""
    burst = speaking(floor, press("R1"), now_us)
    speak_until(floor, burst, now_us + 60 * S)
    return now_us + 60 * S


def test_who_speaks_to_the_limit_waits_3_then_15_then_60_seconds() -> None:
    floor, now_us = new_floor(), 0
    for locked_out_s in (3, 15, 60, 60):
        now_us = spoken_to_the_limit(floor, now_us)
        assert denied(floor.request(press("R1"), now_us + S)) == Denied(
            press("R1"), DenyReason.LOCKED_OUT, locked_out_s - 1
        )
        assert kinds(floor.request(sos("R1"), now_us + S)) == [Granted, Taken], "an emergency is never locked out"
        floor.leave("R1", now_us + S)
        now_us += locked_out_s * S
    now_us = spoken_to_the_limit(floor, now_us + 61 * S)
    assert denied(floor.request(press("R1"), now_us)).retry_in_s == 3


def test_who_was_locked_out_in_one_group_neither_asks_waits_nor_goes_on_in_another() -> None:
    barred = Barred()
    here, there, elsewhere = new_floor(barred), new_floor(barred), new_floor(barred)
    speaking(there, press("R2"), 59 * S)
    there.request(press("R1"), 59 * S)
    speaking(elsewhere, press("R1"), 59 * S)
    elsewhere.request(press("R3"), 59 * S)
    now_us = spoken_to_the_limit(here, 0)
    assert denied(there.turn_away("R1", now_us)) == Denied(press("R1"), DenyReason.LOCKED_OUT, 3.0)
    told = elsewhere.turn_away("R1", now_us)
    assert kinds(told) == [Revoked, Ended, Granted, Taken]
    assert (there.waiting, granted(told).talker_id) == ((), "R3")
    assert denied(there.request(press("R1"), now_us + S)).retry_in_s == 2.0, "it counts once, and everywhere"


def test_emergency_of_one_who_was_locked_out_elsewhere_goes_on() -> None:
    barred = Barred()
    here, there = new_floor(barred), new_floor(barred)
    burst = speaking(there, sos("R1"), 59 * S)
    now_us = spoken_to_the_limit(here, 0)
    assert there.turn_away("R1", now_us) == ()
    assert there.burst == burst


def test_stuck_key_in_one_group_has_no_floor_in_another_until_it_is_let_go() -> None:
    barred = Barred()
    here, there = new_floor(barred), new_floor(barred)
    burst = speaking(here)
    here.request(dispatcher(), NOW)
    speaking(there, press("R2"), 2 * NOW)
    there.request(press("R1"), 2 * NOW)
    assert overrun(here, burst, NOW, NOW + 2 * S + 1) == [KeyStuck("R1", burst.burst_id)]
    assert denied(there.turn_away("R1", NOW + 2 * S)).reason is DenyReason.KEY_STUCK
    here.release("R1", burst.burst_id, NOW + 2 * S)
    assert there.request(press("R1"), NOW + 2 * S) == (Queued(press("R1"), 1, 1),)


def overrun(floor: Floor, burst: Burst, from_us: int, to_us: int) -> list[Effect]:
    """The talker goes on speaking; returns what is told."""
    return [
        effect
        for now_us in range(from_us, to_us, 100_000)
        for effect in floor.overrun("R1", burst.burst_id, now_us - burst.started_us, now_us)
    ]


def test_talker_whose_voice_goes_on_for_2_seconds_has_a_stuck_key_until_a_release_is_heard() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.request(dispatcher(), NOW)
    assert overrun(floor, burst, NOW, NOW + 2 * S) == []
    assert floor.is_revoked("R1", burst.burst_id)
    assert overrun(floor, burst, NOW + 2 * S, NOW + 9 * S) == [KeyStuck("R1", burst.burst_id)]
    assert denied(floor.request(press("R1"), NOW + 9 * S)).reason is DenyReason.KEY_STUCK
    floor.release("R1", burst.burst_id, NOW + 9 * S)
    assert DenyReason.KEY_STUCK not in {
        e.reason for e in floor.request(press("R1"), NOW + 9 * S) if isinstance(e, Denied)
    }


def test_who_waits_with_a_stuck_key_waits_no_more() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.request(sos("R2"), NOW)
    floor.request(press("R1", request_id="again"), NOW)
    assert overrun(floor, burst, NOW, NOW + 2 * S + 1) == [
        KeyStuck("R1", burst.burst_id),
        Denied(press("R1", request_id="again"), DenyReason.KEY_STUCK, 60.0),
    ]
    assert floor.waiting == ()


def test_voice_that_a_stalled_line_brings_late_is_no_stuck_key() -> None:
    """P-6.10: the talker fell silent with its revoke, and what was spoken before comes slowly, or after a stall."""
    floor = new_floor()
    burst = speaking(floor)
    assert floor.look(2 * S) != (), "no voice arrived"
    for media_us in range(0, 4 * S, 100_000):
        assert floor.overrun("R1", burst.burst_id, media_us, 5 * S + media_us) == ()


def test_talker_who_could_not_hear_that_the_floor_was_revoked_has_no_stuck_key_unless_the_voice_goes_on() -> None:
    """P-6.10: the line stood still in both directions."""
    floor = new_floor()
    burst = speaking(floor)
    floor.look(2 * S)
    for media_us in range(0, 8 * S, 100_000):
        assert floor.overrun("R1", burst.burst_id, media_us, 8 * S) == ()
    assert overrun(floor, burst, 8 * S, 10 * S) == []
    assert overrun(floor, burst, 10 * S, 11 * S) == [KeyStuck("R1", burst.burst_id)]


def test_stuck_key_is_free_after_60_seconds_of_silence() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.look(2 * S)
    overrun(floor, burst, 2 * S, 4 * S + 1)
    assert denied(floor.request(press("R1"), 34 * S)) == Denied(press("R1"), DenyReason.KEY_STUCK, 30.0)
    assert granted(floor.request(press("R1"), 64 * S)).talker_id == "R1"
    assert overrun(floor, burst, 65 * S, 66 * S) == []
    assert not floor.is_revoked("R1", burst.burst_id)


def test_who_goes_in_the_moment_that_the_floor_comes_free_is_not_granted_it() -> None:
    floor = new_floor()
    floor.request(press("R1"), NOW)
    floor.request(press("R2"), NOW)
    floor.request(press("R3"), NOW)
    told = floor.leave("R2", NOW + round(SILENT_AFTER_S * S))
    assert granted(told).talker_id == "R3"


def test_voice_of_a_burst_that_was_released_is_no_stuck_key() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.release("R1", burst.burst_id, NOW)
    assert overrun(floor, burst, NOW, 9 * S) == []
    assert not floor.is_revoked("R1", burst.burst_id)
