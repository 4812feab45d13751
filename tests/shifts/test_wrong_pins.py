"""Wrong PINs slow one radio and no other."""

from __future__ import annotations

from devices.protocol.clock import ManualClock
from hub.shifts.wrong_pins import WrongPins


def test_fifth_wrong_pin_within_5_minutes_refuses_the_radio_for_a_minute() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(4):
        wrong.add("R01")
        clock.advance(60)
    assert not wrong.refuses("R01")
    wrong.add("R01")
    assert wrong.refuses("R01") and not wrong.refuses("R02")
    clock.advance(59.9)
    assert wrong.refuses("R01")
    clock.advance(0.1)
    assert not wrong.refuses("R01")


def test_sixth_wrong_pin_refuses_it_again_at_once() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(5):
        wrong.add("R01")
    clock.advance(61)
    wrong.add("R01")
    assert wrong.refuses("R01")


def test_slow_mistakes_and_those_before_a_right_pin_count_for_nothing() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(20):
        wrong.add("R01")
        assert not wrong.refuses("R01")
        clock.advance(76)
    for _ in range(4):
        wrong.add("R02")
    wrong.forget("R02")
    wrong.add("R02")
    assert not wrong.refuses("R02")
