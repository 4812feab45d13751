"""The donor as a half-duplex machine: keyed only where it may be, and never for too long."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devices.gateway.duplex import DonorEvent, DonorState, Duplex
from devices.gateway.settings import KeyingSettings

STEP_US = 20_000
KEYING = KeyingSettings(longest_s=5.0, rest_s=2.0)


def steps(duplex: Duplex, now_us: int, count: int, **given: bool) -> list[DonorState]:
    seen = []
    for step in range(count):
        duplex.step(now_us + step * STEP_US, **{"hears": False, "wanted": False, "is_fit": True, **given})
        seen.append(duplex.state)
    return seen


def test_keyed_first_then_sending_then_tail_then_deaf() -> None:
    duplex = Duplex(KeyingSettings())
    begun = steps(duplex, 0, 20, wanted=True)
    assert [begun.index(state) * 20 for state in (DonorState.LEAD, DonorState.SENDING)] == [0, 160]
    ended = steps(duplex, 400_000, 50)
    turns = [ended.index(state) * 20 for state in (DonorState.TAIL, DonorState.DEAF, DonorState.LISTENING)]
    assert turns == [0, 200, 500]


def test_next_words_within_the_tail_are_sent_without_keying_anew() -> None:
    duplex = Duplex(KeyingSettings())
    steps(duplex, 0, 20, wanted=True)
    steps(duplex, 400_000, 5)
    assert steps(duplex, 500_000, 3, wanted=True) == [DonorState.SENDING] * 3


def test_donor_that_receives_is_not_keyed_until_the_air_is_free() -> None:
    duplex = Duplex(KeyingSettings())
    assert set(steps(duplex, 0, 100, hears=True, wanted=True)) == {DonorState.RECEIVING}
    assert DonorState.LEAD in steps(duplex, 2_000_000, 3, wanted=True)


def test_donor_without_loudspeaker_or_key_is_let_go_at_once() -> None:
    duplex = Duplex(KeyingSettings())
    steps(duplex, 0, 20, wanted=True)
    assert duplex.step(400_000, hears=False, wanted=True, is_fit=False) is DonorEvent.LOST
    assert not duplex.is_keyed
    assert DonorState.LEAD not in steps(duplex, 420_000, 100, wanted=True, is_fit=False)


class Donor(RuleBasedStateMachine):
    """Whatever comes, whenever."""

    def __init__(self) -> None:
        super().__init__()
        self.duplex = Duplex(KEYING)
        self.now_us = 0
        self.keyed_us = 0
        self.let_go_us = -10_000_000
        self.rests_from_us = -10_000_000

    @rule(
        hears=st.booleans(),
        wanted=st.booleans(),
        is_fit=st.sampled_from([True, True, True, False]),
        count=st.integers(1, 350),
    )
    def go_on(self, hears: bool, wanted: bool, is_fit: bool, count: int) -> None:
        for _ in range(count):
            was_keyed = self.duplex.is_keyed
            event = self.duplex.step(self.now_us, hears=hears, wanted=wanted, is_fit=is_fit)
            is_keyed = self.duplex.is_keyed
            if is_keyed and not was_keyed:
                assert not hears, "never keyed while it receives"
                assert is_fit
                assert self.now_us - self.rests_from_us >= KEYING.rest_s * 1e6
                assert self.now_us - self.let_go_us >= KEYING.deaf_ms * 1000
                self.keyed_us = 0
            if was_keyed and not is_keyed:
                self.let_go_us = self.now_us
            if event is DonorEvent.TOO_LONG:
                self.rests_from_us = self.now_us
            self.keyed_us += STEP_US if is_keyed else 0
            assert not (is_keyed and self.duplex.hears)
            if not is_keyed and self.now_us - self.let_go_us < KEYING.deaf_ms * 1000:
                assert not self.duplex.hears, "its own end does not count"
            self.now_us += STEP_US

    @invariant()
    def is_never_keyed_for_too_long(self) -> None:
        assert self.keyed_us <= KEYING.longest_s * 1e6


Donor.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestDonor = Donor.TestCase
