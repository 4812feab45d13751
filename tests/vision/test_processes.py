"""Which module of vision runs in which process, as docs/vision.md tells it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/vision.md").read_text().split("### What runs where")[1].split("## ")[0]
FOLDER = ROOT / "hub/vision"


def told(process: str) -> set[str]:
    rows = re.findall(rf"^\| {process} \| ([^|]+) \|", TABLE, re.MULTILINE)
    return {name.removesuffix(".py").rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)}


def loaded(program: str) -> set[str]:
    """Modules and folders right below hub.vision that the program loads at its start."""
    code = f"import {program}, sys; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return {name.split(".")[2] for name in names.split() if name.startswith("hub.vision.")}


def test_every_module_has_its_process() -> None:
    here = {path.stem for path in FOLDER.iterdir() if not path.name.startswith("__")}
    assert told("hub") | told("worker") | told("both") | told("neither") == here


@pytest.mark.parametrize(("program", "process"), [("hub.app", "hub"), ("hub.vision.worker", "worker")])
def test_process_loads_its_own_modules_and_none_of_the_others(program: str, process: str) -> None:
    checked_by_the_hub = {"detection", "description"}
    own = told(process) | told("both")
    assert loaded(program) - checked_by_the_hub == own - checked_by_the_hub
