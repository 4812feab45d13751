"""What holds for all tests: no collecting of garbage through them, and in CI none skipped.

A skipped test fails the run in CI, unless what it misses is ../shared: a test that never runs proves nothing.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from hub.pauses import keep_what_started

settings.register_profile("hub", deadline=None)  # how long an example takes on a busy machine proves nothing
settings.load_profile("hub")

ALLOWED_REASON = "../shared is missing"

gc.disable()  # until all tests are collected: none of it goes before the run ends


def pytest_collection_finish() -> None:
    """What is there stays: looking through it again and again takes a third of a hub's start in a test."""
    keep_what_started()
    gc.enable()


def _forbidden_skips(reporter: pytest.TerminalReporter) -> list[str]:
    skipped = reporter.stats.get("skipped", [])
    return [f"{one.nodeid}: {one.longrepr}" for one in skipped if ALLOWED_REASON not in str(one.longrepr)]


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> object:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and _forbidden_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") == "true":
        for skip in _forbidden_skips(terminalreporter):
            terminalreporter.write_line(f"not allowed in CI: skipped {skip}", red=True)
