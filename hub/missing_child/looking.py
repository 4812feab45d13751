"""Searches footage and watches for her, beside everything else; what fails is said, and stops nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
import sqlalchemy as sa
import structlog

from hub.access.people import Person
from hub.cases.searching import Wish
from hub.cases.service import Cases
from hub.describing.service import Photos
from hub.errors import Refusal
from hub.missing_child import machine
from hub.missing_child.messages import HitShown, MissingChild, StepName, StepState
from hub.sightings.home import HomeAway
from hub.sightings.messages import Hit, Near, Query
from hub.storage.writer import StorageOverloaded
from hub.tasks import end_tasks

_log = structlog.get_logger()
HITS_SHOWN = 30
SLACK_MS = 60_000
"""When she was seen last is told roughly: what was seen a minute before is searched too. A judgement."""
WITHOUT_TIME_MS = 30 * 60_000
"""Where nobody says when, or where, she was seen last, the last half hour is searched. A judgement."""
_FAILED = ("没有完成，请关闭后再打开这一步重试：{}", "was not done; switch the step off and on to try again: {}")
ReadPhoto = Callable[[str], Awaitable[bytes | None]]


class Looking:
    """One task for each step of each procedure; a newer one takes the place of the older."""

    def __init__(
        self,
        cases: Cases,
        photos: Photos,
        read_photo: ReadPhoto,
        find_person: Callable[[str], Person | None],
        change: machine.Changing,
        latest: Callable[[str], MissingChild | None],
    ) -> None:
        """``read_photo``: of the media; ``latest``: a procedure as it stands."""
        self._cases = cases
        self._photos = photos
        self._read_photo = read_photo
        self._find_person = find_person
        self._change = change
        self._latest = latest
        self._going: dict[tuple[str, StepName], asyncio.Task[None]] = {}

    def begin(self, child: MissingChild, only: StepName | None = None) -> None:
        """Search and watch anew with what is known now, as far as the steps are on; what is off ends."""
        for name, work in ((StepName.SEARCH, self._search), (StepName.WATCH, self._watch)):
            if only is None or name is only:
                self._start(child, name, work)

    def resume(self, child: MissingChild) -> None:
        """After a start: what an earlier run had not finished."""
        if child.ended_at_ms is not None:
            return
        if child.step(StepName.SEARCH).state is StepState.RUNNING:
            self._start(child, StepName.SEARCH, self._search)
        if child.step(StepName.WATCH).state is StepState.RUNNING and child.watch_id is None:
            self._start(child, StepName.WATCH, self._watch)

    async def end(self, child: MissingChild) -> None:
        """Nothing looks for her any more."""
        await self._give_up(child.case_id)
        await self._end_watch(child)

    async def stop(self) -> None:
        """Give up whatever goes on."""
        await end_tasks(*self._going.values())

    async def _give_up(self, case_id: str) -> None:
        await end_tasks(*(task for (case, _), task in self._going.items() if case == case_id))

    def _start(self, child: MissingChild, name: StepName, work: Callable[[MissingChild], Awaitable[None]]) -> None:
        key = child.case_id, name
        older = self._going.get(key)
        if older is not None:
            older.cancel()
        task = asyncio.create_task(self._do(child, name, work, older))
        self._going[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def _ended(self, key: tuple[str, StepName], task: asyncio.Task[None]) -> None:
        if self._going.get(key) is task:
            del self._going[key]

    async def _do(
        self,
        child: MissingChild,
        name: StepName,
        work: Callable[[MissingChild], Awaitable[None]],
        older: asyncio.Task[None] | None,
    ) -> None:
        if older is not None:
            await asyncio.wait({older})
        why: tuple[str, str]
        try:
            await work(child)
            return
        except Refusal as refusal:
            if refusal.code == "nothing_to_look_for":
                await self._say(child.case_id, machine.without_words)
                if name is StepName.SEARCH:
                    await self._with_photo(child, self._person(child))
                return
            why = refusal.message, refusal.message_en
        except (HomeAway, StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            why = str(error), str(error)
        _log.error("missing_child.step_failed", case=child.case_id, step=name.value, error=why[1])
        told = _FAILED[0].format(why[0]), _FAILED[1].format(why[1])

        def failed(child: MissingChild, now_ms: int) -> MissingChild:
            if not machine.goes_on(child, name):
                return child
            return machine.set_step(child, name, StepState.FAILED, now_ms, told)

        await self._say(child.case_id, failed)

    async def _say(self, case_id: str, step: machine.Move) -> None:
        with contextlib.suppress(StorageOverloaded, sa.exc.SQLAlchemyError):  # the log has it
            await self._change(case_id, step)

    async def _search(self, child: MissingChild) -> None:
        if not machine.goes_on(child, StepName.SEARCH):
            return
        person = self._person(child)
        try:
            found = await self._cases.search(child.case_id, query_of(child), person, Wish.PROCEDURE)
        except Refusal as refusal:
            if refusal.code != "no_camera_near":
                raise
            wider = msgspec.structs.replace(query_of(child), near=None)
            found = await self._cases.search(child.case_id, wider, person, Wish.PROCEDURE)
        hits = [shown(hit, place) for place, hit in enumerate(found.hits[:HITS_SHOWN], 1)]

        def searched(child: MissingChild, now_ms: int) -> MissingChild:
            if not machine.goes_on(child, StepName.SEARCH):
                return child
            return machine.searched(child, hits, len(found.hits), now_ms)

        now = await self._change(child.case_id, searched)
        if now is not None:
            await self._with_photo(now, person)

    async def _with_photo(self, child: MissingChild, person: Person) -> None:
        """Whom the photo shows is searched for too, where it shows one person, and nobody has chosen."""
        photo = child.known.photo
        if photo is None or child.known.like:
            return
        read = await self._read_photo(photo)
        try:
            like = () if read is None else await self._photos.look_of_one(child.case_id, read, person)
        except Refusal as refusal:  # the words are searched for; somebody can choose the person in the search
            _log.info("missing_child.photo_not_looked_at", case=child.case_id, why=refusal.message_en)
            return
        if not like:
            return

        def known(child: MissingChild, _now_ms: int) -> MissingChild:
            if child.known.photo != photo or child.known.like or child.ended_at_ms is not None:
                return child
            return msgspec.structs.replace(child, known=msgspec.structs.replace(child.known, like=like))

        now = await self._change(child.case_id, known)
        if now is not None and now.known.like == like:
            self.begin(now)

    async def _watch(self, child: MissingChild) -> None:
        await self._end_watch(child)
        if not machine.goes_on(child, StepName.WATCH):
            return
        person = self._person(child)
        query = msgspec.structs.replace(query_of(child), near=None, since_at_ms=None, limit=HITS_SHOWN)
        watch = await self._cases.start_watch(child.case_id, query, person)

        def watching(child: MissingChild, now_ms: int) -> MissingChild:
            child = msgspec.structs.replace(child, watch_id=watch.watch_id)
            return machine.set_step(child, StepName.WATCH, StepState.RUNNING, now_ms)

        await self._change(child.case_id, watching)

    async def _end_watch(self, child: MissingChild) -> None:
        """Of the case's watches, the procedure's."""
        now = self._latest(child.case_id)
        if now is None or now.watch_id is None:
            return
        if self._cases.is_open(child.case_id):
            try:
                await self._cases.end_watch(child.case_id, now.watch_id, self._person(child))
            except Refusal as refusal:
                if refusal.code not in ("unknown_watch", "case_closed"):
                    raise
        await self._change(child.case_id, lambda child, _: msgspec.structs.replace(child, watch_id=None))

    def _person(self, child: MissingChild) -> Person:
        """Who pressed the key, in whose name it is searched. Raises Refusal where they may not sign in any more."""
        person = self._find_person(child.started_by)
        if person is None:
            words = ("按键的人已停用，请由他人重新打开这一步", "who pressed the key may not sign in any more")
            raise Refusal("unknown_person", *words, status=409)
        return person


def query_of(child: MissingChild) -> Query:
    """What is searched for: as described, from where and when she was seen last."""
    known = child.known
    told = next((one for one in child.evidence if one.evidence_id == machine.TOLD_ID), None)
    seen_at_ms = known.last_seen_at_ms if told is None else told.at_ms
    near = None
    if told is not None and seen_at_ms is not None:
        near = Near(latitude=told.latitude, longitude=told.longitude, since_at_ms=max(0, seen_at_ms - SLACK_MS))
    since_ms = child.started_at_ms - WITHOUT_TIME_MS if seen_at_ms is None else seen_at_ms - SLACK_MS
    text = known.description_text.strip()
    if known.height_cm is not None:
        text = f"{text} 身高{known.height_cm / 100:.2f}米".strip()
    return Query(
        text=text or None,
        description=known.description,
        near=near,
        since_at_ms=max(0, since_ms),
        like=known.like,
        limit=HITS_SHOWN,
    )


def shown(hit: Hit, rank: int | None) -> HitShown:
    """A hit as the procedure has it."""
    return HitShown(
        sighting_id=hit.sighting.sighting_id,
        camera_id=hit.sighting.camera_id,
        venue_id=hit.sighting.venue_id,
        at_ms=hit.sighting.started_at_ms,
        score=hit.score,
        rank=rank,
    )
