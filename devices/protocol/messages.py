"""The messages on the wire as typed records, coded as MessagePack; voice packets have a form of their own (voice.py).

Times: ``*_us`` are microseconds; wall times are UTC since 1970. Unknown fields are ignored, so that a newer device can
talk to an older hub; a missing field without a default is an error.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

Fraction = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,8}\Z")]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that crosses the wire."""


class Stamp(Message, frozen=True, kw_only=True):
    """Who said it when: carried by every message, so that the receiver can order, deduplicate and date it.

    ``boot_id`` is drawn at random when the sender's program starts; ``sequence`` counts that program's messages from 1.
    """

    boot_id: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    sequence: Count
    monotonic_us: Count
    wall_us: int


class HubTick(Message, frozen=True, kw_only=True):
    """The hub is here; its clock."""

    stamp: Stamp


class Birth(Message, frozen=True, kw_only=True):
    """A device came on line. ``birth_count`` grows by one at each connection over the device's whole life."""

    stamp: Stamp
    birth_count: Count
    software: Name


class Death(Message, frozen=True, kw_only=True):
    """The connection that began with this birth count ended; void when a later birth is known."""

    stamp: Stamp
    birth_count: Count


class DeviceStatus(Message, frozen=True, kw_only=True):
    """A device's regular sign of life."""

    stamp: Stamp
    birth_count: Count
    battery: Fraction | None = None
    signal: Fraction | None = None
    holder: Name | None = None


class Severity(StrEnum):
    """Common Alerting Protocol 1.2, section 3.2.2, element severity."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"


class AlertStatus(StrEnum):
    """Common Alerting Protocol 1.2, section 3.2.1, element status, as far as this room uses it."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    """Played by those who take part."""
    TEST = "test"
    """Of the technique and of who is there; nobody is to do anything but acknowledge."""


class Answer(StrEnum):
    """The keys a guard can answer an alert with."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    CHILD_IS_WITH_ME = "child_is_with_me"
    NEED_HELP = "need_help"


class Reminder(StrEnum):
    """Why an alert comes again to a radio that has it."""

    LOUDER = "louder"
    """Nobody has pressed the key: it sounds at full volume."""
    REPORT = "report"
    """The key was pressed, and nothing reported since."""


class Attachment(Message, frozen=True, kw_only=True):
    """A picture or a spoken message that goes with an alert; ``media_id`` is its SHA-256 in hexadecimal."""

    media_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    bytes: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    type: Name


MAX_UPDATES = 20
"""So many alerts, one in the place of the other, at most."""


class AlertMessage(Message, frozen=True, kw_only=True):
    """An alert to one radio. ``alert_id`` makes it idempotent; ``attempt`` counts how often the hub sent it."""

    stamp: Stamp
    alert_id: Name
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    severity: Severity
    text: Text
    issued_wall_us: int
    expires_in_s: float
    answers: tuple[Answer, ...] = tuple(Answer)
    status: AlertStatus = AlertStatus.ACTUAL
    reminder: Reminder | None = None
    cancels: Name | None = None
    """The earlier alert that is over by this one (CAP 1.2, 3.2.1: msgType Cancel); no key is asked for."""
    updates: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_UPDATES)] = ()
    """The alerts in whose place this one comes (msgType Update), latest first; those before the one that it cancels."""
    picture: Attachment | None = None
    speech: Attachment | None = None
    """Not in the message: a radio asks for it afterwards (media.py)."""


class Receipt(Message, frozen=True, kw_only=True):
    """The radio has the alert on its own disk (it persists before it displays)."""

    stamp: Stamp
    message_id: Name
    alert_id: Name


class Played(Message, frozen=True, kw_only=True):
    """The alert's tone has sounded at the radio, or its screen has shown it where it has no loudspeaker."""

    stamp: Stamp
    message_id: Name
    alert_id: Name


class Acknowledgement(Message, frozen=True, kw_only=True):
    """The guard pressed the acknowledge key."""

    stamp: Stamp
    message_id: Name
    alert_id: Name
    holder: Name | None = None


class Report(Message, frozen=True, kw_only=True):
    """The guard's answer to an alert, or a report of his own (no ``alert_id``)."""

    stamp: Stamp
    message_id: Name
    alert_id: Name | None = None
    answer: Answer | None = None
    text: Text = ""


class Confirm(Message, frozen=True, kw_only=True):
    """The hub has stored these messages of this device; it need not send them again."""

    stamp: Stamp
    message_ids: tuple[Name, ...]


class SignOn(Message, frozen=True, kw_only=True, tag="on"):
    """A guard takes the radio. Said once; the hub answers with SignedOn of the same ``message_id``."""

    stamp: Stamp
    message_id: Name
    person_id: Name
    pin: Pin

    def __repr__(self) -> str:
        return f"SignOn({self.person_id})"


class SignOff(Message, frozen=True, kw_only=True, tag="off"):
    """The guard gives the radio back. Answered like SignOn."""

    stamp: Stamp
    message_id: Name


SignOnUp = SignOn | SignOff


class SignOnReason(StrEnum):
    """Why somebody is not, or is no longer, the radio's holder."""

    WRONG = "wrong_account_or_pin"
    """Which of the two is not told."""
    NOT_YOUR_PLACE = "not_your_place"
    TOO_OFTEN = "too_many_wrong_pins"
    BUSY = "hub_is_busy"
    SIGNED_OFF = "signed_off"
    ELSEWHERE = "signed_on_elsewhere"
    SHIFT_OVER = "shift_over"
    TOO_LONG = "signed_on_too_long"
    DISABLED = "account_disabled"
    """Or no longer responsible for the radio's venue."""


