"""A hub's folder with a little of everything, made without a hub, and the command ``qianshao`` beside it."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from typer.testing import CliRunner

from hub.access import audit
from hub.access.audit import Action
from hub.access.audit_pages import AuditQuery
from hub.backup.making import make_backup
from hub.backup.records import FootageTaken, Manifest
from hub.cli import app
from hub.events.tables import events
from hub.storage.writer import Change
from tests.hub import open_database, settings

EVENTS = 200
LOOK_EVERY_S = 0.0005


def event(number: int) -> dict[str, object]:
    return {"number": number, "at_us": number, "kind": "hub.started", "subject": "hub", "body": b"{}"}


async def install(folder: Path, voices: int = 3) -> None:
    """A database with events and audit records, keys, and recordings."""
    folder.mkdir(mode=0o700)
    async with open_database(folder) as database:

        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.insert(events), [event(number + 1) for number in range(EVENTS)])
            audit.record(
                open_change, "officer", Action.OPEN_CASE, detail=AuditQuery(), case_id="K1", purpose="寻找走失儿童"
            )

        await database.write(change)
    (folder / "voice").mkdir(mode=0o700)
    for number in range(voices):
        (folder / "voice" / f"{number:04}.ogg").write_bytes(bytes([number]) * 1000)


def back_up(
    folder: Path, into: Path, footage: FootageTaken = FootageTaken.NONE, at_us: int = 1
) -> tuple[Path, Manifest]:
    """A backup made in this process."""
    return make_backup(settings(folder), into, footage, at_us, lambda step, done, of: None)


def run(*arguments: str | Path) -> tuple[int, str]:
    """``qianshao`` …: exit code and what was said."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


async def start(*arguments: str | Path) -> asyncio.subprocess.Process:
    """``qianshao`` … in a process of its own."""
    given = [str(argument) for argument in arguments]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *given, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )


async def kill_when_there(process: asyncio.subprocess.Process, pattern: tuple[Path, str]) -> None:
    """SIGKILL it as soon as a file that it makes is there."""
    folder, name = pattern

    def wait() -> None:
        while process.returncode is None and not any(folder.glob(name)):
            time.sleep(LOOK_EVERY_S)

    await asyncio.to_thread(wait)
    if process.returncode is None:
        process.kill()
    await process.communicate()
