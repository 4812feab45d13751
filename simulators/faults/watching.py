"""The dispatcher of a campaign: issues alerts until the hub has each, and follows the events over all breaks."""

from __future__ import annotations

import asyncio
import zlib

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from devices.protocol.messages import Severity
from hub.alerts.messages import Alert, DeliveryChanged, NewAlert
from hub.events.messages import EventKind
from simulators.demo.accounts import DemoAccount, sign_in
from simulators.demo.console import signed_in_socket
from simulators.faults.ledger import Seen

AGAIN_AFTER_S = 0.1
EXPIRES_IN_S = 600.0
SEVERITY = Severity.MODERATE
"""It does not escalate."""


class _Item(msgspec.Struct):
    number: int
    previous: int
    kind: str
    subject: str
    body: msgspec.Raw


class _Frame(msgspec.Struct):
    items: list[_Item]


def checksum(kind: str, subject: str, body: bytes | memoryview) -> int:
    """What tells one event from another."""
    return zlib.crc32(body, zlib.crc32(f"{kind} {subject}".encode()))


class Dispatcher:
    """One person at a console. ``browser`` speaks to the hub, at the same address after each of its starts."""

    def __init__(self, browser: httpx.AsyncClient, account: DemoAccount) -> None:
        self.seen = Seen()
        self.sign_ins = 0
        self._browser = browser
        self._account = account
        self._signing = asyncio.Lock()
        self._socket: ClientConnection | None = None
        self._acknowledged: dict[str, set[str]] = {}
        self._changed = asyncio.Condition()

    async def issue(self, key: str, text: str) -> str:
        """Issue an alert to all; returns its name once the hub has said that it is stored."""
        new = NewAlert(text=text, severity=SEVERITY, expires_in_s=EXPIRES_IN_S)
        while True:
            before = self.sign_ins
            try:
                answer = await self._browser.post(
                    "/api/alerts", content=msgspec.json.encode(new), headers={"Idempotency-Key": key}
                )
                if answer.is_success:
                    return msgspec.json.decode(answer.content, type=Alert).alert_id
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    await self._sign_in_again(before)
                elif answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    answer.raise_for_status()
            except httpx.TransportError:
                pass  # the hub is away
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _sign_in(self, sign_ins: int) -> None:
        """Unless somebody has meanwhile."""
        async with self._signing:
            if self.sign_ins == sign_ins:
                await sign_in(self._browser, self._account)
                self.sign_ins += 1

    async def follow(self) -> None:
        """Follow the events from the first on, until cancelled."""
        while True:
            before = self.sign_ins
            try:
                async with signed_in_socket(self._browser, None, f"/ws/events?since={self.seen.last}") as socket:
                    self._socket = socket
                    self.seen.connections += 1
                    async for text in socket:
                        await self._take(text)
            except InvalidStatus as refused:
                if refused.response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                    await self._sign_in_again(before)
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == 4401:
                    await self._sign_in_again(before)
            except (OSError, InvalidMessage, TimeoutError):
                pass  # the hub is away
            finally:
                self._socket = None
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _sign_in_again(self, before: int) -> None:
        try:
            await self._sign_in(before)
        except httpx.HTTPError:
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _take(self, text: str | bytes) -> None:
        items = msgspec.json.decode(text, type=_Frame).items
        for item in items:
            body = bytes(item.body)
            self.seen.take(item.number, item.previous, checksum(item.kind, item.subject, body))
            if item.kind == EventKind.DELIVERY_CHANGED:
                self._note(msgspec.json.decode(body, type=DeliveryChanged))
        if items:
            async with self._changed:
                self._changed.notify_all()

    def _note(self, changed: DeliveryChanged) -> None:
        done = self._acknowledged.setdefault(changed.alert_id, set())
        done.update(one.radio_id for one in changed.deliveries if one.acknowledged_at_ms is not None)

    def acknowledged(self, alert_id: str) -> int:
        """Radios whose acknowledgement this console has seen."""
        return len(self._acknowledged.get(alert_id, ()))

    async def wait_acknowledged(self, alert_id: str, radios: int, within_s: float) -> bool:
        """Whether the console has seen so many acknowledgements within the time."""
        try:
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: self.acknowledged(alert_id) >= radios)
        except TimeoutError:
            return False
        return True

    def cut(self) -> bool:
        """Break the console's line; whether there was one."""
        if self._socket is None:
            return False
        self._socket.transport.abort()
        return True
