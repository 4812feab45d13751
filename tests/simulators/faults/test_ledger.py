"""The ledger finds what is lost, what comes twice, and nothing else."""

from __future__ import annotations

from collections import Counter

from simulators.faults.ledger import Deed, Note, Seen, Wrong, counted, read_notes, violations_of_alerts

SHOWN, ACKNOWLEDGED = Deed.SHOWN, Deed.ACKNOWLEDGED


def wrong_with(notes: list[Note], stored: dict[tuple[str, str], bool]) -> Counter[Wrong]:
    return counted(violations_of_alerts({"A1": 0}, ["R1", "R2"], read_notes(notes), stored))


BOTH = [Note(deed, "run", radio, "A1") for radio in ("R1", "R2") for deed in (SHOWN, ACKNOWLEDGED)]
STORED = {("A1", "R1"): True, ("A1", "R2"): True}


def test_nothing_is_wrong_where_every_guard_saw_it_once_and_the_hub_knows() -> None:
    assert wrong_with(BOTH, STORED) == {}


def test_guard_who_never_saw_it_is_found() -> None:
    assert wrong_with(BOTH[:2], STORED) == {Wrong.LOST: 1}


def test_acknowledgement_that_the_hub_does_not_know_is_lost_and_one_never_made_is_not() -> None:
    stored = {("A1", "R1"): False, ("A1", "R2"): False}
    assert wrong_with(BOTH[:3], stored) == {Wrong.ACKNOWLEDGEMENT_LOST: 1, Wrong.NOT_ACKNOWLEDGED: 1}


def test_alert_shown_twice_in_one_start_or_after_the_key_came_twice() -> None:
    assert wrong_with([BOTH[0], *BOTH], STORED) == {Wrong.DUPLICATE: 1}
    assert wrong_with([*BOTH, Note(SHOWN, "later", "R1", "A1")], STORED) == {Wrong.DUPLICATE: 1}


def test_unanswered_alert_that_a_radio_shows_when_it_begins_anew_is_no_duplicate() -> None:
    notes = [Note(SHOWN, "earlier", "R1", "A1"), *BOTH]
    assert wrong_with(notes, STORED) == {}
    assert read_notes(notes).shown_again == 1


def test_alert_that_nobody_issued_is_found_in_the_database() -> None:
    assert wrong_with(BOTH, {**STORED, ("A2", "R1"): True}) == {Wrong.ALERT_REPEATED: 1}


def test_note_is_read_as_it_was_written() -> None:
    assert Note.read(BOTH[0].line()) == BOTH[0]


def test_console_that_saw_every_event_once_over_its_breaks_has_nothing_to_complain_of() -> None:
    seen = Seen()
    for number in (1, 2, 5):
        seen.take(number, seen.last, number * 10)
    assert seen.against({1: 10, 2: 20, 5: 50}) == []


def test_event_that_was_passed_over_came_again_or_is_not_stored_is_found() -> None:
    seen = Seen()
    seen.take(1, 0, 10)
    seen.take(3, 2, 30)
    seen.take(3, 1, 30)
    seen.take(4, 3, 41)
    found = seen.against({1: 10, 2: 20, 4: 40})
    assert counted(found) == {Wrong.EVENT_REPEAT: 1, Wrong.EVENT_GAP: 4}
    assert {one.event for one in found} == {2, 3, 4}
