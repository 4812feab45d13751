"""Makes an authority for a closed network and issues the certificates of hub and broker; no files, no clock of its own.

The authority is bound to what it was made for (RFC 5280, 4.2.1.10): its host names, private networks and the addresses
given. Phones are asked to trust it, and even with its key nobody could pose as a bank to them.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""Browsers and phones refuse a server certificate that is good for longer (CA/Browser Forum, ballot SC-22: 398)."""
BACKDATED = timedelta(days=1)
"""For phones whose clock is slow."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_LOOPBACK_ADDRESSES = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
        "fc00::/7", "fe80::/10", "::1/128",
    )
)  # fmt: skip


class CertificateError(RuntimeError):
    """A certificate cannot be made, read or used; says what to do."""


@dataclass(frozen=True)
class Names:
    """What a server is called: host names in lower case, and addresses; always this machine's own too."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, hosts: Iterable[str], addresses: Iterable[str]) -> Names:
        """Names as given at the command line. Raises CertificateError for what is none."""
        named = dict.fromkeys(host.strip().lower().rstrip(".") for host in hosts)
        for host in named:
            if not _HOST.fullmatch(host) or _is_address(host):
                raise CertificateError(f"{host!r} 不是主机名：地址请用 --address（not a host name）")
        numbered: dict[Address, None] = {}
        for text in addresses:
            try:
                numbered[ipaddress.ip_address(text.strip())] = None
            except ValueError:
                raise CertificateError(f"{text!r} 不是 IP 地址（not an IP address）") from None
        named.pop("localhost", None)
        for own in _LOOPBACK_ADDRESSES:
            numbered.pop(own, None)
        return cls((*named, "localhost"), (*numbered, *_LOOPBACK_ADDRESSES))

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them as text, those given first."""
        return (*self.hosts, *map(str, self.addresses))


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def make_authority(names: Names, now: datetime) -> Pair:
    """An authority for these names, with a key of its own (P-256), good for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"黔哨 Qianshao {now:%Y-%m-%d} {secrets.token_hex(2)}")
    networks = (*_PRIVATE_NETWORKS, *(ipaddress.ip_network(one) for one in names.addresses if not _is_private(one)))
    permitted = [*map(x509.DNSName, names.hosts), *map(x509.IPAddress, networks)]
    certificate = (
        _builder(name, name, key.public_key(), now, now - BACKDATED + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate, key)


def issue(
    authority: Pair, names: Names, subject: str, now: datetime, key: ec.EllipticCurvePrivateKey | None = None
) -> Pair:
    """A server's certificate. Raises CertificateError when the authority was not made for one of the names."""
    foreign = [name for name in names.texts if not permits(authority.certificate, name)]
    if foreign:
        raise CertificateError(
            f"现有根证书不包含 {'、'.join(foreign)}：请用 --new-authority 重新建立（手机须重新信任）"
            "（the authority was not made for these names）"
        )
    key = key or ec.generate_private_key(ec.SECP256R1())
    end = min(now - BACKDATED + timedelta(days=SERVER_DAYS), authority.certificate.not_valid_after_utc)
    alternative = [*map(x509.DNSName, names.hosts), *map(x509.IPAddress, names.addresses)]
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        _builder(_name(subject), authority.certificate.subject, key.public_key(), now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(certificate, key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _is_private(address: Address) -> bool:
    return any(address in network for network in _PRIVATE_NETWORKS)


def permits(authority: x509.Certificate, name: str) -> bool:
    """Whether the authority's name constraints let it issue for ``name``, a host name or an address."""
    try:
        permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    except x509.ExtensionNotFound:
        return True
    for one in permitted:
        if isinstance(one, x509.DNSName) and (name == one.value or name.endswith(f".{one.value}")):
            return True
        if isinstance(one, x509.IPAddress) and _is_address(name) and ipaddress.ip_address(name) in one.value:  # type: ignore[operator]
            return True
    return False


def was_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority signed this certificate."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def names_of(certificate: x509.Certificate) -> Names:
    """The names of a server's certificate, as they stand in it (an organisation's own may hold a wildcard)."""
    try:
        value = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return Names((), ())
    hosts = tuple(host.lower() for host in value.get_values_for_type(x509.DNSName))
    addresses = (one for one in value.get_values_for_type(x509.IPAddress))
    return Names(hosts, tuple(one for one in addresses if isinstance(one, Address)))


def name_host(names: Iterable[str], host: str) -> bool:
    """Whether one of the names is this host's; a wildcard stands for one label (RFC 6125, 6.4.3)."""
    wanted = host.lower()
    try:
        wanted = str(ipaddress.ip_address(wanted))
    except ValueError:
        return wanted in names or f"*.{wanted.partition('.')[2]}" in names
    return wanted in names


def fingerprint(ca_pem: bytes) -> str:
    """SHA-256 of the first certificate's DER, 64 hex digits in lower case: what a QR code carries."""
    return fingerprint_of(read_certificate(ca_pem))


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate's DER, 64 hex digits in lower case."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def for_people(fingerprint: str) -> str:
    """As phones and browsers show it: AB:CD:…"""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()


def read_certificate(pem: bytes) -> x509.Certificate:
    """The first certificate of a PEM text. Raises CertificateError."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise CertificateError(f"不是 PEM 证书（not a PEM certificate: {error}）") from None
