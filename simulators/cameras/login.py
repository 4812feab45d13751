"""Passwords on a simulated camera: HTTP Basic and Digest as RTSP uses them (RFC 2617; RFC 2326, appendix D)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

REALM = "camera"


class Scheme(StrEnum):
    BASIC = "basic"
    DIGEST = "digest"


@dataclass(frozen=True)
class Login:
    """What a camera asks for; ``nonce`` is its challenge for Digest."""

    username: str
    password: str
    scheme: Scheme
    nonce: str

    def challenge(self) -> str:
        """The WWW-Authenticate header."""
        if self.scheme is Scheme.BASIC:
            return f'Basic realm="{REALM}"'
        return f'Digest realm="{REALM}", nonce="{self.nonce}", algorithm=MD5'

    def accepts(self, authorization: str, method: str) -> bool:
        """Whether an Authorization header proves the password for a method."""
        if self.scheme is Scheme.BASIC:
            token = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            return hmac.compare_digest(authorization.encode(), f"Basic {token}".encode())
        if not authorization.startswith("Digest "):
            return False
        fields = dict(re.findall(r'(\w+)="([^"]*)"', authorization))
        secret = _md5(f"{self.username}:{REALM}:{self.password}")
        asked = _md5(f"{method}:{fields.get('uri', '')}")
        wanted = _md5(f"{secret}:{self.nonce}:{asked}")
        known = fields.get("username") == self.username and fields.get("nonce") == self.nonce
        return known and hmac.compare_digest(fields.get("response", "").encode(), wanted.encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
