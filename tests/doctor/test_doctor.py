"""Every check is seen to be content and to find what is wrong, on real files, ports, brokers and hubs."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.cli import app
from hub.commands.doctor import look
from hub.doctor import installation, machine, running
from hub.doctor.findings import Finding, State, fine
from hub.folder_lock import locked
from hub.settings import Settings
from hub.vision import models
from tests import postgresql
from tests.databases import of_sqlites_file, opened, setting_of
from tests.devices.room import open_broker
from tests.hub import open_console, open_hub
from tests.small_disk import small_disk


def states(found: list[Finding]) -> list[str]:
    return [one.state.value for one in found]


def settings(folder: Path, **given: object) -> Settings:
    return Settings(**{"data_dir": folder} | setting_of(folder) | given)  # type: ignore[arg-type]


def test_a_machine_is_looked_at_and_nothing_is_left_there(tmp_path: Path) -> None:
    (found,) = look(machine.clock, settings(tmp_path))
    assert found.state in (State.OK, State.WARN)
    assert {one.about for one in look(machine.disks, settings(tmp_path))} == {"disk"}
    assert list(tmp_path.iterdir()) == []


def test_clock_that_was_set_back_is_a_failure(tmp_path: Path) -> None:
    """As on a board without a battery after a power cut: the hub's own files are of later than now."""
    kept = tmp_path / "kept"
    kept.touch()
    (found,) = look(machine.clock, settings(tmp_path))
    assert found.state is not State.FAIL
    os.utime(kept, (time.time() + 7_200,) * 2)
    (found,) = look(machine.clock, settings(tmp_path))
    assert (found.state, "120 分钟" in found.seen.zh, "set-ntp" in found.do.zh) == (State.FAIL, True, True)


