"""The systemd units: what matters stands in them, and systemd finds no fault where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
BACKUP = DEPLOY / "qianshao-backup.service"
UNITS = [file for file in SERVICES if file != BACKUP]
HARDENED = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "RestrictSUIDSGID": "true",
    "CapabilityBoundingSet": "",
    "ReadWritePaths": "/var/lib/qianshao",
    "UMask": "0077",
}


class Unit(ConfigParser):
    """A unit file: a key may come again, its case counts, ``%`` is systemd's own."""

    def __init__(self, file: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#", ";"))
        self.read(file, encoding="utf-8")

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_there_is_a_unit_for_the_hub_and_one_for_its_watchdog() -> None:
    assert [unit.name for unit in UNITS] == ["qianshao-watchdog.service", "qianshao.service"]


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_unit_is_restarted_watched_bounded_and_hardened(file: Path) -> None:
    service = Unit(file)["Service"]
    assert (service["Type"], service["NotifyAccess"], service["WatchdogSec"]) == ("notify", "main", "15")
    assert (service["Restart"], service["User"]) == ("always", "qianshao")
    assert service["MemoryMax"] and service["LimitNOFILE"]
    assert {key: service[key] for key in HARDENED} == HARDENED
    assert Unit(file)["Unit"]["StartLimitIntervalSec"] == "0", "it is tried again for ever"
    assert Unit(file)["Install"]["WantedBy"] == "multi-user.target"


def test_backup_is_made_each_night_of_the_hubs_folder_and_is_hardened_too() -> None:
    backup, hub = Unit(BACKUP)["Service"], Unit(DEPLOY / "qianshao.service")["Service"]
    folders = "/var/lib/qianshao /var/backups/qianshao"
    expected = HARDENED | {"ReadWritePaths": folders, "Type": "oneshot", "User": "qianshao"}
    assert {key: backup[key] for key in expected} == expected
    assert backup["MemoryMax"] and backup["LimitNOFILE"] and backup["TasksMax"]
    assert backup["ExecStart"].split("--data-dir ")[1] == hub["ExecStart"].split("--data-dir ")[1]
    timer = Unit(BACKUP.with_suffix(".timer"))["Timer"]
    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 03:30:00", "true")


def test_only_the_hub_is_asked_to_end_and_ends_its_children_in_order() -> None:
    assert Unit(DEPLOY / "qianshao.service")["Service"]["KillMode"] == "mixed"


def test_watchdog_outlives_the_hub_and_watches_the_same_folder() -> None:
    hub, watchdog = Unit(DEPLOY / "qianshao.service"), Unit(DEPLOY / "qianshao-watchdog.service")
    assert not {"BindsTo", "Requires", "PartOf"} & set(watchdog["Unit"])
    folder = hub["Service"]["ExecStart"].split("--data-dir ")[1]
    assert folder == watchdog["Service"]["ExecStart"].split("--data-dir ")[1] == hub["Service"]["ReadWritePaths"]


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.name)
def test_command_of_the_unit_is_one_that_there_is(file: Path) -> None:
    program, *arguments = Unit(file)["Service"]["ExecStart"].split()
    assert program.endswith("/.venv/bin/qianshao")
    said = subprocess.run([sys.executable, "-m", "hub", arguments[0], "--help"], capture_output=True, text=True)
    assert (said.returncode, "--data-dir" in arguments) == (0, True)
    assert [word for word in arguments if word.startswith("--") and word not in said.stdout] == []


@pytest.mark.parametrize("file", [*SERVICES, BACKUP.with_suffix(".timer")], ids=lambda file: file.name)
def test_systemd_finds_no_fault_in_the_unit(file: Path, tmp_path: Path) -> None:
    """Where there is no systemd, the tests above are what is known of the unit."""
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        return
    copy = tmp_path / file.name
    copy.write_text(file.read_text(encoding="utf-8").replace("/opt/qianshao/.venv/bin/qianshao", "/bin/true"))
    if file.suffix == ".timer":
        shutil.copy(BACKUP, tmp_path)
    said = subprocess.run([systemd, "verify", str(copy)], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")
