"""Which errands are tried now: bounds and order hold whatever happens, a minute lies between two tries."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.fallback.errand import MOST_TRIES, ErrandState
from hub.fallback.queue import AGAIN_AFTER_S, AT_ONCE, MOST_ERRANDS, ErrandKey, Queue


def key(alert: int, venue: int) -> ErrandKey:
    return ErrandKey(f"A{alert}", f"V{venue:04}")


def test_the_earlier_alert_goes_first_and_no_more_than_twenty_at_once() -> None:
    queue = Queue()
    for venue in range(15):
        queue.add(key(1, venue), 0.0)
        queue.add(key(2, venue), 0.0)
    first = queue.due(0.0)
    assert len(first) == AT_ONCE
    assert [one.alert_id for one in first] == ["A1"] * 15 + ["A2"] * 5
    for one in first:
        queue.begin(one)
    assert queue.due(0.0) == []


def test_second_try_comes_a_minute_after_the_first_and_the_fourth_never() -> None:
    queue, now_s = Queue(), 0.0
    queue.add(key(1, 1), now_s)
    for number in range(1, MOST_TRIES + 1):
        assert queue.due(now_s) == [key(1, 1)]
        assert queue.begin(key(1, 1)) == number
        state = queue.end(key(1, 1), False, now_s)
        assert queue.due(now_s + AGAIN_AFTER_S - 0.1) == []
        now_s += AGAIN_AFTER_S
    assert state is ErrandState.GIVEN_UP
    assert queue.due(1e9) == []


def test_line_of_an_errand_that_was_called_off_is_free_when_it_has_hung_up() -> None:
    queue = Queue()
    for venue in range(AT_ONCE + 1):
        queue.add(key(1, venue), 0.0)
    for one in queue.due(0.0):
        queue.begin(one)
    queue.call_off(key(1, 0))
    assert queue.due(0.0) == []
    assert queue.end(key(1, 0), False, 0.0) is ErrandState.OVER
    assert queue.due(0.0) == [key(1, AT_ONCE)]


def test_tries_of_an_earlier_run_count() -> None:
    queue = Queue()
    queue.add(key(1, 1), 0.0, tries=2, again_in_s=30.0)
    assert queue.due(29.0) == []
    assert queue.due(30.0) == [key(1, 1)]
    queue.begin(key(1, 1))
    assert queue.end(key(1, 1), False, 30.0) is ErrandState.GIVEN_UP
    queue.add(key(1, 2), 0.0, tries=MOST_TRIES)
    assert queue.keys == ()


def test_queue_takes_no_more_than_its_bound() -> None:
    queue = Queue()
    for venue in range(MOST_ERRANDS + 10):
        queue.add(key(1, venue), 0.0)
    assert len(queue.keys) == MOST_ERRANDS
    assert queue.room == 0


class Switchboard(RuleBasedStateMachine):
    """Errands come, are tried, answered, missed and called off in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self.now_s = 0.0
        self.tries: dict[ErrandKey, int] = {}
        self.ended_s: dict[ErrandKey, float] = {}
        self.calling: set[ErrandKey] = set()
        self.finished: set[ErrandKey] = set()

    @rule(alert=st.integers(0, 3), venue=st.integers(0, 20))
    def ask(self, alert: int, venue: int) -> None:
        if key(alert, venue) not in self.finished:
            self.queue.add(key(alert, venue), self.now_s)

    @rule(passed_s=st.sampled_from([1.0, 20.0, 60.0]))
    def wait(self, passed_s: float) -> None:
        self.now_s += passed_s

    @rule()
    def look(self) -> None:
        for one in self.queue.due(self.now_s):
            assert one not in self.finished
            assert one not in self.calling
            assert self.now_s - self.ended_s.get(one, -1e9) >= AGAIN_AFTER_S
            self.tries[one] = self.tries.get(one, 0) + 1
            assert self.queue.begin(one) == self.tries[one] <= MOST_TRIES
            self.calling.add(one)

    @precondition(lambda self: self.calling)
    @rule(choose=st.randoms(use_true_random=False), acknowledged=st.booleans())
    def end(self, choose: object, acknowledged: bool) -> None:
        one = choose.choice(sorted(self.calling))  # type: ignore[attr-defined]
        self.calling.discard(one)
        self.ended_s[one] = self.now_s
        state = self.queue.end(one, acknowledged, self.now_s)
        assert (state is ErrandState.ACKNOWLEDGED) == acknowledged
        if state is not ErrandState.WAITING:
            self.finished.add(one)

    @precondition(lambda self: self.queue.keys)
    @rule(choose=st.randoms(use_true_random=False))
    def call_off(self, choose: object) -> None:
        one = choose.choice(self.queue.keys)  # type: ignore[attr-defined]
        self.queue.call_off(one)
        self.finished.add(one)

    @invariant()
    def never_more_than_the_bound(self) -> None:
        assert self.queue.under_way == len(self.calling) <= AT_ONCE

    @invariant()
    def what_is_finished_is_not_there(self) -> None:
        assert not set(self.queue.keys) & self.finished


TestSwitchboard = Switchboard.TestCase
TestSwitchboard.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
