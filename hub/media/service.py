"""The media room's front door: pictures and spoken messages are kept, found, handed out and forgotten."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from devices.protocol.clock import Clock
from hub.access import audit
from hub.errors import Refusal
from hub.media import tables
from hub.media.files import Files
from hub.media.messages import Media, MediaBrought, MediaType
from hub.media.pictures import NoPicture, PictureTooLarge, TooManyScans, keep_picture
from hub.speech.sound import NoSound, Spoken, TooLong, read_sound
from hub.storage.database import Database
from hub.storage.upserting import insert
from hub.storage.writer import Change

MOST_IN_BYTES = 4 * 1024 * 1024
MOST_VOICE_S = 30.0
MOST_BYTES = 2_000_000_000
LEAST_KEPT_S = 3600
"""What was brought or named so lately does not make room for others: its alert may be about to be issued."""
MOST_WAITING = 8
"""Files read and waiting to be decoded, one at a time: 32 MiB."""
_m = tables.media.c


class MediaRoom:
    """One folder of files and a row for each; a file is on disk before its row, and goes after it."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._files = Files(folder)
        self._clock = clock
        self._naming: list[Callable[[], frozenset[str]]] = []
        self._decoding = asyncio.Lock()
        self._waiting = 0
        self._changing = asyncio.Lock()
        """Nothing is kept while something is forgotten: it could be the same."""

    def keep_named(self, named: Callable[[], frozenset[str]]) -> None:
        """``named()`` says which media another room has in use: they are not forgotten."""
        self._naming.append(named)

    def _named(self) -> frozenset[str]:
        return frozenset().union(*(named() for named in self._naming))

    async def open(self) -> None:
        """Make files and rows agree after a kill. Raises OSError."""
        known = await self._database.read(lambda connection: set(connection.execute(sa.select(_m.media_id)).scalars()))
        there = await asyncio.to_thread(self._files.open, known)
        if known - there:
            await self._database.write(lambda change: _forget(change, known - there))

    async def keep_picture(self, data: bytes, by: str) -> Media:
        """A JPEG or PNG that ``by`` brings. Raises Refusal."""
        try:
            async with self._turn():
                picture = await asyncio.to_thread(keep_picture, data)
        except PictureTooLarge as error:
            words = (f"图片太大：{error}", f"the picture is too large: {error}")
            raise Refusal("picture_too_large", *words) from None
        except TooManyScans as error:
            words = ("图片的扫描次数太多，请另存后再发", f"the picture has too many scans, save it anew: {error}")
            raise Refusal("too_many_scans", *words) from None
        except NoPicture as error:
            raise Refusal("not_a_picture", "无法识别这张图片", f"this picture cannot be read: {error}") from None
        return await self._keep(
            MediaType.PICTURE, picture.jpeg, by, width_px=picture.width_px, height_px=picture.height_px
        )

    async def keep_voice(self, data: bytes, by: str) -> Media:
        """A recorded voice, in any form of hub/speech/sound.py, that ``by`` brings. Raises Refusal."""
        try:
            async with self._turn():
                spoken = await asyncio.to_thread(_read_voice, data)
        except TooLong:
            words = (f"录音最长 {MOST_VOICE_S:g} 秒", f"a recording has at most {MOST_VOICE_S:g} s")
            raise Refusal("recording_too_long", *words) from None
        except NoSound as error:
            raise Refusal("not_a_recording", "无法识别这段录音", f"this recording cannot be read: {error}") from None
        return await self.keep_spoken(spoken, by)

    async def keep_spoken(self, spoken: Spoken, by: str) -> Media:
        """What is sound already. Raises Refusal."""
        return await self._keep(MediaType.VOICE, spoken.ogg, by, duration_s=round(spoken.duration_s, 2))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise Refusal("too_busy", "请求太多，请稍后再试", "too many at once: try again later", status=429)
        self._waiting += 1
        try:
            async with self._decoding:
                yield
        finally:
            self._waiting -= 1

    async def _keep(self, kind: MediaType, data: bytes, by: str, **size: Any) -> Media:
        media = Media(media_id=hashlib.sha256(data).hexdigest(), type=kind, bytes=len(data), **size)
        async with self._changing:
            await self._make_room(media)
            try:
                await asyncio.to_thread(self._files.write, media.media_id, data)
            except OSError as error:
                raise Refusal("media_full", "磁盘写入失败", f"the disk refuses: {error}", status=507) from None
            await self._database.write(lambda change: self._insert(change, media, by))
        return media

    def _insert(self, change: Change, media: Media, by: str) -> None:
        connection, media_id = change.connection, media.media_id
        row = {name: getattr(media, name) for name in media.__struct_fields__}
        values = row | {"type": media.type.value, "wanted_at_us": change.at_us}
        adding = insert(tables.media).values(values)
        connection.execute(adding.on_conflict_do_update(index_elements=[_m.media_id], set_=values))
        bringer = insert(tables.media_bringers).values(media_id=media_id, person_id=by)
        connection.execute(bringer.on_conflict_do_nothing())
        detail = MediaBrought(media_id=media_id, type=media.type, bytes=media.bytes)
        audit.record(change, by, audit.Action.BRING_MEDIA, detail=detail)

    async def find(self, media_id: str) -> Media | None:
        """What is kept of it."""
        found = await self._database.read(
            lambda connection: connection.execute(sa.select(tables.media).where(_m.media_id == media_id)).first()
        )
        return None if found is None else _media(found)

    async def want(self, media_id: str, kind: MediaType) -> Media | None:
        """The same, of this type, for an alert that is about to name it: it is kept as if it were new."""

        def change(open_change: Change) -> sa.Row[Any] | None:
            mine = (_m.media_id == media_id, _m.type == kind.value)
            mark = sa.update(tables.media).where(*mine).values(wanted_at_us=open_change.at_us)
            open_change.connection.execute(mark)
            return open_change.connection.execute(sa.select(tables.media).where(*mine)).first()

        async with self._changing:
            found = await self._database.write(change)
        return None if found is None else _media(found)

    async def is_bringer(self, media_id: str, person_id: str) -> bool:
        """Whether this person brought it."""
        b = tables.media_bringers.c
        mine = sa.select(b.media_id).where(b.media_id == media_id, b.person_id == person_id)
        return await self._database.read(lambda connection: connection.execute(mine).first() is not None)

    def path(self, media_id: str) -> Path:
        """Where the file of one that was found is."""
        return self._files.path(media_id)

    async def read(self, media_id: str) -> bytes | None:
        """The whole file; None where it is gone."""
        try:
            return await asyncio.to_thread(self._files.read, media_id)
        except OSError:
            return None

    async def forget(self, before_us: int) -> int:
        """Delete what nobody brought or named since then, unless an alert under way names it; returns how many."""
        old = sa.select(_m.media_id).where(_m.wanted_at_us < before_us)
        async with self._changing:
            found = await self._database.read(lambda connection: set(connection.execute(old).scalars()))
            return await self._forget(found - self._named())

    async def _make_room(self, media: Media) -> None:
        """Have room for one more: the oldest go. Raises Refusal where all of it is wanted."""
        everything = sa.select(_m.media_id, _m.bytes, _m.wanted_at_us).order_by(_m.wanted_at_us)
        total = sa.select(sa.func.coalesce(sa.func.sum(_m.bytes), 0))
        too_much = await self._database.read(lambda c: c.execute(total).scalar_one()) + media.bytes - MOST_BYTES
        if too_much <= 0:
            return
        going: set[str] = set()
        named, young_us = self._named(), self._clock.wall_us() - LEAST_KEPT_S * 1_000_000
        for row in await self._database.read(lambda connection: connection.execute(everything).all()):
            if too_much > 0 and row.media_id not in named and row.wanted_at_us < young_us:
                going.add(row.media_id)
                too_much -= row.bytes
        if too_much > 0:
            words = ("图片和语音存满了", "pictures and spoken messages fill their room")
            raise Refusal("media_full", *words, status=507)
        await self._forget(going)

    async def _forget(self, going: set[str]) -> int:
        if going:
            await self._database.write(lambda change: _forget(change, going))
            await asyncio.to_thread(self._files.remove, going)
        return len(going)


def _read_voice(data: bytes) -> Spoken:
    spoken = read_sound(data, MOST_VOICE_S)
    assert spoken.ogg  # coded here, in the thread
    return spoken


def _forget(change: Change, going: set[str]) -> None:
    for name in going:
        change.connection.execute(sa.delete(tables.media_bringers).where(tables.media_bringers.c.media_id == name))
        change.connection.execute(sa.delete(tables.media).where(_m.media_id == name))


def _media(row: Any) -> Media:
    return Media(
        media_id=row.media_id,
        type=MediaType(row.type),
        bytes=row.bytes,
        width_px=row.width_px,
        height_px=row.height_px,
        duration_s=row.duration_s,
    )
