"""What a device was given when it was enrolled: who it is, its secrets, and where and how the hub is reached."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import msgspec

from devices.link.address import BrokerAddress
from devices.private_file import write_private
from devices.protocol.seal import SEAL_KEY_BYTES as SEAL_KEY_BYTES
from devices.protocol.topics import DeviceKind

FILE = "credential.json"
CREDENTIAL_VARIABLE = "QIANSHAO_CREDENTIAL"
"""Where a program that the hub starts finds its credential: in the environment, since command lines are public."""


class CredentialError(ValueError):
    """A device's credential cannot be read; says where it should be and what to do."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One device's own. ``authority_pem`` is the only authority trusted; None where both are on one machine."""

    device_id: str
    kind: DeviceKind
    password: str
    """For the broker, with ``device_id`` as the user name."""
    seal_key: bytes
    """SEAL_KEY_BYTES; what the device publishes is sealed with it (devices/protocol/seal.py)."""
    broker_host: str
    broker_port: int
    broker_user: str
    """``device_id`` on brokers that know each device; the embedded broker has one user for all."""
    hub_url: str
    """Where it was enrolled, as ``https://host:port``; also where its credential is exchanged for a newer one."""
    authority_pem: str | None = None
    renew_at_ms: int | None = None
    """When the device asks for a newer one (milliseconds since 1970); None where the hub gives it one by itself."""

    def __repr__(self) -> str:
        return f"Credential({self.kind.value} {self.device_id} at {self.hub_url})"

    @property
    def broker(self) -> BrokerAddress:
        """Where to connect, and as whom."""
        return BrokerAddress(self.broker_host, self.broker_port, self.broker_user, self.password)

    def tls(self) -> ssl.SSLContext | None:
        """How to speak to hub and broker: TLS 1.3 that trusts the enrolled authority alone; None without TLS."""
        if self.authority_pem is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(cadata=self.authority_pem)
        return context

    def environment(self) -> dict[str, str]:
        """The environment of a child process that is this device."""
        return {**os.environ, CREDENTIAL_VARIABLE: msgspec.json.encode(self).decode()}

    @classmethod
    def from_environment(cls) -> Credential:
        """What the parent gave, taken out of the environment. Raises CredentialError."""
        try:
            return msgspec.json.decode(os.environ.pop(CREDENTIAL_VARIABLE, ""), type=cls)
        except msgspec.MsgspecError as error:
            raise CredentialError(f"no credential in {CREDENTIAL_VARIABLE} ({error})") from None

    def save(self, folder: Path) -> None:
        """Write ``credential.json``, which is on disk then, for its owner alone. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / FILE, msgspec.json.encode(self))

    @classmethod
    def load(cls, folder: Path) -> Credential | None:
        """The credential kept in ``folder``, or None. Raises CredentialError for one that cannot be read."""
        file = folder / FILE
        try:
            return msgspec.json.decode(file.read_bytes(), type=cls)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise CredentialError(f"{file} cannot be read ({error}): enrol the device again") from None
