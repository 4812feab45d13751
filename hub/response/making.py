"""Asks on their way into the database: reports, whistles and directives, with a line for each who must answer."""

from __future__ import annotations

import asyncio
from functools import partial

from hub.access import audit
from hub.access.audit import Action
from hub.access.entrant import Entrant
from hub.access.permissions import Right
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.media.messages import MediaType
from hub.media.service import MediaRoom
from hub.response.answering import said_in
from hub.response.limits import AskKind
from hub.response.machine import LineState, Step, begun
from hub.response.messages import AskPlace, NewAnswer, NewOrder, NewReport, Part
from hub.response.records import Record, drop_lines, find_record, insert_ask, insert_lines, line_state
from hub.response.refusals import must_be_open, unknown_case
from hub.response.tables import asks
from hub.response.telling import Telling
from hub.response.underway import UnderWay
from hub.response.whom import Aim, Asked, Whom
from hub.rooms import Rooms
from hub.storage.identifiers import new_id, own_key
from hub.storage.writer import Change

MAX_OPEN = 1_000
LINES_AT_ONCE = 500
"""Stored in one change, so that nobody waits for it longer than some 10 ms."""


class AskMade(Part, frozen=True, kw_only=True):
    """Detail of the audit record on a new ask."""

    ask_id: str
    kind: AskKind
    asked: int
    passes_on: str | None


class Making:
    """Makes asks; each returns the id of what is stored."""

    def __init__(
        self, rooms: Rooms, whom: Whom, cases: Cases, media: MediaRoom, under_way: UnderWay, telling: Telling
    ) -> None:
        self._database = rooms.database
        self._clock = rooms.clock
        self._whom = whom
        self._cases = cases
        self._media = media
        self._under_way = under_way
        self._telling = telling

    async def report(self, new: NewReport, entrant: Entrant, idempotency_key: str | None = None) -> str:
        """Have police come; the same person's same key again returns what it made. Raises Refusal."""
        person = entrant.person
        key, known = await self._made_before(entrant, idempotency_key)
        if known is not None:
            return known
        grid_id = self._whom.grid_of_report(new, person)
        await check_pictures(self._media, new.pictures, person.person_id, "pictures")
        now_us = self._clock.wall_us()
        aim = await asyncio.to_thread(self._whom.of_report, grid_id, now_us)
        record = Record(
            ask_id=new_id("H"),
            text=new.text.strip(),
            place=AskPlace(
                latitude=new.latitude, longitude=new.longitude, accuracy_m=new.accuracy_m, venue_id=new.venue_id
            ),
            grid_ids=aim.grid_ids,
            case_id=None,
            passes_on=None,
            made_by=person.person_id,
            made_at_us=max(0, now_us - new.made_ago_ms * 1000),
            standing=begun(AskKind.REPORT, new.matter.kind, new.grade, len(aim.asked), now_us // 1000),
        )
        return await self._make(record, aim, new.pictures, entrant, key)

    async def order(self, kind: AskKind, new: NewOrder, entrant: Entrant, idempotency_key: str | None = None) -> str:
        """Whistle, or send a directive; the same person's same key again returns what it made. Raises Refusal."""
        key, known = await self._made_before(entrant, idempotency_key)
        if known is not None:
            return known
        if not new.text.strip():
            raise Refusal("empty_text", "请写明要做什么", "say what is to be done", field="text")
        if new.case_id is not None:
            entrant.require(Right.SEE_CASES)
            if not self._cases.is_open(new.case_id):
                raise unknown_case(new.case_id)
        pictures = () if new.picture is None else (new.picture,)
        await check_pictures(self._media, pictures, entrant.person.person_id, "picture")
        now_us = self._clock.wall_us()
        on_duty_at_us = now_us if kind is AskKind.WHISTLE else None
        aim = await asyncio.to_thread(self._whom.of_order, new.target, entrant, on_duty_at_us=on_duty_at_us)
        record = Record(
            ask_id=new_id("H"),
            text=new.text.strip(),
            place=new.place or AskPlace(),
            grid_ids=aim.grid_ids,
            case_id=new.case_id,
            passes_on=new.passes_on,
            made_by=entrant.person.person_id,
            made_at_us=now_us,
            standing=begun(kind, None, new.grade, len(aim.asked), now_us // 1000, new.minutes),
        )
        return await self._make(record, aim, pictures, entrant, key)

    async def _made_before(self, entrant: Entrant, idempotency_key: str | None) -> tuple[str | None, str | None]:
        if idempotency_key is None:
            return None, None
        key = own_key(entrant.person.person_id, idempotency_key)
        known = await self._database.read(partial(find_record, condition=asks.c.idempotency_key == key))
        return key, None if known is None else known.ask_id

    async def _make(
        self, record: Record, aim: Aim, pictures: tuple[str, ...], entrant: Entrant, key: str | None
    ) -> str:
        if len(self._under_way) >= MAX_OPEN:
            raise Refusal("too_many_asks", f"最多同时 {MAX_OPEN} 个呼叫", f"at most {MAX_OPEN} are open", status=409)
        for begin in range(0, len(aim.asked), LINES_AT_ONCE):
            some = aim.asked[begin : begin + LINES_AT_ONCE]
            await self._database.write(partial(insert_lines, ask_id=record.ask_id, asked=some))
        by = entrant.person.person_id

        def change(open_change: Change) -> tuple[Record, Record | None]:
            if key is not None:
                known = find_record(open_change.connection, asks.c.idempotency_key == key)
                if known is not None:
                    drop_lines(open_change, record.ask_id)
                    return known, None
            above = None if record.passes_on is None else self._pass_on(open_change, record.passes_on, by)
            insert_ask(open_change, record, key, pictures)
            self._telling.tell(open_change, EventKind.ASK_MADE, record, by)
            made = AskMade(ask_id=record.ask_id, kind=record.kind, asked=len(aim.asked), passes_on=record.passes_on)
            audit.record(open_change, by, Action.MAKE_ASK, detail=made)
            return record, above

        made, above = await self._database.write(change)
        for one in (above, made):
            if one is not None:
                self._under_way.keep(one, pictures if one is made else ())
        return made.ask_id

    def _pass_on(self, change: Change, ask_id: str, by: str) -> Record:
        """Whoever passes a directive on has taken it. Raises Refusal where it is not theirs."""
        above = find_record(change.connection, asks.c.ask_id == ask_id)
        mine = line_state(change.connection, ask_id, by)
        if above is None or mine is None or above.kind is not AskKind.DIRECTIVE:
            raise Refusal("not_yours", "只能转发给您的指令", "only a directive to you can be passed on", status=403)
        must_be_open(above)
        if mine[0] is not LineState.WAITING:
            return above
        taking = NewAnswer(message_id=new_id("M"), step=Step.TAKE)
        return said_in(change, above, Asked(by, None), taking, self._telling)


async def check_pictures(media: MediaRoom, pictures: tuple[str, ...], by: str, field: str) -> None:
    """Whoever names a picture has brought it: nobody reads others' by naming them. Raises Refusal."""
    for media_id in pictures:
        if not await media.is_bringer(media_id, by) or await media.want(media_id, MediaType.PICTURE) is None:
            raise Refusal("unknown_media", "没有这张图片", "there is no such picture of yours", field=field)
