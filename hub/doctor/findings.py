"""What a check found, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    """The hub works; this should be seen to."""
    FAIL = "fail"
    """The hub does not start, or a part of it does not work."""


class Words(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    zh: str
    en: str


NOTHING = Words("", "")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """``about`` is the check; ``do`` is empty where nothing is to be done. Neither holds a secret."""

    about: str
    state: State
    seen: Words
    do: Words = NOTHING


def fine(about: str, zh: str, en: str) -> Finding:
    """All is as it should be."""
    return Finding(about=about, state=State.OK, seen=Words(zh, en))


def warn(about: str, seen: tuple[str, str], do: tuple[str, str]) -> Finding:
    """Should be seen to. ``seen`` and ``do``: Chinese, English."""
    return Finding(about=about, state=State.WARN, seen=Words(*seen), do=Words(*do))


def fail(about: str, seen: tuple[str, str], do: tuple[str, str]) -> Finding:
    """Must be seen to. ``seen`` and ``do``: Chinese, English."""
    return Finding(about=about, state=State.FAIL, seen=Words(*seen), do=Words(*do))
