"""What a device is given to enrol itself: an address with a one-time code, as text or as a QR code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_LENGTH = 400
_CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_FORM = "https://主机:端口/join#d=入网码&f=指纹"


class EnrolError(RuntimeError):
    """A device cannot be enrolled, or its credential not be renewed; says what a person can do about it."""


@dataclass(frozen=True)
class Invitation:
    """Where the hub is, the code (a secret until it is used), and the SHA-256 of the authority's certificate (DER)."""

    hub_url: str
    code: str = field(repr=False)
    fingerprint: str | None

    @classmethod
    def parse(cls, text: str) -> Invitation:
        """Read ``https://HOST:PORT/join#d=CODE&f=FINGERPRINT``. Raises EnrolError, which never quotes the code."""
        text = text.strip()
        try:
            parts = urlsplit(text) if len(text) <= MAX_LENGTH else urlsplit("")
            host = parts.hostname
            port = parts.port
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("http", "https") or parts.path != "/join" or parts.username:
            raise EnrolError(f"这不是入网地址，应为 {_FORM}（not an enrolment address）")
        given = dict(part.partition("=")[::2] for part in parts.fragment.split("&"))
        code, fingerprint = given.get("d", ""), given.get("f", "").lower()
        if "p" in given:
            raise EnrolError("这是给人用的邀请，不是设备的入网码（an invitation for a person: ask for a device's code)")
        if not _CODE.fullmatch(code):
            raise EnrolError("入网地址中没有完整的入网码：请重新扫描（the code is missing or cut off: scan again）")
        if parts.scheme == "http":
            if host not in LOOPBACK_HOSTS:
                raise EnrolError("http:// 只能用于本机：请用 https://（http:// is for this machine alone）")
            fingerprint = ""
        elif not _FINGERPRINT.fullmatch(fingerprint):
            raise EnrolError("入网地址中没有完整的证书指纹：请重新扫描（the fingerprint is missing or cut off）")
        return cls(hub_address(parts.scheme, host, port), code, fingerprint or None)

    def __str__(self) -> str:
        fingerprint = f"&f={self.fingerprint}" if self.fingerprint else ""
        return f"{self.hub_url}/join#d={self.code}{fingerprint}"


def hub_address(scheme: str, host: str, port: int | None) -> str:
    """``scheme://host:port``, as an address is written, an IPv6 one in brackets."""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
