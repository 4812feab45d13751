"""``qianshao bench voice`` with few radios for a second: it prints its figures, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys

FIGURES = {
    *(f"{what}_{share}_ms" for what in ("relay", "bare_broker") for share in ("p50", "p95", "p99")),
    "access_p95_ms",
    "late_entry_p95_ms",
    "loss",
    "hub_cpu_percent",
    "memory_mb",
    "goals",
}


def test_bench_of_voice_reaches_every_radio_and_prints_each_figure() -> None:
    asked = ("--radios", "5", "--seconds", "1", "--runs", "1", "--broker", "embedded", "--json")
    command = [sys.executable, "-m", "hub", "bench", "voice", *asked]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(said)
    assert report.keys() >= FIGURES
    assert (report["radios_heard_least"], report["loss"], report["packets_expected"]) == (5, 0, 250)
    assert 0 < report["bare_broker_p50_ms"] < report["relay_p99_ms"]
    assert set(report["goals"]) == {"relay_p99_ms", "access_p95_ms", "loss", "hub_cpu_percent"}
