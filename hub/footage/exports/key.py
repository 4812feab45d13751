"""The key that the hub signs exports with, in its access folder, for its owner alone; its public half beside it.

It is another one than the audit log's, so that each can be handed on and replaced without the other.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.access import signing

KEY_FILE = "footage-key.pem"
PUBLIC_KEY_FILE = "footage-public-key.pem"


def own_key(folder: Path) -> Ed25519PrivateKey:
    """The hub's key, made where there is none. Raises OSError, ValueError."""
    try:
        key = signing.read_key(folder / KEY_FILE)
    except FileNotFoundError:
        key = signing.make_key(folder / KEY_FILE)
    signing.write_public_key(folder / PUBLIC_KEY_FILE, key.public_key())
    return key
