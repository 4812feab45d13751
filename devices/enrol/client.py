"""Enrols a device: makes sure that it is the right hub, gives the code, keeps the credential."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from devices.enrol.hub import call, fetch_authority, trusting
from devices.enrol.invitation import EnrolError, Invitation
from devices.link.credential import FILE, Credential

SOFTWARE = "qianshao enrol 1"


class Enrolling(msgspec.Struct, frozen=True, kw_only=True):
    """What ``POST /api/devices/enrol`` takes."""

    code: str
    software: str = ""


async def enrol(join: str, store: Path, software: str = SOFTWARE) -> Credential:
    """Take the invitation ``join`` for a credential and keep it in ``store``. Raises EnrolError.

    The code is spent by it; a store that cannot be written is therefore found out before.
    """
    invitation = Invitation.parse(join)
    await asyncio.to_thread(_check_store, store)
    authority_pem = None
    if invitation.fingerprint is not None:
        authority_pem = await fetch_authority(invitation.hub_url, invitation.fingerprint)
    answer = await call(
        invitation.hub_url,
        "POST",
        "/api/devices/enrol",
        tls=trusting(authority_pem),
        body=Enrolling(code=invitation.code, software=software),
    )
    credential = read_credential(invitation.hub_url, answer)
    await asyncio.to_thread(credential.save, store)
    return credential


def read_credential(hub_url: str, answer: bytes) -> Credential:
    """The credential in the hub's answer. Raises EnrolError."""
    try:
        return msgspec.json.decode(answer, type=Credential)
    except msgspec.MsgspecError:
        raise EnrolError(f"{hub_url} 的版本与本设备不符：请升级（the hub is of another version: update）") from None


def _check_store(store: Path) -> None:
    """Raises EnrolError when nothing can be written below ``store``."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        trial = store / f".{FILE}.new"
        trial.touch(mode=0o600)
        trial.unlink()
    except OSError as error:
        raise EnrolError(f"{store} 不能写入：{error.strerror}（cannot be written: choose another --store）") from None
