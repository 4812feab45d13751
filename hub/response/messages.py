"""What the response room says and hears over its interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from hub.access.people import Role
from hub.cases.limits import CaseKind, Grade
from hub.media.messages import MediaId
from hub.registry.records import Latitude, Longitude
from hub.response.limits import MOST_MINUTES, AskKind
from hub.response.machine import LineState, Phase, Step, Tally, Whom

MAX_PICTURES = 3
MAX_NAMED = 2_000
"""Grids, or people, that one order names; ``everybody`` names none."""
SHOWN_LINES = 200
"""Lines that are told of one ask, those that have not answered first; the sum counts all."""
PAGE = 50
Name = Annotated[str, msgspec.Meta(max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Pictures = Annotated[tuple[MediaId, ...], msgspec.Meta(max_length=MAX_PICTURES)]
AgoMs = Annotated[int, msgspec.Meta(ge=0)]
"""How long before it was sent, by the sender's own count."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the response interface."""


class Matter(StrEnum):
    """What a report is about; each is a kind of case."""

    HAZARD = "hazard"
    DISPUTE = "dispute"
    PUBLIC_ORDER = "public_order"
    HELP = "help"
    MISSING_PERSON = "missing_person"

    @property
    def kind(self) -> CaseKind:
        """The kind of case that comes of it."""
        return CaseKind(self.value)


class NewReport(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request of a grid member or guard to have police come.

    The grid is the named one, else the venue's, else that of the nearest venue, else the member's own.
    """

    matter: Matter
    grade: Grade = Grade.USUAL
    text: Text = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0)] | None = None
    venue_id: Name | None = None
    grid_id: Name | None = None
    pictures: Pictures = ()
    made_ago_ms: AgoMs = 0


class AskTarget(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who must answer: the members of grids, people by name, or every member of the sender's places."""

    grid_ids: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_NAMED)] = ()
    person_ids: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_NAMED)] = ()
    everybody: bool = False


class AskPlace(Part, frozen=True, kw_only=True):
    """Where it is, as far as is known; degrees and metres."""

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0)] | None = None
    venue_id: Name | None = None


class NewOrder(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to whistle, or to send a directive; ``passes_on`` is the directive that this one passes further."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    target: AskTarget
    grade: Grade = Grade.USUAL
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None
    """Until it is to be done."""
    case_id: Name | None = None
    picture: MediaId | None = None
    place: AskPlace | None = None
    passes_on: Name | None = None


class Answerer(Part, frozen=True, kw_only=True):
    """One whom an order can name."""

    person_id: str
    name: str
    role: Role
    grid_ids: tuple[str, ...]
    is_on_duty: bool
    """A whistle goes to those on duty alone."""


class NewAnswer(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one who is asked says; ``message_id`` makes a repeat harmless. ``cannot`` wants a reason in ``text``."""

    message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    pressed_ago_ms: AgoMs = 0
    step: Step
    text: Text = ""
    pictures: Pictures = ()


class MakeCase(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to make a case of a report, or with ``case_id`` to tie it to one that is open."""

    case_id: Name | None = None


class CloseAsk(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to end an ask."""

    text: Text = ""


class Line(Part, frozen=True, kw_only=True):
    """One who is asked, and what they said last."""

    person_id: str
    name: str
    grid_id: str | None
    """None: one who is not of a grid."""
    state: LineState
    state_at_ms: int
    """As the key was pressed; of one who waits, when they were asked."""
    text: str
    pictures: tuple[str, ...]


class Ask(Part, frozen=True, kw_only=True):
    """One ask as its reader sees it. ``lines`` are at most SHOWN_LINES; who was asked sees their own alone."""

    ask_id: str
    kind: AskKind
    matter: CaseKind | None
    grade: Grade
    text: str
    place: AskPlace
    grid_ids: tuple[str, ...] | None
    """Of those who are asked, and of a report where it is; None: all grids."""
    pictures: tuple[str, ...]
    case_id: str | None
    """None also for who does not see cases."""
    passes_on: str | None
    made_by: str
    made_by_name: str
    made_at_ms: int
    closed_at_ms: int | None
    closed_by: str | None
    """None also where it ended by all of it being done."""
    closing_text: str
    phase: Phase
    answer_by_ms: int
    finish_by_ms: int | None
    deadline_ms: int | None
    """When it goes up next."""
    level: int
    whom: Whom | None
    """Who was told last that it is overdue."""
    tally: Tally
    mine: Line | None
    """The reader's own line."""
    lines: tuple[Line, ...]


class Asks(Part, frozen=True, kw_only=True):
    """A page of asks, newest first; ``next``: what to ask for with ``before`` for the following, None at the end."""

    asks: tuple[Ask, ...]
    next: str | None


class Sum(Part, frozen=True, kw_only=True):
    """How many were asked and how far they are."""

    asked: int
    waiting: int
    taken: int
    arrived: int
    done: int
    cannot: int
    overdue: int


class GridSum(Part, frozen=True, kw_only=True):
    """The sum of one grid; None: those who are of none."""

    grid_id: str | None
    sum: Sum


class AskSum(Part, frozen=True, kw_only=True):
    """The sum of an ask and of all that passed it on, grid by grid."""

    ask_id: str
    whole: Sum
    grids: tuple[GridSum, ...]


class AskTold(Part, frozen=True, kw_only=True):
    """Body of ask.made, ask.changed, ask.overdue and ask.closed.

    ``grid_ids`` are those whom it concerns (None: all); ``to_grids``: whether phones there are told, who then read what
    is theirs of it: they are not told ``sum``, ``by``, ``text`` and ``case_id``.
    """

    ask_id: str
    kind: AskKind
    grid_ids: tuple[str, ...] | None
    to_grids: bool
    phase: Phase
    whom: Whom | None = None
    sum: Sum | None = None
    by: str | None = None
    text: str = ""
    case_id: str | None = None
