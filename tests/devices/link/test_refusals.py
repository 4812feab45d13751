"""Refused things are counted, and told at most once a second."""

from __future__ import annotations

import pytest

from devices.link.refusals import Refusal, Refusals
from devices.protocol.clock import ManualClock


def test_a_flood_is_logged_once_a_second_with_how_many(caplog: pytest.LogCaptureFixture) -> None:
    """P-1.6."""
    clock = ManualClock()
    refusals = Refusals("radio R001", clock)
    for number in range(1000):
        refusals.add(Refusal.MALFORMED, f"message {number}")
    assert len(caplog.messages) == 1
    clock.advance(1.1)
    refusals.flush()
    assert caplog.messages[1] == "radio R001: malformed x999, latest: message 999"
    assert refusals.counts[Refusal.MALFORMED] == 1000
