"""The alert rules: promtool finds no fault, each fires when it should, names what a hub exposes and says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.exposed import exposed, named

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "prometheus"


def rules() -> dict[str, str]:
    """Every alert rule as it is shipped: its name and its text. Comments name no metric."""
    text = (SHIPPED / "rules.yml").read_text(encoding="utf-8")
    return {one.partition("\n")[0]: one for one in text.split("- alert: ")[1:]}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing: scripts/install-test-tools")
def test_promtool_accepts_configuration_and_rules_and_every_rule_fires_when_it_should_and_not_before(
    tmp_path: Path,
) -> None:
    for file in SHIPPED.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "qianshao-token").write_text("x")
    for what, name in (("check config", "prometheus.yml"), ("test rules", "rules_test.yml")):
        command = ["promtool", *what.split(), str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    tests = re.findall(r"^  - name: (\S+)", (SHIPPED / "rules_test.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(tests) == sorted(rules()), "a rule without a test"


async def test_rules_and_the_metrics_page_name_what_a_hub_exposes(tmp_path: Path) -> None:
    there = await exposed(tmp_path)
    for name, rule in rules().items():
        assert named(rule) <= there, name
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert named(page) == there


def test_every_rule_says_in_both_languages_what_it_means_and_where_stands_what_to_do() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    heads = [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### Qianshao")]
    assert heads == list(rules())
    for name, rule in rules().items():
        assert re.search(r"severity: (warning|critical)$", rule, re.MULTILINE), name
        assert f"runbook: docs/operations.md#{name.lower()}\n" in rule
        assert re.search(r'summary: "[\u4e00-\u9fff]+ · [A-Z]', rule), name
        chinese, english = re.findall(r"^            (.+)$", rule, re.MULTILINE)
        assert re.search(r"[\u4e00-\u9fff]", chinese) and not re.search(r"[\u4e00-\u9fff]", english), name
