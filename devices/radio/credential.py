"""The credential of a program that is a radio."""

from __future__ import annotations

from pathlib import Path

from devices.link import Credential, CredentialError
from devices.protocol.topics import DeviceKind


def radio_credential(store: Path) -> Credential:
    """What was given to the radio when it was enrolled. Raises CredentialError."""
    credential = Credential.load(store)
    if credential is None:
        raise CredentialError(f"{store} has no credential: enrol the radio first, with python -m devices.enrol")
    if credential.kind is not DeviceKind.RADIO:
        raise CredentialError(f"{store} has the credential of a {credential.kind.value}, not of a radio")
    return credential
