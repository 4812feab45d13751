"""The seal on what a device publishes: who said it, in which connection and as which message of that connection.

Layout, big-endian::

    body | u64 birth count | u32 counter | 16 bytes tag

The tag is BLAKE2b with 16 bytes, keyed with the device's seal key (RFC 7693, section 2.9), over
``u16 length of the topic | topic in UTF-8 | body | birth count | counter``.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import NamedTuple

from devices.protocol.topics import MAX_PAYLOAD_BYTES

SEAL_KEY_BYTES = 32
TAG_BYTES = 16
_NUMBERS = struct.Struct("!QI")
_TOPIC_LENGTH = struct.Struct("!H")
SEAL_BYTES = _NUMBERS.size + TAG_BYTES
MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - SEAL_BYTES
"""The largest body that still fits into a payload with its seal."""

WILL_COUNTER = 0xFFFFFFFF
"""The counter of the will, which the broker publishes after everything that the connection said."""


class SealError(ValueError):
    """Bytes without the seal that they should have; says what is wrong, never the key."""


class Sealed(NamedTuple):
    """What a seal was put on, after its tag was found right."""

    body: bytes
    birth_count: int
    counter: int


def seal(key: bytes, topic: str, body: bytes, birth_count: int, counter: int) -> bytes:
    """``body`` with its seal. Raises SealError for a key of another length than SEAL_KEY_BYTES."""
    sealed = body + _NUMBERS.pack(birth_count, counter)
    return sealed + _tag(key, topic, sealed)


def unseal(key: bytes, topic: str, payload: bytes) -> Sealed:
    """What is in ``payload``, when its tag is that of ``key`` for this topic. Raises SealError."""
    end = len(payload) - SEAL_BYTES
    if end < 0:
        raise SealError(f"{len(payload)} bytes; the seal alone has {SEAL_BYTES}")
    tag = _tag(key, topic, payload[:-TAG_BYTES])
    if not hmac.compare_digest(tag, payload[-TAG_BYTES:]):
        raise SealError("the seal is not of this device's key, or what it was put on was changed")
    return Sealed(payload[:end], *_NUMBERS.unpack_from(payload, end))


def _check_key(key: bytes) -> None:
    if len(key) != SEAL_KEY_BYTES:  # an empty key would make a tag that anybody can make
        raise SealError(f"a seal key has {SEAL_KEY_BYTES} bytes, not {len(key)}")


def _tag(key: bytes, topic: str, sealed: bytes) -> bytes:
    _check_key(key)
    name = topic.encode()
    digest = hashlib.blake2b(_TOPIC_LENGTH.pack(len(name)), key=key, digest_size=TAG_BYTES)
    digest.update(name)
    digest.update(sealed)
    return digest.digest()


class Sealer:
    """Seals everything that a device says between one birth and the next; counters grow from 1."""

    def __init__(self, key: bytes, birth_count: int) -> None:
        """Raises SealError for a key of another length than SEAL_KEY_BYTES."""
        _check_key(key)
        self._key = key
        self._birth_count = birth_count
        self._counter = 0

    def seal(self, topic: str, body: bytes) -> bytes:
        """``body`` with the next seal. Raises SealError when the counters are spent: it takes a new birth then."""
        if self._counter + 1 == WILL_COUNTER:
            raise SealError(f"birth {self._birth_count} has no counter left")
        self._counter += 1
        return seal(self._key, topic, body, self._birth_count, self._counter)

    def seal_will(self, topic: str, body: bytes) -> bytes:
        """``body`` with the seal that comes after all others of this birth."""
        return seal(self._key, topic, body, self._birth_count, WILL_COUNTER)
