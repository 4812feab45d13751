"""One answer on its way into the database: the line, the whole by it, and what is told."""

from __future__ import annotations

from hub.access import audit
from hub.access.audit import Action
from hub.events.messages import EventKind
from hub.response.limits import AskKind
from hub.response.machine import LineState, Phase, Step, answered, line_after
from hub.response.messages import NewAnswer, Part
from hub.response.records import Record, line_state, put_answer, update_ask
from hub.response.telling import Telling
from hub.response.whom import Asked
from hub.storage.writer import Change


class Answered(Part, frozen=True, kw_only=True):
    """Detail of the audit record on an answer."""

    ask_id: str
    step: Step


def said_in(change: Change, record: Record, asked: Asked, said: NewAnswer, telling: Telling) -> Record:
    """Store what somebody says of an open ask; who has no line joins. Raises Refusal for what does not lead on.

    It counts from when the key was pressed, but not from before their last word. Of a report it is told at once, of
    what goes down with the next sum.
    """
    known = line_state(change.connection, record.ask_id, asked.person_id)
    before, since_us = known or (LineState.WAITING, record.made_at_us)
    after = line_after(before, said.step)
    pressed_at_us = max(since_us, change.at_us - said.pressed_ago_ms * 1000)
    now = record.as_standing(answered(record.standing, known and before, after, change.at_us // 1000))
    is_closed = now.standing.phase is Phase.CLOSED
    put_answer(change, record.ask_id, asked, said, after, pressed_at_us)
    update_ask(change, record.ask_id, now.standing, **({"closed_at_us": change.at_us} if is_closed else {}))
    if is_closed:
        telling.tell(change, EventKind.ASK_CLOSED, now, asked.person_id)
    elif record.kind is AskKind.REPORT:
        telling.tell(change, EventKind.ASK_CHANGED, now, asked.person_id)
    detail = Answered(ask_id=record.ask_id, step=said.step)
    audit.record(change, asked.person_id, Action.ANSWER_ASK, detail=detail)
    return now
