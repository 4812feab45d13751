"""Has one clip made by a process of its own, and puts the hub's signed statement at its end."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.access.signing import fingerprint
from hub.cases.messages import Case
from hub.children import end_child, start_child
from hub.footage.exports.job import Finished, Job, NotMade, Progress, Told
from hub.footage.exports.messages import Export
from hub.footage.exports.statement import (
    FilmedBy,
    MadeBy,
    MadeFor,
    Manifest,
    Method,
    Stretch,
    Time,
    box_of,
)
from hub.registry.service import Registry
from hub.storage.files import write_all

NICENESS = 10
MOST_S = 6 * 3600.0
"""A job that takes longer is ended; an hour of 1080p takes a fifth of an hour."""
_LINE_BYTES = 8 * 1024 * 1024
_COMMAND = (sys.executable, "-m", "hub.footage.exports.job")
_log = structlog.get_logger()
_told: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


class JobFailed(Exception):
    """No file was made; ``why`` is for people."""

    def __init__(self, why: NotMade) -> None:
        super().__init__(why.message_en)
        self.why = why


def not_made(code: str, message: str, message_en: str) -> JobFailed:
    """The hub's own reason for which there is no file."""
    return JobFailed(NotMade(code=code, message=message, message_en=message_en))


async def run_job(job: Job, tell: Callable[[float], Awaitable[None]]) -> Finished:
    """Make ``job.file``; the process ends with this call, whatever happens. Raises JobFailed."""
    pipe = asyncio.subprocess.PIPE
    child = await start_child(_COMMAND, niceness=NICENESS, stdin=pipe, stdout=pipe, line_limit_bytes=_LINE_BYTES)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        async with asyncio.timeout(MOST_S):
            with contextlib.suppress(ConnectionError):  # it ended at once, and its end tells why
                child.stdin.write(msgspec.json.encode(job))
                await child.stdin.drain()
                child.stdin.close()
            while line := await child.stdout.readline():
                word = _told.decode(line)
                if isinstance(word, Progress):
                    await tell(word.share)
                elif isinstance(word, NotMade):
                    raise JobFailed(word)
                else:
                    return word
            code = await child.wait()
    except (TimeoutError, msgspec.MsgspecError, ValueError) as error:
        _log.error("export.job_astray", error=str(error))
        code = -1
    finally:
        await end_child(child, patience_s=0.5)
    raise not_made("failed", f"导出进程异常结束（{code}）", f"the process ended with {code}")


def statement_on(
    export: Export,
    case: Case,
    finished: Finished,
    method: Method,
    registry: Registry,
    key: Ed25519PrivateKey,
    now_us: int,
) -> Manifest:
    """What the hub states of the file."""
    zone = ZoneInfo(registry.community.time_zone)

    def at(at_us: int) -> Time:
        return _time(at_us, zone)

    made = finished.made
    return Manifest(
        export_id=export.export_id,
        bytes=finished.bytes,
        sha256=finished.sha256,
        camera=_filmed_by(export, registry),
        asked=Stretch(begins=at(export.from_ms * 1000), ends=at(export.until_ms * 1000)),
        shown=Stretch(begins=at(made.first_us), ends=at(made.last_us)),
        gaps=tuple(Stretch(begins=at(gap.from_us), ends=at(gap.until_us)) for gap in made.gaps),
        case=MadeFor(case_id=case.case_id, title=case.title, purpose=case.purpose),
        by=MadeBy(person_id=export.asked_by, name=export.asked_by_name),
        asked_at=at(export.asked_at_ms * 1000),
        made_at=at(now_us),
        method=method,
        segments=finished.segments,
        software=f"qianshao-hub {importlib.metadata.version('qianshao-hub')}",
        key=fingerprint(key.public_key()),
    )


def _filmed_by(export: Export, registry: Registry) -> FilmedBy:
    camera = registry.cameras.get(export.camera_id)
    venue = registry.venues.get(camera.venue_id) if camera is not None and camera.venue_id is not None else None
    owners = registry.owners.owners if camera is not None else ()
    owner = next((one for one in owners if camera is not None and one.owner_id == camera.owner_id), None)
    return FilmedBy(
        camera_id=export.camera_id,
        name=export.camera_name,
        venue_id=venue.venue_id if venue else None,
        venue=venue.name if venue else None,
        owner_id=owner.owner_id if owner else None,
        owner=owner.name if owner else None,
    )


def _time(at_us: int, zone: ZoneInfo) -> Time:
    at = datetime.fromtimestamp(at_us / 1e6, UTC)
    return Time(utc=at.isoformat(timespec="milliseconds"), local=at.astimezone(zone).isoformat(timespec="milliseconds"))


def put_statement(part: Path, file: Path, manifest: Manifest, key: Ed25519PrivateKey) -> int:
    """Append the statement to ``part`` and give it its name; on disk, with its name, when this returns its size.

    Raises OSError.
    """
    box = box_of(manifest, key)
    descriptor = os.open(part, os.O_WRONLY | os.O_APPEND)
    try:
        write_all(descriptor, box)
    finally:
        os.close(descriptor)
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return manifest.bytes + len(box)
