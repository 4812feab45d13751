"""What the alerts room says and hears over its interface; the wire form to radios is in devices/protocol."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import AlertStatus, Answer, Severity
from hub.alerts.delivery import DeliveryEvent, DeliveryState
from hub.media.messages import MediaId, MediaType
from hub.speech.service import Why


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the alerts interface."""


Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
"""Degrees."""


class Urgency(StrEnum):
    """CAP 1.2, 3.2.2, urgency: until when one must act."""

    IMMEDIATE = "immediate"
    EXPECTED = "expected"
    FUTURE = "future"
    PAST = "past"


class Certainty(StrEnum):
    """CAP 1.2, 3.2.2, certainty: how sure it is."""

    OBSERVED = "observed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


class TargetKind(StrEnum):
    ALL = "all"
    GROUP = "group"
    VENUE = "venue"
    VENUES = "venues"
    POLYGON = "polygon"
    PATH = "path"
    RADIO = "radio"


class Target(Part, frozen=True, kw_only=True):
    """Whom an alert is for; ``id`` names the group, venue or radio, ``ids`` the venues of a selection.

    A group is a standing one or a temporary one that is open. A selection has as many venues as are enrolled, at most.
    A polygon and a path are drawn by ``points``: venues inside, or within ``within_m`` metres of the line, get it, and
    ``ids`` are then those that this came to when the alert was issued.
    """

    kind: TargetKind
    id: Annotated[str, msgspec.Meta(max_length=48)] | None = None
    ids: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=48)], ...], msgspec.Meta(max_length=2000)] = ()
    points: Annotated[tuple[tuple[Latitude, Longitude], ...], msgspec.Meta(max_length=100)] = ()
    within_m: Annotated[float, msgspec.Meta(ge=10, le=1000)] | None = None


class NewAlert(Part, frozen=True, kw_only=True):
    """The request to issue one."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    severity: Severity = Severity.SEVERE
    urgency: Urgency = Urgency.IMMEDIATE
    certainty: Certainty = Certainty.OBSERVED
    status: AlertStatus = AlertStatus.ACTUAL
    target: Target = msgspec.field(default_factory=lambda: Target(kind=TargetKind.ALL))
    case_id: Annotated[str, msgspec.Meta(max_length=48)] | None = None
    expires_in_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None
    picture: MediaId | None = None
    speech: MediaId | None = None
    speak: bool = False
    """Have the hub speak the text, in the place of ``speech``."""


class AlertMedia(Part, frozen=True, kw_only=True):
    """A picture or a spoken message that an alert names."""

    media_id: str
    type: MediaType
    bytes: int


class Via(StrEnum):
    """By what somebody answered."""

    RADIO = "radio"
    PAGE = "page"
    PHONE = "phone"


class Delivery(Part, frozen=True, kw_only=True):
    """How far the alert came at one radio."""

    radio_id: str
    venue_id: str
    state: DeliveryState
    attempts: int
    queued_at_ms: int
    sent_at_ms: int | None
    delivered_at_ms: int | None
    played_at_ms: int | None = None
    """When its tone had sounded there, or its screen had shown it where there is no loudspeaker."""
    acknowledged_at_ms: int | None
    acknowledged_by: str | None = None
    """Who acknowledged on a page or a telephone; who holds a radio is told by the radio."""
    acknowledged_via: Via | None = None
    reported_at_ms: int | None
    answer: Answer | None
    report_text: str | None


class Alert(Part, frozen=True, kw_only=True):
    """One alert with its deliveries."""

    alert_id: str
    text: str
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    status: AlertStatus
    target: Target
    case_id: str | None
    issued_at_ms: int
    expires_at_ms: int
    issued_by: str
    errand_of: str | None
    """The alert for whose silent venues this one asks a neighbour; it is over when that one is."""
    cancels: str | None
    """The earlier alert that is over by this one."""
    replaces: tuple[str, ...] = ()
    """The alerts in whose place this one came, one after the other, latest first; of a cancel those of what it ends."""
    updates: str | None = None
    """The latest of them, which this one ended."""
    cancelled_at_ms: int | None
    cancelled_by: str | None
    updated_to: str | None = None
    """The alert that has come in the place of this one."""
    picture: AlertMedia | None = None
    speech: AlertMedia | None = None
    unspoken: Why | None = None
    """Why there is no spoken message though one was asked for."""
    deliveries: tuple[Delivery, ...]


class UpdateAlert(Part, frozen=True, kw_only=True):
    """The request to have another alert take the place of one: its status and case are the earlier one's.

    What is left out is as it was, but for the spoken message: it says the earlier words.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    severity: Severity | None = None
    urgency: Urgency | None = None
    certainty: Certainty | None = None
    target: Target | None = None
    """None: the radios of the earlier one."""
    expires_in_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None
    picture: MediaId | msgspec.UnsetType | None = msgspec.UNSET
    speech: MediaId | None = None
    speak: bool = False


class CancelAlert(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to cancel one; radios are told its own text, or this."""

    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class AlertCancelled(Part, frozen=True, kw_only=True):
    """Body of ``alert.cancelled``; ``cancel_alert_id`` is the alert that tells the radios, None where none had it.

    ``update_alert_id`` is the one that took its place, and tells the radios that get it.
    """

    alert_id: str
    cancelled_at_ms: int
    cancelled_by: str
    cancel_alert_id: str | None
    update_alert_id: str | None = None
    venue_ids: tuple[str, ...]
    """Whom the cancelled alert was for."""


class DeliveryChanged(Part, frozen=True, kw_only=True):
    """Body of the event ``delivery.changed``: the deliveries of one alert that changed together."""

    alert_id: str
    deliveries: tuple[Delivery, ...]


class ReportMade(Part, frozen=True, kw_only=True):
    """Body of the event ``report.made``; ``radio_id`` is None and ``by`` says who where it was not at a radio."""

    radio_id: str | None
    venue_id: str
    alert_id: str | None
    answer: Answer | None
    text: str
    by: str | None = None
    via: Via = Via.RADIO
    pressed_at_ms: int | None = None
    """When it was said, where not at a radio; a page may bring it later."""


class NewAnswer(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request of a page to take a press; without ``answer`` and ``text`` it acknowledges.

    ``pressed_ago_ms`` is how long before it was sent the key was pressed, as the page counts. ``venue_id`` says where
    somebody is who has no venue of their own.
    """

    message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    pressed_ago_ms: Annotated[int, msgspec.Meta(ge=0)] = 0
    answer: Answer | None = None
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    venue_id: Annotated[str, msgspec.Meta(max_length=48)] | None = None


class AnswerElsewhere(Part, frozen=True, kw_only=True):
    """One press of somebody who is not at their venue's radio; without ``answer`` and ``text`` it acknowledges.

    ``by`` is who answers; with ``message_id`` it makes a repeat harmless. ``pressed_ago_s`` is how long before now the
    key was pressed.
    """

    message_id: str
    alert_id: str
    venue_ids: tuple[str, ...]
    by: str
    via: Via
    answer: Answer | None = None
    text: str = ""
    pressed_ago_s: float = 0.0

    @property
    def is_report(self) -> bool:
        """Whether it says more than that it was read."""
        return self.answer is not None or bool(self.text)

    @property
    def event(self) -> DeliveryEvent:
        """What it does to a line."""
        return DeliveryEvent.REPORT if self.is_report else DeliveryEvent.ACKNOWLEDGEMENT


class AnsweredElsewhere(Part, frozen=True, kw_only=True):
    """Detail of the audit record on it."""

    alert_id: str
    venue_ids: tuple[str, ...]
    via: Via
    answer: Answer | None
