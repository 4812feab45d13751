"""What the procedure says and hears over its interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import AlertStatus
from hub.found.messages import Verdict as FoundVerdict
from hub.media.messages import MediaId
from hub.registry.records import AtMs, Id, Latitude, Longitude
from hub.sightings.messages import MOST_DESCRIBERS, Appearance, Description, Verdict

MOST_EVIDENCE = 200
"""Of one child; a further one is refused, and an answer of a guard is then in the alert alone."""
MOST_HITS = 60
"""Shown with the procedure, the latest; all are found by a search of the case."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in this interface."""


class StepName(StrEnum):
    """What goes on beside each other; each can be switched off and on."""

    SEARCH = "search"
    """Over past footage."""
    WATCH = "watch"
    """For new sightings."""
    ALERT = "alert"
    """To the venues that she can have come to."""
    EXITS = "exits"
    """Who is alerted watches the exits too."""
    EVIDENCE = "evidence"
    """What is seen moves the rings, and sends those near there."""
    BEYOND = "beyond"
    """Beyond the community, after BEYOND_AFTER_S."""
    FOUND = "found"


class StepState(StrEnum):
    WAITING = "waiting"
    """For what it needs, which ``why`` says."""
    RUNNING = "running"
    DONE = "done"
    OFF = "off"
    FAILED = "failed"
    """``why`` says what went wrong; it is tried again when it is switched on."""


class Step(Form, frozen=True, kw_only=True):
    """One step, since when it is so, and why."""

    name: StepName
    state: StepState
    since_at_ms: int
    why: str | None = None
    why_en: str | None = None


