"""The exports' front door: asked for in an open case, made one after the other, fetched, deleted, forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.messages import Case
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.footage.exports import asking, records
from hub.footage.exports.files import Files
from hub.footage.exports.key import own_key
from hub.footage.exports.line import NO_ROOM, NO_ROOM_EN, Line
from hub.footage.exports.masked import masked_parts
from hub.footage.exports.messages import (
    Export,
    ExportDeleted,
    ExportFetched,
    ExportRequest,
    ExportState,
    Failure,
)
from hub.footage.noting import Noting
from hub.footage.service import Footage
from hub.rooms import Rooms
from hub.sightings.service import SightingService
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

MOST_WAITING = 8
"""Of one case, and of one person, with the one that is being made."""
MOST_BYTES = 20_000_000_000
MOST_SHARE = 0.25
"""Of all files, with the one under way: the lesser of both, the share being one of the disk; the oldest go."""
MOST_SHOWN = 200
MOST_ATTEMPTS = 3
"""An export whose making was interrupted so often, by the hub's end or its fault, is not tried again."""
AFTER_CASE_US = 7 * 86_400_000_000
"""How long files are kept, and can be fetched, after their case was closed."""


@dataclass(frozen=True)
class ExportFile:
    """What is handed out."""

    path: Path
    bytes: int
    export: Export


