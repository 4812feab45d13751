"""Loops: what a gateway sent does not go round, whoever else repeats it; people who talk are not taken for a loop."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.gateway.loops import FORGIVEN_AFTER_S, Cadence, Quiet, Turn
from devices.radio.opus import Samples
from tests.devices.gateway.simulated import Simulated, Spoken, World
from tests.devices.gateway.voices import answer, call, noise, short_answer, word

WORDS = (call, answer, short_answer, word)


def seconds_to_group(one: Simulated, after_s: float = 0) -> float:
    return sum(at_us >= after_s * 1e6 for at_us, _ in one.to_group) / 50


def test_what_the_gateway_sent_and_the_air_repeats_is_not_said_to_the_group_again_and_again() -> None:
    one = Simulated()
    World([one], [Spoken(1, call(), "group")], noise=100, repeats=("f1", "f1", 7.5)).run(20)
    assert len(one.loops) == 1
    assert "10 s" in one.loops[0]
    assert seconds_to_group(one) < 2, "known again after 1.4 s"


def test_each_further_loop_makes_the_quiet_time_longer() -> None:
    one = Simulated()
    said = [Spoken(at_s, call(), "group") for at_s in (1, 32, 75)]
    World([one], said, noise=100, repeats=("f1", "f1", 7.5)).run(90)
    assert [f"{s} s" in words for s, words in zip((10, 20, 40), one.loops, strict=True)] == [True] * 3


def test_words_that_two_gateways_on_one_frequency_hear_are_not_sent_there_again() -> None:
    first, second = Simulated(), Simulated()
    World([first, second], [Spoken(1, call())], noise=100).run(15)
    assert seconds_to_group(first) + seconds_to_group(second) < 8, "said to the group once"
    assert first.keyed_s + second.keyed_s == 0
    assert first.loops + second.loops == [], "nothing went round"
    assert any("not sent there again" in words for words in first.told + second.told)


def test_words_that_another_gateway_sends_on_the_same_frequency_are_not_sent_after_it() -> None:
    first, late = Simulated(), Simulated(from_group=deque([None] * 25))
    World([first, late], [Spoken(1, call(), "group")], noise=100).run(20)
    assert first.keyed_s > 5
    assert late.keyed_s == 0
    assert first.loops == []
    assert seconds_to_group(late) == 0


@pytest.mark.parametrize("later_s", [0.3, 1.5])
def test_circle_without_a_pause_is_broken_within_seconds(later_s: float) -> None:
    first, second = Simulated("f1"), Simulated("f2")
    World([first, second], [Spoken(1, short_answer())], noise=100, repeats=("f2", "f1", later_s)).run(40)
    assert len(first.loops) == 1
    assert not any(second.keyed[20 * 50 :]), "nothing goes round any more"


def test_short_words_that_go_round_with_pauses_are_stopped_after_a_few_rounds() -> None:
    first, second = Simulated("f1"), Simulated("f2")
    World([first, second], [Spoken(1, word())], noise=100, repeats=("f2", "f1", 4.0)).run(60)
    assert len(first.loops) == 1
    assert "in a circle" in first.loops[0]
    assert not any(second.keyed[40 * 50 :])


def test_word_that_goes_round_between_three_gateways_ends_when_each_has_found_it() -> None:
    ones = [Simulated() for _ in range(3)]
    World(ones, [Spoken(1, call()), Spoken(12.064859550281972, word())], noise=60).run(40)
    assert sum(one.keyed_s for one in ones) > 3, "it went round"
    assert not any(any(one.keyed[30 * 50 :]) for one in ones)


@given(
    said=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["f1", "group"]), st.floats(0, 6)), min_size=1, max_size=4
    ),
    frequencies=st.sampled_from([("f1", "f1"), ("f1", "f2")]),
)
@settings(max_examples=4, deadline=None)
def test_whatever_is_said_two_gateways_fall_silent_after_it(
    said: list[tuple[int, str, float]], frequencies: tuple[str, str]
) -> None:
    ones = [Simulated(frequency) for frequency in frequencies]
    spoken, at_s = [], 1.0
    for index, where, pause_s in said:
        spoken.append(Spoken(at_s, WORDS[index](), where))
        at_s += spoken[-1].samples.size / 16_000 + pause_s
    world = World(ones, spoken, noise=60)
    world.run(at_s + 30)
    for one in ones:
        assert not any(one.keyed[round((at_s + 20) * 50) :])
        assert seconds_to_group(one, at_s + 20) == 0


def test_people_who_talk_by_turns_over_a_gateway_are_not_taken_for_a_loop() -> None:
    one = Simulated()
    said, at_s = [], 1.0
    for turn in range(12):
        on_air, in_group = (answer, word), (call, short_answer)
        sound = (in_group if turn % 2 else on_air)[turn // 3 % 2]()
        said.append(Spoken(at_s, sound, "group" if turn % 2 else "f1"))
        at_s += sound.size / 16_000 + 1.0 + 0.37 * (turn % 3)
    World([one], said, noise=100).run(at_s)
    assert one.loops == []
    assert seconds_to_group(one) > 15


def test_roll_call_of_people_is_no_circle_and_a_machines_bursts_are_one() -> None:
    def turns(apart: list[int], lasts: list[int]) -> list[bool]:
        cadence, at_us, found = Cadence(), 0, []
        for after_ms, lasts_ms in zip(apart, lasts, strict=True):
            at_us += after_ms * 1000
            found.append(cadence.is_regular(Turn(at_us, at_us + lasts_ms * 1000)))
        return found

    assert turns([3000, 3010, 2990, 3020, 3000], [900, 920, 900, 880, 900]) == [False] * 4 + [True]
    assert not any(turns([3000, 3400, 2700, 3100, 3600], [900, 1100, 800, 920, 700]))
    assert not any(turns([30_000] * 5, [900] * 5)), "a test call every half a minute"


def test_gateway_that_stands_by_for_another_one_does_so_for_ten_seconds_each_time() -> None:
    quiet = Quiet()
    for now_us in (0, 5_000_000, 11_000_000):
        quiet.stand_by(now_us)
    assert quiet.is_on(20_900_000)
    assert not quiet.is_on(21_000_000)
    assert quiet.begin(30_000_000) == 10, "it was no loop"


def test_quiet_time_doubles_to_ten_minutes_and_is_forgiven_after_ten_without_a_loop() -> None:
    quiet, now_us, lasted = Quiet(), 0, []
    for _ in range(8):
        lasted.append(quiet.begin(now_us))
        assert quiet.is_on(now_us)
        now_us += round(lasted[-1] * 1e6)
        assert not quiet.is_on(now_us)
    assert lasted == [10, 20, 40, 80, 160, 320, 600, 600]
    assert quiet.begin(now_us + round(FORGIVEN_AFTER_S * 1e6)) == 10


def test_alarm_bell_beside_a_talker_is_no_loop() -> None:
    sound = np.concatenate([call(), short_answer()])
    one = Simulated()
    World([one], [Spoken(1, bell_beside(sound))], noise=30).run(12)
    assert one.loops == []


def bell_beside(sound: Samples) -> Samples:
    time_s = np.arange(sound.size) / 16_000
    bell = 1500 * np.sin(2 * np.pi * 1200 * time_s) * (time_s % 0.5 < 0.25)
    return np.clip(sound + bell + noise(sound.size / 16_000, 30), -32768, 32767).astype(np.int16)
