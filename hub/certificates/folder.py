"""The folder of certificates: what is in it, made and renewed; keys are readable by their owner alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devices.private_file import write_private
from hub.certificates.authority import (
    CertificateError,
    Names,
    Pair,
    fingerprint_of,
    issue,
    make_authority,
    names_of,
    read_certificate,
    was_issued_by,
)

RENEW_BEFORE = timedelta(days=30)
"""Before its end a certificate is renewed, or a warning given where it is not ours to renew."""
WARN_AUTHORITY_BEFORE = timedelta(days=180)
"""Every phone must trust the next authority anew, which takes a community months."""
_OTHERS = 0o007


class Server(StrEnum):
    """Who has a certificate."""

    HUB = "hub"
    BROKER = "broker"


@dataclass(frozen=True)
class Standing:
    """How one certificate stands; ``ours`` when this folder's authority issued it and can renew it."""

    name: str
    names: tuple[str, ...]
    ends_at: datetime
    ours: bool
    ends_soon: bool


class CertificateFolder:
    """``DATA/certificates``: ca.pem, ca.key, hub.pem, hub.key, broker.pem, broker.key.

    An organisation's own certificates stand there under the same names; without ca.key nothing is renewed.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.ca_pem = folder / "ca.pem"
        self.ca_key = folder / "ca.key"

    def certificate_file(self, server: Server) -> Path:
        """The server's certificate, with what stands between it and the authority."""
        return self.path / f"{server.value}.pem"

    def key_file(self, server: Server) -> Path:
        """The server's private key."""
        return self.path / f"{server.value}.key"

    def is_complete(self) -> bool:
        """Whether authority, hub and broker have what TLS needs."""
        pairs = ((self.certificate_file(server), self.key_file(server)) for server in Server)
        return self.ca_pem.is_file() and all(file.is_file() for pair in pairs for file in pair)

    def open_to_others(self) -> list[Path]:
        """Private keys that every user of this machine may read."""
        keys = (self.ca_key, *map(self.key_file, Server))
        return [file for file in keys if file.exists() and file.stat().st_mode & _OTHERS]

    def make(self, names: Names, now: datetime, *, new_authority: bool = False) -> None:
        """Make certificates for these names, with the authority that is there. Raises CertificateError.

        An authority that phones trust is never overwritten unless ``new_authority`` says so.
        """
        if self.ca_pem.exists() and not new_authority:
            authority = self._authority()
            if authority is None:
                raise CertificateError(
                    f"{self.ca_pem} 是单位自己的根证书，这里没有它的密钥：证书请由单位签发，或用 --new-authority"
                    "（an authority whose key is not here）"
                )
        else:
            authority = make_authority(names, now)
        issued = {server: issue(authority, names, f"Qianshao {server.value}", now) for server in Server}
        for folder in (self.path.parent, self.path):  # the data folder too may be new, and is its owner's alone
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.ca_key, _key_pem(authority.key))
        write_private(self.ca_pem, _pem(authority.certificate))
        for server, pair in issued.items():
            write_private(self.key_file(server), _key_pem(pair.key))
            write_private(self.certificate_file(server), _pem(pair.certificate))

    def renew(self, now: datetime, *, all_of_them: bool = False) -> list[Server]:
        """Renew what we issued and what ends soon (or all of it), for the same names. Raises CertificateError.

        The key stays, so that replacing one file does it: there is no moment at which key and certificate differ.
        """
        authority = self._authority()
        if authority is None:
            return []
        renewed = []
        for server in Server:
            file = self.certificate_file(server)
            certificate = _read(file)
            due = all_of_them or certificate.not_valid_after_utc - now < RENEW_BEFORE
            if not due or not was_issued_by(certificate, authority.certificate):
                continue
            key = _read_key(self.key_file(server))
            write_private(
                file, _pem(issue(authority, names_of(certificate), f"Qianshao {server.value}", now, key).certificate)
            )
            renewed.append(server)
        return renewed

    def _authority(self) -> Pair | None:
        """The authority with its key; None where the key is not here. Raises CertificateError."""
        if not self.ca_key.exists():
            return None
        certificate, key = _read(self.ca_pem), _read_key(self.ca_key)
        if certificate.public_key() != key.public_key():
            raise CertificateError(f"{self.ca_key} 与 {self.ca_pem} 不是一对（key and certificate do not match）")
        return Pair(certificate, key)

    def standings(self, now: datetime) -> list[Standing]:
        """The authority and each server. Raises CertificateError."""
        authority = _read(self.ca_pem)
        has_key = self.ca_key.exists()
        found = [_stand("ca", authority, has_key, now, WARN_AUTHORITY_BEFORE)]
        for server in Server:
            certificate = _read(self.certificate_file(server))
            ours = has_key and was_issued_by(certificate, authority)
            found.append(_stand(server.value, certificate, ours, now, RENEW_BEFORE))
        return found

    def names(self, server: Server) -> tuple[str, ...]:
        """What a server's certificate calls it. Raises CertificateError."""
        return names_of(_read(self.certificate_file(server))).texts

    def fingerprint(self) -> str:
        """The authority's; see authority.fingerprint. Raises CertificateError."""
        return fingerprint_of(_read(self.ca_pem))


def utc(wall_us: int) -> datetime:
    """A clock's reading as certificates count time: whole seconds."""
    return datetime.fromtimestamp(wall_us // 1_000_000, UTC)


def _stand(name: str, certificate: x509.Certificate, ours: bool, now: datetime, warn_before: timedelta) -> Standing:
    end = certificate.not_valid_after_utc
    return Standing(name, names_of(certificate).texts, end, ours, end - now < warn_before)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    no_password = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CertificateError(f"{file} 无法读取（{error.strerror}）：请运行 qianshao certificates make") from None


def _read(file: Path) -> x509.Certificate:
    try:
        return read_certificate(_bytes(file))
    except CertificateError as error:
        raise CertificateError(f"{file}：{error}") from None


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(_bytes(file), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"{file} 不是可用的私钥（not a usable private key）")
    return key
