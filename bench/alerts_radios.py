"""Light radios that wait for alerts: ``python -m bench.alerts_radios RADIOS_OF_LINE FILE`` (their credentials).

Each says Receipt at once, presses the key when it is told to (a turn begins: all within STORM_S, at random), and
says both again until the hub confirms them, as real ones do. With RADIOS_OF_LINE above 1 so many share one line.
"""

from __future__ import annotations

import random
import sys
import time
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from bench import mqtt
from bench.guards import GuardsRadio
from bench.listeners import Arrival, Listeners, Over, Turn, Written, allow_open_files
from bench.radios import Line
from devices.link.credential import Credential
from devices.protocol import messages
from devices.protocol.messages import Acknowledgement, Confirm, Message, Receipt
from devices.protocol.topics import STATUS_INTERVAL_S, Up
from hub.bridge import packets

STORM_S = 1.0
"""All guards press within it."""
BIRTHS_PER_S = 1_000
"""Radios come on line one after the other: all at once is another matter than alerts."""
AGAIN_AFTER_S = 2.0
ARRIVED, PRESSED, COPIES = range(3)
"""Columns of what is written for each radio: nanoseconds on the wall clock, 0 where it did not happen, and a count."""


class AlertedRadio(GuardsRadio):
    """A light radio that says its answers until they are confirmed."""

    def __init__(self, credential: Credential, line: Line | None = None) -> None:
        """Connect, unless it is given a line. Raises OSError, CredentialError when the broker does not let it in."""
        super().__init__(credential, line)
        self._unconfirmed: dict[str, tuple[float, Up, Message]] = {}
        self.alert_id: str | None = None
        self.arrived_ns = self.pressed_ns = self.copies = 0

    def say_surely(self, what: Up, message: Message) -> None:
        if isinstance(message, (Receipt, Acknowledgement)):
            self._unconfirmed[message.message_id] = (time.monotonic(), what, message)
        super().say_surely(what, message)

    def take_confirm(self, payload: bytes) -> None:
        """The hub has stored what it said."""
        for message_id in messages.decode(payload, Confirm).message_ids:
            self._unconfirmed.pop(message_id, None)

    def say_again(self) -> None:
        """What was not confirmed in time."""
        before_s = time.monotonic() - AGAIN_AFTER_S
        for said_s, what, message in list(self._unconfirmed.values()):
            if said_s < before_s:
                self.say_surely(what, message)

    def hear_alert(self, payload: bytes, arrived_ns: int) -> None:
        """An alert came, maybe again."""
        alert_id = self.take_alert(payload)
        self.copies += 1
        if alert_id is not None:
            self.alert_id, self.arrived_ns = alert_id, arrived_ns

    def press(self) -> None:
        """The guard acknowledges the latest alert."""
        if self.alert_id is not None:
            self.pressed_ns = time.time_ns()
            self.say_acknowledgement(self.alert_id)

    def take_down(self) -> tuple[int, int, int]:
        """What happened since the last time, in the order of the columns."""
        found = (self.arrived_ns, self.pressed_ns, self.copies)
        self.alert_id, self.arrived_ns, self.pressed_ns, self.copies = None, 0, 0, 0
        return found


class AlertedRadios:
    """All of them."""

    def __init__(self, credentials: list[Credential], radios_of_line: int, listeners: Listeners) -> None:
        self._listeners = listeners
        self._radios: list[AlertedRadio] = []
        self._lines: list[Line] = []
        for start in range(0, len(credentials), radios_of_line):
            line = Line(credentials[start])
            listeners.add(len(self._lines), line.socket)
            self._lines.append(line)
            self._radios += [AlertedRadio(one, line) for one in credentials[start : start + radios_of_line]]
        self._streams = [packets.Packets() for _ in self._lines]
        self._alerts = {radio.alerts.encode(): radio for radio in self._radios}
        self._confirms = {radio.confirms.encode(): radio for radio in self._radios}
        listeners.at_once = self._take
        for number, radio in enumerate(self._radios):
            listeners.later(number / BIRTHS_PER_S, partial(self._begin, radio))

    def turn(self, _turn: Turn) -> None:
        """The storm: the first presses now, the last after STORM_S."""
        chosen = random.sample(self._radios, len(self._radios))
        for number, radio in enumerate(chosen):
            self._listeners.later(STORM_S * number / max(1, len(chosen) - 1), radio.press)

    def over(self, over: Over, _arrivals: list[Arrival]) -> Written:
        np.save(over.file, np.array([radio.take_down() for radio in self._radios], dtype=np.int64))
        return Written()

    def _take(self, arrival: Arrival) -> None:
        line = self._lines[arrival.listener]
        answers = []
        for first, body in self._streams[arrival.listener].feed(line.received(arrival.data)):
            if first & 0xF6 != packets.PUBLISH | 2:  # at QoS 1, whether it is a repeat or not
                continue
            packet_id, topic, payload = mqtt.published_surely(body)
            answers.append(packets.puback(packet_id))
            if (radio := self._alerts.get(topic)) is not None:
                radio.hear_alert(payload, arrival.arrived_ns)
            elif (radio := self._confirms.get(topic)) is not None:
                radio.take_confirm(payload)
        if answers:
            line.send(b"".join(answers))

    def _begin(self, radio: AlertedRadio) -> None:
        radio.listen()
        self._listeners.later(STATUS_INTERVAL_S * random.random(), partial(self._keep_saying, radio))

    def _keep_saying(self, radio: AlertedRadio) -> None:
        radio.say_status()
        radio.say_again()
        self._listeners.later(STATUS_INTERVAL_S, partial(self._keep_saying, radio))


def main() -> None:
    """Be the radios until standard input ends."""
    radios_of_line, file = sys.argv[1:]
    credentials = msgspec.json.decode(Path(file).read_bytes(), type=list[Credential])
    allow_open_files(len(credentials))
    listeners = Listeners()
    listeners.run(AlertedRadios(credentials, int(radios_of_line), listeners))


if __name__ == "__main__":
    main()
