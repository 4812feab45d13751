"""The gate: who comes in with what, and how long a websocket stays open behind it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import websockets

from devices.protocol.clock import ManualClock
from hub.access.gate import SESSION_COOKIE
from hub.access.keys import LOCAL_TOKEN
from hub.access.messages import NewPerson
from hub.access.people import COMMUNITY, LOCAL, Place, PlaceKind, Role
from hub.access.sessions import IDLE_S, WHOLE_S
from hub.alerts.messages import ReportMade
from hub.app import Hub
from hub.console.lines import AUDITED, MESSAGES
from hub.events.messages import EventKind
from hub.storage.writer import Change
from tests.devices.room import until
from tests.hub import client_of, open_console, open_hub, sign_in, websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENDS_WITHIN_S = 5.0
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clock() -> ManualClock:
    return ManualClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), clock=clock) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(hub: Hub) -> AsyncIterator[httpx.URL]:
    async with open_console(hub) as console:
        yield console.base_url


async def ask(address: httpx.URL, cookie: str | None, **headers: str) -> tuple[int, str]:
    """What ``GET /api/state`` answers: the status, and whose picture it is or why there is none."""
    async with client_of(address, cookie) as client:
        answer = await client.get("/api/state", headers=headers)
    body = answer.json()
    return answer.status_code, body["error"]["code"] if "error" in body else body["me"]["person_id"]


STRANGER = (401, "sign_in_needed")


async def test_session_is_good_until_15_minutes_after_its_last_refresh(
    hub: Hub, address: httpx.URL, clock: ManualClock
) -> None:
    token = await sign_in(hub, Role.CHIEF, person_id="chief1")
    clock.advance(IDLE_S - 1)
    assert await ask(address, token) == (200, "chief1")
    clock.advance(1)
    assert await ask(address, token) == STRANGER


async def test_session_is_good_for_12_hours_at_most(hub: Hub, address: httpx.URL, clock: ManualClock) -> None:
    token = await sign_in(hub, Role.CHIEF, person_id="chief2")
    began_us = clock.monotonic_us()
    while clock.monotonic_us() + 600e6 < began_us + WHOLE_S * 1e6:
        clock.advance(600)
        refreshed = await hub.access.refresh(token)
        token = refreshed.session_token or token
    assert await ask(address, token) == (200, "chief2")
    clock.advance(600)
    assert await ask(address, token) == STRANGER


async def test_revoked_session_is_out_at_once_and_others_stay(hub: Hub, address: httpx.URL) -> None:
    token = await sign_in(hub, Role.OFFICER, person_id="officer1")
    other = await sign_in(hub, Role.OFFICER, person_id="officer2")
    await hub.access.end_sessions("officer1", LOCAL)
    assert await ask(address, token) == STRANGER
    assert await ask(address, other) == (200, "officer2")


async def test_disabled_person_is_out_at_once(hub: Hub, address: httpx.URL) -> None:
    token = await sign_in(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),), person_id="guard1")
    await hub.access.disable("guard1", LOCAL)
    assert await ask(address, token) == STRANGER


FORGED: list[Callable[[str], str]] = [
    lambda token: "",
    lambda token: "x",
    lambda token: token[:-1],
    lambda token: token + "A",
    lambda token: secrets.token_urlsafe(32),
    lambda token: token.swapcase(),
    lambda token: "A" * 43,
    lambda token: f'"{token} "',
    lambda token: "%00" + token,
    lambda token: "A" * 10_000,
]


@pytest.mark.parametrize("forge", FORGED)
async def test_forged_cookie_opens_nothing_and_ends_nobodys_session(
    hub: Hub, address: httpx.URL, forge: Callable[[str], str]
) -> None:
    token = await sign_in(hub, Role.OFFICER, person_id="officer3")
    async with client_of(address, None) as client:
        answer = await client.get("/api/state", headers={"Cookie": f"{SESSION_COOKIE}={forge(token)}"})
    assert answer.status_code == 401
    assert await ask(address, token) == (200, "officer3")


async def test_local_token_acts_as_this_machine(hub: Hub, address: httpx.URL) -> None:
    token = (hub.settings.data_dir / "access" / LOCAL_TOKEN).read_text()
    assert await ask(address, None, Authorization=f"Bearer {token}") == (200, "local")
    for wrong in ("x", token[:-1], token + "x", "é"):
        header = f"Bearer {wrong}".encode()
        async with client_of(address, None) as client:
            answer = await client.get("/api/state", headers=[(b"Authorization", header)])
        assert answer.status_code == 401
    assert await ask(address, None, Authorization=f"Basic {token}") == STRANGER


async def test_local_token_from_another_machine_opens_nothing(hub: Hub) -> None:
    token = (hub.settings.data_dir / "access" / LOCAL_TOKEN).read_text()
    for host, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 401), ("2001:db8::7", 401), ("nowhere", 401)):
        transport = httpx.ASGITransport(hub.guard, client=(host, 4000))  # type: ignore[arg-type]
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            assert (await client.get("/api/state")).status_code == status, host


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "Via"])
async def test_local_token_through_a_proxy_of_this_machine_opens_nothing(
    hub: Hub, address: httpx.URL, name: str
) -> None:
    token = (hub.settings.data_dir / "access" / LOCAL_TOKEN).read_text()
    assert await ask(address, None, Authorization=f"Bearer {token}", **{name: "127.0.0.1"}) == STRANGER


async def test_person_whose_role_changes_has_the_new_rights_with_the_next_request(hub: Hub, address: httpx.URL) -> None:
    token = await sign_in(hub, Role.OFFICER, person_id="moved")
    async with client_of(address, token) as client:
        assert (await client.get("/api/people")).status_code == 403
        await hub.access.put_person(NewPerson(person_id="moved", name="moved", role=Role.ADMINISTRATOR), LOCAL)
        assert (await client.get("/api/people")).status_code == 200
        assert (await client.post("/api/alerts", json={"text": "x"})).status_code == 403


LINES = ["/ws/events?since=0", "/ws/talk"]


async def end_of(socket: websockets.ClientConnection) -> tuple[int | None, str | None]:
    """How the hub closes the websocket; it must within 5 s."""
    async with asyncio.timeout(ENDS_WITHIN_S):
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code, socket.close_reason


@pytest.mark.parametrize("path", LINES)
async def test_websockets_end_with_their_session_and_no_others_do(hub: Hub, address: httpx.URL, path: str) -> None:
    ending = await sign_in(hub, Role.OFFICER, person_id="ending")
    staying = await sign_in(hub, Role.OFFICER, person_id="staying")
    async with (
        client_of(address, ending) as gone,
        client_of(address, staying) as here,
        websocket(gone, path) as first,
        websocket(gone, path) as second,
        websocket(here, path) as other,
    ):
        await hub.access.end_sessions("ending", LOCAL)
        assert await end_of(first) == await end_of(second) == (4401, "session_ended")
        await until(lambda: {line.entrant.person.person_id for line in hub.lines._open} == {"staying"}, "they are gone")
        await (await other.ping())
    await until(lambda: not hub.lines._open, "nothing is kept of a line that ended")


async def test_console_that_stopped_reading_is_cut_off_when_its_session_ends(tmp_path: Path) -> None:
    long = ReportMade(radio_id="R01", venue_id="V01", alert_id=None, answer=None, text="长" * 2000)

    def change(open_change: Change) -> None:
        for _ in range(50):
            hub.events.append(open_change, EventKind.REPORT_MADE, "R01", long)

    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        path = f"/ws/events?since={hub.events.last}"
        async with websocket(console, path, max_queue=1, close_timeout=0.1) as socket:
            await socket.recv()
            (stalled,) = hub.feed._clients
            while stalled.frames.qsize() < 5:
                await hub.database.write(change)
                await until(lambda: stalled.last == hub.events.last, "the frame is made")
            (line,) = hub.lines._open
            await hub.access.end_sessions(line.entrant.person.person_id, LOCAL)
            await until(lambda: not hub.lines._open and not hub.feed.clients, "it is cut off", ENDS_WITHIN_S)


@pytest.mark.parametrize("path", LINES)
async def test_websockets_end_when_nobody_refreshes_the_session(
    hub: Hub, address: httpx.URL, clock: ManualClock, path: str
) -> None:
    async with client_of(address, await sign_in(hub, Role.OFFICER, person_id="asleep")) as client:
        async with websocket(client, path) as socket:
            clock.advance(IDLE_S)
            assert await end_of(socket) == (4401, "session_ended")
        async with websocket(client, path) as socket:
            assert await end_of(socket) == (4401, "sign_in_needed")


@pytest.mark.parametrize("path", LINES)
@pytest.mark.parametrize(("role", "places"), [(Role.OFFICER, (GRID_1,)), (Role.DISPATCHER, (COMMUNITY,))])
async def test_websockets_end_when_their_persons_rights_change(
    hub: Hub, address: httpx.URL, path: str, role: Role, places: tuple[Place, ...]
) -> None:
    async with client_of(address, await sign_in(hub, Role.OFFICER, person_id="changing")) as client:
        async with websocket(client, path) as socket:
            renamed = NewPerson(person_id="changing", name="新名", role=Role.OFFICER)
            await hub.access.put_person(renamed, LOCAL)
            await (await socket.ping())
            await hub.access.put_person(NewPerson(person_id="changing", name="x", role=role, places=places), LOCAL)
            assert await end_of(socket) == (4401, "rights_changed")
        async with websocket(client, path) as socket:
            await (await socket.ping())


@pytest.mark.parametrize("path", LINES)
async def test_client_that_says_too_much_is_closed_and_counted(hub: Hub, address: httpx.URL, path: str) -> None:
    refused = hub.refused.counts["too_many_messages"]
    async with client_of(address, await sign_in(hub, Role.OFFICER)) as client, websocket(client, path) as socket:
        for _ in range(MESSAGES.burst):
            await socket.send("{}")
        await (await socket.ping())
        await socket.send("{}")
        assert await end_of(socket) == (4429, "too_many_messages")
    assert hub.refused.counts["too_many_messages"] == refused + 1


async def test_client_that_fills_the_audit_log_by_listening_here_and_there_is_closed(
    hub: Hub, address: httpx.URL
) -> None:
    async with client_of(address, await sign_in(hub, Role.OFFICER)) as client, websocket(client, "/ws/talk") as socket:
        for number in range(AUDITED.burst + 1):
            await socket.send(f'{{"type": "listen", "group_ids": [{chr(34) + "all" + chr(34) if number % 2 else ""}]}}')
        assert await end_of(socket) == (4429, "too_many_messages")


async def test_hub_that_stops_leaves_no_websocket_behind(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        async with open_console(hub) as console, websocket(console, "/ws/talk") as socket:
            await (await socket.ping())
        await until(lambda: not hub.lines._open, "the line is gone with the server")
