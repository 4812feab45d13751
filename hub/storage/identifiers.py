"""Identifiers that people can read out over a radio: a letter for the kind, then random digits and capitals."""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: misheard or misread


def new_id(prefix: str, length: int = 10) -> str:
    """A fresh identifier such as ``A7K2MXP4QD9``; 30**10 possibilities."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_number() -> int:
    """A random 53-bit number, for boot, call and burst ids (exact in a browser's numbers)."""
    return secrets.randbits(53)


def own_key(person_id: str, idempotency_key: str) -> str:
    """An Idempotency-Key as it is stored: nobody is answered with what another person made by the same key."""
    return hashlib.blake2b(f"{person_id}:{idempotency_key}".encode(), digest_size=32).hexdigest()
