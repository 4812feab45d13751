"""The authority of a closed network: whom it vouches for, whom it cannot, and what OpenSSL says to it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.certificates.authority import (
    CertificateError,
    Names,
    Pair,
    fingerprint,
    issue,
    make_authority,
    name_host,
    names_of,
    permits,
    was_issued_by,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMES = Names.of(["Hub.Lan"], ["192.168.1.5", "203.0.113.7"])


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def test_names_always_hold_this_machine_itself() -> None:
    assert NAMES.texts == ("hub.lan", "localhost", "192.168.1.5", "203.0.113.7", "127.0.0.1", "::1")
    assert Names.of(["localhost"], ["::1"]).texts == ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize("host", ["", "a b", "-a", "192.168.1.5", "*.lan", "a" * 64, "黔哨", "a..b"])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(CertificateError, match="not a host name"):
        Names.of([host], [])


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(CertificateError, match="not an IP address"):
        Names.of([], ["hub.lan"])


def test_certificate_is_no_longer_good_than_phones_accept_and_names_the_hub() -> None:
    authority = make_authority(NAMES, NOW)
    issued = issue(authority, NAMES, "Qianshao hub", NOW).certificate
    assert issued.not_valid_after_utc - issued.not_valid_before_utc == timedelta(days=397)
    assert issued.not_valid_before_utc < NOW
    assert names_of(issued) == NAMES
    assert was_issued_by(issued, authority.certificate)
    assert not was_issued_by(issued, make_authority(NAMES, NOW).certificate)


def test_certificate_does_not_outlive_its_authority() -> None:
    authority = make_authority(NAMES, NOW)
    late = NOW + timedelta(days=3600)
    issued = issue(authority, NAMES, "Qianshao hub", late).certificate
    assert issued.not_valid_after_utc == authority.certificate.not_valid_after_utc


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("hub.lan", True), ("new.hub.lan", True), ("192.168.200.9", True), ("10.1.2.3", True), ("fd00::7", True),
        ("203.0.113.7", True), ("localhost", True),
        ("bank.example", False), ("nothub.lan", False), ("203.0.113.8", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_authority_vouches_for_its_own_names_and_private_networks_alone(name: str, good: bool) -> None:
    assert permits(make_authority(NAMES, NOW).certificate, name) is good


def test_certificate_for_a_name_the_authority_was_not_made_for_is_refused_in_words() -> None:
    with pytest.raises(CertificateError, match=r"bank\.example.*--new-authority"):
        issue(make_authority(NAMES, NOW), Names.of(["bank.example"], []), "x", NOW)


def test_openssl_takes_what_the_authority_issues_and_refuses_what_a_thief_of_its_key_issues(tmp_path: Path) -> None:
    authority = make_authority(NAMES, datetime.now(UTC))
    (tmp_path / "ca.pem").write_bytes(pem(authority.certificate))

    def verdict(certificate: x509.Certificate, *asked: str) -> str:
        (tmp_path / "leaf.pem").write_bytes(pem(certificate))
        command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem"]
        done = subprocess.run([*command, *asked, "leaf.pem"], cwd=tmp_path, capture_output=True, text=True)
        return done.stdout + done.stderr

    sound = issue(authority, NAMES, "Qianshao hub", datetime.now(UTC)).certificate
    for asked in (
        ("-verify_hostname", "hub.lan"),
        ("-verify_ip", "192.168.1.5"),
        ("-verify_ip", "::1"),
    ):
        assert verdict(sound, *asked) == "leaf.pem: OK\n"
    assert "mismatch" in verdict(sound, "-verify_hostname", "bank.example")
    for forged in ([x509.DNSName("bank.example")], [x509.IPAddress(NAMES.addresses[1])]):
        stolen = _issue_anything(authority, forged)
        if forged == [x509.DNSName("bank.example")]:
            assert "permitted subtree violation" in verdict(stolen)
        else:
            assert verdict(stolen) == "leaf.pem: OK\n"


def _issue_anything(authority: Pair, alternative: list[x509.GeneralName]) -> x509.Certificate:
    """What somebody with the authority's key could sign."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternative), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def test_fingerprint_is_what_openssl_prints(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(pem(make_authority(NAMES, NOW).certificate))
    command = ["openssl", "x509", "-in", str(file), "-noout", "-fingerprint", "-sha256"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert fingerprint(file.read_bytes()) == printed.strip().partition("=")[2].replace(":", "").lower()


@pytest.mark.parametrize(
    ("names", "host", "named"),
    [
        (("hub.lan",), "HUB.LAN", True),
        (("*.lan",), "hub.lan", True),
        (("*.lan",), "a.hub.lan", False),
        (("*.lan",), "lan", False),
        (("::1",), "0:0::1", True),
        (("10.0.0.1",), "10.0.0.2", False),
    ],
)
def test_name_stands_for_its_host(names: tuple[str, ...], host: str, named: bool) -> None:
    assert name_host(names, host) is named
