"""What the casebook says and hears over its interface."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.access.people import Role
from hub.cases.limits import CaseKind, Grade, Stage
from hub.media.messages import MediaId

MOST_PICTURES = 4
MOST_HANDED = 50
"""Cases handed over at once: as many as may be open."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in this interface."""


class TimelineQuery(Form, frozen=True, kw_only=True):
    """``GET /api/cases/{case_id}/timeline``: at most ``limit`` entries after the number ``after``, oldest first."""

    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 100


class AlertSum(Form, frozen=True, kw_only=True):
    """How far an alert of the page came: radios that it went to, that acknowledged, that said more."""

    alert_id: str
    radios: int
    acknowledged: int
    reported: int


class Timeline(Form, frozen=True, kw_only=True):
    """A page: events as /api/events has them (``previous`` is 0), their deliveries and watches left out.

    ``next``: the number to ask after for more; None: there is none now.
    """

    items: tuple[msgspec.Raw, ...]
    alerts: tuple[AlertSum, ...]
    next: int | None


class NewNote(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words, or pictures of the media room, or both."""

    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    pictures: Annotated[tuple[MediaId, ...], msgspec.Meta(max_length=MOST_PICTURES)] = ()


class Note(Form, frozen=True, kw_only=True):
    """Body of ``case.noted``."""

    case_id: str
    text: str
    pictures: tuple[str, ...]
    by: str
    name: str


class NewRecording(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recorded burst that belongs to the case."""

    burst_id: Annotated[int, msgspec.Meta(ge=1)]


class Recording(Form, frozen=True, kw_only=True):
    """Body of ``case.recording``; heard at ``/api/talk/bursts/{burst_id}/audio`` by who may listen back."""

    case_id: str
    burst_id: int
    by: str
    name: str


class CaseOfMine(Form, frozen=True, kw_only=True):
    """A case that was given to a grid member or guard: what they need to act, and no footage."""

    case_id: str
    title: str
    kind: CaseKind
    grade: Grade
    stage: Stage
    deadline_ms: int
    overdue: int
    last_seen_venue_id: str | None
    notes: tuple[Note, ...]


class Owner(Form, frozen=True, kw_only=True):
    """Somebody to whom a case can be given."""

    person_id: str
    name: str
    role: Role


class Summary(Form, frozen=True, kw_only=True):
    """What the next shift must know of a case."""

    case_id: str
    title: str
    words: str
    words_en: str


class HandOver(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hand cases over, all or none, with a note of one's own; each keeps its summary in its timeline."""

    case_ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_HANDED)]
    to_person_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    to_role: Role | None = None
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""
