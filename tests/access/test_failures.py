"""Failed sign-ins on their way to the audit log: none is lost from the count, and a flood makes few records."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.access.failures import MAX_FRESH, WINDOW_S, Failures


def test_first_is_recorded_at_once_and_its_repeats_after_a_minute() -> None:
    clock = ManualClock()
    failures = Failures(clock)
    first = failures.add("chen", "192.0.2.1", "wrong_password")
    assert first is not None
    assert first.detail.count == 1
    assert all(failures.add("chen", "192.0.2.1", "wrong_password") is None for _ in range(500))
    assert failures.take() == []
    clock.advance(WINDOW_S)
    (repeats,) = failures.take()
    assert (repeats.person_id, repeats.detail.count) == ("chen", 500)
    assert failures.add("chen", "192.0.2.1", "wrong_password") is not None


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0, 30)), max_size=300))
def test_flood_from_everywhere_is_few_records_that_count_all(failed: list[tuple[int, float]]) -> None:
    clock = ManualClock()
    failures = Failures(clock)
    records = []
    for place, wait_s in failed:
        clock.advance(wait_s)
        records += failures.take()
        now = failures.add("chen", f"10.0.0.{place}", "wrong_password")
        records += [now] if now else []
    records += failures.take(ending=True)
    assert sum(record.detail.count for record in records) == len(failed)
    windows = sum(wait_s for _, wait_s in failed) / WINDOW_S + 1
    assert len(records) <= (2 * MAX_FRESH + 1) * windows
