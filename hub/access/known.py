"""Browsers that signed in before: a signed token, tied to one person, by which a browser counts for itself alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import msgspec

from devices.protocol.clock import Clock

GOOD_FOR_S = 90 * 86_400
_TAG_BYTES = 32
_LONGEST = 300
"""Characters of a token; a longer one is not looked at."""


class _Known(msgspec.Struct, frozen=True, array_like=True):
    known_id: str
    person_id: str
    at_us: int


class KnownBrowsers:
    """Makes and reads the tokens; ``key`` is secret (HMAC-SHA256)."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def token(self, person_id: str, known_id: str | None) -> str:
        """A token good from now on, of the browser ``known_id`` or of a new one."""
        known = _Known(known_id or secrets.token_urlsafe(12), person_id, self._clock.wall_us())
        body = msgspec.json.encode(known)
        return base64.urlsafe_b64encode(self._tag(body) + body).decode().rstrip("=")

    def id_of(self, token: str | None, person_id: str) -> str | None:
        """The browser's id, when the token is ours, of this person and not too old."""
        if token is None or len(token) > _LONGEST or not token.isascii():
            return None
        try:
            read = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        tag, body = read[:_TAG_BYTES], read[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(body)):
            return None
        known = msgspec.json.decode(body, type=_Known)
        age_us = self._clock.wall_us() - known.at_us
        return known.known_id if known.person_id == person_id and age_us < GOOD_FOR_S * 1_000_000 else None

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)
