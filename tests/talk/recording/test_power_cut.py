"""A power cut takes at most the last second of a burst, and the recording can be heard up to there."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import av

from hub.talk.recording import rows
from hub.talk.recording.messages import BurstQuery
from tests.talk.recording.bursts import open_recordings, tone

KILLED_AFTER = 110
"""Packets: 2.2 s."""


async def test_power_cut_takes_at_most_the_last_second_and_the_row_says_interrupted(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.talk.recording.killed", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    synced = 0
    async for line in process.stdout:
        word, number = line.split()
        if word == b"synced":
            synced = int(number)
        elif int(number) == KILLED_AFTER:
            process.send_signal(signal.SIGKILL)
            break
    await process.wait()
    (file,) = (tmp_path / "voice").glob("*/*.ogg")
    os.truncate(file, synced + 40)  # what was not synced is gone, but for the beginning of a page
    async with open_recordings(tmp_path) as (_, database):
        (shown,) = (await database.read(lambda c: rows.page(c, BurstQuery(), None, None))).items
    assert file.stat().st_size == synced == shown.bytes
    assert shown.interrupted and shown.duration_s is not None
    assert shown.duration_s >= KILLED_AFTER * 0.02 - 1
    with av.open(str(file)) as opened:
        kept = [bytes(packet) for packet in opened.demux() if packet.size]
    assert kept == tone(3)[: len(kept)]
    assert shown.packets == len(kept)
    with av.open(str(file)) as opened:
        assert sum(frame.samples for frame in opened.decode(audio=0)) / 48_000 == shown.duration_s
