"""Where a vision worker's credential comes from: its folder, the environment, or what a spare one is handed."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from devices.enrol.invitation import LOOPBACK_HOSTS
from devices.link import Credential, CredentialError
from devices.link.credential import CREDENTIAL_VARIABLE
from devices.protocol.topics import DeviceKind


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What a spare worker is told in one line when it takes the place of one that ended."""

    credential: Credential
    store: str


@dataclass(frozen=True)
class Duty:
    """Who a worker is and where it keeps what is unconfirmed. One that ``is_enrolled`` is nobody's child."""

    credential: Credential
    store: Path | None
    is_enrolled: bool = False


def wait_for_duty(lines: BinaryIO, beat: Callable[[], None], turn_s: float) -> Duty | None:
    """What a spare worker is handed, when it is; None when the hub ended. Meanwhile it beats each ``turn_s``.

    Raises CredentialError.
    """
    beat()
    while not select.select([lines], [], [], turn_s)[0]:
        beat()
    line = lines.readline()
    if not line:
        return None
    try:
        handed = msgspec.json.decode(line, type=Handed)
    except msgspec.MsgspecError as error:
        raise CredentialError(f"what was handed over cannot be read ({type(error).__name__})") from None
    return Duty(handed.credential, Path(handed.store))


def find_duty(store: Path | None) -> Duty:
    """The credential that the parent gave in the environment, else that kept in ``store``. Raises CredentialError."""
    if CREDENTIAL_VARIABLE in os.environ or store is None:
        return Duty(Credential.from_environment(), store)
    credential = Credential.load(store)
    if credential is None:
        raise CredentialError(f"{store} has no credential: enrol the worker first, with python -m devices.enrol")
    if credential.kind is not DeviceKind.WORKER:
        raise CredentialError(f"{store} has the credential of a {credential.kind.value}, not of a worker")
    if credential.authority_pem is None and credential.broker_host not in LOOPBACK_HOSTS:
        raise CredentialError(
            f"the line to {credential.broker_host} is not encrypted, and cameras' addresses hold passwords: enrol the "
            "worker at a hub that serves TLS"
        )
    return Duty(credential, store, is_enrolled=True)
