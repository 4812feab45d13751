"""Nothing that looks at people reports to anybody outside."""

from __future__ import annotations

import subprocess
import sys

_FILES = """
import os, hub.vision.detection.network
names = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
print([file for file in map(os.path.realpath, names) if "onnxruntime.db" in file])
"""


def test_runtime_of_the_networks_keeps_no_report_of_its_use() -> None:
    said = subprocess.run([sys.executable, "-c", _FILES], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
