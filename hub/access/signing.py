"""The hub's own signing keys (Ed25519, RFC 8032): each in a file for its owner alone, its public half beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from devices.private_file import keep_private, write_private


def read_key(file: Path) -> Ed25519PrivateKey:
    """The key of ``file``. Raises FileNotFoundError, ValueError."""
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} holds no Ed25519 key")
    return key


def make_key(file: Path) -> Ed25519PrivateKey:
    """A new key, on disk before it is used; there must be none, or what it signed could no longer be checked."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    write_private(file, text)
    return key


def pem_of(key: Ed25519PublicKey) -> bytes:
    """The public key as text, to be handed on."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form)


def write_public_key(file: Path, key: Ed25519PublicKey) -> None:
    """Lay the public key beside the key, to be copied away."""
    keep_private(file, pem_of(key))


def read_public_key(file: Path) -> Ed25519PublicKey:
    """What a signature is checked with. Raises OSError, ValueError."""
    key = serialization.load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{file} holds no Ed25519 key")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the public key's 32 bytes, in hexadecimal digits: what two people compare over the telephone."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()
