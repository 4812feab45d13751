"""Describes sightings anew when the describer in use is another than the one they came with.

What was kept with them is enough where both are built in (projecting.py): as they come, and in the background what is
stored. Otherwise their kept pictures are described, by a process that runs only when nobody else wants the processor.
Newest first, some thousand at a time; until a row is done it is compared under the describer that made it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Container, Mapping, Sequence

import msgspec
import structlog

from devices.protocol.sightings import Sighting, Stripes
from hub.describing.describers import DescriberBook
from hub.describing.keeper import ChildBusy, ChildFailed, DescribingChild
from hub.describing.messages import DescribeKept, KeptDescribed, KeptPicture
from hub.sightings.home import Others
from hub.sightings.messages import MOST_DESCRIBERS
from hub.sightings.records import RecordError
from hub.sightings.service import SightingService
from hub.vision.description.projecting import Projections

CHUNK_ROWS = 2048
"""So many, or a tenth of the hour's, are written to its columns at once: a kill costs the work on so many."""
BATCH = 32
"""So many sightings, half a megabyte, are read at once; describing their pictures takes a second."""
BATCH_WITHIN_S = 600.0
"""It runs when nobody else wants the processor: that may take."""
LOOK_AGAIN_S = 60.0
"""When nothing is left; hours are sealed all day, with rows of workers that were told of the describer late."""
RETRY_S = 30.0
_REST = 1.0
"""It rests so many times as long as a batch took: beside vision, of the same priority, it is half a worker."""
_LIKE_WITHIN_S, _LIKE_AGAIN_AFTER_S = 5.0, 60.0
"""Searches and watches wait so long for one look; after a failure they go on without for so long: the look that is
stored is compared meanwhile."""
_MOST_LIKES = 256

_log = structlog.get_logger()


class DescribingStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How far stored sightings have been described anew: the console's state, while some are left."""

    describer: str
    sightings_left: int
    share_done: float


class Tried:
    """How far each sealed hour was tried, in the order of its rows: what has another describer still, keeps it."""

    def __init__(self) -> None:
        self.first_rows: dict[str, int] = {}
        """By Others.name, the first row that was not tried."""
        self._undescribable: dict[str, int] = {}

    @property
    def undescribable(self) -> int:
        return sum(self._undescribable.values())

    def add(self, others: Others, described: int) -> None:
        """These rows were tried; so many of them have the new describer."""
        name = others.name
        self.first_rows[name] = others.rows[-1] + 1
        self._undescribable[name] = self._undescribable.get(name, 0) + len(others.rows) - described

    def keep_only(self, names: Container[str]) -> None:
        """Forget hours that were sealed anew or deleted."""
        self.first_rows = {name: row for name, row in self.first_rows.items() if name in names}
        self._undescribable = {name: count for name, count in self._undescribable.items() if name in names}


