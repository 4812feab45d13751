"""A dispatcher's words, from the microphone of the page in a real browser to a radio's loudspeaker, and an answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from bench.mouth_to_ear_report import ALIKE


def test_dispatchers_words_come_out_of_a_radio_whole_in_order_and_soon_and_its_answer_out_of_the_page() -> None:
    for program in ("chromium", "espeak-ng", "mosquitto"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")
    asked = ("--sentences", "1", "--runs", "1", "--json")
    command = [sys.executable, "-m", "hub", "bench", "mouth-to-ear", *asked]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print(report)
    assert report["segments"] >= 4
    assert report["lost_packets"] == 0
    assert report["segment_likeness_p50"] > ALIKE
    assert 0 < report["mouth_to_ear_p50_ms"] < 1000
    assert report["radio_to_console_likeness_p50"] > ALIKE
    assert 0 < report["radio_to_console_p50_ms"] < 1000
