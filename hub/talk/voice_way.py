"""The way of voice to radios and from them: one door, with MQTT behind it (docs/decisions/009-way-of-voice.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from devices.protocol.topics import DeviceKind
from hub.bridge.client import Bridge
from hub.registry.records import TalkGroup
from hub.talk.addresses import voice_topics

Heard = Callable[[str, bytes], None]
"""A radio's name, and a packet that it said."""


class VoiceWay(Protocol):
    """What the relay needs of a transport; nothing else of talk knows how packets travel."""

    def send(self, group: TalkGroup, talker_id: str, packet: bytes) -> None:
        """To each radio of the group that follows it, but not to the talker alone. Returns at once and never fails.

        What cannot leave now is dropped and counted: late voice is worth nothing.
        """

    def hear(self, handler: Heard) -> None:
        """Have ``handler`` called on the event loop for each packet that is the radio's own and has not come before."""


class MqttVoice:
    """Voice by the broker, which copies a packet to all who follow a standing group."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def send(self, group: TalkGroup, talker_id: str, packet: bytes) -> None:
        for topic in voice_topics(group, talker_id):
            self._bridge.say_voice(topic, packet)

    def hear(self, handler: Heard) -> None:
        self._bridge.on_voice(DeviceKind.RADIO, handler)
