"""``qianshao bench events``: few consoles see every event, also beside one that reads nothing."""

from __future__ import annotations

import struct
from pathlib import Path

from bench.events import Plan, events_bench, report
from bench.events_consoles import Frames


def test_frames_are_taken_apart_however_they_are_cut() -> None:
    payloads = [b"a", b"b" * 126, b"c" * 70_000]
    heads = [b"\x81\x01", b"\x81\x7e" + struct.pack("!H", 126), b"\x81\x7f" + struct.pack("!Q", 70_000)]
    stream = b"".join(head + payload for head, payload in zip(heads, payloads, strict=True))
    for cut in (7, 1_000, len(stream)):
        frames = Frames()
        found = [one for at in range(0, len(stream), cut) for one in frames.feed(stream[at : at + cut])]
        assert found == [(0x81, payload) for payload in payloads]


async def test_consoles_see_every_event_beside_one_that_reads_nothing(tmp_path: Path) -> None:
    plan = Plan(consoles=3, per_s=100, seconds=0.3, runs=1)
    async with events_bench(tmp_path, plan) as bench:
        found = report(
            plan, [(await bench.turn(with_stalled=False), await bench.turn(with_stalled=True))], 1, (0, 0, 0)
        )
    assert found.lost == 0
    assert 0 < found.p50_ms <= found.p99_ms
    assert 0 < found.stalled_p50_ms <= found.stalled_p99_ms
