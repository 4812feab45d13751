"""Every door of the hub stands in the table of doors, and a door that stands nowhere is closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount

from devices.protocol.topics import DeviceKind, Down, Up
from hub.access.doors import HEARS_GROUPS, HEARS_TICK, HTTP, MQTT_DOWN, MQTT_UP, PUBLIC, TALK, WEBSOCKETS
from hub.access.gate import Gate
from hub.access.permissions import TABLE, Right
from hub.app import Hub
from hub.console.http import add_error_answers
from hub.console.view import RULES
from hub.events.messages import EventKind
from hub.faces import make_app
from hub.talk.messages import FromClient
from tests.hub import settings

PUBLIC_DOORS = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("POST", "/api/session"),
    ("POST", "/api/invitation/look"),
    ("POST", "/api/invitation/accept"),
    ("GET", "/trust"),
    ("GET", "/ca.pem"),
    ("POST", "/api/devices/enrol"),
    ("POST", "/api/devices/rotate"),
    ("POST", "/api/devices/rotate/confirm"),
}
"""They show nothing of the room, or take a secret of their own: a password, a code, a device's key."""


@pytest.fixture
def routes(tmp_path: Path) -> list[BaseRoute]:
    app = make_app(Hub(settings(tmp_path, tls=True)))
    return [context.original_route for context in iter_route_contexts(app.routes)]


def http_doors(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Method and path of each route; the page's files as its address ``/``."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in route.methods)
        elif isinstance(route, Mount):
            assert route.path == "", f"{route.path} is no part of the page"
            yield "GET", "/"


def test_every_route_is_a_door_with_a_row_and_every_row_is_a_route(routes: list[BaseRoute]) -> None:
    assert sorted(http_doors(routes)) == sorted(HTTP)


def test_every_websocket_is_a_door_with_a_row_and_every_row_is_a_websocket(routes: list[BaseRoute]) -> None:
    assert sorted(route.path for route in routes if isinstance(route, APIWebSocketRoute)) == sorted(WEBSOCKETS)


def test_there_is_no_route_of_another_sort_which_the_gate_would_not_see(routes: list[BaseRoute]) -> None:
    assert {type(route) for route in routes} <= {APIRoute, APIWebSocketRoute, Mount}


def test_every_message_that_a_console_may_say_has_a_row() -> None:
    assert set(TALK) == {*get_args(FromClient), bytes}


def test_every_right_has_a_row_of_roles_and_a_door() -> None:
    assert set(TABLE) == set(Right)
    assert {*HTTP.values(), *WEBSOCKETS.values(), *TALK.values()} - {PUBLIC} == set(Right)


def test_public_doors_are_these_alone() -> None:
    assert {door for door, right in HTTP.items() if right is PUBLIC} == PUBLIC_DOORS


def test_every_topic_is_said_and_heard_by_the_kinds_of_a_row() -> None:
    assert set(MQTT_UP) == set(MQTT_DOWN) == set(DeviceKind)
    assert frozenset().union(*MQTT_UP.values()) == set(Up)
    assert frozenset().union(*MQTT_DOWN.values()) == set(Down)
    assert {DeviceKind.RADIO} == HEARS_GROUPS
    assert set(DeviceKind) == HEARS_TICK


def test_every_kind_of_event_has_a_rule_for_who_sees_it() -> None:
    assert set(RULES) == set(EventKind)


class Nobody:
    def entrant_of_session(self, token: str) -> None:
        raise AssertionError("a closed door asks nobody")

    entrant_of_local = entrant_of_session


async def test_door_without_a_row_is_closed_and_says_so() -> None:
    app = FastAPI(dependencies=[Depends(Gate(Nobody()))])
    add_error_answers(app)

    @app.get("/api/secrets")
    async def secrets() -> str:
        raise AssertionError("nobody comes in here")

    @app.websocket("/ws/secrets")
    async def listen(socket: WebSocket) -> None:
        raise AssertionError("nobody comes in here")

    cookies = {"qianshao_session": "x"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        answer = await client.get("/api/secrets")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "no_door")
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    scope = {"type": "websocket", "path": "/ws/secrets", "headers": [], "query_string": b"", "subprotocols": []}
    await app(scope, receive, send)
    assert [(message["type"], message.get("code")) for message in sent] == [
        ("websocket.accept", None),
        ("websocket.close", 4500),
    ]
