"""Every event of the log stands in docs/logs.md with its levels and fields; a request's lines bear its name."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from hub import logs
from hub.access.naming import RequestNames

ROOT = Path(__file__).parent.parent
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Each call of a logger in the hub: event, level, fields."""
    for file in (ROOT / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="_log"), attr=level), args=[first, *_], keywords=given
                ) if level in LEVELS:
                    assert isinstance(first, ast.Constant), f"{file}:{node.lineno}: the event's name is not written out"
                    if " " not in first.value:
                        fields = {one.arg for one in given if one.arg not in (None, "exc_info")}
                        yield first.value, LEVELS[level], fields


def test_page_and_code_say_the_same() -> None:
    used: dict[str, tuple[set[str], set[str]]] = {}
    for event, level, fields in calls():
        levels, known = used.setdefault(event, (set(), set()))
        levels.add(level)
        known |= fields
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*?) \| (.*?) \| (.+) \|$", (ROOT / "docs/logs.md").read_text(), re.M)
    page = {
        event: (set(re.findall(r"info|warning|error|debug", levels)), set(re.findall(r"`(\w+)`", fields)))
        for event, levels, fields, _ in rows
        if "." in event
    }
    assert page == used


@pytest.fixture
def configured() -> Iterator[None]:
    """The hub's own log, and as it was afterwards."""
    root = logging.getLogger()
    before = root.handlers, root.level, structlog.get_config()
    logs.configure("INFO")
    yield
    root.handlers, (level, config) = before[0], before[1:]
    root.setLevel(level)
    structlog.configure(**config)


@pytest.mark.usefixtures("configured")
async def test_lines_of_a_request_bear_the_name_that_its_answer_has(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    app = FastAPI()

    @app.get("/")
    async def door() -> None:
        structlog.get_logger().warning("room.entered", alert="A1")

    async with AsyncClient(transport=ASGITransport(RequestNames(app)), base_url="http://hub") as browser:
        names = [(await browser.get("/")).headers["x-request-id"] for _ in range(2)]
    structlog.get_logger().warning("room.left")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "room." in line]
    assert [line.get("request") for line in lines] == [*names, None]
    assert (lines[0]["event"], lines[0]["alert"], lines[0]["level"]) == ("room.entered", "A1", "warning")
    assert names[0] != names[1]
