"""What docker-compose.yml says of each service."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")


def composed() -> dict[str, Any]:
    """The whole file, its variables as they are where nobody sets them."""
    text = _VARIABLE.sub(r"\1", FILE.read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def service(name: str) -> dict[str, Any]:
    """One service."""
    found: dict[str, Any] = composed()["services"][name]
    return found


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each of these put otherwise; fails where one is not there."""
    for there, here in pairs:
        assert there in text, f"{there} is not in {text}"
        text = text.replace(there, here)
    return text
