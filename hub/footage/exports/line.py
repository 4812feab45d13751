"""The line of exports that wait: one is made at a time over the whole hub, by a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.cases.messages import Case
from hub.cases.service import Cases
from hub.events.messages import EventKind
from hub.footage.disk import DiskMissing
from hub.footage.exports import records
from hub.footage.exports.asking import OWNER_FORBIDS, OWNER_FORBIDS_EN
from hub.footage.exports.blurring import Blur, Polygon
from hub.footage.exports.clip import Clip, Cut
from hub.footage.exports.files import Files
from hub.footage.exports.job import Finished, Job, NotMade
from hub.footage.exports.making import JobFailed, not_made, put_statement, run_job, statement_on
from hub.footage.exports.masked import CUT_SHOWS, CUT_SHOWS_EN, masked_parts
from hub.footage.exports.messages import Export, ExportMade, ExportState, Failure
from hub.footage.exports.people import AROUND_US, STILL_THERE_US, People, people_in
from hub.footage.exports.statement import Method
from hub.footage.service import Footage
from hub.rooms import Rooms
from hub.sightings.service import SightingService
from hub.storage.writer import Change

_log = structlog.get_logger()
MOST_PEOPLE = 2_000
"""Sightings in the time of one clip; of more, somebody could be left out, and it is not made."""
TOLD_SHARE = 0.1
"""Progress is an event each tenth."""
SETTLED_US = 60_000_000
"""A clip is made no sooner after its end: until then the tracker may not have told of everybody."""
NO_ROOM, NO_ROOM_EN = (
    "磁盘空间不足，不能导出：请先删除不再需要的导出",
    "the disk has no room for exports: delete some first",
)
MakeRoom = Callable[[int], Awaitable[None]]
"""For so many bytes that are under way."""


class Line:
    """Makes what waits."""

    def __init__(self, rooms: Rooms, cases: Cases, sightings: SightingService, files: Files, footage: Footage) -> None:
        self._rooms = rooms
        self._cases = cases
        self._sightings = sightings
        self._files = files
        self._disk = footage.disk
        self._motion = footage.motion
        self._woken = asyncio.Event()
        self._making: tuple[str, asyncio.Task[None]] | None = None
        self._progress = 0.0

    def sign_with(self, key: Ed25519PrivateKey) -> None:
        """Before ``run``: the hub's key."""
        self._key = key

    def wake(self) -> None:
        """Something waits."""
        self._woken.set()

    def as_it_stands(self, export: Export) -> Export:
        """With how far it is, where it is being made."""
        if self._making is not None and self._making[0] == export.export_id and export.state is ExportState.RUNNING:
            return msgspec.structs.replace(export, progress=self._progress)
        return export

    async def run(self, make_room: MakeRoom) -> None:
        """Make what waits, one after the other, until cancelled; ``make_room`` before each and while it grows."""
        self._make_room = make_room
        while True:
            self._woken.clear()
            now_us = self._rooms.clock.wall_us()
            waiting = await self._rooms.database.read(lambda c: records.next_waiting(c, now_us - SETTLED_US, now_us))  # noqa: B023
            if waiting is None:
                await self._until_one_may_be_made(now_us)
                continue
            await make_room(0)
            task = asyncio.create_task(self._make(waiting), name="export")
            self._making, self._progress = (waiting.export_id, task), 0.0
            try:
                await asyncio.wait([task])
            finally:
                self._making = None
                if not task.done():
                    task.cancel()
                    await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def _until_one_may_be_made(self, now_us: int) -> None:
        """Something new waits, or what waits has settled."""
        end_us = await self._rooms.database.read(records.first_end_us)
        settles_s = None if end_us is None else min(max(end_us + SETTLED_US - now_us, 0), SETTLED_US) / 1e6
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(settles_s):
                await self._woken.wait()

    async def give_up(self, export_id: str) -> None:
        """End the making of this one, if it is that."""
        if self._making is not None and self._making[0] == export_id:
            task = self._making[1]
            task.cancel()
            await asyncio.wait([task])

    async def _make(self, export: Export) -> None:
        begun = await self._turn(export.export_id, ExportState.RUNNING)
        if begun is None:  # deleted meanwhile
            return
        try:
            await self._make_file(begun)
        except JobFailed as error:
            await self._fail(begun, error.why)
        except OSError as error:
            text = error.strerror or type(error).__name__
            await self._fail(begun, not_made("disk_failed", f"磁盘写入失败：{text}", f"the disk refuses: {text}").why)
        finally:
            with contextlib.suppress(OSError):
                self._files.part(export.export_id).unlink()

    async def _make_file(self, export: Export) -> None:
        """Raises JobFailed, OSError."""
        case = await self._cases.find(export.case_id)
        if case is None or not self._cases.is_open(export.case_id):
            raise not_made("case_closed", "案件已关闭，导出未进行", "the case was closed before this was made")
        if not self._rooms.registry.terms_of(export.camera_id).exports:
            raise not_made("owner_forbids", OWNER_FORBIDS, OWNER_FORBIDS_EN)
        try:
            await asyncio.to_thread(self._disk.check)
        except DiskMissing as error:
            raise not_made("footage_disk_missing", error.chinese, str(error)) from None
        masked = await masked_parts(self._rooms, export.camera_id, export.from_ms * 1000, export.until_ms * 1000)
        if masked and export.cut is Cut.KEY:
            raise not_made("cut_shows_masks", CUT_SHOWS, CUT_SHOWS_EN)
        people = await asyncio.to_thread(self._people, export)
        if people is None:
            raise not_made("too_many_people", "这段时间里的人太多：请分段导出", "too many people: export shorter clips")
        await self._require_room()
        part = self._files.part(export.export_id)
        job = Job(clip=self._clip(export, people, masked), footage_dir=str(self._disk.folder), file=str(part))
        finished = await run_job(job, lambda share: self._progressed(export, share))
        await self._make_room(finished.bytes)
        await self._finish(export, case, people, masked, finished)

    async def _require_room(self) -> None:
        """Raises JobFailed where too little would be left for all else that is kept on this disk, OSError."""
        if not (await asyncio.to_thread(self._files.room)).left_bytes:
            raise not_made("no_room", NO_ROOM, NO_ROOM_EN)

    def _people(self, export: Export) -> People | None:
        """By a thread: who is in the clip; None where they are too many."""
        if export.blur is Blur.NONE:
            return People(others=(), sought=(), blind=(), still_in_view=0, not_looked_at_s=None)
        from_us, until_us = export.from_ms * 1000, export.until_ms * 1000
        since_us, to_us = from_us - STILL_THERE_US, until_us + AROUND_US
        found = self._sightings.latest(export.camera_id, since_us, to_us, MOST_PEOPLE + 1)
        if len(found) > MOST_PEOPLE:
            return None
        return people_in(
            found,
            export.sought,
            self._motion.read(export.camera_id, from_us, until_us),
            from_us,
            until_us,
            forgotten=self._sightings.forgotten(since_us, to_us),  # after ``latest``: what goes meanwhile is told
            now_us=self._rooms.clock.wall_us(),
        )

    def _clip(self, export: Export, people: People, masked: tuple[Polygon, ...]) -> Clip:
        return Clip(
            camera_id=export.camera_id,
            from_us=export.from_ms * 1000,
            until_us=export.until_ms * 1000,
            cut=export.cut,
            blur=export.blur,
            others=people.others,
            sought=people.sought,
            masked=masked,
            blind=people.blind,
            words=f"{export.camera_id}  {export.case_id}  {export.export_id}",
            zone=self._rooms.registry.community.time_zone,
        )

    async def _finish(
        self, export: Export, case: Case, people: People, masked: tuple[Polygon, ...], finished: Finished
    ) -> None:
        """Sign the file and tell that it is there."""
        film = finished.made
        method = Method(
            cut=export.cut,
            blur=export.blur,
            reason=export.reason,
            sought=export.sought,
            hidden=len(people.others),
            not_looked_at_s=people.not_looked_at_s,
            still_in_view=people.still_in_view,
            blind_s=people.blind_s,
            masked=masked,
            pictures=film.pictures,
            not_decoded=film.not_decoded,
            breaks=film.breaks,
            width_px=film.width_px,
            height_px=film.height_px,
            duration_s=film.duration_s,
        )
        now_us = self._rooms.clock.wall_us()
        manifest = statement_on(export, case, finished, method, self._rooms.registry, self._key, now_us)
        part, file = self._files.part(export.export_id), self._files.path(export.export_id)
        size = await asyncio.to_thread(put_statement, part, file, manifest, self._key)
        made = ExportMade(
            sha256=finished.sha256,
            duration_s=film.duration_s,
            width_px=film.width_px,
            height_px=film.height_px,
            pictures=film.pictures,
            not_decoded=film.not_decoded,
            breaks=film.breaks,
            gaps=tuple((gap.from_us // 1000, gap.until_us // 1000) for gap in film.gaps),
            hidden=method.hidden,
            not_looked_at_s=method.not_looked_at_s,
            still_in_view=method.still_in_view,
            blind_s=method.blind_s,
            masked=len(masked),
        )
        if await self._turn(export.export_id, ExportState.DONE, made=made, size_bytes=size) is None:
            await asyncio.to_thread(self._files.remove, [export.export_id])

    async def _fail(self, export: Export, why: NotMade) -> None:
        _log.warning("export.failed", export_id=export.export_id, code=why.code, reason=why.message_en)
        failure = Failure(code=why.code, message=why.message, message_en=why.message_en)
        await self._turn(export.export_id, ExportState.FAILED, failure=failure)

    async def _turn(
        self,
        export_id: str,
        state: ExportState,
        *,
        made: ExportMade | None = None,
        size_bytes: int | None = None,
        failure: Failure | None = None,
    ) -> Export | None:
        def change(open_change: Change) -> Export | None:
            turned = records.turn(open_change, export_id, state, made=made, size_bytes=size_bytes, failure=failure)
            if turned is not None:
                self._rooms.events.append(open_change, EventKind.EXPORT_CHANGED, export_id, turned)
            return turned

        return await self._rooms.database.write(change)

    async def _progressed(self, export: Export, share: float) -> None:
        """Tell how far it is. Raises JobFailed where the disk has no room for more, OSError."""
        await self._require_room()
        before, self._progress = self._progress, share
        if int(share / TOLD_SHARE) > int(before / TOLD_SHARE):
            await self._make_room(await asyncio.to_thread(self._files.part_bytes, export.export_id))
            now = msgspec.structs.replace(export, progress=share)
            await self._rooms.database.write(
                lambda change: self._rooms.events.append(change, EventKind.EXPORT_CHANGED, export.export_id, now)
            )
