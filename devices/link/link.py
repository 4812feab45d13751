"""The link: connects, stays connected, says and hears; what every device program is built on."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from devices.link.backoff import Backoff
from devices.link.connection import ConnectError, Connection
from devices.link.credential import Credential
from devices.link.hubclock import HubClock
from devices.link.lifetime import Lifetime
from devices.link.refusals import Refusal, Refusals
from devices.link.unconfirmed import Unconfirmed
from devices.protocol import messages, topics
from devices.protocol.clock import Clock
from devices.protocol.messages import Birth, Confirm, Death, DecodeError, HubTick, Message, Stamp
from devices.protocol.seal import MAX_BODY_BYTES, Sealer, SealError
from devices.protocol.topics import Down, Up
from devices.protocol.voice import VoicePacketError

_log = logging.getLogger(__name__)

Handler = Callable[[bytes], None]
_STEADY_AFTER_S = 10.0
"""A connection that lasted so long resets the back-off; two devices of one name then do not chase each other."""


@dataclass(frozen=True)
class LinkTiming:
    """How patient the link is, in seconds."""

    first_reconnect_s: float = 0.2
    longest_reconnect_s: float = 10.0
    first_repeat_s: float = 2.0
    longest_repeat_s: float = 30.0


class Link:
    """A device's line to the hub: over TLS where the credential says so; all that it says carries the device's seal.

    Say what to hear with ``on`` first, then ``await run()``; groups are followed and left at any time. Handlers run on
    the event loop and must be quick; a DecodeError or VoicePacketError they raise is counted as ``malformed`` in
    ``refusals``.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        clock: Clock,
        software: str,
        store_dir: Path | None = None,
        rng: random.Random | None = None,
        timing: LinkTiming | None = None,
    ) -> None:
        """``store_dir`` (made when missing) keeps the birth count and the unconfirmed.

        Raises OSError, TopicError, SealError.
        """
        timing = timing or LinkTiming()
        self.kind = kind = credential.kind
        self.device_id = device_id = topics.check_id(credential.device_id)
        self.boot_id = secrets.randbits(53)
        self.refusals = Refusals(f"{kind.value} {device_id}", clock)
        self.on_hub_change: Callable[[bool], None] | None = None
        self.on_connection_change: Callable[[bool], None] | None = None
        self.on_confirmed: Callable[[Up, bytes], None] | None = None
        """Told of each message that the hub has confirmed, once, perhaps said before a restart."""
        self._broker = credential.broker
        self._tls = credential.tls()
        self._seal_key = credential.seal_key
        self._clock = clock
        self._software = software
        self._sequence = 0
        self._said = 0
        self._synced = 0
        self._hub = HubClock(clock)
        self._hub_was_present = False
        if store_dir is not None:
            store_dir.mkdir(parents=True, exist_ok=True)
        self._lifetime = Lifetime(store_dir / "births" if store_dir else None, clock.wall_us())
        self._unconfirmed = Unconfirmed(
            timing.first_repeat_s,
            timing.longest_repeat_s,
            self.refusals,
            store_dir / "unconfirmed" if store_dir else None,
        )
        self._backoff = Backoff(timing.first_reconnect_s, timing.longest_reconnect_s, rng or random.Random())
        self._up_topics = {what: topics.up(kind, device_id, what) for what in Up}
        self._filters: dict[str, int] = {topics.HUB_TICK: 0}
        self._handlers: dict[str, Handler] = {topics.HUB_TICK: self._hear_tick}
        self.on(Down.CONFIRM, self._hear_confirm)
        self._connection: Connection | None = None
        self._sealer = Sealer(self._seal_key, self._lifetime.count)
        self._work = asyncio.Event()

    @property
    def birth_count(self) -> int:
        """The count of the present or latest connection."""
        return self._lifetime.count

    @property
    def connected(self) -> bool:
        """Whether the broker holds the line."""
        return self._connection is not None and self._connection.is_open

    @property
    def hub_present(self) -> bool:
        """Whether the hub ticked within the last 10 s."""
        return self._hub.present()

    @property
    def unconfirmed(self) -> int:
        """How many messages wait for the hub's confirmation."""
        return len(self._unconfirmed)

    def on(self, what: Down, handler: Handler) -> None:
        """Hear what the hub says to this device alone. Call before ``run``."""
        topic = topics.down(self.kind, self.device_id, what)
        self._filters[topic] = 1
        self._handlers[topic] = handler

    def follow(self, topic: str, handler: Handler, qos: int = 0) -> None:
        """Hear a group topic (``topics.group_voice``, ``topics.group_floor``) from now on, over all connections."""
        self._filters[topic] = qos
        self._handlers[topic] = handler
        if self._connection is not None:
            self._connection.subscribe({topic: qos})

    def leave(self, topic: str) -> None:
        """Hear a group topic no longer."""
        self._filters.pop(topic, None)
        self._handlers.pop(topic, None)
        if self._connection is not None:
            self._connection.unsubscribe(topic)

    def stamp(self) -> Stamp:
        """Who says it, when, as which message."""
        self._sequence += 1
        return Stamp(
            boot_id=self.boot_id,
            sequence=self._sequence,
            monotonic_us=self._clock.monotonic_us(),
            wall_us=self._clock.wall_us(),
        )

    def age_us(self, hub_monotonic_us: int, boot_id: int) -> int | None:
        """How long ago the hub's clock showed that reading, by estimate; None when that boot never ticked."""
        return self._hub.age_us(hub_monotonic_us, boot_id)

    def publish(self, up: Up, message: Message, qos: int = 0) -> bool:
        """Say something once; false (and counted) when there is no line: it is then lost."""
        return self.publish_raw(self._up_topics[up], messages.encode(message), qos)

    def publish_raw(self, topic: str, payload: bytes, qos: int = 0) -> bool:
        """Say bytes, such as voice packets, with a fresh seal; false (and counted) when they could not be sent."""
        connection = self._connection
        if connection is None or not connection.is_open:
            self.refusals.add(Refusal.NOT_CONNECTED, topic)
        elif len(payload) > MAX_BODY_BYTES:
            self.refusals.add(Refusal.OVERSIZED, f"own message of {len(payload)} bytes to {topic}")
        else:
            try:
                connection.publish(topic, self._sealer.seal(topic, payload), qos)
                return True
            except OverflowError:
                self.refusals.add(Refusal.TOO_MANY_IN_FLIGHT, topic)
            except SealError as error:
                self.refusals.add(Refusal.SEALS_SPENT, str(error))
                connection.drop()
        return False

    def send_reliably(self, up: Up, build: Callable[[Stamp, str], Message]) -> str:
        """Say something until the hub confirms it, over lost lines and restarts of device, broker and hub.

        ``build`` makes the message once, from its stamp and its message id, which is returned; repeats are the same
        bytes with a fresh seal. At the bound (2,000 messages or 64 MiB) the oldest is given up and counted. Raises
        ValueError when the message is larger than MAX_BODY_BYTES.
        """
        self._said += 1
        message_id = f"{self.boot_id:x}-{self._said}"
        payload = messages.encode(build(self.stamp(), message_id))
        if len(payload) > MAX_BODY_BYTES:
            raise ValueError(f"a {up.value} of {len(payload)} bytes; at most {MAX_BODY_BYTES} can be sent")
        self._unconfirmed.keep(message_id, up, payload)
        self._send_due()
        self._work.set()
        return message_id

    def waiting(self, up: Up) -> tuple[str, ...]:
        """The message ids of what waits for the hub's confirmation, in the order said, perhaps before a restart."""
        return self._unconfirmed.waiting(up)

    def take_back(self, *message_ids: str) -> None:
        """Say these no longer: what has been said since takes their place. Confirmed ones are passed over."""
        self._unconfirmed.confirm(message_ids)

    async def run(self, finish: Callable[[], Awaitable[None]] | None = None) -> None:
        """Connect and reconnect until cancelled; then say Death and close for good. Raises what a callback raises.

        ``finish`` is awaited at the end, while what is said is still kept for the device's next start.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._housekeep())
                while True:
                    await self._connect_once()
                    await asyncio.sleep(self._backoff.next_s())
        finally:
            if finish is not None:
                await finish()
            self._unconfirmed.close()

    async def _connect_once(self) -> None:
        """One connection from birth to its end."""
        try:
            await asyncio.to_thread(self._lifetime.begin)
        except OSError as error:
            self.refusals.add(Refusal.STORE_FAILED, str(error))
        self._sealer = sealer = Sealer(self._seal_key, self.birth_count)
        death_topic = self._up_topics[Up.DEATH]
        filters = dict(self._filters)
        try:
            connection = await Connection.open(
                self._broker,
                f"{self.kind.value}-{self.device_id}",
                tls=self._tls,
                will_topic=death_topic,
                will_payload=sealer.seal_will(death_topic, self._death()),
                filters=filters,
                on_message=self._dispatch,
            )
        except ConnectError as error:
            self.refusals.add(Refusal.NOT_CONNECTED, str(error))
            return
        began_us = self._clock.monotonic_us()
        try:
            birth = Birth(stamp=self.stamp(), birth_count=self.birth_count, software=self._software)
            topic = self._up_topics[Up.BIRTH]
            connection.publish(topic, sealer.seal(topic, messages.encode(birth)), qos=1, retain=True)
            self._connection = connection
            connection.subscribe({topic: qos for topic, qos in self._filters.items() if topic not in filters})
            for left in filters.keys() - self._filters.keys():
                connection.unsubscribe(left)
            self._unconfirmed.repeat_all()
            self._send_due()
            self._work.set()
            if self.on_connection_change:
                self.on_connection_change(True)
            await connection.wait_lost()
            self.refusals.add(Refusal.LINE_LOST, f"the broker at {self._broker.host}:{self._broker.port} is gone")
        finally:
            self._connection = None
            if connection.is_open:
                connection.publish(death_topic, sealer.seal(death_topic, self._death()), qos=1, retain=True)
            await connection.close()
            if self.on_connection_change:
                self.on_connection_change(False)
        if self._clock.monotonic_us() - began_us > _STEADY_AFTER_S * 1e6:
            self._backoff.reset()

    def _death(self) -> bytes:
        return messages.encode(Death(stamp=self.stamp(), birth_count=self.birth_count))

    def _dispatch(self, topic: str, payload: bytes) -> None:
        handler = self._handlers.get(topic)
        if handler is None:
            self.refusals.add(Refusal.UNEXPECTED_TOPIC, repr(topic)[:100])
        elif len(payload) > topics.MAX_PAYLOAD_BYTES:
            self.refusals.add(Refusal.OVERSIZED, f"{len(payload)} bytes on {topic}")
        else:
            try:
                handler(payload)
            except (DecodeError, VoicePacketError) as error:
                self.refusals.add(Refusal.MALFORMED, f"{topic}: {error}")
            except Exception:
                self.refusals.add(Refusal.HANDLER_FAILED, topic)
                _log.exception("%s: %s could not be handled", self.device_id, topic)

    def _hear_tick(self, payload: bytes) -> None:
        is_new_boot = self._hub.hear(messages.decode(payload, HubTick))
        if is_new_boot:
            self._unconfirmed.repeat_all()
            self._send_due()
        self._note_presence()

    def _hear_confirm(self, payload: bytes) -> None:
        confirmed = self._unconfirmed.confirm(messages.decode(payload, Confirm).message_ids)
        self._send_due()
        if self.on_confirmed:
            for message in confirmed:
                self.on_confirmed(message.up, message.payload)

    def _send_due(self) -> None:
        if not self.connected:
            return
        for message in self._unconfirmed.take_due(self._clock.monotonic_us()):
            self.publish_raw(self._up_topics[message.up], message.payload, qos=1)

    def _note_presence(self) -> None:
        present = self._hub.present()
        if present != self._hub_was_present:
            self._hub_was_present = present
            self._work.set()
            if self.on_hub_change:
                self.on_hub_change(present)

    async def _housekeep(self) -> None:
        """Repeat what is due, force the journal to the disk, notice the hub's silence, log what gathered."""
        while True:
            self._work.clear()
            self._send_due()
            self._note_presence()
            self.refusals.flush()
            await self._sync()
            waits_s = [1.0]
            if self._hub_was_present:
                waits_s.append(self._hub.absent_in_s())
            due_us = self._unconfirmed.next_due_us()
            if due_us is not None and self.connected:
                waits_s.append((due_us - self._clock.monotonic_us()) / 1e6)
            try:
                async with asyncio.timeout(max(0.01, min(waits_s))):
                    await self._work.wait()
            except TimeoutError:
                continue

    async def _sync(self) -> None:
        if self._synced != self._said and self._unconfirmed.journal is not None:
            said = self._said
            try:
                await asyncio.to_thread(self._unconfirmed.journal.syncing())
            except OSError as error:
                self.refusals.add(Refusal.STORE_FAILED, str(error))
            self._synced = said
