"""How a device proves to the hub, beside MQTT, that it is who it says."""

from __future__ import annotations

import hashlib
import hmac

PROOF_BYTES = 32
_PURPOSE = b"qianshao proof"


def proof(device_id: str, seal_key: bytes) -> str:
    """The password, in hexadecimal, with which ``device_id`` speaks to the hub over HTTP Basic.

    Keyed BLAKE2b (RFC 7693) with the seal key, personalised: unlike the broker's password it is known to no broker, and
    on the embedded broker, which has one password for all, it still tells one device from another.
    """
    return hashlib.blake2b(device_id.encode(), digest_size=PROOF_BYTES, key=seal_key, person=_PURPOSE).hexdigest()


def is_proof(given: str, device_id: str, seal_key: bytes) -> bool:
    """Whether ``given`` is that proof; takes the same time for every wrong one."""
    return hmac.compare_digest(given.encode(), proof(device_id, seal_key).encode())
