"""What the cases room says and hears over its interface."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.access.people import Role
from hub.cases.limits import CaseKind, Grade, Stage
from hub.cases.machine import CaseAction, Standing
from hub.registry.records import AtMs
from hub.sightings.messages import Description, Hit, Near, Query


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the cases interface."""


class NewCase(Part, frozen=True, kw_only=True):
    """The request to open one."""

    kind: CaseKind = CaseKind.MISSING_PERSON
    grade: Grade = Grade.USUAL
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    purpose: Annotated[str, msgspec.Meta(min_length=2, max_length=500)]
    last_seen_at_ms: AtMs | None = None
    last_seen_venue_id: str | None = None
    description_text: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class CloseCase(Part, frozen=True, kw_only=True):
    """The request to close one."""

    outcome: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Act(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to do something to one, but to close it. ``to_person_id`` or ``to_role`` says who gets it: a person,
    or whoever is on duty of that role."""

    action: CaseAction
    to_person_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    to_role: Role | None = None
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Regrade(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to say that one is of another kind or grade."""

    kind: CaseKind
    grade: Grade


class Watch(Part, frozen=True, kw_only=True):
    """A query that stays on while its case is open."""

    watch_id: str
    case_id: str
    query: Query
    words: str
    started_at_ms: int
    ended_at_ms: int | None


class NearUntil(Near, frozen=True, kw_only=True):
    """Near a place until then; None: until now."""

    until_at_ms: AtMs | None = None


class CamerasNear(Part, frozen=True, kw_only=True):
    """The cameras within a walk of a place, nearest first."""

    camera_ids: tuple[str, ...]


class Case(Part, frozen=True, kw_only=True):
    """One case."""

    case_id: str
    title: str
    purpose: str
    standing: Standing
    opened_at_ms: int
    opened_by: str
    closed_at_ms: int | None
    outcome: str | None
    last_seen_at_ms: int | None
    last_seen_venue_id: str | None
    description: Description | None
    watches: tuple[Watch, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether footage may be searched for it."""
        return self.standing.stage is not Stage.CLOSED


class CaseChanged(Part, frozen=True, kw_only=True):
    """Body of ``case.changed``; ``action`` and ``by`` are None where its time was over, or it was graded anew."""

    case: Case
    action: CaseAction | None = None
    by: str | None = None
    note: str = ""


class WatchHit(Part, frozen=True, kw_only=True):
    """Body of ``watch.hit``.

    ``left_out``: at most so many others fit the watch since its last hit and are not told: more than can be looked at.
    """

    case_id: str
    watch_id: str
    hit: Hit
    left_out: int = 0


class SearchMade(Part, frozen=True, kw_only=True):
    """Body of ``search.made``."""

    case_id: str
    words: str
    words_en: str
    hits: int
    search_ms: float


class DescribeRequest(Part, frozen=True, kw_only=True):
    text: Annotated[str, msgspec.Meta(max_length=500)]
