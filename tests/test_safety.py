"""What is not safe is refused at the start, all of it at once, in words that say what to do; what is safe is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from hub.access.administrator import has_administrator
from hub.access.people import Role
from hub.access.tables import people
from hub.certificates.authority import Names, for_people
from hub.certificates.folder import CertificateFolder, Server
from hub.cli import app
from hub.safety import find_unsafe
from hub.settings import Settings
from hub.storage.database import migrate
from hub.storage.engine import make_engine
from tests.databases import setting_of, url_of

HOST = "192.168.1.5"
SIP = {"fallback": "sip", "sip_server": "127.0.0.1:5060", "sip_user": "hub", "sip_password": "4711"}


def enrol(folder: Path, **given: object) -> None:
    """Write somebody into a hub's database, by default an administrator who has a password."""
    row = {"person_id": "admin", "name": "管理员", "role": Role.ADMINISTRATOR.value, "places": b"[]", "disabled": False,
           "password_hash": "$argon2id$", "totp_step": 0}  # fmt: skip
    engine = make_engine(url_of(folder))
    migrate(engine)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(sa.insert(people).values(**row | given))
    engine.dispose()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The folder of a hub that may serve others."""
    CertificateFolder(tmp_path / "certificates").make(Names.of(["hub.lan"], [HOST]), datetime.now(UTC))
    enrol(tmp_path)
    return tmp_path


def codes(data_dir: Path, **given: object) -> list[str]:
    settings = Settings(data_dir=data_dir, **{"broker": "managed"} | setting_of(data_dir) | given)  # type: ignore[arg-type]
    return [one.code for one in find_unsafe(settings)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"broker": "embedded"},
        {"tls": True, "broker": "embedded"},
        {"tls": False},
        {"retention_days": 7, "footage_days": 7},
        {"broker": "mqtt://127.0.0.1:1883"},
        {"host": HOST},
        {"host": HOST, "tls": True},
        {"host": "hub.lan"},
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"fallback": "file"},
        SIP,
        {**SIP, "sip_server": "pbx.lan", "sip_address": "192.168.1.5"},
    ],
)
def test_what_is_safe_is_not_refused(data_dir: Path, given: dict[str, object]) -> None:
    assert codes(data_dir, **given) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"host": HOST, "tls": False}, "plain_console"),
        ({"host": "0.0.0.0", "tls": False}, "plain_console"),
        ({"host": HOST, "broker": "embedded"}, "embedded_broker"),
        ({"host": "192.168.1.6"}, "certificate_names_another"),
        ({"host": "other.lan"}, "certificate_names_another"),
        ({"broker": "mqtt://192.168.1.9:1883"}, "plain_broker"),
        ({"broker": "mqtt://broker.lan"}, "plain_broker"),
        ({"fallback": "sip", "sip_server": "127.0.0.1", "sip_user": "hub"}, "no_sip_account"),
        ({**SIP, "sip_password": "a;b"}, "odd_sip_password"),
        ({**SIP, "sip_server": "pbx.lan:5060"}, "sip_on_loopback"),
        ({**SIP, "sip_address": "0.0.0.0"}, "bad_sip_address"),
        ({**SIP, "sip_address": "pbx.lan"}, "bad_sip_address"),
        ({"retention_days": 7}, "sightings_before_footage"),
    ],
)
def test_what_is_not_safe_is_refused(data_dir: Path, given: dict[str, object], code: str) -> None:
    assert codes(data_dir, **given) == [code]


def test_nothing_at_hand_is_said_all_at_once(tmp_path: Path) -> None:
    assert codes(tmp_path, host=HOST, broker="embedded") == ["no_administrator", "embedded_broker", "no_certificates"]
    assert codes(tmp_path, tls=True) == ["no_certificates"]
    assert codes(tmp_path) == []


def test_folder_that_others_may_open_is_refused(data_dir: Path) -> None:
    data_dir.chmod(0o755)
    assert codes(data_dir, host=HOST) == ["open_folder"]
    assert codes(data_dir) == []


def test_key_that_everybody_may_read_is_refused(data_dir: Path) -> None:
    CertificateFolder(data_dir / "certificates").key_file(Server.BROKER).chmod(0o644)
    assert codes(data_dir, host=HOST) == ["open_key"]


def test_key_that_is_not_the_certificates_is_refused(data_dir: Path) -> None:
    folder = CertificateFolder(data_dir / "certificates")
    folder.key_file(Server.HUB).write_bytes(folder.key_file(Server.BROKER).read_bytes())
    assert codes(data_dir, host=HOST) == ["bad_certificate"]


def test_certificate_that_names_this_machine_alone_does_not_serve_all_addresses(tmp_path: Path) -> None:
    CertificateFolder(tmp_path / "certificates").make(Names.of(["localhost"], []), datetime.now(UTC))
    enrol(tmp_path)
    assert codes(tmp_path, host="0.0.0.0") == ["certificate_names_another"]


@pytest.mark.parametrize(
    ("given", "able"),
    [
        ({}, True),
        ({"disabled": True}, False),
        ({"password_hash": None}, False),
        ({"role": Role.CHIEF.value}, False),
    ],
)
def test_administrator_is_who_can_sign_in_as_one(tmp_path: Path, given: dict[str, object], able: bool) -> None:
    settings = Settings(data_dir=tmp_path, **setting_of(tmp_path))  # type: ignore[arg-type]
    assert not has_administrator(settings)
    assert not settings.database_file.exists()
    enrol(tmp_path, **given)
    assert has_administrator(settings) is able


def test_what_is_no_database_has_no_administrator(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.database_file.write_bytes(b"no database" * 100)
    assert not has_administrator(settings)


def test_refusal_at_the_command_is_a_line_each_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    arguments = ["hub", "--data-dir", str(folder), "--host", "0.0.0.0", "--broker", "managed"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.output.count("\n") == 2
    assert "qianshao init" in result.output
    assert "qianshao certificates make" in result.output
    assert not folder.exists()


def test_certificates_are_made_shown_and_renewed_at_the_command(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["certificates", *arguments, "--data-dir", str(tmp_path)])
        return result.exit_code, result.output

    code, said = run("show")
    assert (code, "qianshao certificates make" in said) == (2, True)
    assert run("make")[0] == 2
    code, said = run("make", "--name", "hub.lan", "--address", HOST)
    assert (code, "hub.lan" in said) == (0, True)
    fingerprint = for_people(CertificateFolder(tmp_path / "certificates").fingerprint())
    for arguments in (("show",), ("renew",), ("make", "--name", "hub.lan")):
        code, said = run(*arguments)
        assert (code, fingerprint in said) == (0, True)
    code, said = run("make", "--name", "other.lan")
    assert (code, "--new-authority" in said) == (2, True)
    code, said = run("make", "--name", "other.lan", "--new-authority")
    assert (code, fingerprint in said) == (0, False)
    assert "every phone and device must trust the new one" in said
