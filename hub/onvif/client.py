"""One conversation with a device: SOAP over HTTP, with both ways of proving the password, bounded in time and size."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType
from xml.etree.ElementTree import Element

import httpx

from devices.protocol.clock import Clock
from hub.onvif import failures
from hub.onvif.envelopes import Login, envelope, security
from hub.onvif.reading import MAX_BYTES, Unreadable, read_xml, text_of
from hub.onvif.records import DeviceAddress

CONNECT_S = 3.0
READ_S = 5.0
_HEADERS = {"Content-Type": "application/soap+xml; charset=utf-8", "Connection": "close", "Accept-Encoding": "identity"}
"""Many devices keep no connection, and some hang up in the middle of the next question."""
_CODES = ("Value", "faultcode")
"""Where SOAP 1.2 and 1.1 say what is wrong."""
_NOT_AUTHORIZED = ("NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurity")
"""Subcodes of ONVIF Core (section 5.12.2.2) and WS-Security (section 12)."""


class Fault(Exception):
    """The device understood the question and does not answer it."""


class Conversation:
    """Asks one device. ``offset_us`` is its clock less the hub's, once it is known."""

    def __init__(self, address: DeviceAddress, login: Login | None, clock: Clock) -> None:
        self._address = address
        self._login = login
        self._clock = clock
        self.offset_us = 0
        auth = None if login is None else httpx.DigestAuth(login.user, login.password)
        self._http = httpx.AsyncClient(
            auth=auth,
            headers=_HEADERS,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            transport=httpx.AsyncHTTPTransport(verify=False, trust_env=False),
            trust_env=False,
        )

    async def __aenter__(self) -> Conversation:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def ask(self, path: str, body: str, *, openly: bool = False) -> Element:
        """The answer's body; ``openly``: without a password. Raises Refusal, Fault."""
        head = ""
        if self._login is not None and not openly:
            head = security(self._login, os.urandom(16), self._clock.wall_us() + self.offset_us)
        status, text = await self._post(self._address.url_of(path), envelope(body, head))
        if status in (401, 403) and not text.lstrip().startswith(b"<"):
            raise failures.wrong_password(str(self._address))
        try:
            found = (await asyncio.to_thread(read_xml, text)).find("Body")
        except Unreadable as error:
            if status in (401, 403):
                raise failures.wrong_password(str(self._address)) from None
            raise failures.not_onvif(str(self._address), str(error)) from None
        if found is None:
            raise failures.not_onvif(str(self._address), f"no SOAP (HTTP {status})")
        self._check(status, found)
        return found

    def _check(self, status: int, body: Element) -> None:
        fault = body.find("Fault")
        codes = [] if fault is None else [text_of(one, ".") or "" for tag in _CODES for one in fault.iter(tag)]
        refused = any(code.rsplit(":", 1)[-1] in _NOT_AUTHORIZED for code in codes)
        if status in (401, 403) or refused:
            raise failures.wrong_password(str(self._address))
        if fault is not None or status >= 400:
            raise Fault

    async def _post(self, url: str, message: bytes) -> tuple[int, bytes]:
        address = str(self._address)
        try:
            async with self._http.stream("POST", url, content=message) as answer:
                text = bytearray()
                async for part in answer.aiter_raw():
                    text += part
                    if len(text) > MAX_BYTES:
                        raise failures.not_onvif(address, f"over {MAX_BYTES} bytes")
                return answer.status_code, bytes(text)
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout):
                raise failures.unreachable(address) from None
            raise failures.too_slow(address, READ_S) from None
        except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise failures.unreachable(address) from None
        except (httpx.HTTPError, ValueError) as error:  # half an answer, no HTTP at all, a wrong coding
            raise failures.not_onvif(address, type(error).__name__) from None
