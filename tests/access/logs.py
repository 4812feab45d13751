"""Audit logs for tests: written through a real database, copied, tampered with, checked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from hub.access import audit
from hub.access.audit import Action, AuditLog
from hub.access.checkpoints import CHECKPOINTS_FILE, PUBLIC_KEY_FILE
from hub.access.signing import read_public_key
from hub.access.verification import AuditReport, verify
from hub.storage.database import Database
from hub.storage.engine import make_engine
from hub.storage.writer import Change
from tests.databases import copy, url_of
from tests.hub import open_database

DAY_S = 86_400.0


class Detail(msgspec.Struct, frozen=True):
    words: str


@dataclass(frozen=True)
class Said:
    """One record to be, and how long after the one before."""

    action: Action = Action.SEARCH
    person_id: str = "duty"
    case_id: str | None = None
    purpose: str = ""
    words: str = ""
    after_s: float = 0.0


def some(count: int, per_day: int = 60) -> list[Said]:
    """Records of several actions, ``per_day`` of them a day."""
    actions = (
        Action.OPEN_CASE,
        Action.CLOSE_CASE,
        Action.SEARCH,
        Action.WATCH,
        Action.LOOK,
        Action.LISTEN,
        Action.SIGN_IN,
        Action.SIGN_OUT,
    )  # so many that each meets every officer and case
    return [
        Said(
            actions[number % len(actions)],
            f"officer{number % 7}",
            None if number % 3 == 0 else f"K{number % 5}",
            "走失儿童" if number % 3 else "",
            f"红色上衣 {number}",
            DAY_S / per_day,
        )
        for number in range(count)
    ]


def noted(said: Sequence[Said], change: Change) -> None:
    for one in said:
        detail = Detail(one.words)
        audit.record(change, one.person_id, one.action, detail=detail, case_id=one.case_id, purpose=one.purpose)


async def keep(folder: Path, said: Sequence[Said], clock: ManualClock | None = None) -> None:
    """Write a log, or write it further; each record is a change of its own, in as many batches as days."""
    clock = clock or ManualClock()
    async with open_database(folder, clock) as database:
        for one in said:
            clock.advance(one.after_s)
            await database.write(lambda change, one=one: noted([one], change))  # type: ignore[misc]


async def forget(folder: Path, clock: ManualClock, before_us: int) -> int:
    async with open_database(folder, clock) as database:
        return await (await log_of(database)).forget_before(before_us)


async def log_of(database: Database) -> AuditLog:
    """The audit log that ``open_database`` has put beside the database."""
    return await database.write(lambda change: change.journal(AuditLog))


def check(folder: Path, *, kept: Path | None = None, key_of: Path | None = None) -> AuditReport:
    """Verify the log in ``folder``, against a file of checkpoints where one is given. Raises AuditBroken."""
    key = read_public_key((key_of or folder) / "access" / PUBLIC_KEY_FILE)
    engine = make_engine(url_of(folder))
    with ExitStack() as opened:
        opened.callback(engine.dispose)
        connection: sa.Connection = opened.enter_context(engine.connect())
        return verify(connection, key, opened.enter_context(kept.open("rb")) if kept else None)


def checkpoints_of(folder: Path) -> Path:
    return folder / "access" / CHECKPOINTS_FILE


def copied(folder: Path, to: Path) -> Path:
    """A fresh copy of the database and the public files beside it; never the key."""
    (to / "access").mkdir(parents=True)
    copy(folder, to)
    for name in (PUBLIC_KEY_FILE, CHECKPOINTS_FILE):
        (to / "access" / name).write_bytes((folder / "access" / name).read_bytes())
    return to