class Exports:
    """Call it from the event loop; ``run`` makes what waits."""

    def __init__(
        self, rooms: Rooms, cases: Cases, sightings: SightingService, data_dir: Path, footage: Footage
    ) -> None:
        self._rooms = rooms
        self._database = rooms.database
        self._cases = cases
        self._sightings = sightings
        self._files = Files(data_dir / "exports")
        self._key_folder = data_dir / "access"
        self._noting = Noting(rooms.database, rooms.clock)
        self._line = Line(rooms, cases, sightings, self._files, footage)

    async def open(self) -> None:
        """Take up the key; files and rows agree after a kill. Raises OSError, ValueError."""
        key = await asyncio.to_thread(own_key, self._key_folder)
        self._line.sign_with(key)
        self._public_key = key.public_key()
        done = await self._database.read(records.done)
        there = await asyncio.to_thread(self._files.open, {one.export_id for one in done})
        lost = [one.export_id for one in done if one.export_id not in there]

        def change(open_change: Change) -> None:
            for export_id in lost:
                self._turn(open_change, export_id, ExportState.DELETED)

        if lost:
            await self._database.write(change)

    @property
    def public_key(self) -> Ed25519PublicKey:
        """What exported files are checked with."""
        return self._public_key

    async def run(self) -> None:
        """Make what waits, one after the other, until cancelled; first what was interrupted waits again."""
        running = await self._database.read(records.interrupted)

        def change(open_change: Change) -> None:
            for export_id, attempts in running:
                if attempts < MOST_ATTEMPTS:
                    self._turn(open_change, export_id, ExportState.WAITING)
                else:
                    self._turn(open_change, export_id, ExportState.FAILED, _interrupted())

        if running:
            await self._database.write(change)
        await self._line.run(self._make_room)

    async def ask(self, case_id: str, request: ExportRequest, person: Person) -> Export:
        """Have a clip made. Raises Refusal."""
        case = await self._cases.gate(case_id)
        registry, now_us = self._rooms.registry, self._rooms.clock.wall_us()
        camera = registry.cameras.get(request.camera_id)
        if camera is None:
            raise Refusal("unknown_camera", "没有这路摄像头", "there is no such camera", field="camera_id", status=404)
        span_us = request.from_ms * 1000, request.until_ms * 1000
        is_masked = bool(await masked_parts(self._rooms, camera.camera_id, *span_us))
        asking.check(request, registry.terms_of(camera.camera_id), is_masked, now_us)
        if not (await asyncio.to_thread(self._files.room)).left_bytes:
            raise Refusal("no_room", NO_ROOM, NO_ROOM_EN, status=507)
        await asyncio.to_thread(self._check_sought, request)
        export = Export(
            export_id=new_id("X"),
            case_id=case_id,
            camera_id=camera.camera_id,
            camera_name=camera.name,
            from_ms=request.from_ms,
            until_ms=request.until_ms,
            cut=request.cut,
            blur=request.blur,
            sought=request.sought,
            reason=request.reason.strip(),
            asked_by=person.person_id,
            asked_by_name=person.name,
            asked_at_ms=now_us // 1000,
            state=ExportState.WAITING,
            progress=0.0,
            finished_at_ms=None,
            bytes=None,
            made=None,
            failure=None,
        )

        def change(open_change: Change) -> None:
            if max(records.under_way(open_change.connection, case_id, person.person_id)) >= MOST_WAITING:
                words = (
                    f"每案、每人最多 {MOST_WAITING} 个导出在等待",
                    f"at most {MOST_WAITING} exports of a case, and of a person, wait",
                )
                raise Refusal("too_many_exports", *words, status=429)
            records.insert(open_change, export)
            self._note(open_change, person.person_id, Action.EXPORT_FOOTAGE, case, export)
            self._rooms.events.append(open_change, EventKind.EXPORT_CHANGED, export.export_id, export)

        await self._database.write(change)
        self._line.wake()
        return export

    def _check_sought(self, request: ExportRequest) -> None:
        for sighting_id in request.sought:
            found = self._sightings.get(sighting_id)
            if found is None or found.camera_id != request.camera_id:
                words = (f"这路摄像头没有出现记录 {sighting_id}", f"the camera has no sighting {sighting_id}")
                raise Refusal("unknown_sighting", *words, field="sought", status=404)

    async def of_case(self, case_id: str) -> list[Export]:
        """The newest first. Raises Refusal where the case is long closed, or not known."""
        await self._readable(case_id)
        found = await self._database.read(lambda connection: records.of_case(connection, case_id, MOST_SHOWN))
        return [self._line.as_it_stands(one) for one in found]

    async def file(self, case_id: str, export_id: str, person: Person) -> ExportFile:
        """The file, for who fetches it now; noted in the audit log when this returns. Raises Refusal."""
        case = await self._readable(case_id)
        export = await self._find(case_id, export_id)
        if export.state is not ExportState.DONE or export.made is None or export.bytes is None:
            raise Refusal("not_made", "导出还没有完成", "the export is not made yet", status=409)
        detail = ExportFetched(export_id=export_id, camera_id=export.camera_id, sha256=export.made.sha256)
        await self._noting.note(
            [(person.person_id, export_id)],
            lambda change, _: self._note(change, person.person_id, Action.FETCH_EXPORT, case, detail),
        )
        return ExportFile(self._files.path(export_id), export.bytes, export)

    async def delete(self, case_id: str, export_id: str, person: Person) -> Export:
        """Delete one, or end its making. Raises Refusal."""
        case = await self._readable(case_id)
        await self._find(case_id, export_id)
        return await self._delete(export_id, person.person_id, "asked", case)

    async def _delete(self, export_id: str, person_id: str, why: str, case: Case | None) -> Export:
        def change(open_change: Change) -> Export:
            export = self._turn(open_change, export_id, ExportState.DELETED)
            if export is None:
                raise _unknown()
            detail = ExportDeleted(export_id=export_id, camera_id=export.camera_id, why=why)
            self._note(open_change, person_id, Action.DELETE_EXPORT, case, detail)
            return export

        deleted = await self._database.write(change)
        await self._line.give_up(export_id)
        await asyncio.to_thread(self._files.remove, [export_id])
        return deleted

    async def _make_room(self, under_way_bytes: int = 0) -> None:
        """The oldest files go where all of them, with what is being made, take too much."""
        done = await self._database.read(records.done)
        room = await asyncio.to_thread(self._files.room)
        most_bytes = min(MOST_BYTES, round(room.disk_bytes * MOST_SHARE))
        total = under_way_bytes + sum(one.bytes or 0 for one in done)
        for one in done[:-1]:
            if total <= most_bytes:
                return
            with contextlib.suppress(Refusal):  # somebody deletes it at the same time
                await self._delete(one.export_id, audit.THE_HUB, "no_room", await self._cases.find(one.case_id))
            total -= one.bytes or 0

    async def forget(self) -> int:
        """Delete what belongs to cases that are long closed; how many."""
        forgotten = 0
        for case_id in await self._database.read(records.case_ids):
            case = await self._cases.find(case_id)
            if case is not None and not self._is_over(case):
                continue
            found = await self._database.read(lambda connection: records.of_case(connection, case_id, None))  # noqa: B023
            for one in found:
                with contextlib.suppress(Refusal):
                    await self._delete(one.export_id, audit.THE_HUB, "case_over", case)
            forgotten += await self._database.write(lambda change: records.forget_case(change, case_id))  # noqa: B023
        return forgotten

    async def _readable(self, case_id: str) -> Case:
        """The case, while its exports can be read."""
        case = await self._cases.find(case_id)
        if case is None or self._is_over(case):
            return await self._cases.gate(case_id)  # which refuses it
        return case

    def _is_over(self, case: Case) -> bool:
        if case.is_open or case.closed_at_ms is None:
            return False
        return case.closed_at_ms * 1000 + AFTER_CASE_US < self._rooms.clock.wall_us()

    async def _find(self, case_id: str, export_id: str) -> Export:
        export = await self._database.read(lambda connection: records.find(connection, export_id))
        if export is None or export.case_id != case_id or export.state is ExportState.DELETED:
            raise _unknown()
        return export

    def _turn(
        self, change: Change, export_id: str, state: ExportState, failure: Failure | None = None
    ) -> Export | None:
        turned = records.turn(change, export_id, state, failure=failure)
        if turned is not None:
            self._rooms.events.append(change, EventKind.EXPORT_CHANGED, export_id, turned)
        return turned

    def _note(
        self,
        change: Change,
        person_id: str,
        action: Action,
        case: Case | None,
        detail: Export | ExportDeleted | ExportFetched,
    ) -> None:
        case_id, purpose = (case.case_id, case.purpose) if case is not None else (None, "")
        audit.record(change, person_id, action, detail=detail, case_id=case_id, purpose=purpose)


def _unknown() -> Refusal:
    return Refusal("unknown_export", "没有这个导出", "there is no such export", status=404)


def _interrupted() -> Failure:
    return Failure(
        code="interrupted",
        message=f"导出中断了 {MOST_ATTEMPTS} 次，不再重试",
        message_en=f"its making was interrupted {MOST_ATTEMPTS} times; it is not tried again",
    )
