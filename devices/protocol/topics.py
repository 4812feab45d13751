"""Topic names of protocol version 1: each device speaks only below its own name, where an access list can pin it.

``qs/1/radio/R0042/receipt`` is said by radio R0042 alone; ``qs/1/group/all/voice`` is written by the hub alone.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

PREFIX = "qs/1"
"""The version is in the topic, so that two versions can share one broker."""

MAX_PAYLOAD_BYTES = 256 * 1024
"""Nothing larger is sent or read; a sighting with its picture is about 20 KB."""

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class DeviceKind(StrEnum):
    RADIO = "radio"
    CAMERA = "camera"
    WORKER = "worker"


class Up(StrEnum):
    """What devices say; the last part of ``qs/1/<kind>/<device>/<up>``."""

    BIRTH = "birth"  # retained, QoS 1
    DEATH = "death"  # retained, QoS 1; the MQTT will and the orderly goodbye
    STATUS = "status"  # QoS 0, every STATUS_INTERVAL_S
    RECEIPT = "receipt"  # QoS 1, kept by the device until confirmed
    PLAYED = "played"  # QoS 1, kept until confirmed
    ACKNOWLEDGEMENT = "acknowledgement"  # QoS 1, kept until confirmed
    REPORT = "report"  # QoS 1, kept until confirmed
    SOS = "sos"  # QoS 1, kept until confirmed
    SIGN_ON = "sign-on"  # QoS 1, once and never kept: it holds a PIN
    FLOOR = "floor"  # QoS 1
    VOICE = "voice"  # QoS 0, binary (voice.py)
    HEARD = "heard"  # QoS 0
    WANTED = "wanted"  # QoS 1: the next parts of a spoken message (media.py)
    SIGHTING = "sighting"  # QoS 1, kept until confirmed
    CAMERA_STATE = "camera-state"  # QoS 0
    LESSON = "lesson"  # QoS 0: numbers of a track's clothes, to learn from; one that is lost is not missed
    SHOWN_LOOK = "shown-look"  # QoS 0, only while a console's debug view asks for it


class Down(StrEnum):
    """What the hub says to one device; never retained."""

    ALERT = "alert"  # QoS 1 with expiry
    CONFIRM = "confirm"  # QoS 1
    SIGNED_ON = "signed-on"  # QoS 1
    SOS = "sos-told"  # QoS 1: how the radio's SOS stands
    FLOOR_CONTROL = "floor-control"  # QoS 1: answers, and who speaks in groups that have no topic
    GROUPS = "groups"  # QoS 1: the talk groups that a radio belongs to
    VOICE = "hear"  # QoS 0, binary (voice.py): voice of groups that have no topic
    PART = "part"  # QoS 1: of a spoken message
    ASSIGN = "assign"  # QoS 1: the cameras a vision worker looks at
    SHOW_LOOKS = "show-looks"  # QoS 1: the cameras whose looks a vision worker shows


HUB_TICK = f"{PREFIX}/hub/tick"
"""The hub's clock and boot id, every TICK_INTERVAL_S at QoS 0; silence means that there is no hub."""

STATUS_INTERVAL_S = 5.0
"""A radio counts as on line while it was heard within three of these (15 s)."""

TICK_INTERVAL_S = 3.0
"""Three missed ticks are 9 s, so that a radio can say "no hub" within 10 s."""


class UpTopic(NamedTuple):
    """One parsed topic: who speaks, and what."""

    kind: DeviceKind
    device_id: str
    up: Up


class TopicError(ValueError):
    """A topic or a name in it that the protocol does not know; quotes what was refused."""


def check_id(name: str) -> str:
    """Return ``name`` if it can stand in a topic. Raises TopicError naming it otherwise."""
    if not _ID.fullmatch(name):
        raise TopicError(f"{name!r} cannot be a name in a topic: use 1 to 64 of A-Z a-z 0-9 _ . -")
    return name


def up(kind: DeviceKind, device_id: str, what: Up) -> str:
    """The topic on which ``device_id`` says ``what``."""
    return f"{PREFIX}/{kind.value}/{check_id(device_id)}/{what.value}"


def down(kind: DeviceKind, device_id: str, what: Down) -> str:
    """The topic on which the hub says ``what`` to ``device_id``."""
    return f"{PREFIX}/{kind.value}/{check_id(device_id)}/{what.value}"


def group_voice(group_id: str) -> str:
    """Where the hub publishes the voice packets of a talk group; devices only read it."""
    return f"{PREFIX}/group/{check_id(group_id)}/voice"


def group_floor(group_id: str) -> str:
    """Where the hub says who holds a talk group's floor (taken, idle); devices only read it."""
    return f"{PREFIX}/group/{check_id(group_id)}/floor"


def private_group(radio_id: str) -> str:
    """The talk group of one radio and the police room; it has no topics of its own (``Down.VOICE``)."""
    return f"private.{check_id(radio_id)}"


def all_up(kind: DeviceKind, what: Up) -> str:
    """The filter that matches ``what`` from every device of a kind."""
    return f"{PREFIX}/{kind.value}/+/{what.value}"


def parse_up(topic: str) -> UpTopic:
    """Take an upward topic apart. Raises TopicError quoting a topic that is none."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX:
        raise TopicError(f"{topic!r} is not a device topic of {PREFIX}")
    try:
        return UpTopic(DeviceKind(parts[2]), check_id(parts[3]), Up(parts[4]))
    except ValueError as error:
        raise TopicError(f"{topic!r} is not a device topic: {error}") from None
