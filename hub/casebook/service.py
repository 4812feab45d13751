"""The casebook's front door: read a case's timeline, note something, hand cases over."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.alerts.service import Alerts
from hub.casebook.book import Book
from hub.casebook.messages import (
    AlertSum,
    CaseOfMine,
    HandOver,
    NewNote,
    NewRecording,
    Note,
    Recording,
    Summary,
    Timeline,
    TimelineQuery,
)
from hub.casebook.summing import summary
from hub.casebook.tables import case_entries
from hub.cases.flow import Flow
from hub.cases.machine import CaseAction
from hub.cases.messages import Act, Case
from hub.cases.records import all_case_ids
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind, Item
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

_e = case_entries.c
MOST_SUMMED = 2_000
"""Entries that a summary is made of, the latest."""


class Casebook:
    """Timelines are read from the database; nothing of them is kept in memory."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        cases: Cases,
        flow: Flow,
        alerts: Alerts,
        has_burst: Callable[[sa.Connection, int], bool],
    ) -> None:
        """``has_burst``: whether a burst of that id was recorded and is kept."""
        self._database = database
        self._events = events
        self._registry = registry
        self._cases = cases
        self._flow = flow
        self._alerts = alerts
        self._has_burst = has_burst
        self._book = Book()

    def open(self) -> None:
        """Keep what happens from now on; after the cases are open, before the writer starts."""
        open_ids = [case.case_id for case in self._cases.opened]
        self._database.read_now(lambda connection: self._book.load(connection, open_ids))
        self._events.keep_beside(self._book.keep)

    async def timeline(self, case_id: str, asked: TimelineQuery) -> Timeline:
        """A page of what happened. Raises Refusal where there is no such case."""
        if await self._cases.find(case_id) is None:
            raise _unknown_case(case_id)
        items = await self._items(case_id, asked.after, asked.limit + 1)
        page = items[: asked.limit]
        ids = [item.subject for item in page if item.kind == EventKind.ALERT_ISSUED]
        return Timeline(
            items=tuple(msgspec.Raw(item.encode(0)) for item in page),
            alerts=tuple([sum_ for alert_id in ids if (sum_ := await self._sum(alert_id)) is not None]),
            next=page[-1].number if len(items) > asked.limit else None,
        )

    async def note(self, case_id: str, new: NewNote, person: Person) -> Note:
        """Write something down. Raises Refusal where the case is not open, or nothing is said."""
        text = new.text.strip()
        if not text and not new.pictures:
            raise Refusal("empty_note", "请写点什么，或附一张图片", "write something, or add a picture", field="text")
        note = Note(case_id=case_id, text=text, pictures=new.pictures, by=person.person_id, name=person.name)
        await self._written(case_id, EventKind.CASE_NOTED, note, person)
        return note

    async def add_recording(self, case_id: str, new: NewRecording, person: Person) -> Recording:
        """A call belongs to the case. Raises Refusal where it is not open, or there is no such recording."""
        if not await self._database.read(lambda connection: self._has_burst(connection, new.burst_id)):
            raise Refusal("unknown_burst", "没有这段录音", f"there is no recording {new.burst_id}", status=404)
        made = Recording(case_id=case_id, burst_id=new.burst_id, by=person.person_id, name=person.name)
        await self._written(case_id, EventKind.CASE_RECORDING, made, person)
        return made

    async def mine(self, person: Person) -> tuple[CaseOfMine, ...]:
        """The open cases that this person owns, the most urgent first."""
        found = []
        for case in self._cases.opened:
            standing = case.standing
            if standing.owner is None or standing.owner.person_id != person.person_id:
                continue
            assert standing.deadline_ms is not None  # as every open case has
            noted = await self._latest(case.case_id, EventKind.CASE_NOTED)
            found.append(
                CaseOfMine(
                    case_id=case.case_id,
                    title=case.title,
                    kind=standing.kind,
                    grade=standing.grade,
                    stage=standing.stage,
                    deadline_ms=standing.deadline_ms,
                    overdue=standing.overdue,
                    last_seen_venue_id=case.last_seen_venue_id,
                    notes=tuple(msgspec.json.decode(item.body, type=Note) for item in noted),
                )
            )
        return tuple(sorted(found, key=lambda one: one.deadline_ms))

    async def summaries(self, case_ids: tuple[str, ...]) -> tuple[Summary, ...]:
        """What the next shift must know of these open cases. Raises Refusal for one that is not open."""
        zone = ZoneInfo(self._registry.community.time_zone)
        found = []
        for case in [await self._cases.gate(case_id) for case_id in case_ids]:
            words, words_en = summary(case, await self._latest(case.case_id), zone)
            found.append(Summary(case_id=case.case_id, title=case.title, words=words, words_en=words_en))
        return tuple(found)

    async def hand_over(self, order: HandOver, person: Person) -> tuple[Case, ...]:
        """All of them or none. Raises Refusal for one that is not open, and for nobody to hand them to."""
        notes = {}
        for told in await self.summaries(order.case_ids):
            own = f"{order.note.strip()}。" if order.note.strip() else ""
            notes[told.case_id] = f"{own}{told.words}"[:500]
        act = Act(action=CaseAction.HAND_OVER, to_person_id=order.to_person_id, to_role=order.to_role)
        acts = {case_id: msgspec.structs.replace(act, note=note) for case_id, note in notes.items()}
        return await self._flow.act_on_all(acts, person)

    async def forget(self) -> int:
        """Delete the entries of cases that are kept no longer; returns how many."""
        gone = sa.select(_e.case_id, _e.number).where(_e.case_id.not_in(all_case_ids()))
        return await prune(self._database, case_entries, gone)

    async def _written(self, case_id: str, kind: EventKind, body: Note | Recording, person: Person) -> None:
        case = await self._cases.gate(case_id)

        def change(open_change: Change) -> None:
            self._cases.must_be_open(open_change, case_id)
            self._events.append(open_change, kind, case_id, body)
            audit.record(
                open_change,
                person.person_id,
                Action.NOTE_CASE,
                detail=body,
                case_id=case_id,
                purpose=case.purpose,
            )

        await self._database.write(change)

    async def _sum(self, alert_id: str) -> AlertSum | None:
        try:
            alert = await self._alerts.find(alert_id)
        except Refusal:  # forgotten before its case
            return None
        return AlertSum(
            alert_id=alert_id,
            radios=len(alert.deliveries),
            acknowledged=sum(one.acknowledged_at_ms is not None for one in alert.deliveries),
            reported=sum(one.reported_at_ms is not None for one in alert.deliveries),
        )

    async def _items(self, case_id: str, after: int, limit: int) -> list[Item]:
        query = sa.select(_e.number, _e.at_us, _e.kind, _e.subject, _e.body)
        query = query.where(_e.case_id == case_id, _e.number > after).order_by(_e.number).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Item(*row) for row in rows]

    async def _latest(self, case_id: str, kind: EventKind | None = None) -> list[Item]:
        query = sa.select(_e.number, _e.at_us, _e.kind, _e.subject, _e.body).where(_e.case_id == case_id)
        query = (
            (query if kind is None else query.where(_e.kind == kind.value))
            .order_by(_e.number.desc())
            .limit(MOST_SUMMED)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Item(*row) for row in reversed(rows)]


def _unknown_case(case_id: str) -> Refusal:
    return Refusal("unknown_case", f"没有案件 {case_id}", f"there is no case {case_id}", status=404)
