"""What an alert to all radios takes without a hub: the limit that the machine sets to ``bench alerts``.

The same light radios at a broker of their own, and a publisher that does nothing but send them the alert, 200 under
way, take their receipts and confirm them. And the same rows, put into a database by the driver alone.
"""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections import deque
from pathlib import Path

import msgspec

from bench import mqtt
from bench.listeners_part import ListenersPart
from bench.radios import MOST_PACKET_IDS
from devices.link import BrokerAddress
from devices.link.credential import Credential
from devices.private_file import write_private
from devices.protocol import messages, topics
from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage, Confirm, Receipt, Severity, Stamp
from devices.protocol.seal import SEAL_BYTES
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge import packets
from hub.bridge.broker import Broker, Entrance
from hub.bridge.surely import UNDER_WAY
from hub.enrolment.issuing import Issuer
from hub.enrolment.records import Standing

ANSWER_WITHIN_S = 60.0
KEEPALIVE_S = 60
RADIOS_NICENESS = 5
"""In a community the radios are processors of their own: here they take what hub and broker leave."""
_READ_BYTES = 65_536


class Publisher:
    """A connection to the broker that may say and hear everything."""

    def __init__(self, at: BrokerAddress, radio_ids: list[str]) -> None:
        """Connect. Raises OSError."""
        self._line = socket.create_connection((at.host, at.port), ANSWER_WITHIN_S)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = packets.Packets()
        self._radio_ids = radio_ids
        self._number = self._under_way = 0
        heard = [topics.all_up(DeviceKind.RADIO, up) for up in (Up.BIRTH, Up.RECEIPT)]
        said = packets.connect("bench-bare", at.username, at.password, KEEPALIVE_S)
        self._line.sendall(said + mqtt.subscribe(1, *heard, qos=1))

    def wait_born(self) -> None:
        """Return when every radio has come on line. Raises OSError when none comes any more."""
        left = set(self._radio_ids)
        while left:
            left -= {radio_id for radio_id, _ in self._read()}

    def alert(self, alert_id: str, text: str) -> float:
        """Seconds from the first message until each radio has said its receipt. Raises OSError."""
        stamp = Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1)
        alert = AlertMessage(
            stamp=stamp, alert_id=alert_id, attempt=1, severity=Severity.MODERATE, text=text,
            issued_wall_us=1, expires_in_s=600,
        )  # fmt: skip
        payload = messages.encode(alert)
        waiting = deque((radio_id, Down.ALERT, payload) for radio_id in self._radio_ids)
        left = set(self._radio_ids)
        began_s = last_s = time.perf_counter()
        while left or waiting:
            room = min(UNDER_WAY - self._under_way, len(waiting))
            self._line.sendall(b"".join(self._packet(*waiting.popleft()) for _ in range(room)))
            for radio_id, body in self._read():
                receipt = messages.decode(body[:-SEAL_BYTES], Receipt)
                confirm = Confirm(stamp=stamp, message_ids=(receipt.message_id,))
                waiting.append((radio_id, Down.CONFIRM, messages.encode(confirm)))
                if radio_id in left:
                    left.remove(radio_id)
                    last_s = time.perf_counter()
        return last_s - began_s

    def _packet(self, radio_id: str, what: Down, payload: bytes) -> bytes:
        self._number = self._number % MOST_PACKET_IDS + 1
        self._under_way += 1
        return packets.publish_surely(self._number, topics.down(DeviceKind.RADIO, radio_id, what), payload)

    def _read(self) -> list[tuple[str, bytes]]:
        """What radios said meanwhile, of each its name and the sealed body."""
        data = self._line.recv(_READ_BYTES)
        if not data:
            raise EOFError("the broker ended the line")
        found, answers = [], []
        for first, body in self._stream.feed(data):
            if first == packets.PUBACK:
                self._under_way -= 1
            elif first & 0xF6 == packets.PUBLISH | 2:
                number, topic, payload = mqtt.published_surely(body)
                answers.append(packets.puback(number))
                found.append((_speaker(topic), payload))
            elif first & 0xF6 == packets.PUBLISH:  # a birth, kept by the broker or not
                topic, payload = mqtt.published(body)
                found.append((_speaker(topic), payload))
        if answers:
            self._line.sendall(b"".join(answers))
        return found


def _speaker(topic: bytes) -> str:
    return topics.parse_up(topic.decode()).device_id


async def bare_messages(folder: Path, command: list[str], radio_ids: list[str], alerts: int, text: str) -> list[float]:
    """Seconds that each alert takes until the last receipt; ``command`` begins the radios, but for their file.

    Raises BrokerError, OSError, PartFailed, TimeoutError.
    """
    await asyncio.to_thread(folder.mkdir)
    broker, radios = Broker(folder / "broker", "managed"), ListenersPart("bare-radios", folder, RADIOS_NICENESS)
    await broker.start()
    try:
        publisher = await asyncio.to_thread(Publisher, broker.hub_address, radio_ids)
        file = folder / "credentials.json"
        write_private(file, msgspec.json.encode([one for one, _ in credentials_at(broker, radio_ids)]))
        await radios.start([*command, str(file)])
        await asyncio.to_thread(publisher.wait_born)
        return [await asyncio.to_thread(publisher.alert, f"A{number}", text) for number in range(alerts)]
    finally:
        await radios.stop()
        await broker.stop()


def credentials_at(broker: Broker, radio_ids: list[str]) -> list[tuple[Credential, Standing]]:
    """Radios that have the hub's own name at this broker, each with a seal of its own."""
    at = broker.hub_address
    issuer = Issuer(SystemClock(), "external", 0)
    entrance = Entrance(at.host, at.port, at.username, at.password)
    return [issuer.make(DeviceKind.RADIO, radio_id, entrance) for radio_id in radio_ids]


def bare_rows(folder: Path, radios: int, payload_bytes: int) -> float:
    """Seconds to bring an alert's deliveries and its messages to disk, in one transaction of the driver alone."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE deliveries (alert_id, radio_id, venue_id, state, attempts, queued_at_us, PRIMARY KEY "
        "(alert_id, radio_id))"
    )
    connection.execute("CREATE TABLE outbox (number INTEGER PRIMARY KEY, topic, payload, expires_in_s, purpose)")
    payload = bytes(payload_bytes)
    began_s = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    deliveries = [("A1", f"R{n:04}", f"V{n:04}", "queued", 1, 0) for n in range(radios)]
    connection.executemany("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?)", deliveries)
    outbox = [(n, f"qs/1/radio/R{n:04}/alert", payload, 600, f"alert:A1:R{n:04}") for n in range(radios)]
    connection.executemany("INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", outbox)
    connection.execute("COMMIT")
    took_s = time.perf_counter() - began_s
    connection.close()
    return took_s
