"""Light radios (bench/radios.py) whose guards answer: Receipt of an alert at once, Acknowledgement after a while.

``python -m bench.guards STORE RADIO...``. What arrives is taken apart at once, since alerts want an answer; voice is
only put aside, and read when the turn is over.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path
from time import time_ns

from bench import mqtt
from bench.listeners import Arrival, Key, Listeners, Over, Turn, Written, allow_open_files, save
from bench.radios import GROUP, LightRadio, Line, credential_of
from devices.link.credential import Credential
from devices.protocol import messages, topics, voice
from devices.protocol.messages import Acknowledgement, AlertMessage, Receipt
from devices.protocol.topics import STATUS_INTERVAL_S, DeviceKind, Down, Up
from devices.radio.radio import HEARD_WITHIN_S
from hub.bridge import packets

ACKNOWLEDGE_S = (0.3, 2.5)
"""After the alert: guards who wait for it, so that all have answered before the next one."""
_VOICE = topics.group_voice(GROUP).encode()


class GuardsRadio(LightRadio):
    """A light radio that is told of alerts."""

    def __init__(self, credential: Credential, line: Line | None = None) -> None:
        """Connect, unless it is given a line. Raises OSError, CredentialError when the broker does not let it in."""
        super().__init__(credential, line)
        self.radio_id = credential.device_id
        self.alerts = topics.down(DeviceKind.RADIO, self.radio_id, Down.ALERT)
        self.confirms = topics.down(DeviceKind.RADIO, self.radio_id, Down.CONFIRM)
        self._known: set[str] = set()

    def listen(self) -> None:
        self.line.send(mqtt.subscribe(2, self.alerts, self.confirms, qos=1))
        super().listen()

    def take_alert(self, payload: bytes) -> str | None:
        """Say that it has the alert; which one it is, when it is new to the radio."""
        alert_id = messages.decode(payload, AlertMessage).alert_id
        stamp = self._stamp()
        self.say_surely(Up.RECEIPT, Receipt(stamp=stamp, message_id=f"m{stamp.sequence}", alert_id=alert_id))
        if alert_id in self._known:
            return None
        self._known.add(alert_id)
        return alert_id

    def say_acknowledgement(self, alert_id: str) -> None:
        """The guard pressed the key."""
        stamp = self._stamp()
        message = Acknowledgement(stamp=stamp, message_id=f"m{stamp.sequence}", alert_id=alert_id, holder=self.radio_id)
        self.say_surely(Up.ACKNOWLEDGEMENT, message)


class Guards:
    """All of them."""

    def __init__(self, credentials: list[Credential], listeners: Listeners) -> None:
        self._radios = [GuardsRadio(one) for one in credentials]
        self._streams = [packets.Packets() for _ in credentials]
        self._listeners = listeners
        self._voice: list[tuple[int, int, bytes]] = []
        self._keys: list[Key] = []
        self._turn = Turn(0, False)
        listeners.at_once = self._take
        for index, radio in enumerate(self._radios):
            listeners.add(index, radio.line.socket)
            radio.listen()
            listeners.later(STATUS_INTERVAL_S * random.random(), partial(self._keep_saying, radio))

    def turn(self, turn: Turn) -> None:
        self._turn = turn
        self._voice, self._keys = [], []
        if turn.says_heard:
            for radio in self._radios:
                self._soon(partial(radio.say_heard, turn.burst_id, 1, 0, False))

    def over(self, over: Over, _arrivals: list[Arrival]) -> Written:
        arrived: dict[tuple[int, int], int] = {}
        for listener, arrived_ns, body in self._voice:
            topic, payload = mqtt.published(body)
            if topic == _VOICE:
                packet = voice.decode(payload)
                if packet.burst_id == self._turn.burst_id:
                    arrived.setdefault((listener, packet.sequence), arrived_ns)
        save(arrived, len(self._radios), over)
        if self._turn.says_heard:
            heard: dict[int, int] = defaultdict(int)
            for listener, _ in arrived:
                heard[listener] += 1
            for index, radio in enumerate(self._radios):
                lost = over.packets - heard[index]
                self._soon(partial(radio.say_heard, self._turn.burst_id, heard[index], lost, True))
        return Written(keys=tuple(self._keys))

    def _take(self, arrival: Arrival) -> None:
        radio = self._radios[arrival.listener]
        for first, body in self._streams[arrival.listener].feed(radio.line.received(arrival.data)):
            if first == packets.PUBLISH:
                self._voice.append((arrival.listener, arrival.arrived_ns, body))
            elif first & 0xF6 == packets.PUBLISH | 2:  # at QoS 1, whether it is a repeat or not
                packet_id, topic, payload = mqtt.published_surely(body)
                radio.line.send(packets.puback(packet_id))
                alert_id = radio.take_alert(payload) if topic == radio.alerts.encode() else None
                if alert_id is not None:
                    self._listeners.later(random.uniform(*ACKNOWLEDGE_S), partial(self._press, radio, alert_id))

    def _press(self, radio: GuardsRadio, alert_id: str) -> None:
        self._keys.append(Key(alert_id, radio.radio_id, time_ns()))
        radio.say_acknowledgement(alert_id)

    def _soon(self, what: partial[None]) -> None:
        self._listeners.later(HEARD_WITHIN_S * random.random(), what)

    def _keep_saying(self, radio: GuardsRadio) -> None:
        radio.say_status()
        self._listeners.later(STATUS_INTERVAL_S, partial(self._keep_saying, radio))


def main() -> None:
    """Be the radios and their guards until standard input ends."""
    store, *names = sys.argv[1:]
    credentials = [credential_of(Path(store) / name) for name in names]
    allow_open_files(len(credentials))
    listeners = Listeners()
    listeners.run(Guards(credentials, listeners))


if __name__ == "__main__":
    main()
