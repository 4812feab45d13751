"""docs/protocol.md and the tests agree: every clause names tests that exist and name it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PROTOCOL = TESTS.parent / "docs" / "protocol.md"
_CLAUSE = re.compile(r"\| (P-\d+\.\d+) \|.*\| (.*) \|$", re.MULTILINE)
_FILES = {
    **{name: f"devices/link/test_{name}.py" for name in ("link", "unconfirmed", "hubclock", "refusals")},
    **{name: f"devices/radio/test_{name}.py" for name in ("radio", "inbox", "floor", "jitter", "hearing")},
    **{name: f"devices/radio/test_{name}.py" for name in ("concealment", "bad_links", "screen", "tones")},
    **{name: f"devices/link/test_{name}.py" for name in ("backoff", "lifetime", "tls")},
    "seal": "devices/protocol/test_seal.py",
    "book": "bridge/test_seals.py",
    "seals": "bridge/test_protocol_seals.py",
    "floods": "bridge/test_floods.py",
    "hub": "bridge/test_protocol_hub.py",
    "groups": "bridge/test_protocol_groups.py",
    "speaking": "devices/radio/test_groups.py",
    "talk": "bridge/test_protocol_talk.py",
    "stuck": "talk/test_floor.py",
    "stopping": "talk/test_stopping.py",
    "signing": "shifts/test_signing.py",
    "alerts": "alerts/test_alerts.py",
    "updating": "alerts/test_updating.py",
    "cancelling": "alerts/test_cancelling.py",
    "escalations": "escalation/test_escalations.py",
    "sos": "talk/test_sos_calls.py",
    "sos_key": "devices/radio/test_sos.py",
    "sending": "media/test_sending.py",
    "spoken": "devices/radio/test_spoken.py",
    "fetching": "devices/radio/test_fetching.py",
    "changeover": "enrolment/test_changeover.py",
    "intake": "sightings/test_intake.py",
    "remote": "vision/test_remote_worker.py",
    "showing": "vision/test_showing.py",
    "shown": "vision/test_shown.py",
    "worker": "vision/test_worker.py",
    "teaching": "teaching/test_service.py",
}


def proofs() -> list[tuple[str, str, str]]:
    """Each clause with each test it names: clause, file, function."""
    found = []
    for clause, cell in _CLAUSE.findall(PROTOCOL.read_text(encoding="utf-8")):
        for part in cell.split(";"):
            file = part.strip().split(" ")[0]
            found += [(clause, _FILES[file], test) for test in re.findall(r"`(test_\w+)`", part)]
    return found


def docstrings(file: Path) -> dict[str, str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name: ast.get_docstring(function) or "" for function in functions}


def test_every_clause_names_a_proof() -> None:
    text = PROTOCOL.read_text(encoding="utf-8")
    assert {clause for clause, _, _ in proofs()} == set(re.findall(r"^\| (P-\d+\.\d+) \|", text, re.MULTILINE))


@pytest.mark.parametrize(("clause", "file", "test"), proofs())
def test_proof_exists_and_names_its_clause(clause: str, file: str, test: str) -> None:
    assert re.search(rf"{re.escape(clause)}\b", docstrings(TESTS / file).get(test, "no such test")), f"{file} {test}"
