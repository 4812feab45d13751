"""What a floor decided about one talker, in the words of consoles and in those of radios."""

from __future__ import annotations

from devices.protocol import messages as wire
from hub.talk import messages as out
from hub.talk.effects import Denied, Granted, Queued, Revoked, Warned

ToTalker = Granted | Queued | Denied | Warned | Revoked


def talker_of(effect: ToTalker) -> str:
    """Whom it concerns."""
    return effect.burst.talker_id if isinstance(effect, Warned | Revoked) else effect.press.talker_id


def for_console(effect: ToTalker, group_id: str, boot_id: int, talk_limit_s: float) -> out.ToClient:
    """As a console is told; ``boot_id`` is the hub's, which stands in the console's voice packets."""
    match effect:
        case Granted(press, burst):
            return out.Granted(
                group_id=group_id,
                request_id=press.request_id,
                call_id=burst.call_id,
                burst_id=burst.burst_id,
                boot_id=boot_id,
                talk_limit_s=talk_limit_s,
            )
        case Queued(press, position, of):
            return out.Queued(group_id=group_id, request_id=press.request_id, position=position, of=of)
        case Denied(press, reason, retry_in_s):
            return denied(group_id, press.request_id, reason, retry_in_s)
        case Warned(burst, seconds_left):
            return out.Warned(group_id=group_id, burst_id=burst.burst_id, seconds_left=seconds_left)
        case Revoked(burst, reason):
            return out.Revoked(group_id=group_id, burst_id=burst.burst_id, reason=reason)


def denied(group_id: str, request_id: str, reason: wire.DenyReason, retry_in_s: float | None = None) -> out.Denied:
    """A refusal with its words."""
    words = out.DENIED_WORDS[reason]
    return out.Denied(
        group_id=group_id,
        request_id=request_id,
        reason=reason,
        message=words[0],
        message_en=words[1],
        retry_in_s=retry_in_s,
    )


def for_radio(effect: ToTalker, group_id: str, stamp: wire.Stamp, talk_limit_s: float) -> wire.FloorDown:
    """As a radio is told."""
    match effect:
        case Granted(press, burst):
            return wire.FloorGranted(
                stamp=stamp,
                group_id=group_id,
                request_id=press.request_id,
                call_id=burst.call_id,
                burst_id=burst.burst_id,
                talk_limit_s=talk_limit_s,
            )
        case Queued(press, position, of):
            return wire.FloorQueued(
                stamp=stamp, group_id=group_id, request_id=press.request_id, position=position, of=of
            )
        case Denied(press, reason, retry_in_s):
            return wire.FloorDenied(
                stamp=stamp,
                group_id=group_id,
                request_id=press.request_id,
                reason=reason,
                retry_in_s=retry_in_s,
            )
        case Warned(burst, seconds_left):
            return wire.FloorWarning(stamp=stamp, group_id=group_id, burst_id=burst.burst_id, seconds_left=seconds_left)
        case Revoked(burst, reason):
            return wire.FloorRevoked(stamp=stamp, group_id=group_id, burst_id=burst.burst_id, reason=reason)
