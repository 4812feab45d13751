"""The console has a word, in both languages, for everything that the hub may name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.access.audit import Action
from hub.access.people import Role
from hub.access.permissions import Right
from hub.bridge.refused import RefusedReason
from hub.events.messages import EventKind
from hub.footage.playback.past import GapReason

CONSOLE = Path(__file__).parents[2] / "dashboards" / "console" / "src"


def words(file: str, block: str | None = None) -> set[str]:
    """The names of a dictionary in a file of the console: of the one called ``block``, or of the whole file."""
    text = (CONSOLE / file).read_text(encoding="utf-8")
    if block is not None:
        found = re.search(rf"^( *){block}: {{$(.*?)^\1}}", text, re.MULTILINE | re.DOTALL)
        assert found is not None, f"{file} has no {block}"
        text = found[2]
    return set(re.findall(r"^ *\"?([\w.]+)\"?: ", text, re.MULTILINE)) | set(re.findall(r"\| \"(\w+)\"", text))


@pytest.mark.parametrize("file", ["language/zhRefusals.ts", "language/enRefusals.ts", "room/items.ts"])
def test_every_reason_for_a_refusal_has_a_sentence(file: str) -> None:
    assert {reason.value for reason in RefusedReason} - words(file) == set()


@pytest.mark.parametrize("file", ["language/zhAccess.ts", "language/enAccess.ts"])
def test_every_audited_action_and_every_role_has_a_name(file: str) -> None:
    assert {action.value for action in Action} - words(file, "actions") == set()
    assert {role.value for role in Role} - words(file, "role") == set()


@pytest.mark.parametrize("file", ["language/zhPlayback.ts", "language/enPlayback.ts", "playback/hub.ts"])
def test_every_reason_for_a_gap_has_words(file: str) -> None:
    assert {reason.value for reason in GapReason} - words(file) == set()


def test_every_kind_of_event_and_every_right_is_known() -> None:
    assert {kind.value for kind in EventKind} - words("room/items.ts") == set()
    assert {right.value for right in Right} - words("session/types.ts") == set()
