"""What the mediation room says and hears over its interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from hub.registry.records import AtMs, Id

MOST_MEDIATORS = 200
MOST_ATTEMPTS = 20
"""Of one case, and as many visits; a further one is refused."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in this interface."""


class DisputeClass(StrEnum):
    """What it is about.

    That there are five is the field's (a station that grades disputes publishes the number, not the names); which they
    are is a judgement.
    """

    FAMILY = "family"
    NEIGHBOURS = "neighbours"
    PROPERTY = "property"
    """Homes and their management."""
    LABOUR = "labour"
    OTHER = "other"


class Route(StrEnum):
    """Who mediates."""

    POLICE = "police"
    PEOPLE = "people"
    """The people's mediation committee."""
    PROFESSIONAL = "professional"
    """A trade's or profession's own committee."""
    JUDICIAL = "judicial"


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=500)]


class NewMediator(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who mediates; ``grid_ids``: none means everywhere."""

    name: Name
    organisation: Annotated[str, msgspec.Meta(max_length=64)] = ""
    route: Route
    classes: tuple[DisputeClass, ...] = ()
    """What they know about; none means anything."""
    grid_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=500)] = ()
    phone: Annotated[str, msgspec.Meta(max_length=32)] = ""


class Mediator(NewMediator, frozen=True, kw_only=True):
    """One of the list."""

    mediator_id: str


class Attempt(Form, frozen=True, kw_only=True):
    """One mediation of a case. ``agreed`` is None while it goes on."""

    mediator_id: str
    name: str
    route: Route
    begun_at_ms: int
    begun_by: str
    appointed_at_ms: int | None
    agreed: bool | None = None
    text: str = ""
    ended_at_ms: int | None = None


class Visit(Form, frozen=True, kw_only=True):
    """Somebody asked afterwards whether it holds."""

    at_ms: int
    by: str
    solved: bool
    text: str


class Mediation(Form, frozen=True, kw_only=True):
    """What is kept of a case."""

    case_id: str
    dispute_class: DisputeClass = DisputeClass.OTHER
    attempts: tuple[Attempt, ...] = ()
    visits: tuple[Visit, ...] = ()

    @property
    def going(self) -> Attempt | None:
        """The one that goes on."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and last.agreed is None else None


class Proposal(Form, frozen=True, kw_only=True):
    """A mediator for a case, and why."""

    mediator: Mediator
    why: str
    why_en: str
    going: int
    """How many of their mediations go on."""


class MediationView(Mediation, frozen=True, kw_only=True):
    """``GET /api/cases/{case_id}/mediation``; the best proposal first."""

    proposals: tuple[Proposal, ...]


class SetClass(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what the dispute is about."""

    dispute_class: DisputeClass


class BeginMediation(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have a mediator take it."""

    mediator_id: Annotated[str, msgspec.Meta(max_length=48)]
    appointed_at_ms: AtMs | None = None


class EndMediation(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it."""

    agreed: bool
    text: Text = ""


class NewVisit(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a visit afterwards found."""

    solved: bool
    text: Text = ""


class What(StrEnum):
    CLASS_SET = "class_set"
    BEGUN = "begun"
    ENDED = "ended"
    VISITED = "visited"


class Mediated(Form, frozen=True, kw_only=True):
    """Body of ``case.mediated``: what was done; fields that do not belong to it are None."""

    case_id: str
    what: What
    by: str
    name: str
    dispute_class: DisputeClass
    mediator: str | None = None
    route: Route | None = None
    good: bool | None = None
    """Agreed, or solved."""
    text: str = ""
