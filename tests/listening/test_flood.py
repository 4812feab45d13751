"""Thousands of connections that say nothing or little: the hub answers others in its usual time, its memory bounded."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.connections import measure


async def test_3000_silent_and_slow_connections_keep_nobody_waiting(tmp_path: Path) -> None:
    found = await asyncio.to_thread(measure, tmp_path)
    assert found.flooded_ms < 5 * found.usual_ms + 50
    assert found.slowest_flooded_ms < 2_000
    assert found.memory_after_mib - found.memory_before_mib < 250
