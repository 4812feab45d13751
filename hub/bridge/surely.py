"""What the hub says at QoS 1: numbered, sent and acknowledged here, beside the MQTT client's own way.

For each acknowledgement the client looks through all that is under way, and it reads on for as many packets as are,
while a talker waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import aiomqtt
from paho.mqtt.client import Client as Paho

from hub.bridge import packets

UNDER_WAY = 200
"""Publishes that the broker has not acknowledged, where it does not ask for fewer (MQTT 5.0, 3.2.2.3.3)."""
MAX_WAITING = 20_000
"""Publishes that wait for those; at the bound no more are taken. Confirmations for a whole county are 15,000."""
TAKEN_WITHIN_S = 5.0
"""From when it is written to the line: while it waits for others a second one would only wait behind it."""
REFUSED_FROM = 0x80
"""Reason codes from here on say that the broker has not taken it (MQTT 5.0, 2.4 and 3.4.2.1)."""


class Away(Exception):
    """The broker did not take it: it refused, did not answer in time, or the line is not there."""


class Full(Exception):
    """MAX_WAITING publishes wait for the broker."""


class _Word(NamedTuple):
    """A publish, and who waits for its acknowledgement."""

    topic: str
    payload: bytes
    expires_in_s: int | None
    taken: _Taken | None


class Surely:
    """Of one connection; before it connects. ``refused(topic, why)`` is told what the broker refuses."""

    def __init__(self, client: aiomqtt.Client, refused: Callable[[str, str], None]) -> None:
        self._paho: Paho = client._client
        self._refused = refused
        self._most = UNDER_WAY
        self._under_way: dict[int, _Word] = {}
        self._waiting: deque[_Word] = deque()
        self._has_ended = False
        self._come_in: Any = self._paho.on_connect
        self._paho.on_connect = self._connected

    def _connected(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._most = min(UNDER_WAY, getattr(properties, "ReceiveMaximum", UNDER_WAY))
        self._come_in(client, userdata, flags, reason, properties)

    def say(self, topic: str, payload: bytes) -> None:
        """Publish; nobody waits for the broker's word. Raises Away, Full."""
        self._publish(_Word(topic, payload, None, None))

    def hand_over(
        self, topic: str, payload: bytes, expires_in_s: int | None = None, patience_s: float | None = TAKEN_WITHIN_S
    ) -> asyncio.Future[None]:
        """Publish; done when the broker has it, or with the exception Away. Without patience as long as the line is."""
        taken = _Taken(patience_s)
        try:
            self._publish(_Word(topic, payload, expires_in_s, taken))
        except (Away, Full) as error:
            taken.fail(str(error))
        return taken.done

    def acknowledged(self, number: int, reason: int = 0) -> None:
        """The broker has the publish of this number, or for this reason code has not."""
        word = self._under_way.pop(number, None)
        if word is None:
            return
        if reason >= REFUSED_FROM:
            why = f"the broker refuses it with {reason:#x}"
            self._refused(word.topic, why)
            if word.taken is not None:
                word.taken.fail(why)
        elif word.taken is not None:
            word.taken.set()
        while self._waiting and len(self._under_way) < self._most:
            waited = self._waiting.popleft()
            if waited.taken is None or not waited.taken.done.done():  # nobody wants one that was called off
                self._send(waited)

    def end(self) -> None:
        """The line ended: whoever waits for an acknowledgement waits in vain."""
        self._has_ended = True
        self._waiting, waited = deque(), self._waiting
        self._under_way, under_way = {}, self._under_way
        for word in (*under_way.values(), *waited):
            if word.taken is not None:
                word.taken.fail("the line ended")

    def _publish(self, word: _Word) -> None:
        if self._has_ended or self._paho._sock is None:
            raise Away("not connected")
        if len(self._under_way) < self._most and not self._waiting:
            self._send(word)
        elif len(self._waiting) < MAX_WAITING:
            self._waiting.append(word)
        else:
            raise Full(f"{MAX_WAITING} messages wait for the broker")

    def _send(self, word: _Word) -> None:
        number = self._paho._mid_generate()
        while number in self._under_way:
            number = self._paho._mid_generate()
        self._under_way[number] = word
        if word.taken is not None:
            word.taken.begin()
        packet = packets.publish_surely(number, word.topic, word.payload, word.expires_in_s)
        self._paho._packet_queue(packets.PUBLISH, packet, number, 1)


class _Taken:
    """Done when the broker has a message; Away when it does not say so in time."""

    def __init__(self, patience_s: float | None) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._patience_s = patience_s
        self._patience: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """It is on its way: patience begins."""
        if self._patience_s is not None:
            why = f"not taken within {self._patience_s:g} s"
            self._patience = asyncio.get_running_loop().call_later(self._patience_s, self.fail, why)

    def set(self) -> None:
        """The broker has it."""
        self._end_patience()
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, why: str) -> None:
        """It does not."""
        self._end_patience()
        if not self.done.done():
            self.done.set_exception(Away(why))

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()


def failed(why: str) -> asyncio.Future[None]:
    """As of a message that no broker could be given."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_exception(Away(why))
    return done
