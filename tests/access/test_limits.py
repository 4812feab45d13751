"""How many requests one session and one address may make, and that nobody else pays for it."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from devices.protocol.clock import ManualClock
from hub.access.doors import HTTP, PUBLIC
from hub.access.limits import SECRET_DOORS, RequestLimits
from hub.listening.turned_away import Reason, TurnedAway

VENUE = "192.168.1.20"


class Room:
    """Limits before a page that says 200, on a clock that tests move."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.turned_away = TurnedAway()
        self.limits = RequestLimits(self._page, self.clock, self.turned_away)
        self.sent: list[MutableMapping[str, Any]] = []

    async def _page(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def _receive(self) -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)

    async def ask(
        self, path: str = "/api/state", *, address: str = VENUE, session: str = "", method: str = "GET", via: str = ""
    ) -> bool:
        """Whether one request got through."""
        cookies = f"theme=dark; qianshao_session={session}" if session else "theme=dark"
        scope = {"type": "http", "method": method, "path": path, "client": (address, 5), "headers": [
            (b"cookie", cookies.encode()), *([(b"via", via.encode())] if via else [])]}  # fmt: skip
        self.sent.clear()
        await self.limits(scope, self._receive, self._send)
        return bool(self.sent[0]["status"] == 200)

    async def ask_often(self, times: int, **asked: Any) -> int:
        """How many of so many requests got through."""
        return sum([await self.ask(**asked) for _ in range(times)])


@pytest.fixture
def room() -> Room:
    return Room()


async def test_session_is_held_to_its_rate_and_another_of_the_same_address_is_not(room: Room) -> None:
    assert await room.ask_often(250, session="one") == 200
    assert await room.ask(session="two")
    room.clock.advance(1)
    assert await room.ask_often(60, session="one") == 50
    assert room.turned_away.counts[Reason.SESSION_RATE] == 60


async def test_refusal_says_when_to_come_again(room: Room) -> None:
    await room.ask_often(20, path="/api/session", method="POST")
    assert not await room.ask("/api/session", method="POST")
    start, body = room.sent
    headers = dict(start["headers"])
    assert (start["status"], headers[b"retry-after"]) == (429, b"1")
    error = json.loads(body["body"])["error"]
    assert (error["code"], error["message"]) == ("too_many_requests", "请求过于频繁，请 1 秒后再试")
    assert int(headers[b"content-length"]) == len(body["body"])


async def test_made_up_sessions_do_not_get_past_the_addresss_rate(room: Room) -> None:
    got = sum([await room.ask(session=f"made-up-{number}") for number in range(3_500)])
    assert got == 3_000
    assert await room.ask(address="192.168.1.21")


async def test_130_phones_behind_one_address_load_their_page_at_once(room: Room) -> None:
    for phone in range(130):
        assert await room.ask_often(20, path="/assets/page.js", session=f"phone-{phone}") == 20


@pytest.mark.parametrize(("method", "path"), sorted(SECRET_DOORS))
async def test_doors_that_take_a_secret_are_held_tighter_and_leave_the_rest_open(
    room: Room, method: str, path: str
) -> None:
    assert await room.ask_often(30, path=path, method=method) == 20
    assert await room.ask(path="/api/state")
    assert await room.ask(path=path, method=method, address="192.168.1.21")
    room.clock.advance(1)
    assert await room.ask_often(10, path=path, method=method) == 5


def test_doors_that_take_a_secret_are_public_doors_of_the_hub() -> None:
    assert {door for door in SECRET_DOORS if HTTP.get(door) is not PUBLIC} == set()


async def test_monitors_are_held_apart_from_people(room: Room) -> None:
    assert await room.ask_often(80, path="/metrics") == 50
    assert await room.ask("/api/state")
    assert room.turned_away.counts[Reason.PROBE_RATE] == 30


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_this_machines_own_programs_are_not_held(room: Room, address: str) -> None:
    assert await room.ask_often(4_000, path="/api/session", method="POST", address=address) == 4_000


async def test_whoever_comes_through_a_proxy_of_this_machine_is_held(room: Room) -> None:
    door = {"path": "/api/session", "method": "POST", "address": "127.0.0.1"}
    assert await room.ask_often(30, **door, via="1.1 nginx") == 20
    assert await room.ask(**door)


async def test_ipv6_network_of_one_line_counts_as_one(room: Room) -> None:
    got = [await room.ask("/api/session", method="POST", address=f"2001:db8::{n:x}") for n in range(1, 31)]
    assert sum(got) == 20
    assert await room.ask("/api/session", method="POST", address="2001:db8:0:1::1")


async def test_websocket_that_is_too_many_is_closed_with_words(room: Room) -> None:
    scope = {"type": "websocket", "path": "/ws/events", "client": (VENUE, 5), "headers": [
        (b"cookie", b"qianshao_session=one")]}  # fmt: skip
    await room.ask_often(200, session="one")
    await room.limits(scope, room._receive, room._send)
    assert [(one["type"], one.get("code")) for one in room.sent[-2:]] == [
        ("websocket.accept", None),
        ("websocket.close", 4429),
    ]
