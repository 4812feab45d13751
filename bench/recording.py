"""``python -m bench.recording``: what recording costs the event loop for each voice packet, and what it costs at all.

Bursts go on at once at the pace of speech, their packets handed over as the relay does, while the writer's thread puts
them on the disk. The peer of the checksum in the same run is the table of RFC 3533's appendix, walked in Python.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from devices.protocol.clock import SystemClock
from devices.protocol.voice import VoicePacket
from hub.talk.recording.ogg import checksum
from hub.talk.recording.writer import VoiceWriter

FRAME = b"\x48" + bytes(59)
"""A frame of 24 kbit/s."""
_TABLE = [0] * 256
for _byte in range(256):
    _crc = _byte << 24
    for _ in range(8):
        _crc = (_crc << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if _crc & 0x80000000 else _crc << 1
    _TABLE[_byte] = _crc


def plain_checksum(page: bytes) -> int:
    """The table's way."""
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte]
    return crc


async def speak(folder: Path, bursts: int, seconds: float) -> dict[str, float]:
    """Microseconds that handing a packet over takes of the event loop, and CPU of the writer's thread for each."""
    clock = SystemClock()
    writer = VoiceWriter(folder, clock, lambda told: None)
    writer.start()
    for burst_id in range(bursts):
        writer.begin(burst_id, f"2026-01-01/{burst_id}.ogg", ())
    took_us: list[float] = []
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for number in range(round(seconds * 50)):
        await asyncio.sleep(began_s + number * 0.02 - loop.time())
        at_us = clock.monotonic_us()
        for burst_id in range(bursts):
            packet = VoicePacket(1, burst_id, number, number * 960, 5, 0, 0, False, (FRAME,))
            before_s = time.perf_counter()
            writer.packet(burst_id, packet, at_us)
            took_us.append((time.perf_counter() - before_s) * 1e6)
    for burst_id in range(bursts):
        writer.end(burst_id)
    assert writer._thread is not None and writer._thread.ident is not None
    thread_cpu_s = time.clock_gettime(time.pthread_getcpuclockid(writer._thread.ident))
    await writer.stop()
    took_us.sort()
    return {
        "event_loop_p50_us": statistics.median(took_us),
        "event_loop_p99_us": took_us[len(took_us) * 99 // 100],
        "event_loop_most_us": took_us[-1],
        "thread_cpu_us": thread_cpu_s / len(took_us) * 1e6,
    }


def main() -> None:
    """Print microseconds a packet, and a page of 3 KiB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bursts", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(speak(Path(folder), given.bursts, given.seconds))
    page = bytes(range(256)) * 12
    assert checksum(page) == plain_checksum(page)
    for name, call in (("checksum_us", checksum), ("plain_checksum_us", plain_checksum)):
        began_s = time.perf_counter()
        for _ in range(100):
            call(page)
        found[name] = (time.perf_counter() - began_s) / 100 * 1e6
    print(json.dumps({name: round(value, 2) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
