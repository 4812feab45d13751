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
from hub.media.service import MediaRoom
from hub.registry.places import grid_place
from hub.response.answering import said_in
from hub.response.limits import AskKind
from hub.response.machine import LineState, Phase, Step, closed
from hub.response.making import Making, check_pictures
from hub.response.messages import (
    Answerer,
    Ask,
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
    find_record,
    grid_sums_of,
    has_answer,
    line_state,
    load_open,
    open_tree,
    pictures_of_open,
    update_ask,
)
from hub.response.refusals import ask_closed, must_be_open, unknown_ask, unknown_case
from hub.response.tables import asks
from hub.response.telling import Telling
from hub.response.underway import UnderWay
from hub.response.views import Reader, Wanted, is_in_room_of, is_shown, page_of, reader_of, view_of
from hub.response.whom import Asked, Whom
from hub.rooms import Rooms
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

MATTER_NAMES = {
    Matter.HAZARD: "隐患",
    Matter.DISPUTE: "纠纷",
    Matter.PUBLIC_ORDER: "治安",
    Matter.HELP: "求助",
    Matter.MISSING_PERSON: "人员走失",
}
"""As people say them."""


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
        self._making = Making(rooms, whom, cases, media, self._under_way, self.telling)
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
        return await self.find(await self._making.report(new, entrant, idempotency_key), entrant)

    async def order(self, kind: AskKind, new: NewOrder, entrant: Entrant, idempotency_key: str | None = None) -> Ask:
        """Whistle, or send a directive; the same person's same key again returns what it made. Raises Refusal."""
        return await self.find(await self._making.order(kind, new, entrant, idempotency_key), entrant)

    async def answer(self, ask_id: str, said: NewAnswer, entrant: Entrant) -> Ask:
        """Take in what somebody says; a repeat changes nothing. Raises Refusal for what does not lead on."""
        if said.step is Step.CANNOT and not said.text.strip():
            raise Refusal("reason_wanted", "请写明为什么不能办", "say why it cannot be done", field="text")
        seen, person_id = await self.find(ask_id, entrant), entrant.person.person_id
        await check_pictures(self._media, said.pictures, person_id, "pictures")
        joins = seen.kind is AskKind.REPORT and entrant.may(Right.DIRECT, ())
        grid_id = seen.grid_ids[0] if seen.kind is AskKind.REPORT and seen.grid_ids else None

        def change(open_change: Change) -> Record | None:
            connection = open_change.connection
            if has_answer(connection, person_id, said.message_id):
                return None
            record = find_record(connection, asks.c.ask_id == ask_id)
            assert record is not None
            must_be_open(record)
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
                raise ask_closed()
            case = await self._case_of(seen, wanted, entrant)
            by = entrant.person.person_id

            def change(open_change: Change) -> Record:
                record = find_record(open_change.connection, asks.c.ask_id == ask_id)
                assert record is not None
                must_be_open(record)
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
                raise unknown_case(wanted.case_id)
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
        """End an ask, and what passes it on; one that is closed stays as it was.

        Raises Refusal for who neither made it nor directs there.
        """
        seen, by = await self.find(ask_id, entrant), entrant.person.person_id
        if seen.made_by != by:
            if seen.kind is not AskKind.REPORT and seen.mine is not None:
                words = ("给您的指令请应答，由下达者结束", "who is asked answers it, who made it closes it")
                raise Refusal("not_yours", *words, status=403)
            places = (COMMUNITY,) if seen.grid_ids is None else tuple(map(grid_place, seen.grid_ids))
            entrant.require(Right.DIRECT, places)

        def change(open_change: Change) -> list[Record]:
            ending = {"closed_at_us": open_change.at_us, "closed_by": by, "closing_text": order.text.strip()}
            ended = []
            for record in open_tree(open_change.connection, ask_id):
                now = record.as_standing(closed(record.standing))
                update_ask(open_change, now.ask_id, now.standing, **ending)
                self.telling.tell(open_change, EventKind.ASK_CLOSED, now, by)
                audit.record(open_change, by, Action.CLOSE_ASK, detail=AskTied(ask_id=now.ask_id))
                ended.append(now)
            return ended

        if seen.phase is not Phase.CLOSED:
            for record in await self._database.write(change):
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
            raise unknown_ask(ask_id)
        return found

    async def answerers(self, entrant: Entrant) -> tuple[Answerer, ...]:
        """Those whom this person's whistles and directives can name."""
        return await asyncio.to_thread(self._whom.answerers, entrant, self._clock.wall_us())

    async def sum(self, ask_id: str, entrant: Entrant) -> AskSum:
        """The sum of an ask, grid by grid. Raises Refusal for who neither made it nor directs there."""
        seen, reader = await self.find(ask_id, entrant), self._reader(entrant)

        def query(connection: sa.Connection) -> AskSum:
            record = find_record(connection, asks.c.ask_id == ask_id)
            if record is None or (seen.made_by != reader.person_id and not is_in_room_of(reader, record)):
                raise unknown_ask(ask_id)
            return grid_sums_of(connection, ask_id, self._clock.wall_us() // 1000)

        return await self._database.read(query)

    def _reader(self, entrant: Entrant) -> Reader:
        return reader_of(entrant, self._whom.grids_of(entrant.person))

    def _grids_of(self, person_id: str) -> tuple[str, ...]:
        person = self._whom.find_person(person_id)
        return () if person is None else self._whom.grids_of(person)
