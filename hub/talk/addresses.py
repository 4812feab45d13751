"""Where voice and floor words of a talk group go: to the group's own topics, or to each of its radios."""

from __future__ import annotations

from collections.abc import Iterator

from devices.protocol import topics
from devices.protocol.topics import DeviceKind, Down
from hub.registry.records import GroupKind, TalkGroup

WITHOUT_TOPICS = frozenset({GroupKind.PRIVATE, GroupKind.TEMPORARY})
"""Heard by their radios at once: nothing is to be subscribed to, and no access list changes."""


def voice_topics(group: TalkGroup, talker_id: str) -> Iterator[str]:
    """Where a voice packet of this talker is published; never to the talker alone."""
    if group.kind in WITHOUT_TOPICS:
        return (_own(radio_id, Down.VOICE) for radio_id in group.radio_ids if radio_id != talker_id)
    return iter((topics.group_voice(group.group_id),))


def floor_topics(group: TalkGroup) -> Iterator[str]:
    """Where it is said who speaks."""
    if group.kind in WITHOUT_TOPICS:
        return (_own(radio_id, Down.FLOOR_CONTROL) for radio_id in group.radio_ids)
    return iter((topics.group_floor(group.group_id),))


def _own(radio_id: str, what: Down) -> str:
    return topics.down(DeviceKind.RADIO, radio_id, what)
