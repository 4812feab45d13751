"""Looking leaves others their share of the core, and does not rest while it has been idle."""

from __future__ import annotations

import pytest

from hub.vision.rest import BURST_S, Rest


def test_who_looks_without_a_pause_takes_his_share_and_no_more() -> None:
    rest = Rest(0.8)
    rested_s = sum(rest.after(0.01) for _ in range(10_000))
    assert 100 / (100 + rested_s) == pytest.approx(0.8, abs=0.001)


def test_a_long_look_after_idle_time_is_followed_by_the_next_at_once() -> None:
    rest = Rest(0.8)
    for _ in range(100):
        assert rest.after(0.15) == 0
        rest.waited(0.15)


def test_waiting_is_no_credit_for_later() -> None:
    rest = Rest(0.5)
    rest.waited(1000)
    assert rest.after(1.0) == pytest.approx(1.0 - BURST_S)
