"""The dashboards: of one form, every expression parses with promtool and names what docs/metrics.md lists."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.exposed import named

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dashboards" / "grafana").glob("*.json"))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing: scripts/install-test-tools")
def test_dashboards_are_of_one_form_and_ask_for_what_is_exposed(tmp_path: Path) -> None:
    assert [file.stem for file in FILES] == ["alerts", "cameras", "room", "storage", "vision", "voice"]
    listed = named((ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"))
    asked = []
    for file in FILES:
        board = json.loads(file.read_text(encoding="utf-8"))
        assert (board["uid"], board["schemaVersion"]) == (f"qianshao-{file.stem}", 37)
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        for panel in board["panels"]:
            assert panel["datasource"]["uid"] == "prometheus" and panel["fieldConfig"]["defaults"]["unit"]
            (target,) = panel["targets"]
            assert named(target["expr"]) <= listed, panel["title"]
            asked.append({"record": f"panel_{len(asked)}", "expr": target["expr"]})
    rules = tmp_path / "panels.yml"  # JSON is YAML too
    rules.write_text(json.dumps({"groups": [{"name": "panels", "rules": asked}]}))
    done = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
