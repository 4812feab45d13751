"""``python -m bench.seal``: what the seal on a voice packet costs the device that says it and the hub that checks it.

The peer in the same run is the tag alone, BLAKE2b from the standard library over the same bytes; ``share_of_budget`` is
what the check takes of BUDGET_US.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from devices.protocol.clock import SystemClock
from devices.protocol.seal import TAG_BYTES, Sealer
from devices.protocol.topics import parse_up
from hub.bridge.seals import SealBook
from hub.storage.database import Database

BUDGET_US = 100.0
"""What the hub may spend on one message, so that a core carries 10,000 a second."""
KEY = bytes(range(32))
TOPIC = "qs/1/radio/R0001/voice"


def per_call_us(call: Callable[[bytes], object], payloads: list[bytes]) -> float:
    """Microseconds a call over all payloads."""
    began_s = time.perf_counter()
    for payload in payloads:
        call(payload)
    return (time.perf_counter() - began_s) / len(payloads) * 1e6


def run(book: SealBook, birth_count: int, packets: int, size: int) -> tuple[float, float, float]:
    """µs for a seal, for its check, and for the tag alone."""
    body = bytes(size)
    sealer = Sealer(KEY, birth_count)
    topic = parse_up(TOPIC)
    bodies = [body] * packets
    sealed = [sealer.seal(TOPIC, one) for one in bodies]
    seal_us = per_call_us(lambda one: sealer.seal(TOPIC, one), bodies)
    check_us = per_call_us(lambda one: book.check(topic, TOPIC, one, False), sealed)
    tag_us = per_call_us(lambda one: hashlib.blake2b(one, key=KEY, digest_size=TAG_BYTES).digest(), sealed)
    return seal_us, check_us, tag_us


def main() -> None:
    """Run in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=300, help="bytes of a packet of 3 Opus frames with its header")
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'seal.sqlite3'}", SystemClock())
        book = SealBook(database, lambda _device: KEY)
        runs = [run(book, birth_count, given.packets, given.size) for birth_count in range(1, given.runs + 1)]
    seal_us, check_us, tag_us = (statistics.median(column) for column in zip(*runs, strict=True))
    report = {
        "packets": given.packets,
        "size_bytes": given.size,
        "runs": given.runs,
        "seal_us": round(seal_us, 2),
        "check_us": round(check_us, 2),
        "tag_alone_us": round(tag_us, 2),
        "share_of_budget": round(check_us / BUDGET_US, 4),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
