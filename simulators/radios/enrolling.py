"""Has each simulated radio enrol itself, as a real one does, before it lives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec

from devices.enrol.client import enrol
from devices.enrol.invitation import EnrolError
from devices.enrol.renewal import is_known
from devices.link import Credential, CredentialError
from devices.protocol.topics import check_id

AT_ONCE = 16
"""Enrolments under way: fewer than the connections that a hub takes from one address."""


class Enrolment(msgspec.Struct, frozen=True):
    """One line of the file of enrolments."""

    device_id: str
    join: str

    def __repr__(self) -> str:
        return f"Enrolment({self.device_id})"


class Enrolled(msgspec.Struct, frozen=True):
    """How many radios enrolled themselves, and how many had a credential that the hub knows."""

    enrolled: int
    kept: int
    replaced: int
    """Of those enrolled, radios whose credential was another hub's or revoked."""


def read_enrolments(path: Path) -> list[Enrolment]:
    """One JSON object a line. Raises OSError, EnrolError naming a line that is none."""
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=Enrolment))
            except msgspec.MsgspecError:
                raise EnrolError(f"{path}:{number} 不是入网信息（not an enrolment: device_id and join）") from None
    return found


def _load(folder: Path) -> Credential | None:
    try:
        return Credential.load(folder)
    except CredentialError:
        return None  # torn: the radio enrols again


async def enrol_all(enrolments: Iterable[Enrolment], store: Path) -> Enrolled:
    """Enrol each radio that has no credential below ``store`` that its hub knows.

    Raises EnrolError saying how many failed, and why the first did.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    had: list[Credential | None] = []
    failed: list[tuple[str, EnrolError]] = []

    async def one(enrolment: Enrolment) -> bool:
        async with turns:
            try:
                folder = store / check_id(enrolment.device_id)
                kept = await asyncio.to_thread(_load, folder)
                if kept is not None and await is_known(kept):
                    return False
                had.append(kept)
                credential = await enrol(enrolment.join, folder)
                if credential.device_id != enrolment.device_id:
                    raise EnrolError(f"入网码属于 {credential.device_id}（the code is another radio's）")
            except EnrolError as error:
                failed.append((enrolment.device_id, error))
            return True

    tried = await asyncio.gather(*(one(enrolment) for enrolment in enrolments))
    if failed:
        device_id, error = min(failed, key=lambda one: one[0])
        raise EnrolError(f"{len(failed)} 部对讲机未能入网（not enrolled），{device_id}: {error}")
    replaced = sum(kept is not None for kept in had)
    return Enrolled(enrolled=sum(tried), kept=len(tried) - sum(tried), replaced=replaced)