class Place(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A venue, or a point of the map."""

    venue_id: Id | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where it is none, or two."""
        if (self.latitude is None) != (self.longitude is None) or (self.venue_id is None) == (self.latitude is None):
            raise ValueError("either a venue or a point of the map: venue_id, or latitude and longitude")


Words = Annotated[str, msgspec.Meta(max_length=300)]
HeightCm = Annotated[int, msgspec.Meta(ge=40, le=220)]
Like = Annotated[tuple[Appearance, ...], msgspec.Meta(max_length=MOST_DESCRIBERS)]


class Known(Form, frozen=True, kw_only=True):
    """What is known of the child; all of it may be missing.

    ``description`` is asked for in place of what ``description_text`` is understood as. ``photo`` goes to the guards;
    ``like`` is what the chosen person of it looks like to the cameras' describers.
    """

    description_text: Words = ""
    description: Description | None = None
    height_cm: HeightCm | None = None
    photo: MediaId | None = None
    like: Like = ()
    last_seen: Place | None = None
    last_seen_at_ms: AtMs | None = None
    """None: some minutes before the key (LOST_AGO_S)."""


class NewMissingChild(Known, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key. ``search``: whether footage is searched and watched."""

    search: bool = True
    status: AlertStatus = AlertStatus.ACTUAL


class ChangeMissingChild(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has become known; what is left out stays as it is."""

    description_text: Words | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType | None = msgspec.UNSET
    height_cm: HeightCm | msgspec.UnsetType | None = msgspec.UNSET
    photo: MediaId | msgspec.UnsetType | None = msgspec.UNSET
    like: Like | msgspec.UnsetType = msgspec.UNSET
    last_seen: Place | msgspec.UnsetType | None = msgspec.UNSET
    last_seen_at_ms: AtMs | msgspec.UnsetType | None = msgspec.UNSET


class SetStep(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switch a step on or off; one that failed, or is done, begins anew when it is switched on."""

    on: bool


class EvidenceKind(StrEnum):
    """How somebody knows where she was."""

    TOLD = "told"
    """By whoever misses her, or to the police room."""
    SEEN = "seen"
    """A guard said so."""
    WITH_ME = "with_me"
    """A guard says that she is there."""
    SIGHTING = "sighting"
    """On a picture, to which an officer said yes."""


class EvidenceState(StrEnum):
    STANDS = "stands"
    """Taken as it is, on a guard's word: it sends those near there, and what was sure before goes on."""
    SURE = "sure"
    """On the police room's word: the rings are around the latest of these."""
    DOUBTED = "doubted"
    """Nobody walks that fast: it moves nothing until an officer says that it is so."""
    REJECTED = "rejected"


class Evidence(Form, frozen=True, kw_only=True):
    """Where she was, and when. ``evidence_id`` of a sighting is the sighting's."""

    evidence_id: str
    kind: EvidenceKind
    state: EvidenceState
    at_ms: int
    latitude: float
    longitude: float
    venue_id: str | None = None
    camera_id: str | None = None
    by: str | None = None
    text: str = ""


class NewEvidence(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody told the police room: where, and how long before the request was sent."""

    place: Place
    ago_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0
    text: Words = ""


class JudgeEvidence(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an officer says of a piece of evidence."""

    verdict: Verdict


class Order(StrEnum):
    """What an alert asks of a guard."""

    WATCH = "watch"
    """Look out, and watch the exits where that step is on."""
    GO = "go"
    """She was seen near here just now: go and look."""
    STAY = "stay"
    """She was seen at your door just now: do not leave it."""
    BEYOND = "beyond"
    """To everybody who was not alerted."""


class AlertSent(Form, frozen=True, kw_only=True):
    """An alert of the procedure: to whom, what for, and the evidence that it was sent for."""

    alert_id: str
    order: Order
    venue_ids: tuple[str, ...]
    evidence_id: str | None
    at_ms: int


class Front(Form, frozen=True, kw_only=True):
    """A place from which she walks on: she is within max(``least_m``, ``pace_mps`` x time since ``at_ms``).

    Venues within what she walks until ``lead_s`` from now are alerted.
    """

    evidence_id: str
    latitude: float
    longitude: float
    at_ms: int
    pace_mps: float
    lead_s: float
    least_m: float


class NextVenue(Form, frozen=True, kw_only=True):
    """A venue that is alerted then, unless she is seen elsewhere."""

    venue_id: str
    walk_m: float
    due_at_ms: int


class HitShown(Form, frozen=True, kw_only=True):
    """A hit of the search (``rank``) or of the watch (None), as long as it is not looked up in the case."""

    sighting_id: str
    camera_id: str
    venue_id: str | None
    at_ms: int
    score: float
    rank: int | None


class MissingChild(Form, frozen=True, kw_only=True):
    """One procedure as it stands; the body of ``missing_child.changed`` (subject: ``case_id``), without ``like``.

    ``evidence`` in the order of time, ``hits`` the best of the search and then the watch's as they came.
    """

    case_id: str
    status: AlertStatus
    started_at_ms: int
    started_by: str
    known: Known
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...] = ()
    fronts: tuple[Front, ...] = ()
    alerts: tuple[AlertSent, ...] = ()
    next_venues: tuple[NextVenue, ...] = ()
    hits: tuple[HitShown, ...] = ()
    search_hits: int | None = None
    """How many the search found; None: it has not ended."""
    first_hit_at_ms: int | None = None
    watch_id: str | None = None
    beyond_proposed_at_ms: int | None = None
    beyond_decided_at_ms: int | None = None
    beyond: bool | None = None
    found_ids: tuple[str, ...] = ()
    """Who says that she is with them, as /api/found has it; the latest last."""
    found_id: str | None = None
    """The one that was she."""
    ended_at_ms: int | None = None
    ended_by: str | None = None
    was_found: bool | None = None
    is_cleared: bool = False
    """Once it has ended: everybody was told."""

    def step(self, name: StepName) -> Step:
        """The step of this name."""
        return next(step for step in self.steps if step.name is name)


class GoBeyond(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to go beyond the community; asked for before the proposal it is taken too."""

    go: bool


class SayFound(Form, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The officer's word, beside the photo; without ``found_id`` she was found otherwise, which ``note`` says."""

    found_id: str | None = None
    verdict: FoundVerdict = FoundVerdict.THE_CHILD
    note: Words = ""