class SignedOn(Message, frozen=True, kw_only=True):
    """To one radio: who holds it now (nobody: no ``holder``), and why the answer is not what was asked.

    ``message_id`` is that of the SignOn or SignOff that this answers; None when nobody asked. ``off_shift`` says that
    the holder has shifts and is on none of them here.
    """

    stamp: Stamp
    message_id: Name | None = None
    holder: Name | None = None
    off_shift: bool = False
    reason: SignOnReason | None = None


class CallKind(StrEnum):
    """What a call is to those who hear it."""

    GROUP = "group"
    BROADCAST = "broadcast"
    """Answered by nobody until it and its hang time are over."""
    EMERGENCY = "emergency"


class FloorRequest(Message, frozen=True, kw_only=True, tag="request"):
    """Push-to-talk pressed. ``request_id`` ties the hub's answer to the press; a radio asks for group calls alone."""

    stamp: Stamp
    group_id: Name
    request_id: Name


class FloorRelease(Message, frozen=True, kw_only=True, tag="release"):
    """Push-to-talk let go."""

    stamp: Stamp
    burst_id: Count


class FloorCancel(Message, frozen=True, kw_only=True, tag="cancel"):
    """Push-to-talk let go before the floor came: this request is over, also where it was granted meanwhile."""

    stamp: Stamp
    request_id: Name


FloorUp = FloorRequest | FloorRelease | FloorCancel


class DenyReason(StrEnum):
    """Why the floor was not given (TS 24.380, 8.2.3.6 names the causes)."""

    NOT_A_MEMBER = "not_a_member"
    UNKNOWN_GROUP = "unknown_group"
    NOT_ALLOWED = "not_allowed"
    """To consoles alone: the person may not speak to this group, or not hear it."""
    BROADCAST = "broadcast"
    """A broadcast call is on, or its hang time."""
    QUEUE_FULL = "queue_full"
    WAITED_TOO_LONG = "waited_too_long"
    LOCKED_OUT = "locked_out"
    """Revoked at the talk limit a moment ago."""
    KEY_STUCK = "key_stuck"
    """Voice went on after the floor was revoked, and no release was heard."""


class RevokeReason(StrEnum):
    """Why the floor was taken back."""

    TOO_LONG = "talk_limit_reached"
    SILENT = "no_voice_arrived"
    PREEMPTED = "preempted"
    """Somebody of a higher priority speaks."""
    CLOSED = "group_closed"
    """The temporary group is no more."""
    STOPPING = "hub_stopping"
    """The hub is being stopped."""


class FloorGranted(Message, frozen=True, kw_only=True, tag="granted"):
    """Speak now."""

    stamp: Stamp
    group_id: Name
    request_id: Name
    call_id: Count
    burst_id: Count
    talk_limit_s: float


class FloorQueued(Message, frozen=True, kw_only=True, tag="queued"):
    """Wait with the key down: ``position`` from 1, ``of`` so many who wait. Said again whenever one of them changes."""

    stamp: Stamp
    group_id: Name
    request_id: Name
    position: Annotated[int, msgspec.Meta(ge=1)]
    of: Annotated[int, msgspec.Meta(ge=1)]


class FloorDenied(Message, frozen=True, kw_only=True, tag="denied"):
    """Do not speak, and why; ``retry_in_s`` says from when on asking again is of use, where that is known."""

    stamp: Stamp
    group_id: Name
    request_id: Name
    reason: DenyReason
    retry_in_s: float | None = None


class FloorWarning(Message, frozen=True, kw_only=True, tag="warning"):
    """The talk limit is near: the floor is revoked in ``seconds_left``."""

    stamp: Stamp
    group_id: Name
    burst_id: Count
    seconds_left: float


class FloorRevoked(Message, frozen=True, kw_only=True, tag="revoked"):
    """Stop speaking, and why."""

    stamp: Stamp
    group_id: Name
    burst_id: Count
    reason: RevokeReason


FloorDown = FloorGranted | FloorQueued | FloorDenied | FloorWarning | FloorRevoked


class FloorTaken(Message, frozen=True, kw_only=True, tag="taken"):
    """To a talk group: who speaks."""

    stamp: Stamp
    group_id: Name
    call_id: Count
    burst_id: Count
    talker_id: Name
    talker_name: Name
    call: CallKind = CallKind.GROUP


class FloorIdle(Message, frozen=True, kw_only=True, tag="idle"):
    """To a talk group: nobody speaks."""

    stamp: Stamp
    group_id: Name
    burst_id: Count


GroupFloor = FloorTaken | FloorIdle


class BurstHeard(Message, frozen=True, kw_only=True):
    """What a radio heard of a burst: sent within 0.3 s of the first packet in time, and when it ends (``ended``).

    ``late_us`` is the age of the first packet when it was played, by the radio's estimate of the hub's clock.
    """

    stamp: Stamp
    burst_id: Count
    packets: Count
    lost: Count
    stale: Count
    late_us: int
    ended: bool


class DecodeError(ValueError):
    """Bytes that are not the message they should be; says what is wrong with which field."""


_M = TypeVar("_M")
_encoder = msgspec.msgpack.Encoder()
_decoders: dict[object, msgspec.msgpack.Decoder[object]] = {}


def encode(message: Message) -> bytes:
    """MessagePack bytes of a message."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[_M]) -> _M:
    """The message of type ``kind`` (a Message class or a union of tagged ones) in ``payload``. Raises DecodeError."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(payload)  # type: ignore[return-value]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(str(error)) from None
