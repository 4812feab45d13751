"""The camera whose stream crashes the recorder is found among many, and the others go on."""

from __future__ import annotations

from hub.footage.suspects import HELD_S, SOON_S, Suspects

CAMERAS = [f"C{number:02}" for number in range(40)]


class Played:
    """A recorder that crashes a moment after it is given one of some cameras."""

    def __init__(self, *crashing: str) -> None:
        self.crashing = set(crashing)
        self.suspects = Suspects()
        self.now_s = 0.0
        self.crashes = 0

    def run(self, until_s: float) -> None:
        began_s = self.now_s
        while self.now_s < until_s:
            self.now_s += 0.5
            self.suspects.go_on(self.now_s)
            given = [one for one in CAMERAS if one not in self.suspects.away]
            for one in given:
                self.suspects.speak(one)
            if self.crashing.intersection(given):
                self.crashes += 1
                self.suspects.crash(given, self.now_s - began_s, self.now_s)
                began_s = self.now_s


def test_camera_that_crashes_the_recorder_is_found_among_forty_in_a_few_starts() -> None:
    played = Played("C17")
    played.run(30)
    assert played.suspects.away == {"C17"} == played.suspects.held
    assert played.crashes == 6, "once with all, then with halves of halves"


def test_two_of_them_are_both_found() -> None:
    played = Played("C03", "C31")
    played.run(60)
    assert played.suspects.away == {"C03", "C31"}


def test_one_that_is_held_back_is_tried_again_and_stays_when_it_does_no_harm() -> None:
    played = Played("C17")
    played.run(30)
    played.run(HELD_S + 40)
    assert (played.crashes, played.suspects.held) == (7, {"C17"})
    played.crashing.clear()
    played.run(2 * HELD_S + 60)
    assert (played.crashes, played.suspects.is_over) == (7, True)


def test_crash_long_after_the_start_is_left_to_chance_once() -> None:
    suspects = Suspects()
    suspects.crash(CAMERAS, SOON_S + 1, 100)
    assert suspects.is_over
    suspects.crash(CAMERAS, SOON_S + 1, 200)
    assert suspects.away == set(CAMERAS)


def test_camera_that_was_set_otherwise_is_suspected_no_more() -> None:
    suspects = Suspects()
    suspects.crash(["C01"], 1, 1)
    suspects.keep_only(frozenset({"C02"}))
    assert suspects.is_over
