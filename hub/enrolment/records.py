"""How a device stands with the hub: its secrets, those it may change to, when it was shut out; as rows and as users."""

from __future__ import annotations

import secrets as random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from devices.link.credential import SEAL_KEY_BYTES
from devices.protocol.topics import DeviceKind
from hub.bridge.accesslist import BrokerUser, device_user, password_line
from hub.enrolment.codes import WaitingCode
from hub.enrolment.tables import device_credentials, enrolment_codes
from hub.registry.records import TalkGroup
from hub.storage.writer import Change

PASSWORD_BYTES = 24
"""192 random bits."""


@dataclass(frozen=True)
class Secrets:
    """What the hub keeps of one credential: the broker's line for its password, and its seal key."""

    password_line: str = field(repr=False)
    seal_key: bytes = field(repr=False)
    made_at_us: int


def new_secrets(made_at_us: int) -> tuple[Secrets, str]:
    """Fresh ones, and the password itself, which is given to the device and kept nowhere else."""
    password = random.token_urlsafe(PASSWORD_BYTES)
    return Secrets(password_line(password), random.token_bytes(SEAL_KEY_BYTES), made_at_us), password


@dataclass(frozen=True)
class Standing:
    """One device. ``secrets`` is None once it is revoked; ``following`` is a rotation that it has not confirmed."""

    device_id: str
    kind: DeviceKind
    made_at_us: int
    secrets: Secrets | None
    revoked_at_us: int | None = None
    following: Secrets | None = None

    @classmethod
    def of_row(cls, row: Any) -> Standing:
        """From a row of ``device_credentials``."""
        kept = following = None
        if row.seal_key is not None:
            kept = Secrets(row.password_line, row.seal_key, row.made_at_us)
        if row.next_seal_key is not None:
            following = Secrets(row.next_password_line, row.next_seal_key, row.next_made_at_us)
        return cls(row.device_id, DeviceKind(row.kind), row.made_at_us, kept, row.revoked_at_us, following)

    def row(self) -> dict[str, Any]:
        """As a row of ``device_credentials``."""
        return {
            "device_id": self.device_id,
            "kind": self.kind.value,
            "password_line": self.secrets.password_line if self.secrets else None,
            "seal_key": self.secrets.seal_key if self.secrets else None,
            "made_at_us": self.made_at_us,
            "revoked_at_us": self.revoked_at_us,
            "next_password_line": self.following.password_line if self.following else None,
            "next_seal_key": self.following.seal_key if self.following else None,
            "next_made_at_us": self.following.made_at_us if self.following else None,
        }


def broker_users(standings: Iterable[Standing], groups: Iterable[TalkGroup]) -> list[BrokerUser]:
    """Those who may come in, each with its own topics and talk groups."""
    group_ids: dict[str, list[str]] = {}
    for group in groups:
        for radio_id in group.radio_ids:
            group_ids.setdefault(radio_id, []).append(group.group_id)
    return [
        device_user(one.kind, one.device_id, one.secrets.password_line, tuple(group_ids.get(one.device_id, ())))
        for one in standings
        if one.secrets is not None
    ]


def put_standing(change: Change, standing: Standing) -> None:
    """How the device stands from now on."""
    _replace(change, device_credentials, standing.row())


def put_code(change: Change, code: WaitingCode) -> None:
    """The device's latest code; a former one goes."""
    _replace(change, enrolment_codes, msgspec.structs.asdict(code) | {"kind": code.kind.value})


def use_code(change: Change, code: WaitingCode) -> None:
    """Note that this code was used; one that was made for its device meanwhile stays as it is."""
    this_one = sa.update(enrolment_codes).where(enrolment_codes.c.code_sha256 == code.code_sha256)
    change.connection.execute(this_one.values(used_at_us=code.used_at_us))


def delete_code(change: Change, device_id: str) -> None:
    """The device has no code any more."""
    change.connection.execute(sa.delete(enrolment_codes).where(enrolment_codes.c.device_id == device_id))


def _replace(change: Change, table: sa.Table, row: dict[str, object]) -> None:
    change.connection.execute(sa.delete(table).where(table.c.device_id == row["device_id"]))
    change.connection.execute(sa.insert(table).values(**row))
