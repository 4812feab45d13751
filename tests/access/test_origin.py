"""The origin guard: pages of other sites can neither read nor change anything here."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.origin import CHANGE_HEADER, OriginGuard

NAMES = frozenset({"hub.lan", "192.168.1.5", "fd00::5", "localhost", "127.0.0.1", "::1"})
HOST = b"127.0.0.1:8470"
OWN = b"http://127.0.0.1:8470"


class Visit:
    """One request through a guard to a page that says 200."""

    def __init__(self) -> None:
        self.arrived = 0
        self.sent: list[MutableMapping[str, Any]] = []
        self.guard = OriginGuard(self._page, lambda: NAMES)

    async def _page(self, scope: Any, receive: Any, send: Any) -> None:
        self.arrived += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _receive(self) -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)

    def make(
        self, kind: str = "http", method: str = "GET", *, tls: bool = False, path: str = "/", **headers: bytes
    ) -> bool:
        """Whether the request arrived. Nothing in the guard waits, so the coroutine runs through."""
        coded = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
        scheme = ("http" if kind == "http" else "ws") + "s" * tls
        scope: dict[str, Any] = {"type": kind, "scheme": scheme, "path": path, "headers": coded}
        scope |= {"method": method} if kind == "http" else {}
        before = self.arrived
        running: Iterator[Any] = self.guard(scope, self._receive, self._send).__await__()
        assert list(running) == []
        return self.arrived > before


CHANGE: dict[str, bytes] = {CHANGE_HEADER.decode().replace("-", "_"): b"1"}


@pytest.mark.parametrize("host", [HOST, b"localhost:8470", b"[::1]:8470", b"LOCALHOST", b"127.0.0.1"])
def test_own_page_may_read_change_and_talk(host: bytes) -> None:
    visit = Visit()
    assert visit.make(host=host)
    assert visit.make(host=host, origin=b"http://" + host)
    assert visit.make(method="POST", host=host, origin=b"http://" + host, **CHANGE)
    assert visit.make(kind="websocket", host=host, origin=b"http://" + host)
    assert visit.guard.refused == 0


def test_program_without_an_origin_may_read_change_and_talk() -> None:
    visit = Visit()
    assert visit.make(host=HOST)
    assert visit.make(method="DELETE", host=HOST, **CHANGE)
    assert visit.make(kind="websocket", host=HOST)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": HOST, "origin": b"http://evil.example"},
        {"host": HOST, "origin": b"http://127.0.0.1:9999"},
        {"host": HOST, "origin": b"http://localhost:8470"},
        {"host": HOST, "origin": b"null"},
        {"host": HOST, "origin": b""},
        {"host": HOST, "origin": b"http://127.0.0.1:8470.evil.example"},
        {"host": HOST, "origin": b"http://["},
        {"host": b"rebound.example:8470"},
        {"host": b"rebound.example:8470", "origin": b"http://rebound.example:8470"},
        {"host": b"127.0.0.1.evil.example"},
        {"host": b"192.168.1.5:8470"},
        {"host": b"["},
        {"host": b""},
        {},
    ],
)
def test_foreign_host_or_origin_is_refused_and_counted(kind: str, headers: dict[str, bytes]) -> None:
    visit = Visit()
    assert not visit.make(kind=kind, **headers, **CHANGE)
    assert visit.guard.refused == 1
    if kind == "http":
        assert (visit.sent[0]["status"], b"foreign_origin" in visit.sent[1]["body"]) == (403, True)
    else:
        assert visit.sent == [{"type": "websocket.close", "code": 4403}]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_change_without_the_header_that_foreign_pages_cannot_send_is_refused(method: str) -> None:
    visit = Visit()
    assert not visit.make(method=method, host=HOST, origin=OWN)
    assert visit.guard.refused == 1


def test_answers_forbid_framing_and_foreign_scripts() -> None:
    visit = Visit()
    visit.make(host=HOST)
    headers = dict(visit.sent[0]["headers"])
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_origin_but_our_own_is_refused(origin: bytes, tail: bytes) -> None:
    visit = Visit()
    tail = tail.translate(None, b"\t\r\n")  # cannot stand in a header
    for foreign in (origin, OWN + tail, b"http://" + tail):
        if visit.make(host=HOST, origin=foreign):
            assert foreign == OWN


@pytest.mark.parametrize("host", [b"hub.lan:8470", b"HUB.lan:8470", b"192.168.1.5", b"[fd00::5]:8470", HOST])
def test_over_tls_the_hub_answers_to_what_its_certificate_names(host: bytes) -> None:
    visit = Visit()
    for kind in ("http", "websocket"):
        assert visit.make(kind, tls=True, host=host, origin=b"https://" + host)
        assert not visit.make(kind, tls=True, host=host, origin=b"http://" + host)
    assert not visit.make(tls=True, host=b"other.lan:8470")


@pytest.mark.parametrize("host", [b"hub.lan:8470", b"192.168.1.5:8470"])
def test_without_tls_the_hub_answers_to_loopback_alone(host: bytes) -> None:
    assert not Visit().make(host=host)


def said(visit: Visit) -> dict[bytes, bytes]:
    """The headers of the last answer."""
    return dict(visit.sent[-2]["headers"])


def test_browsers_may_still_open_the_page_on_the_next_port_that_says_whom_to_trust() -> None:
    visit = Visit()
    for tls, host in ((True, b"hub.lan:8470"), (True, HOST), (False, HOST)):
        assert visit.make(tls=tls, host=host)
        assert b"strict-transport-security" not in said(visit)


def test_what_the_interface_answers_is_kept_nowhere_and_the_pages_files_are() -> None:
    visit = Visit()
    assert visit.make(host=HOST, path="/api/state")
    assert said(visit)[b"cache-control"] == b"no-store"
    assert visit.make(host=HOST, path="/assets/page.js")
    assert b"cache-control" not in said(visit)


def test_page_may_run_its_own_scripts_and_speak_to_its_own_hub_alone() -> None:
    visit = Visit()
    visit.make(host=HOST)
    policy = dict(part.strip().split(" ", 1) for part in said(visit)[b"content-security-policy"].decode().split(";"))
    assert policy["default-src"] == "'self'"
    assert not {"script-src", "connect-src"} & set(policy)
    assert (policy["frame-ancestors"], policy["base-uri"], policy["object-src"]) == ("'none'", "'none'", "'none'")
