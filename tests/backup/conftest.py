"""The command runs in the tests' own process, whose priority is not its to lower."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _priority_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "nice", lambda increment: 0)
