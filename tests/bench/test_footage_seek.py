"""The bench of seeking leaves nothing behind and finds what it laid out."""

from __future__ import annotations

from pathlib import Path

from bench.footage_seek import measure


def test_seeking_in_a_small_month_is_measured_and_taken_away(tmp_path: Path) -> None:
    found = measure(cameras=2, days=2, seeks=20, folder=tmp_path)
    assert (found.segments, found.sweep_day_segments) == (2 * 2 * 24, 2 * 24)
    assert 0 < found.place_p50_ms <= found.place_p95_ms
    assert found.write_cpu_us > 0
    assert list(tmp_path.iterdir()) == []
