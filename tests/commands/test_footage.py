"""``qianshao footage``: disks planned from wishes or from what is recorded, and what is there listed."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from hub.cli import app
from tests.footage.segments.films import START_US, Film, film, later, write


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what was said."""
    result = CliRunner().invoke(app, ["footage", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def minutes_ago(minutes: float, camera_id: str = "C01") -> Film:
    filmed = later(film(seconds=2), time.time_ns() // 1000 - round(minutes * 60_000_000) - START_US)
    return replace(filmed, form=msgspec.structs.replace(filmed.form, camera_id=camera_id))


def test_40_cameras_of_2_mbit_for_30_days_need_26_tb() -> None:
    code, said = run("plan", "--cameras", "40", "--mbit-per-s", "2", "--days", "30", "--disk-tb", "8", "--json")
    assert code == 0
    found = json.loads(said)
    assert found["footage_tb"] == pytest.approx(25.92)
    assert found["disk_tb_needed"] == pytest.approx(25.92 * 1.01 / 0.9)
    assert (found["disks"], found["gb_per_camera_and_day"]) == (4, pytest.approx(21.6))
    code, said = run("plan", "--cameras", "40", "--mbit-per-s", "2", "--disk-tb", "8")
    assert "录像 25.9 TB" in said
    assert "25.9 TB of footage" in said
    assert "4 disks of 8 TB keep 33 days" in said


def test_a_plan_without_cameras_or_footage_says_what_is_missing(tmp_path: Path) -> None:
    code, said = run("plan", "--cameras", "40")
    assert code == 2
    assert "--mbit-per-s" in said
    code, said = run("plan", "--footage-dir", tmp_path)
    assert code == 2
    assert "holds no footage of the last three days" in said


def test_a_plan_is_made_from_the_real_bit_rates(tmp_path: Path) -> None:
    sizes = [
        write(tmp_path, minutes_ago(minutes, camera_id)).stat().st_size
        for minutes, camera_id in ((90, "C01"), (60, "C01"), (60, "C02"))
    ]
    code, said = run("plan", "--footage-dir", tmp_path, "--days", "30", "--json")
    assert code == 0
    found = json.loads(said)
    assert found["cameras"] == 2
    assert found["mbit_per_s"] == pytest.approx(sum(sizes) / 3 * 8 / 2 / 1e6, rel=0.01)
    assert json.loads(run("plan", "--footage-dir", tmp_path, "--cameras", "40", "--json")[1])["cameras"] == 40


def test_what_is_there_is_listed_with_its_gaps(tmp_path: Path) -> None:
    for minutes in (90, 60, 30):
        path = write(tmp_path / "footage", minutes_ago(minutes))
    path.with_name("notes.txt").write_text("x")
    code, said = run("list", "--data-dir", tmp_path, "--json")
    assert code == 0
    (found,) = json.loads(said)
    assert (found["camera_id"], found["segments"], found["gaps"], found["strange_files"]) == ("C01", 3, 2, 1)
    assert found["gaps_s"] == pytest.approx(2 * (30 * 60 - 2), abs=1)
    assert found["last_ms"] - found["first_ms"] == pytest.approx(60 * 60_000 + 2000, abs=1000)
    code, said = run("list", "--footage-dir", tmp_path / "footage")
    assert "C01" in said
    assert "1 files are no footage" in said


def test_a_folder_without_footage_is_said(tmp_path: Path) -> None:
    assert run("list", "--footage-dir", tmp_path) == (0, f"{tmp_path} 中没有录像\nthere is no footage in {tmp_path}\n")
