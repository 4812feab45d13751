"""Whose each camera is, while workers on other machines come and go."""

from __future__ import annotations

from collections import Counter

from hub.vision.roster import RETURNS_AFTER_S, SILENT_AFTER_S, Roster, Turn

S = 1_000_000
CAMERAS = [f"C{number:03}" for number in range(600)]


def owners(roster: Roster) -> dict[str, str | None]:
    return {camera_id: roster.worker_of(camera_id, anywhere=True) for camera_id in CAMERAS}


def test_each_worker_has_cameras_by_its_weight() -> None:
    roster = Roster(["worker-1", "worker-2"])
    roster.heard("big", 1, 4.0, 0)
    counts = Counter(owners(roster).values())
    assert 350 < counts["big"] < 450
    assert min(counts["worker-1"], counts["worker-2"]) > 70


def test_only_the_cameras_of_a_worker_that_goes_move_and_they_come_back_with_it() -> None:
    roster = Roster(["worker-1"])
    for worker_id in ("east", "west"):
        assert roster.heard(worker_id, 1, 1.0, 0) is Turn.CAME
    before = owners(roster)
    assert roster.died("east", 1)
    without = owners(roster)
    assert {camera for camera in CAMERAS if without[camera] != before[camera]} == {
        camera for camera in CAMERAS if before[camera] == "east"
    }
    assert {without[camera] for camera in CAMERAS if before[camera] == "east"} == {"worker-1", "west"}
    assert roster.heard("east", 2, 1.0, 9 * S) is Turn.CAME
    assert owners(roster) == before


def test_worker_of_this_machine_alone_has_what_only_it_can_read() -> None:
    roster = Roster(["worker-1"])
    roster.heard("east", 1, 64.0, 0)
    assert {roster.worker_of(camera_id, anywhere=False) for camera_id in CAMERAS} == {"worker-1"}
    assert Roster([]).worker_of("C001", anywhere=True) is None


def test_silent_worker_has_no_cameras_until_it_has_spoken_steadily_again() -> None:
    roster = Roster(["worker-1"])
    roster.heard("east", 1, 1.0, 0)
    assert roster.silent(round(SILENT_AFTER_S * S)) == []
    assert roster.silent(2 * S) == ["east"]
    roster.lose("east")
    assert (roster.remote, roster.silent(3 * S)) == ((), [])
    assert roster.heard("east", 1, 1.0, 4 * S) is Turn.WAITS
    assert roster.heard("east", 1, 1.0, 5 * S) is Turn.NONE
    roster.silent(7 * S)  # and again nothing for 2 s
    assert roster.heard("east", 1, 1.0, 8 * S) is Turn.WAITS
    assert roster.heard("east", 1, 1.0, round((8 + RETURNS_AFTER_S) * S)) is Turn.CAME
    assert roster.remote == ("east",)


def test_weight_is_that_of_the_line_so_that_no_sign_of_life_moves_cameras() -> None:
    roster = Roster(["worker-1"])
    roster.heard("east", 1, 1.0, 0)
    before = owners(roster)
    assert roster.heard("east", 1, 64.0, S) is Turn.NONE
    assert owners(roster) == before
    assert roster.heard("east", 2, 64.0, 2 * S) is Turn.CAME
    assert owners(roster) != before


def test_worker_that_was_lost_while_it_spoke_speaks_steadily_before_it_has_cameras_again() -> None:
    roster = Roster(["worker-1"])
    roster.heard("east", 1, 1.0, 0)
    for second in (10, 20):  # also the second time
        roster.lose("east")
        assert roster.heard("east", 1, 1.0, second * S) is Turn.WAITS
        assert roster.heard("east", 1, 1.0, round((second + RETURNS_AFTER_S) * S)) is Turn.CAME


def test_nobody_is_silent_when_the_hub_could_not_hear() -> None:
    roster = Roster([])
    roster.heard("east", 1, 1.0, 0)
    roster.excuse(60 * S)
    assert roster.silent(61 * S) == []


def test_late_word_of_a_line_that_ended_brings_nobody_back() -> None:
    roster = Roster([])
    roster.heard("east", 2, 1.0, 0)
    assert not roster.died("east", 1), "an older line's"
    assert roster.died("east", 2)
    assert roster.heard("east", 2, 1.0, S) is Turn.NONE
    assert roster.remote == ()
    roster.forget("east")
    assert roster.heard("east", 1, 1.0, 2 * S) is Turn.CAME, "shut out and enrolled anew, it begins anew"
