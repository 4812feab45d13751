"""One MQTT 5 connection, from CONNECT to its end, on gmqtt (docs/decisions/001-mqtt-client-on-devices.md)."""

# mypy: disable-error-code="no-untyped-call"
# gmqtt has no types

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import gmqtt
from gmqtt.mqtt.connection import MQTTConnection
from gmqtt.mqtt.handler import MQTTConnectError
from gmqtt.storage import PersistentStorage

from devices.link.address import BrokerAddress
from devices.link.reading import MAX_PACKET_BYTES, ReadingProtocol

KEEPALIVE_S = 10
_OPEN_WITHIN_S = 10.0
_CLOSE_WITHIN_S = 1.0
logging.getLogger("gmqtt").setLevel(logging.ERROR)
_gmqtt_log = logging.getLogger("devices.link.gmqtt")
_gmqtt_log.addFilter(lambda record: record.exc_info is not None)
"""gmqtt speaks at every failed try of every client, which the link says itself; only its exceptions are let through."""

OnMessage = Callable[[str, bytes], None]


class ConnectError(Exception):
    """The broker could not be reached or refused; says which broker and why."""


class _Lost(Exception):
    """The connection ended while something was waited for."""


_PASSWORD_REFUSED = frozenset({134, 135})
"""CONNACK's reason codes for a wrong user name or password, and for one that may not connect (MQTT 5, 3.2.2.2)."""


class _Client(gmqtt.Client):
    """gmqtt without its own reading and reconnecting: the link opens a new connection with a new birth each time."""

    def __init__(self, on_message: OnMessage, client_id: str, **gmqtt_arguments: Any) -> None:
        super().__init__(client_id, **gmqtt_arguments)
        self._receive = on_message
        # gmqtt hands over the client, the topic, the payload, the QoS and the properties
        self.on_message = lambda _client, topic, payload, _qos, _properties: on_message(topic, payload)

    async def _create_connection(
        self, host: str, port: int, ssl: Any, clean_session: bool, keepalive: int
    ) -> MQTTConnection:
        make = partial(
            ReadingProtocol,
            self._receive,
            connection_state=self._connection_state,
            id_generator=self._package_handler.id_generator,
        )
        transport, protocol = await asyncio.get_running_loop().create_connection(make, host, port, ssl=ssl or None)
        return MQTTConnection(transport, protocol, clean_session, keepalive, package_handler=self._package_handler)

    async def reconnect(self, delay: bool = False) -> None:
        return

    def drop(self) -> None:
        if self._connection is not None:
            self._connection._transport.abort()


class _Nothing(PersistentStorage):
    """gmqtt's memory of unacknowledged QoS 1 messages, kept empty: what must arrive is the link's own to repeat."""

    def push_message(self, mid: int, raw_package: bytes) -> None:
        return


class Connection:
    """An open connection. Create it with ``open``; it never reconnects."""

    def __init__(self, client: _Client, lost: asyncio.Event) -> None:
        self._client = client
        self._lost = lost

    @classmethod
    async def open(
        cls,
        broker: BrokerAddress,
        client_id: str,
        *,
        tls: ssl.SSLContext | None,
        will_topic: str,
        will_payload: bytes,
        filters: dict[str, int],
        on_message: OnMessage,
    ) -> Connection:
        """Connect with a clean start and subscribe to ``filters`` (topic: QoS); done when the broker confirmed both.

        The will is retained at QoS 1. Raises ConnectError.
        """
        will = gmqtt.Message(will_topic, will_payload, qos=1, retain=True)
        client = _Client(
            on_message,
            client_id,
            clean_session=True,
            will_message=will,
            persistent_storage=_Nothing(),
            logger=_gmqtt_log,
            maximum_packet_size=MAX_PACKET_BYTES,
        )
        if broker.username is not None:
            client.set_auth_credentials(broker.username, broker.password)
        lost = asyncio.Event()
        subscribed = asyncio.Event()

        client.on_disconnect = lambda *_: lost.set()
        client.on_subscribe = lambda *_: subscribed.set()
        opened = False
        try:
            async with asyncio.timeout(_OPEN_WITHIN_S):
                await _unless_lost(client.connect(broker.host, broker.port, ssl=tls, keepalive=KEEPALIVE_S), lost)
                client.subscribe([gmqtt.Subscription(topic, qos=qos) for topic, qos in filters.items()])
                await _unless_lost(subscribed.wait(), lost)
            opened = True
        except (OSError, TimeoutError, MQTTConnectError, _Lost) as error:
            raise ConnectError(_words(broker, tls, error)) from None
        finally:
            if not opened:
                await _close(client)
        return cls(client, lost)

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return not self._lost.is_set() and bool(self._client.is_connected)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool = False) -> None:
        """Hand a message to the socket. Raises OverflowError when the broker's window of QoS 1 messages is full."""
        self._client.publish(topic, payload, qos=qos, retain=retain)

    def subscribe(self, filters: dict[str, int]) -> None:
        """Also hear these topics (with their QoS), without waiting for the broker's word."""
        if filters and self.is_open:
            self._client.subscribe([gmqtt.Subscription(topic, qos=qos) for topic, qos in filters.items()])

    def unsubscribe(self, topic: str) -> None:
        """Hear a topic no longer."""
        if self.is_open:
            self._client.unsubscribe(topic)

    def drop(self) -> None:
        """End the line at once, as one that is cut; the broker then publishes the will."""
        self._client.drop()

    async def wait_lost(self) -> None:
        """Return when the connection has ended."""
        await self._lost.wait()

    async def close(self) -> None:
        """Say goodbye in order, so that the broker does not publish the will, and flush what was published."""
        await _close(self._client)


def _words(broker: BrokerAddress, tls: ssl.SSLContext | None, error: Exception) -> str:
    """What went wrong, for the person who can mend it."""
    where = f"broker {broker.host}:{broker.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"{where} shows a certificate that is not of this device's hub ({error.verify_message}): "
            "look at the address and at this device's clock, or enrol it again"
        )
    cut = isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)
    if isinstance(error, ssl.SSLError) or (tls is not None and cut):
        return f"{where} does not speak TLS 1.3 ({error}): look at the port, or enrol the device again"
    if isinstance(error, MQTTConnectError) and error._code in _PASSWORD_REFUSED:
        return f"{where} refuses the password of {broker.username}: revoked or replaced? Enrol the device again"
    if isinstance(error, _Lost):
        spoken = "" if tls else ", or TLS is spoken there"
        return f"{where} closed the connection: the password of {broker.username} is refused{spoken}"
    return f"{where}: {error or 'no answer'}"


async def _unless_lost(step: Any, lost: asyncio.Event) -> None:
    """Wait for ``step``. Raises _Lost when the connection ends first."""
    tasks = [asyncio.ensure_future(step), asyncio.ensure_future(lost.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not tasks[0].done():
            raise _Lost
        await tasks[0]
    finally:
        for task in tasks:
            task.cancel()


async def _close(client: _Client) -> None:
    try:
        async with asyncio.timeout(_CLOSE_WITHIN_S):
            await client.disconnect()
    except (OSError, TimeoutError):
        return
