"""Wrong PINs slow one radio and one account, and nobody else."""

from __future__ import annotations

from devices.protocol.clock import ManualClock
from hub.shifts.wrong_pins import WrongPins


def test_fifth_wrong_pin_within_5_minutes_refuses_the_radio_for_a_minute() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(4):
        wrong.add("R01", None)
        clock.advance(60)
    assert not wrong.refuses("R01", None)
    wrong.add("R01", None)
    assert wrong.refuses("R01", None) and not wrong.refuses("R02", "g2")
    clock.advance(59.9)
    assert wrong.refuses("R01", None)
    clock.advance(0.1)
    assert not wrong.refuses("R01", None)


def test_sixth_wrong_pin_refuses_it_again_at_once() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(5):
        wrong.add("R01", None)
    clock.advance(61)
    wrong.add("R01", None)
    assert wrong.refuses("R01", None)


def test_slow_mistakes_and_those_before_a_right_pin_count_for_nothing() -> None:
    clock = ManualClock()
    wrong = WrongPins(clock)
    for _ in range(20):
        wrong.add("R01", None)
        assert not wrong.refuses("R01", None)
        clock.advance(76)
    for _ in range(4):
        wrong.add("R02", "g2")
    wrong.forget("R02", "g2")
    wrong.add("R02", "g2")
    assert not wrong.refuses("R02", "g2")


def test_wrong_pins_for_one_account_count_over_all_radios() -> None:
    wrong = WrongPins(ManualClock())
    for number in range(5):
        wrong.add(f"R0{number}", "g1")
    assert wrong.refuses("R09", "g1")
    assert not wrong.refuses("R09", "g2") and not wrong.refuses("R00", "g2"), "nobody else is slowed"


def test_right_pin_of_one_forgets_nothing_of_the_guesses_at_another() -> None:
    wrong = WrongPins(ManualClock())
    for _ in range(4):
        wrong.add("R01", "colleague")
        wrong.forget("R01", "guesser")
    assert not wrong.refuses("R01", "guesser")
    wrong.add("R01", "colleague")
    wrong.forget("R01", "guesser")
    assert wrong.refuses("R01", "colleague") and wrong.refuses("R02", "colleague")


def test_who_guesses_elsewhere_keeps_nobody_from_the_radio_they_use() -> None:
    wrong = WrongPins(ManualClock())
    wrong.forget("R01", "g1")
    for _ in range(5):
        wrong.add("R02", "g1")
    assert wrong.refuses("R02", "g1") and wrong.refuses("R03", "g1")
    assert not wrong.refuses("R01", "g1")
    for _ in range(5):
        wrong.add("R01", "g1")
    assert wrong.refuses("R01", "g1")
