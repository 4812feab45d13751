"""The file door's folder, which has numbers in it, does not grow without end."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from hub.fallback.file_door import FileDoor


async def test_latest_letters_stay_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.fallback.file_door.MOST_LETTERS", 3)
    clock = ManualClock()
    for _ in range(2):  # a hub begins its numbers anew
        door = FileDoor(tmp_path, clock)
        for number in range(12):
            await door.send_text("13900000000", str(number))
        clock.advance(1)
    texts = {msgspec.json.decode(file.read_bytes())["text"] for file in tmp_path.iterdir()}
    assert (texts, len(list(tmp_path.iterdir()))) == ({"9", "10", "11"}, 3)
