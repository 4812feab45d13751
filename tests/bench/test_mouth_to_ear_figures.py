"""What the measurement of mouth to ear finds in sound of which everything is known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.mouth_to_ear_figures import Carried, Ear, Heard, Sentence, find, sentence
from bench.mouth_to_ear_page import TapeClock
from bench.mouth_to_ear_report import Measured, Plan, report
from bench.mouth_to_ear_speech import RATE_HZ
from bench.voice_figures import BrokerKind

FRAME = 960
SPOKEN = np.random.default_rng(5).normal(0, 3000, 2 * RATE_HZ)


def spoken_us(sample: int) -> float:
    return 7_000_000 + sample / RATE_HZ * 1e6


def carried(coder_samples: int, sent_after_us: float, arrives_after_us: float) -> Carried:
    """Speech from the first frame on, each sent so long after its last sample was spoken."""
    sound = np.concatenate([np.zeros(coder_samples), SPOKEN])
    sent_us = {at: spoken_us(at - coder_samples + FRAME) + sent_after_us for at in range(0, sound.size, FRAME)}
    return Carried(sound, sent_us, {at: us + arrives_after_us for at, us in sent_us.items()}, lost=0)


def test_delay_is_found_to_the_sample_and_its_stages_add_up_to_it() -> None:
    late = round(0.09 * RATE_HZ)
    ear = Ear(np.concatenate([np.zeros(3000 + late), SPOKEN, np.zeros(RATE_HZ)]), 7_000_000 - 3000 / RATE_HZ * 1e6)
    found = sentence(SPOKEN, spoken_us, carried(312, 5_000, 3_000), ear)
    assert found.likeness == pytest.approx(1)
    assert len(found.segments) == 4
    for one in found.segments:
        assert one.delay_ms == pytest.approx(90, abs=0.1)
        assert (one.captured_ms, one.carried_ms) == (pytest.approx(25, abs=0.1), pytest.approx(3, abs=0.1))
        assert one.captured_ms + one.carried_ms + one.held_ms + 20 == pytest.approx(one.delay_ms)


def test_half_a_second_that_was_not_heard_is_like_nothing_and_the_rest_is_found() -> None:
    sound = np.concatenate([np.zeros(4000), SPOKEN, np.zeros(RATE_HZ)])
    sound[4000 + RATE_HZ // 2 : 4000 + RATE_HZ] = 0
    found = sentence(SPOKEN, spoken_us, carried(0, 0, 0), Ear(sound, 7_000_000))
    assert [one.likeness > 0.9 for one in found.segments] == [True, False, True, True]


def test_other_words_are_not_like_what_was_spoken() -> None:
    assert find(SPOKEN, np.random.default_rng(6).normal(0, 3000, 4 * RATE_HZ), 0, 2 * RATE_HZ).likeness < 0.1


def test_moment_of_the_tape_counts_from_when_it_was_spoken_also_after_a_block_that_came_late() -> None:
    trace = [
        {"name": "InputController::OnData", "args": {"this": "0x1", "timestamp (ms)": at_ms}}
        for at_ms in (1000.0, 1010.0, 1020.0, 1050.0, 1060.0)
    ]
    clock = TapeClock.of([*trace, {"name": "AudioConverter::Convert", "args": {}}])
    assert clock.spoken_us(0) == 990_000
    assert clock.spoken_us(14_000) == 1_004_000
    assert clock.spoken_us(30_000) == 1_040_000


def test_half_seconds_that_are_not_like_what_was_spoken_are_counted_and_in_no_delay() -> None:
    found, elsewhere = Heard(100, 0.8, 40, 5, 35), Heard(240, 0.2, 200, 5, 15)
    measured = Measured([Sentence(0.7, (found, elsewhere), 0)], 0, [(120, 0.6), (300, 0.1)])
    told = report(Plan(1, 1, BrokerKind.MOSQUITTO), measured)
    assert (told.segments, told.unlike_segments, told.mouth_to_ear_max_ms) == (2, 1, 100)
    assert (told.radio_to_console_unlike_segments, told.radio_to_console_max_ms) == (1, 120)
    assert [name for name, goal in told.goals.items() if not goal.is_met] == ["unlike_segments"]
    nothing = report(Plan(1, 1, BrokerKind.MOSQUITTO), Measured([Sentence(0.1, (elsewhere,), 0)], 0, [(300, 0.1)]))
    assert [name for name, goal in nothing.goals.items() if goal.is_met] == ["lost_packets"]
