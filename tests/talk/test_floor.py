"""The floor: one talker at a time, bursts and calls, taken back when due."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.messages import DenyReason, RevokeReason
from hub.talk.floor import HANG_TIME_S, SILENT_AFTER_S, Burst, Floor

S = 1_000_000
LIMIT_S = 60.0


def new_floor() -> Floor:
    return Floor(LIMIT_S, count(1).__next__)


def speaking(floor: Floor, talker_id: str = "R1", now_us: int = 0) -> Burst:
    burst = floor.request(talker_id, now_us)
    assert isinstance(burst, Burst)
    return burst


NOW = 1 * S
EVENTS: dict[str, tuple[Callable[[Floor, int], object], bool]] = {
    "request by the talker": (lambda floor, burst_id: floor.request("R1", NOW), True),
    "request by another": (lambda floor, burst_id: floor.request("R2", NOW), True),
    "release by the talker": (lambda floor, burst_id: floor.release("R1", burst_id, NOW), False),
    "release by another": (lambda floor, burst_id: floor.release("R2", burst_id, NOW), True),
    "release of another burst": (lambda floor, burst_id: floor.release("R1", burst_id + 100, NOW), True),
    "talker leaves": (lambda floor, burst_id: floor.leave("R1", NOW), False),
    "another leaves": (lambda floor, burst_id: floor.leave("R2", NOW), True),
    "voice of the talker": (lambda floor, burst_id: floor.voice("R1", burst_id, NOW), True),
    "voice of another": (lambda floor, burst_id: floor.voice("R2", burst_id, NOW), True),
    "nothing is due": (lambda floor, burst_id: floor.expire(NOW), True),
    "silence": (lambda floor, burst_id: floor.expire(round(SILENT_AFTER_S * S)), False),
    "the limit": (lambda floor, burst_id: floor.expire(round(LIMIT_S * S)), False),
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
    assert EVENTS[event][0](floor, 1) in (None, False)
    assert floor.burst is None


def test_second_talker_is_denied_and_the_first_keeps_its_burst() -> None:
    floor = new_floor()
    burst = speaking(floor)
    assert floor.request("R2", NOW) is DenyReason.TAKEN
    assert floor.request("R1", NOW) == burst


def test_talker_is_stopped_at_the_limit_though_voice_comes() -> None:
    floor = new_floor()
    burst = speaking(floor)
    for second in range(60):
        assert floor.voice("R1", burst.burst_id, second * S)
        assert floor.expire(second * S) is None
    assert floor.expire(60 * S) == (burst, RevokeReason.TOO_LONG)


def test_talker_who_says_nothing_for_2_seconds_is_stopped() -> None:
    floor = new_floor()
    burst = speaking(floor)
    floor.voice("R1", burst.burst_id, 5 * S)
    assert floor.expire(7 * S - 1) is None
    assert floor.expire(7 * S) == (burst, RevokeReason.SILENT)


def test_answer_within_10_seconds_belongs_to_the_same_call() -> None:
    floor = new_floor()
    first = speaking(floor)
    floor.release("R1", first.burst_id, 5 * S)
    hang_us = round(HANG_TIME_S * S)
    answer = speaking(floor, "R2", 5 * S + hang_us)
    assert (answer.call_id, answer.burst_id != first.burst_id) == (first.call_id, True)
    floor.leave("R2", 20 * S)
    assert speaking(floor, "R1", 20 * S + hang_us + 1).call_id != first.call_id


STEP = st.tuples(
    st.sampled_from(["request", "release", "leave", "voice", "expire"]),
    st.sampled_from(["R1", "R2", "duty"]),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.02, 1.0, 2.0, 9.0, 61.0]),
)


@given(st.lists(STEP, max_size=60))
def test_one_talker_at_a_time_and_no_burst_is_shared(steps: list[tuple[str, str, int, float]]) -> None:
    floor, now_us = new_floor(), 0
    granted: list[Burst] = []
    talking: Burst | None = None
    ended_us = 0
    for what, talker_id, back, wait_s in steps:
        now_us += round(wait_s * S)
        burst_id = granted[-1 - back % len(granted)].burst_id if granted else 99
        mine = talking is not None and (talker_id, burst_id) == (talking.talker_id, talking.burst_id)
        if what == "request":
            found = floor.request(talker_id, now_us)
            if talking is None:
                assert isinstance(found, Burst)
                within = bool(granted) and now_us - ended_us <= HANG_TIME_S * S
                assert within == (bool(granted) and found.call_id == granted[-1].call_id)
                granted.append(found)
                talking = found
            else:
                assert found == (talking if talker_id == talking.talker_id else DenyReason.TAKEN)
        elif what == "voice":
            assert floor.voice(talker_id, burst_id, now_us) == mine
        else:
            if what == "release":
                ended = floor.release(talker_id, burst_id, now_us) is not None
                assert ended == mine
            elif what == "leave":
                ended = floor.leave(talker_id, now_us) is not None
                assert ended == (talking is not None and talking.talker_id == talker_id)
            else:
                ended = floor.expire(now_us) is not None
            if ended:
                talking, ended_us = None, now_us
        assert floor.burst == talking
    ids = [burst.burst_id for burst in granted]
    assert len(set(ids)) == len(ids)