def test_few_files_are_a_warning_by_the_limit_of_the_hub_that_runs(tmp_path: Path) -> None:
    hold = (
        "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        resource.prlimit(holder.pid, resource.RLIMIT_NOFILE, (300, 300))
        (found,) = look(machine.descriptors, settings(tmp_path))
        holder.kill()
    assert (found.state, "300" in found.seen.zh, "LimitNOFILE" in found.do.zh) == (State.WARN, True, True)


def test_full_disk_is_a_failure(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "48m") as disk:
        disk.fill()
        found = look(machine.disks, settings(disk.folder))
        assert "fail" in states(found)
        assert all(one.do.zh for one in found if one.state is State.FAIL)


def test_taken_port_is_named_and_a_free_one_is_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (found,) = look(installation.ports, settings(tmp_path, port=port))
        assert (found.state, str(port) in found.seen.zh, "QIANSHAO_PORT" in found.do.zh) == (State.FAIL, True, True)
    (found,) = look(installation.ports, settings(tmp_path, port=port))
    assert found.state is State.OK
    with locked(tmp_path):
        (found,) = look(installation.ports, settings(tmp_path, port=port))
    assert "正在运行" in found.seen.zh


def test_certificates_that_are_over_missing_and_sound(tmp_path: Path) -> None:
    given = settings(tmp_path, host="192.168.1.5")
    assert states(look(installation.certificates, given)) == ["fail"]
    folder = CertificateFolder(tmp_path / "certificates")
    folder.make(Names.of(["hub.lan"], []), datetime.now(UTC) - timedelta(days=4_000))
    assert "fail" in states(look(installation.certificates, given))
    folder.make(Names.of(["hub.lan"], []), datetime.now(UTC), new_authority=True)
    assert states(look(installation.certificates, given)) == ["ok"] * 3
    assert states(look(installation.safety, given)) == ["fail"] * 2, "no administrator, and no name that fits"


async def test_broker_of_others_is_spoken_to(tmp_path: Path) -> None:
    async with open_broker("embedded", tmp_path) as broker:
        address = broker.hub_address
        given = settings(tmp_path, broker=f"mqtt://{address.username}@127.0.0.1:{address.port}")
        given.broker_password = Settings(broker_password=address.password).broker_password  # type: ignore[arg-type]
        found = await asyncio.to_thread(look, installation.broker, given)
        assert states(found) == ["ok"], found
        given.broker_password = None
        (refused,) = await asyncio.to_thread(look, installation.broker, given)
        assert (refused.state, str(address.password) in str(refused)) == (State.FAIL, False)
    (away,) = look(installation.broker, given)
    assert away.state is State.FAIL


@of_sqlites_file
async def test_damaged_file_is_told_from_a_whole_one_and_from_a_later_releases(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert states(look(installation.database, given)) == ["ok"]
    async with open_hub(tmp_path):
        assert states(look(installation.database, given)) == ["ok", "ok"], "beside a hub at work"
    shutil.copy(given.database_file, tmp_path / "whole")
    with given.database_file.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 40_000)
    assert "fail" in states(look(installation.database, given))
    shutil.copy(tmp_path / "whole", given.database_file)
    with opened(tmp_path) as hands:
        hands.change("UPDATE alembic_version SET version_num = '9999'")
    later = look(installation.database, given)
    assert [one.state for one in later][-1] is State.FAIL
    assert "更新版本" in later[-1].seen.zh


@postgresql.needs_postgresql
def test_postgresql_answers_or_not(tmp_path: Path) -> None:
    assert (
        states(look(installation.database, settings(tmp_path, database=postgresql.database_of(tmp_path)))) == ["ok"] * 2
    )
    (away,) = look(installation.database, settings(tmp_path, database="postgresql://hub@127.0.0.1:1/room"))
    assert (away.state, "数据库服务" in away.do.zh) == (State.FAIL, True)


def test_network_that_was_changed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Path(models.__file__).parent
    for name in ("MODELS.md", "selfie.onnx", "movenet-lightning.onnx", "nanodet.onnx", "nanodet-int8.onnx"):
        shutil.copy(shipped / name, tmp_path / name)
    with (tmp_path / "selfie.onnx").open("ab") as file:
        file.write(b"?")
    (tmp_path / "nanodet.onnx").unlink()
    monkeypatch.setattr(models, "__file__", str(tmp_path / "__init__.py"))
    found = {one.seen.en.split()[0]: one.state for one in look(installation.networks, settings(tmp_path))}
    assert (found["selfie.onnx"], found["nanodet.onnx"]) == (State.FAIL, State.FAIL)
    assert (found["movenet-lightning.onnx"], found["nanodet-int8.onnx"]) == (State.OK, State.OK)


async def test_hub_at_work_and_its_dark_camera(tmp_path: Path) -> None:
    assert states(look(running.hub, settings(tmp_path))) == ["warn"]
    with locked(tmp_path):
        assert states(look(running.hub, settings(tmp_path))) == ["fail"], "it holds the folder and does not answer"
        async with open_hub(tmp_path) as hub, open_console(hub) as console:
            (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
            found = await asyncio.to_thread(look, running.hub, settings(tmp_path))
    assert states(found) == ["ok", "ok", "ok", "warn", "ok"], found
    assert "C01" in found[3].seen.zh


async def test_hub_at_work_that_is_not_well_says_which_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.vitals.LOOP_LATE_S", -1.0)
    with locked(tmp_path):
        async with open_hub(tmp_path) as hub, open_console(hub) as console:
            (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
            found = await asyncio.to_thread(look, running.hub, settings(tmp_path))
    assert [one.seen.en for one in found if one.state is State.FAIL] == ["its loop is stalled"]
    assert found[-1].about == "cameras", "they are looked at all the same"


def test_check_that_fails_or_hangs_is_a_finding_and_stops_no_other(tmp_path: Path) -> None:
    def broken(_: Settings) -> Iterator[Finding]:
        raise ZeroDivisionError("by nothing")
        yield fine("never", "", "")

    def hanging(_: Settings) -> Iterator[Finding]:
        time.sleep(2)
        yield fine("late", "", "")

    assert "by nothing" in look(broken, settings(tmp_path))[0].seen.en
    assert states(look(hanging, settings(tmp_path), 0.1)) == ["warn"]


def test_command_says_what_to_do_and_its_code_how_serious_it_is(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        environment = {"QIANSHAO_PORT": str(other.getsockname()[1]), "QIANSHAO_SIP_PASSWORD": "a-secret"}
        result = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path)], env=environment)
        as_json = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path), "--json"], env=environment)
    assert (result.exit_code, "→" in result.output, "a-secret" in result.output) == (2, True, False)
    assert (as_json.exit_code, '"worst": "fail"' in as_json.output) == (2, True)
