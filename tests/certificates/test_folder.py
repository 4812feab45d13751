"""The folder of certificates: made once, renewed with the same authority, keys for their owner alone."""

from __future__ import annotations

import asyncio
import signal
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.bridge.broker import find_mosquitto, free_port
from hub.certificates.authority import CertificateError, Names
from hub.certificates.folder import CertificateFolder, Server
from tests.devices.room import DEADLINE_S

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMES = Names.of(["hub.lan"], ["192.168.1.5"])


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    made = CertificateFolder(tmp_path / "hub" / "certificates")
    made.make(NAMES, NOW)
    return made


def test_what_is_made_is_complete_and_its_keys_are_the_owners_alone(folder: CertificateFolder) -> None:
    assert folder.is_complete()
    assert folder.open_to_others() == []
    assert {file.name for file in folder.path.iterdir()} == {
        "ca.pem", "ca.key", "hub.pem", "hub.key", "broker.pem", "broker.key",
    }  # fmt: skip
    assert {file.stat().st_mode & 0o777 for file in folder.path.iterdir()} == {0o600}
    assert [one.stat().st_mode & 0o777 for one in (folder.path, folder.path.parent)] == [0o700, 0o700]
    assert folder.names(Server.HUB) == folder.names(Server.BROKER) == NAMES.texts
    folder.key_file(Server.HUB).chmod(0o644)
    assert folder.open_to_others() == [folder.key_file(Server.HUB)]


def test_made_again_it_keeps_the_authority_that_phones_trust(folder: CertificateFolder) -> None:
    before = folder.fingerprint()
    folder.make(Names.of(["hub.lan"], ["192.168.1.6"]), NOW)
    assert folder.fingerprint() == before
    assert "192.168.1.6" in folder.names(Server.HUB)
    folder.make(NAMES, NOW, new_authority=True)
    assert folder.fingerprint() != before


def test_name_the_authority_was_not_made_for_changes_nothing(folder: CertificateFolder) -> None:
    before = {file.name: file.read_bytes() for file in folder.path.iterdir()}
    with pytest.raises(CertificateError, match="--new-authority"):
        folder.make(Names.of(["other.lan"], []), NOW)
    assert {file.name: file.read_bytes() for file in folder.path.iterdir()} == before


def test_certificates_are_renewed_30_days_before_their_end_for_the_same_names_and_key(
    folder: CertificateFolder,
) -> None:
    fingerprint, key = folder.fingerprint(), folder.key_file(Server.HUB).read_bytes()
    end = folder.standings(NOW)[1].ends_at
    assert folder.renew(end - timedelta(days=30)) == []
    due = end - timedelta(days=29)
    assert [one.ends_soon for one in folder.standings(due)] == [False, True, True]
    assert folder.renew(due) == [Server.HUB, Server.BROKER]
    assert folder.renew(due) == []
    _, hub, broker = folder.standings(due)
    assert hub.ends_at == broker.ends_at == due + timedelta(days=396)
    assert (hub.names, hub.ours, hub.ends_soon) == (NAMES.texts, True, False)
    assert (folder.fingerprint(), folder.key_file(Server.HUB).read_bytes()) == (fingerprint, key)


def test_renewing_all_of_them_does_so_before_their_time(folder: CertificateFolder) -> None:
    assert folder.renew(NOW + timedelta(days=1), all_of_them=True) == [Server.HUB, Server.BROKER]


def test_organisations_own_certificates_are_warned_of_and_not_renewed(folder: CertificateFolder) -> None:
    folder.ca_key.unlink()
    late = folder.standings(NOW)[1].ends_at - timedelta(days=1)
    assert folder.renew(late, all_of_them=True) == []
    assert [(one.ours, one.ends_soon) for one in folder.standings(late)] == [
        (False, False),
        (False, True),
        (False, True),
    ]
    with pytest.raises(CertificateError, match="an authority whose key is not here"):
        folder.make(NAMES, late)


def test_certificate_of_another_authority_is_not_ours_to_renew(folder: CertificateFolder, tmp_path: Path) -> None:
    other = CertificateFolder(tmp_path / "other")
    other.make(NAMES, NOW)
    for file in (Server.HUB,):
        folder.certificate_file(file).write_bytes(other.certificate_file(file).read_bytes())
        folder.key_file(file).write_bytes(other.key_file(file).read_bytes())
    late = folder.standings(NOW)[1].ends_at
    assert folder.renew(late) == [Server.BROKER]
    assert [one.ours for one in folder.standings(late)] == [True, False, True]


def test_broken_and_missing_files_are_named(folder: CertificateFolder) -> None:
    folder.ca_pem.write_bytes(b"no certificate")
    with pytest.raises(CertificateError, match=r"ca\.pem.*not a PEM certificate"):
        folder.fingerprint()
    folder.ca_pem.unlink()
    assert not folder.is_complete()
    with pytest.raises(CertificateError, match=r"ca\.pem 无法读取.*certificates make"):
        folder.standings(NOW)


async def test_mosquitto_serves_the_brokers_certificate_and_after_a_word_the_renewed_one(
    folder: CertificateFolder, tmp_path: Path
) -> None:
    folder.make(NAMES, datetime.now(UTC), new_authority=True)
    trusting = ssl.create_default_context(cafile=str(folder.ca_pem))
    port, configuration = free_port(), tmp_path / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\nuser root\ntls_version tlsv1.3\n"
        f"certfile {folder.certificate_file(Server.BROKER)}\nkeyfile {folder.key_file(Server.BROKER)}\n"
    )

    async def served() -> bytes | None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname="hub.lan")
        except ConnectionError:
            return None
        der: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.transport.abort()
        return der

    def in_the_folder() -> bytes:
        return ssl.PEM_cert_to_DER_cert(folder.certificate_file(Server.BROKER).read_text())

    async def serves_what_is_in_the_folder() -> None:
        async with asyncio.timeout(DEADLINE_S):
            while await served() != in_the_folder():  # noqa: ASYNC110 (another process changes it)
                await asyncio.sleep(0.02)

    found = find_mosquitto()
    assert found is not None
    mosquitto = await asyncio.create_subprocess_exec(found, "-c", str(configuration), stderr=asyncio.subprocess.DEVNULL)
    try:
        await serves_what_is_in_the_folder()
        assert folder.renew(datetime.now(UTC), all_of_them=True) != []
        mosquitto.send_signal(signal.SIGHUP)
        await serves_what_is_in_the_folder()
    finally:
        mosquitto.terminate()
        await mosquitto.wait()
