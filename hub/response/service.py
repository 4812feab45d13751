"""The response room's front door: reports go up, whistles and directives down, and whoever is asked answers."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.access.audit import Action
from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY
from hub.access.permissions import Right
from hub.cases.limits import CaseKind, Grade
from hub.cases.messages import Case, NewCase
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.media.messages import MediaType
from hub.media.service import MediaRoom
from hub.registry.places import grid_place
from hub.response.answering import said_in
from hub.response.limits import AskKind
from hub.response.machine import LineState, Phase, Step, begun, closed
from hub.response.messages import (
    Ask,
    AskPlace,
    Asks,
    AskSum,
    CloseAsk,
    MakeCase,
    Matter,
    NewAnswer,
    NewOrder,
    NewReport,
    Part,
)
from hub.response.records import (
    Record,
    drop_lines,
    find_record,
    grid_sums_of,
    has_answer,
    insert_ask,
    insert_lines,
    line_state,
    load_open,
    pictures_of_open,
    update_ask,
)
from hub.response.tables import asks
from hub.response.telling import Telling
from hub.response.underway import UnderWay
from hub.response.views import Reader, Wanted, is_in_room_of, is_shown, page_of, reader_of, view_of
from hub.response.whom import Aim, Asked, Whom
from hub.rooms import Rooms
from hub.storage.identifiers import new_id, own_key
from hub.storage.writer import Change

MAX_OPEN = 1_000
LINES_AT_ONCE = 500
"""Stored in one change, so that nobody waits for it longer than some 10 ms."""
MATTER_NAMES = {
    Matter.HAZARD: "隐患",
    Matter.DISPUTE: "纠纷",
    Matter.PUBLIC_ORDER: "治安",
    Matter.HELP: "求助",
    Matter.MISSING_PERSON: "人员走失",
}
"""As people say them."""


class AskMade(Part, frozen=True, kw_only=True):
    """Detail of the audit record on a new ask."""

    ask_id: str
    kind: AskKind
    asked: int
    passes_on: str | None


class AskTied(Part, frozen=True, kw_only=True):
    """Detail of the audit record on an ask that is tied to a case, or closed."""

    ask_id: str


class Responses:
    """Asks on disk, and what the timers need of open ones in memory."""

    def __init__(self, rooms: Rooms, whom: Whom, cases: Cases, media: MediaRoom) -> None:
        self._database = rooms.database
        self._clock = rooms.clock
        self._whom = whom
        self._cases = cases
        self._media = media
        self._under_way = UnderWay(rooms.clock)
        self.telling = Telling(rooms, self._under_way, self._grids_of)
        self._tying = asyncio.Lock()
        """One case comes of a report, however many press at once."""

    def open(self) -> None:
        """Load the open asks; before the hub serves anyone."""
        pictures = self._database.read_now(pictures_of_open)
        for record in self._database.read_now(load_open):
            self._under_way.keep(record, pictures.get(record.ask_id, ()))

    def named_media(self) -> frozenset[str]:
        """The pictures of open asks."""
        return self._under_way.pictures

    async def shows(self, entrant: Entrant, media_id: str) -> bool:
        """Whether a picture is of an ask that concerns them."""
        return await self._database.read(partial(is_shown, media_id=media_id, reader=self._reader(entrant)))

    async def report(self, new: NewReport, entrant: Entrant, idempotency_key: str | None = None) -> Ask:
        """Have police come; the same person's same key again returns what it made. Raises Refusal."""
        person = entrant.person
        key, known = await self._made_before(entrant, idempotency_key)
        if known is not None:
            return known
        grid_id = self._whom.grid_of_report(new, person)
        await self._check_pictures(new.pictures, entrant, "pictures")
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

    async def order(self, kind: AskKind, new: NewOrder, entrant: Entrant, idempotency_key: str | None = None) -> Ask:
        """Whistle, or send a directive; the same person's same key again returns what it made. Raises Refusal."""
        key, known = await self._made_before(entrant, idempotency_key)
        if known is not None:
            return known
        if not new.text.strip():
            raise Refusal("empty_text", "请写明要做什么", "say what is to be done", field="text")
        if new.case_id is not None:
            entrant.require(Right.SEE_CASES)
            if not self._cases.is_open(new.case_id):
                raise _unknown_case(new.case_id)
        pictures = () if new.picture is None else (new.picture,)
        await self._check_pictures(pictures, entrant, "picture")
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

    async def _made_before(self, entrant: Entrant, idempotency_key: str | None) -> tuple[str | None, Ask | None]:
        if idempotency_key is None:
            return None, None
        key = own_key(entrant.person.person_id, idempotency_key)
        known = await self._database.read(partial(find_record, condition=asks.c.idempotency_key == key))
        return key, None if known is None else await self.find(known.ask_id, entrant)

    async def _make(
        self, record: Record, aim: Aim, pictures: tuple[str, ...], entrant: Entrant, key: str | None
    ) -> Ask:
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
            self.telling.tell(open_change, EventKind.ASK_MADE, record, by)
            made = AskMade(ask_id=record.ask_id, kind=record.kind, asked=len(aim.asked), passes_on=record.passes_on)
            audit.record(open_change, by, Action.MAKE_ASK, detail=made)
            return record, above

        made, above = await self._database.write(change)
        for one in (above, made):
            if one is not None:
                self._under_way.keep(one, pictures if one is made else ())
        return await self.find(made.ask_id, entrant)

    def _pass_on(self, change: Change, ask_id: str, by: str) -> Record:
        """Whoever passes a directive on has taken it. Raises Refusal where it is not theirs."""
        above = find_record(change.connection, asks.c.ask_id == ask_id)
        mine = line_state(change.connection, ask_id, by)
        if above is None or mine is None or above.kind is not AskKind.DIRECTIVE:
            raise Refusal("not_yours", "只能转发给您的指令", "only a directive to you can be passed on", status=403)
        _must_be_open(above)
        if mine[0] is not LineState.WAITING:
            return above
        taking = NewAnswer(message_id=new_id("M"), step=Step.TAKE)
        return said_in(change, above, Asked(by, None), taking, self.telling)

    async def answer(self, ask_id: str, said: NewAnswer, entrant: Entrant) -> Ask:
        """Take in what somebody says; a repeat changes nothing. Raises Refusal for what does not lead on."""
        if said.step is Step.CANNOT and not said.text.strip():
            raise Refusal("reason_wanted", "请写明为什么不能办", "say why it cannot be done", field="text")
        seen, person_id = await self.find(ask_id, entrant), entrant.person.person_id
        await self._check_pictures(said.pictures, entrant, "pictures")
        joins = seen.kind is AskKind.REPORT and entrant.may(Right.DIRECT, ())
        grid_id = seen.grid_ids[0] if seen.kind is AskKind.REPORT and seen.grid_ids else None

        def change(open_change: Change) -> Record | None:
            connection = open_change.connection
            if has_answer(connection, person_id, said.message_id):
                return None
            record = find_record(connection, asks.c.ask_id == ask_id)
            assert record is not None
            _must_be_open(record)
            if not joins and line_state(connection, ask_id, person_id) is None:
                raise Refusal("not_asked", "这不是给您的", "you are not asked", status=403)
            return said_in(open_change, record, Asked(person_id, grid_id), said, self.telling)

        record = await self._database.write(change)
        if record is not None:
            self._under_way.keep(record, said.pictures)
        return await self.find(ask_id, entrant)

    async def tie(self, ask_id: str, wanted: MakeCase, entrant: Entrant) -> Ask:
        """Make a case of a report, or tie it to one that is open; whoever does has taken the report. Raises Refusal."""
        async with self._tying:
            seen = await self.find(ask_id, entrant)
            if seen.kind is not AskKind.REPORT:
                raise Refusal("not_a_report", "只有上报可以立案", "a case comes of a report alone", status=409)
            if seen.case_id is not None:
                raise Refusal("has_case", "已经立案", f"it has the case {seen.case_id}", status=409)
            if seen.phase is Phase.CLOSED:
                raise _ask_closed()
            case = await self._case_of(seen, wanted, entrant)
            by = entrant.person.person_id

            def change(open_change: Change) -> Record:
                record = find_record(open_change.connection, asks.c.ask_id == ask_id)
                assert record is not None
                _must_be_open(record)
                update_ask(open_change, ask_id, record.standing, case_id=case.case_id)
                record = msgspec.structs.replace(record, case_id=case.case_id)
                mine = line_state(open_change.connection, ask_id, by)
                if mine is None or mine[0] is LineState.WAITING:
                    grid_id = record.grid_ids[0] if record.grid_ids else None
                    taking = NewAnswer(message_id=new_id("M"), step=Step.TAKE)
                    record = said_in(open_change, record, Asked(by, grid_id), taking, self.telling)
                else:
                    self.telling.tell(open_change, EventKind.ASK_CHANGED, record, by)
                detail = AskTied(ask_id=ask_id)
                audit.record(open_change, by, Action.TIE_ASK, detail=detail, case_id=case.case_id, purpose=case.purpose)
                return record

            self._under_way.keep(await self._database.write(change))
        return await self.find(ask_id, entrant)

    async def _case_of(self, seen: Ask, wanted: MakeCase, entrant: Entrant) -> Case:
        if wanted.case_id is not None:
            if not self._cases.is_open(wanted.case_id):
                raise _unknown_case(wanted.case_id)
            return await self._cases.gate(wanted.case_id)
        kind = seen.matter or CaseKind.OTHER
        title = f"{MATTER_NAMES[Matter(kind.value)]}：{seen.text or f'{seen.made_by_name}上报'}"[:100]
        new = NewCase(
            kind=kind,
            grade=Grade(seen.grade),
            title=title,
            purpose=f"核实并处置{seen.made_by_name}的上报 {seen.ask_id}",
            last_seen_venue_id=seen.place.venue_id if kind is CaseKind.MISSING_PERSON else None,
        )
        return await self._cases.open_case(new, entrant.person, f"ask:{seen.ask_id}")

    async def close(self, ask_id: str, order: CloseAsk, entrant: Entrant) -> Ask:
        """End an ask; of one that is closed, as it was. Raises Refusal for who neither made it nor directs there."""
        seen, by = await self.find(ask_id, entrant), entrant.person.person_id
        if seen.made_by != by:
            places = (COMMUNITY,) if seen.grid_ids is None else tuple(map(grid_place, seen.grid_ids))
            entrant.require(Right.DIRECT, places)

        def change(open_change: Change) -> Record | None:
            record = find_record(open_change.connection, asks.c.ask_id == ask_id)
            assert record is not None
            if record.standing.phase is Phase.CLOSED:
                return None
            record = record.as_standing(closed(record.standing))
            ending = {"closed_at_us": open_change.at_us, "closed_by": by, "closing_text": order.text.strip()}
            update_ask(open_change, ask_id, record.standing, **ending)
            self.telling.tell(open_change, EventKind.ASK_CLOSED, record, by)
            audit.record(open_change, by, Action.CLOSE_ASK, detail=AskTied(ask_id=ask_id))
            return record

        record = await self._database.write(change)
        if record is not None:
            self._under_way.keep(record)
        return await self.find(ask_id, entrant)

    async def page(self, wanted: Wanted, entrant: Entrant) -> Asks:
        """The asks that somebody wants to see."""
        reader, find = self._reader(entrant), self._whom.find_person
        return await self._database.read(partial(page_of, wanted=wanted, reader=reader, find_person=find))

    async def find(self, ask_id: str, entrant: Entrant) -> Ask:
        """One ask as this person sees it. Raises Refusal where there is none that concerns them."""
        reader, find = self._reader(entrant), self._whom.find_person
        found = await self._database.read(partial(view_of, ask_id=ask_id, reader=reader, find_person=find))
        if found is None:
            raise _unknown_ask(ask_id)
        return found

    async def sum(self, ask_id: str, entrant: Entrant) -> AskSum:
        """The sum of an ask, grid by grid. Raises Refusal for who neither made it nor directs there."""
        seen, reader = await self.find(ask_id, entrant), self._reader(entrant)

        def query(connection: sa.Connection) -> AskSum:
            record = find_record(connection, asks.c.ask_id == ask_id)
            if record is None or (seen.made_by != reader.person_id and not is_in_room_of(reader, record)):
                raise _unknown_ask(ask_id)
            return grid_sums_of(connection, ask_id, self._clock.wall_us() // 1000)

        return await self._database.read(query)

    async def _check_pictures(self, pictures: tuple[str, ...], entrant: Entrant, field: str) -> None:
        """Whoever names a picture has brought it: nobody reads others' by naming them."""
        for media_id in pictures:
            is_own = await self._media.is_bringer(media_id, entrant.person.person_id)
            if not is_own or await self._media.want(media_id, MediaType.PICTURE) is None:
                raise Refusal("unknown_media", "没有这张图片", "there is no such picture of yours", field=field)

    def _reader(self, entrant: Entrant) -> Reader:
        return reader_of(entrant, self._whom.grids_of(entrant.person))

    def _grids_of(self, person_id: str) -> tuple[str, ...]:
        person = self._whom.find_person(person_id)
        return () if person is None else self._whom.grids_of(person)


def _must_be_open(record: Record) -> None:
    if record.standing.phase is Phase.CLOSED:
        raise _ask_closed()


def _ask_closed() -> Refusal:
    return Refusal("ask_closed", "已经结束", "it is closed", status=409)


def _unknown_ask(ask_id: str) -> Refusal:
    """Also for whom it does not concern: nobody learns what there is."""
    return Refusal("unknown_ask", f"没有呼叫 {ask_id}", f"there is no ask {ask_id}", status=404)


def _unknown_case(case_id: str) -> Refusal:
    words = (f"没有进行中的案件 {case_id}", f"there is no open case {case_id}")
    return Refusal("unknown_case", *words, field="case_id")
