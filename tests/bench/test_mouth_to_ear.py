"""A dispatcher's words, from the microphone of the real page in a real browser to a radio's loudspeaker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

OTHER_WORDS = 0.25
"""Other words are 0.1 like what was spoken, half a second of them 0.3 at most but where both begin."""


def test_dispatchers_words_come_out_of_a_radio_whole_in_order_and_soon() -> None:
    for program in ("chromium", "espeak-ng", "mosquitto"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")
    asked = ("--sentences", "1", "--runs", "1", "--json")
    command = [sys.executable, "-m", "hub", "bench", "mouth-to-ear", *asked]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print(report)
    assert report["segments"] >= 4
    assert report["lost_packets"] == 0
    assert report["likeness_least"] > OTHER_WORDS
    assert report["segment_likeness_p50"] > 2 * OTHER_WORDS
    assert 0 < report["mouth_to_ear_p50_ms"] < 1000