class Redescribing:
    """The describer in use, and what remains of those before it."""

    def __init__(
        self,
        sightings: SightingService,
        photos: DescribingChild,
        background: DescribingChild,
        book: DescriberBook,
        choice: str,
    ) -> None:
        """``photos`` describes what a person waits for, ``background`` what nobody waits for."""
        self._sightings, self._photos, self._background, self._book = sightings, photos, background, book
        self._choice = choice
        self._projections = Projections()
        self.describer = ""
        self._in_use: tuple[str, ...] = ()
        self._counts: Counter[str] = Counter()
        self._tried = Tried()
        self._likes: dict[tuple[str, tuple[str, ...]], Mapping[str, bytes]] = {}
        self._like_again_s = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._counting = asyncio.Lock()
        self.described = 0
        """Sightings described anew since the start."""

    def open(self) -> None:
        """Find out which describer is in use. Raises DescriptorError, OSError, KeyError, ValueError."""
        self._book.open()
        self.describer = self._book.add(self._choice)
        self._projections.take_on({self.describer: self._choice})
        self._in_use = (self.describer,)

    @property
    def undescribable(self) -> int:
        """Sightings that keep what they have, since no picture of them can be described."""
        return self._tried.undescribable

    @property
    def left(self) -> int:
        """Stored sightings by another describer, open hours' included."""
        return self._counts.total() - self._counts[self.describer] - self.undescribable

    @property
    def standing(self) -> DescribingStanding | None:
        """How far it has come; None where all is done."""
        left, done = self.left, self._counts[self.describer]
        if left <= 0:
            return None
        return DescribingStanding(
            describer=self.describer, sightings_left=left, share_done=round(done / (done + left), 4)
        )

    async def use(self, choice: str) -> None:
        """Describe with this from now on: photos and new sightings at once, stored ones one after the other.

        Raises DescriptorError, OSError.
        """
        async with self._counting:
            self.describer = await asyncio.to_thread(self._book.add, choice)
            self._choice = choice
            self._tried = Tried()
        await self._background.use([choice])
        await self._count()
        self._wake.set()

    def as_in_use(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """New sightings, by the describer in use where that can be made of what came with them; from any thread."""
        return self._projections.described(sightings, self.describer)

    async def run(self) -> None:
        """Describe anew whatever is to be, until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._sightings.compare_also(self.looks_of, self.made_of)
        await self._background.use([self._choice])
        while True:
            try:
                pause_s = 0.0 if await self.turn() else LOOK_AGAIN_S
            except (ChildBusy, ChildFailed, OSError) as error:
                _log.error("describing.anew_failed", why=str(error))
                pause_s = RETRY_S
            self._wake.clear()
            if pause_s:
                try:
                    async with asyncio.timeout(pause_s):
                        await self._wake.wait()
                except TimeoutError:
                    pass

    async def stop(self) -> None:
        """End the process in the background; what it was at is described when the hub runs again."""
        await self._background.stop()

    async def turn(self) -> bool:
        """Describe some sightings of one hour anew; false when none is left. Raises ChildBusy, ChildFailed, OSError."""
        describer = self.describer
        tried = self._tried
        tried.keep_only(await asyncio.to_thread(self._sightings.sealed_names))
        others = await asyncio.to_thread(self._sightings.made_by_others, describer, tried.first_rows, CHUNK_ROWS)
        await self._count()
        if others is None:
            return False
        found: dict[int, bytes] = {}
        for first in range(0, len(others.rows), BATCH):
            found |= await self._describe(others, others.rows[first : first + BATCH], describer)
            if describer != self.describer:
                return True
        if found and not await asyncio.to_thread(self._sightings.describe_anew, others, describer, found):
            return False  # sealed anew meanwhile, or deleted, or damaged, which is seen to
        tried.add(others, len(found))
        self.described += len(found)
        await self._count()
        return True

    def looks_of(self, sighting: Sighting, within_s: float) -> Mapping[str, bytes]:
        """What a stored sighting looks like to the other describers in use; from any thread but the event loop's.

        Nothing where there is only one, where no picture was kept, or where the process gives no answer; it is not
        asked when ``within_s`` has passed.
        """
        others = tuple(name for name in self._in_use if name != sighting.describer)
        looks = self._projections.descriptors(sighting.stripes, others)
        others = tuple(name for name in others if name not in looks)
        return {**looks, **self._looks_of_picture(sighting, others, within_s)} if others else looks

    def made_of(self, stripes: Stripes) -> Mapping[str, bytes]:
        """What the describers in use make of a photo's stripes, also those that have come since it was looked at."""
        return self._projections.descriptors(stripes, self._in_use)

    def _looks_of_picture(self, sighting: Sighting, others: tuple[str, ...], within_s: float) -> Mapping[str, bytes]:
        known = self._likes.get((sighting.sighting_id, others))
        if known is not None or self._loop is None or not sighting.picture_jpeg or _is_loop():
            return known or {}
        if within_s <= 0 or time.monotonic() < self._like_again_s:
            return {}
        asked = DescribeKept(describers=others, pictures=(_kept(sighting),))
        asking = asyncio.run_coroutine_threadsafe(self._photos.ask(asked), self._loop)
        try:
            answered = asking.result(_LIKE_WITHIN_S)
        except (ChildBusy, ChildFailed, TimeoutError) as error:
            asking.cancel()
            self._like_again_s = time.monotonic() + _LIKE_AGAIN_AFTER_S
            _log.warning("describing.like_failed", sighting=sighting.sighting_id, why=str(error))
            return {}
        assert isinstance(answered, KeptDescribed)
        (descriptors,) = answered.descriptors
        looks = dict(zip(others, descriptors, strict=True)) if descriptors is not None else {}
        if len(self._likes) >= _MOST_LIKES:
            self._likes.clear()
        self._likes[sighting.sighting_id, others] = looks
        return looks

    async def _describe(self, others: Others, rows: tuple[int, ...], describer: str) -> dict[int, bytes]:
        """Descriptors by row; one whose picture the process does not outlive is left out."""
        began_s = time.monotonic()
        stored = await asyncio.to_thread(_read, others, rows)
        found = await asyncio.to_thread(self._project, stored, describer)
        await asyncio.sleep(_REST * (time.monotonic() - began_s))
        kept = {row: _kept(one) for row, one in stored.items() if row not in found and one.picture_jpeg}
        return found | (await self._describe_pictures(kept, others, describer) if kept else {})

    def _project(self, stored: Mapping[int, Sighting], describer: str) -> dict[int, bytes]:
        made = {row: self._projections.descriptors(one.stripes, (describer,)) for row, one in stored.items()}
        return {row: looks[describer] for row, looks in made.items() if looks}

    async def _describe_pictures(
        self, kept: dict[int, KeptPicture], others: Others, describer: str
    ) -> dict[int, bytes]:
        try:
            return await self._ask(kept, describer)
        except ChildFailed:
            await self._ask({}, describer)  # it fails again where the process itself is at fault
        found: dict[int, bytes] = {}
        for row, picture in kept.items():
            try:
                found |= await self._ask({row: picture}, describer)
            except ChildFailed as error:
                _log.error("describing.picture_failed", hour=others.hour, row=row, why=str(error))
        return found

    async def _ask(self, kept: dict[int, KeptPicture], describer: str) -> dict[int, bytes]:
        asked = DescribeKept(describers=(describer,), pictures=tuple(kept.values()))
        began_s = time.monotonic()
        answered = await self._background.ask(asked, BATCH_WITHIN_S)
        await asyncio.sleep(_REST * (time.monotonic() - began_s))
        assert isinstance(answered, KeptDescribed)
        descriptors = zip(kept, answered.descriptors, strict=True)
        return {row: each[0] for row, each in descriptors if each is not None}

    async def _count(self) -> None:
        """Count rows by describer, and have photos compared with all that can be opened."""
        async with self._counting:
            self._counts = await asyncio.to_thread(self._sightings.describers)
            names = {self.describer, *self._counts}
            choices = {self.describer: self._choice, **await asyncio.to_thread(self._book.choices, names)}
            former = [name for name, _ in self._counts.most_common() if name in choices and name != self.describer]
            self._in_use = (self.describer, *former)[:MOST_DESCRIBERS]
            await asyncio.to_thread(self._projections.take_on, {name: choices[name] for name in self._in_use})
        await self._photos.use([choices[name] for name in self._in_use])


def _read(others: Others, rows: tuple[int, ...]) -> dict[int, Sighting]:
    stored = {}
    for row in rows:
        with contextlib.suppress(RecordError):
            stored[row] = others.read(row)
    return stored


def _kept(sighting: Sighting) -> KeptPicture:
    at = sighting.picture_box
    return KeptPicture(
        jpeg=sighting.picture_jpeg,
        frame_box=(at.left, at.top, at.width, at.height),
        frame_px=(sighting.frame_width_px, sighting.frame_height_px),
    )


def _is_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
