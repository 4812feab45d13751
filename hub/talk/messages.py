"""What a console says and hears on its talk websocket, and the bodies of the burst events."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import CallKind, DenyReason, Name, RevokeReason


class TalkMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A text frame on the talk websocket; its ``type`` says which."""


class Listen(TalkMessage, frozen=True, kw_only=True, tag="listen"):
    group_ids: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)]


class Request(TalkMessage, frozen=True, kw_only=True, tag="request"):
    """Push-to-talk pressed, for a group call or a broadcast call."""

    group_id: Name
    request_id: Name
    call: CallKind = CallKind.GROUP


class Release(TalkMessage, frozen=True, kw_only=True, tag="release"):
    burst_id: int


class Cancel(TalkMessage, frozen=True, kw_only=True, tag="cancel"):
    """Push-to-talk let go before the floor came."""

    request_id: Name


FromClient = Listen | Request | Release | Cancel


class Granted(TalkMessage, frozen=True, kw_only=True, tag="granted"):
    group_id: str
    request_id: str
    call_id: int
    burst_id: int
    boot_id: int
    talk_limit_s: float


class Queued(TalkMessage, frozen=True, kw_only=True, tag="queued"):
    group_id: str
    request_id: str
    position: int
    of: int


class Denied(TalkMessage, frozen=True, kw_only=True, tag="denied"):
    """``request_id`` is empty where a group may not be listened to."""

    group_id: str
    request_id: str
    reason: DenyReason
    message: str
    message_en: str
    retry_in_s: float | None = None


class Warned(TalkMessage, frozen=True, kw_only=True, tag="warned"):
    group_id: str
    burst_id: int
    seconds_left: float


class Revoked(TalkMessage, frozen=True, kw_only=True, tag="revoked"):
    group_id: str
    burst_id: int
    reason: RevokeReason


class Taken(TalkMessage, frozen=True, kw_only=True, tag="taken"):
    group_id: str
    call_id: int
    burst_id: int
    talker_id: str
    talker_name: str
    radios_online: int
    call: CallKind
    rings: bool
    """A radio calls the police room: this console hears it without having chosen to."""


class MissedRadio(msgspec.Struct, frozen=True, kw_only=True):
    """A radio of the group that does not hear the burst, and when it was last heard from (None: not lately)."""

    radio_id: str
    heard_at_ms: int | None


class HeardBy(TalkMessage, frozen=True, kw_only=True, tag="heard"):
    """``missed``: the first 200 radios, of the person's own places, that do not hear."""

    burst_id: int
    radios_hearing: int
    radios_online: int
    missed: tuple[MissedRadio, ...]
    ended: bool


class Idle(TalkMessage, frozen=True, kw_only=True, tag="idle"):
    group_id: str
    burst_id: int


ToClient = Granted | Queued | Denied | Warned | Revoked | Taken | HeardBy | Idle


class BurstRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``burst.started`` and ``burst.ended``."""

    call_id: int
    group_id: str
    burst_id: int
    talker_id: str
    talker_name: str
    duration_s: float | None
    radios_reached: int
    radios_online: int
    radios_missed: tuple[str, ...] = ()
    """Of ``burst.ended``: the first 200 radios of the group, its talker left out, that did not hear it."""


class StuckKey(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``radio.key_stuck``: the radio's voice goes on after the floor was revoked."""

    radio_id: str
    radio_name: str
    group_id: str
    burst_id: int


class ListenedTo(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record: the groups that a person listens to from now on, or whose call rang and was heard."""

    group_ids: tuple[str, ...]
    call_id: int | None = None
    """Of a call that was heard without listening to its group; None for what a person chose to hear."""


DENIED_WORDS = {
    DenyReason.NOT_A_MEMBER: ("不在该对讲组内", "not a member of this talk group"),
    DenyReason.UNKNOWN_GROUP: ("没有这个对讲组", "there is no such talk group"),
    DenyReason.NOT_ALLOWED: ("您无权呼叫或收听这个对讲组", "you may not call or hear this talk group"),
    DenyReason.BROADCAST: ("正在广播，请等广播结束", "a broadcast call is on: wait until it is over"),
    DenyReason.QUEUE_FULL: ("排队的人太多，请稍后再按", "too many wait already: press again in a while"),
    DenyReason.WAITED_TOO_LONG: ("排队太久，请松开后再按一次", "you waited too long: let go and press again"),
    DenyReason.LOCKED_OUT: ("刚才讲话超时，请稍后再按", "you spoke for too long: press again in a while"),
    DenyReason.KEY_STUCK: ("讲话键可能卡住了，请松开", "the key seems to be stuck: let it go"),
}
