"""When a radio may speak."""

from __future__ import annotations

import pytest

from devices.radio.floor import Floor, FloorError, FloorState, Grant

GRANT = Grant("all", call_id=1, burst_id=7, talk_limit_s=60)


def asking() -> Floor:
    floor = Floor()
    floor.press("r1")
    return floor


def talking() -> Floor:
    floor = asking()
    floor.granted("r1", GRANT)
    return floor


def test_press_then_grant_lets_the_guard_talk_until_release() -> None:
    """P-6.1."""
    floor = talking()
    assert (floor.state, floor.grant) == (FloorState.TALKING, GRANT)
    floor.release()
    assert (floor.state, floor.grant) == (FloorState.SILENT, None)


def test_grant_for_a_key_already_let_go_is_not_taken() -> None:
    """P-6.3."""
    floor = asking()
    floor.release()
    assert not floor.granted("r1", GRANT)
    assert floor.state is FloorState.SILENT


def test_answers_to_an_older_press_are_not_taken() -> None:
    """P-6.3."""
    floor = asking()
    assert not floor.granted("r0", GRANT)
    assert not floor.denied("r0")
    assert not floor.unanswered("r0")
    assert floor.state is FloorState.ASKING


def test_denied_or_unanswered_press_falls_silent() -> None:
    """P-6.2."""
    denied, unanswered = asking(), asking()
    assert denied.denied("r1")
    assert unanswered.unanswered("r1")
    assert denied.state is unanswered.state is FloorState.SILENT


def test_press_that_waits_is_granted_denied_or_given_up_as_one_that_asks() -> None:
    """P-6.16."""
    for end, state in (
        (lambda floor: floor.granted("r1", GRANT), FloorState.TALKING),
        (lambda floor: floor.denied("r1"), FloorState.SILENT),
        (lambda floor: floor.unanswered("r1"), FloorState.SILENT),
        (lambda floor: floor.line_lost(), FloorState.SILENT),
    ):
        floor = asking()
        assert floor.queued("r1")
        assert floor.queued("r1")
        assert (floor.state, floor.queued("r0")) == (FloorState.QUEUED, False)
        assert end(floor)
        assert floor.state is state


def test_talker_is_warned_once_and_talks_on() -> None:
    """P-6.11."""
    floor = talking()
    assert not floor.warned(6)
    assert floor.warned(7)
    assert not floor.warned(7)
    assert (floor.state, floor.grant) == (FloorState.WARNED, GRANT)
    assert floor.revoked(7)


def test_revoked_burst_falls_silent_but_only_its_own() -> None:
    """P-6.4."""
    floor = talking()
    assert not floor.revoked(6)
    assert floor.revoked(7)
    assert floor.state is FloorState.SILENT


def test_lost_line_ends_a_press() -> None:
    floor = talking()
    assert floor.line_lost()
    assert not floor.line_lost()
    assert floor.state is FloorState.SILENT


def test_second_press_and_second_release_are_refused_by_name() -> None:
    floor = asking()
    with pytest.raises(FloorError, match="press while asking"):
        floor.press("r2")
    floor.release()
    with pytest.raises(FloorError, match="release while silent"):
        floor.release()
