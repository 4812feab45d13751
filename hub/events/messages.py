"""The kinds of event and the item in which one travels."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class EventKind(StrEnum):
    """What can happen; docs/api.md lists the body of each."""

    HUB_STARTED = "hub.started"
    RADIO_ONLINE = "radio.online"
    RADIO_OFFLINE = "radio.offline"
    RADIO_SIGNED_ON = "radio.signed_on"
    RADIO_SIGNED_OFF = "radio.signed_off"
    RADIO_KEY_STUCK = "radio.key_stuck"
    CAMERA_ADDED = "camera.added"
    CAMERA_CHANGED = "camera.changed"
    CAMERA_REMOVED = "camera.removed"
    FOOTAGE_CUT_SHORT = "footage.cut_short"
    FOOTAGE_DISK_WARNING = "footage.disk_warning"
    FOOTAGE_NO_ROOM = "footage.no_room"
    FOOTAGE_CLOCK_LEAPT = "footage.clock_leapt"
    VENUE_IMPORTED = "venue.imported"
    VENUE_HOURS_CHANGED = "venue.hours_changed"
    SHIFT_CHANGED = "shift.changed"
    ALERT_ISSUED = "alert.issued"
    ALERT_CANCELLED = "alert.cancelled"
    DELIVERY_CHANGED = "delivery.changed"
    REPORT_MADE = "report.made"
    CHILD_FOUND = "child.found"
    CHILD_CLOSED = "child.closed"
    ESCALATION_STEPPED = "escalation.stepped"
    ESCALATION_STOPPED = "escalation.stopped"
    ESCALATION_SET = "escalation.set"
    FALLBACK_TRIED = "fallback.tried"
    FALLBACK_DOOR = "fallback.door"
    ROLL_CALL_BEGUN = "roll_call.begun"
    ROLL_CALL_ENDED = "roll_call.ended"
    GROUP_OPENED = "group.opened"
    GROUP_CLOSED = "group.closed"
    SOS_RAISED = "sos.raised"
    SOS_CANCEL_ASKED = "sos.cancel_asked"
    SOS_CLOSED = "sos.closed"
    BURST_STARTED = "burst.started"
    BURST_ENDED = "burst.ended"
    BURST_NOT_RECORDED = "burst.not_recorded"
    CASE_OPENED = "case.opened"
    CASE_CHANGED = "case.changed"
    CASE_CLOSED = "case.closed"
    CASE_NOTED = "case.noted"
    CASE_RECORDING = "case.recording"
    CASE_MEDIATED = "case.mediated"
    ASK_MADE = "ask.made"
    ASK_CHANGED = "ask.changed"
    ASK_OVERDUE = "ask.overdue"
    ASK_CLOSED = "ask.closed"
    MISSING_CHILD_CHANGED = "missing_child.changed"
    WATCH_STARTED = "watch.started"
    WATCH_ENDED = "watch.ended"
    WATCH_HIT = "watch.hit"
    SEARCH_MADE = "search.made"
    PATH_MARKED = "path.marked"
    EXPORT_CHANGED = "export.changed"
    DEVICE_REFUSED = "device.refused"
    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_REVOKED = "device.revoked"


class Item(NamedTuple):
    """One event. ``body`` is JSON, coded once and passed on as it is."""

    number: int
    at_us: int
    kind: str
    subject: str
    body: bytes

    def encode(self, previous: int) -> bytes:
        """The item as a client reads it; ``previous`` is the number before it in that client's view."""
        head = f'{{"number":{self.number},"previous":{previous},"at_ms":{self.at_us // 1000},"kind":"{self.kind}",'
        return b"".join((head.encode(), b'"subject":"', self.subject.encode(), b'","body":', self.body, b"}"))
