"""Every cell of the permission table, at every door, over HTTP and websockets; and where a right holds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
import websockets

from hub.access.doors import HTTP, PUBLIC, WEBSOCKETS
from hub.access.gate import SESSION_COOKIE
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.permissions import Right, has
from hub.app import Hub
from tests.hub import client_of, open_console, open_hub, sign_in, websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")
PLACES = dict.fromkeys(Role, (COMMUNITY,)) | {Role.GRID_MEMBER: (GRID_1,), Role.GUARD: (VENUE_1,)}
DOORS = {**HTTP, **{("WEBSOCKET", path): right for path, right in WEBSOCKETS.items()}}
CASE = {"title": "走失", "purpose": "寻找走失儿童"}


@dataclass
class Town:
    """A hub, and the browsers of one person of each role."""

    hub: Hub
    of: dict[Role, httpx.AsyncClient]
    stack: AsyncExitStack

    async def browser(self, role: Role, *places: Place) -> httpx.AsyncClient:
        """The browser of somebody else."""
        client = client_of(self.of[role].base_url, await sign_in(self.hub, role, places))
        return await self.stack.enter_async_context(client)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with (
        open_hub(tmp_path_factory.mktemp("hub"), venues=4) as hub,
        open_console(hub) as console,
        AsyncExitStack() as stack,
    ):
        tokens = {role: await sign_in(hub, role, PLACES[role], person_id=role.value) for role in Role}
        clients = {role: client_of(console.base_url, token) for role, token in tokens.items()}
        yield Town(hub, {role: await stack.enter_async_context(client) for role, client in clients.items()}, stack)


def code_of(answer: httpx.Response) -> str | None:
    """Why it was refused; None where it was not."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    found = answer.json()
    return found["error"]["code"] if isinstance(found, dict) and "error" in found else None


def of_nothing(path: str) -> str:
    """The door's address with names of nothing that is there, so that nothing happens."""
    return re.sub(r"\{\w+\}", "nothing", path)


async def is_let_in(town: Town, role: Role, method: str, path: str) -> bool:
    if method == "WEBSOCKET":
        return await is_let_in_to_websocket(town, role, path)
    if DOORS[method, path] is Right.OWN_SESSION:  # at such a door a session may end: it gets one of its own
        person_id = f"{role.value}-own"
        token = await sign_in(town.hub, role, PLACES[role], person_id=person_id)
        async with client_of(town.of[role].base_url, token) as client:
            answer = await client.request(method, path.replace("{person_id}", person_id))
    else:
        answer = await town.of[role].request(method, of_nothing(path))
    code = code_of(answer)
    assert (answer.status_code, code) != (401, "sign_in_needed"), (role, method, path)
    assert answer.status_code != 500, (role, method, path, answer.text)
    return (answer.status_code, code) != (403, "not_allowed")


async def is_let_in_to_websocket(town: Town, role: Role, path: str) -> bool:
    async with websocket(town.of[role], f"{path}?since={town.hub.events.last}") as socket:
        try:
            if path == "/ws/talk":
                await socket.send('{"type": "request", "group_id": "nowhere", "request_id": "r"}')
            if path == "/ws/live":
                await socket.send("{}")
            await socket.recv()
        except websockets.ConnectionClosed:
            assert (socket.close_code, socket.close_reason) == (4403, "not_allowed")
            return False
    return True


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
async def test_door_lets_in_the_roles_that_have_its_right_and_nobody_else(town: Town, door: tuple[str, str]) -> None:
    if door in {("GET", "/trust"), ("GET", "/ca.pem")}:
        return  # this hub has no certificate to show
    right = DOORS[door]
    let_in = {role for role in Role if await is_let_in(town, role, *door)}
    assert let_in == {role for role in Role if right is PUBLIC or has(role, right)}


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
async def test_door_that_is_not_public_asks_a_stranger_to_sign_in(town: Town, door: tuple[str, str]) -> None:
    method, path = door
    async with client_of(town.of[Role.OFFICER].base_url, None) as stranger:
        if method == "WEBSOCKET":
            async with websocket(stranger, path) as socket:
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.recv()
                assert (socket.close_code, socket.close_reason) == (4401, "sign_in_needed")
            return
        answer = await stranger.request(method, of_nothing(path))
    needed = (answer.status_code, code_of(answer)) == (401, "sign_in_needed")
    assert needed is (DOORS[door] is not PUBLIC)


OWN, FOREIGN = "own", "foreign"
TARGETS = [
    ({"kind": "venue", "id": "V01"}, OWN),
    ({"kind": "venue", "id": "V03"}, FOREIGN),
    ({"kind": "radio", "id": "R02"}, OWN),
    ({"kind": "radio", "id": "R04"}, FOREIGN),
    ({"kind": "group", "id": "grid-G1"}, OWN),
    ({"kind": "group", "id": "grid-G2"}, FOREIGN),
    ({"kind": "group", "id": "kind-hotel"}, FOREIGN),
    ({"kind": "group", "id": "all"}, FOREIGN),
    ({"kind": "all", "id": None}, FOREIGN),
]


@pytest.mark.parametrize(("target", "whose"), TARGETS, ids=lambda one: one if isinstance(one, str) else one["id"])
@pytest.mark.parametrize("role", [role for role in Role if has(role, Right.ISSUE_ALERT)])
async def test_alert_goes_where_the_sender_is_responsible_for_all_who_get_it(
    town: Town, role: Role, target: dict[str, str], whose: str
) -> None:
    body = {"text": "请留意", "target": target}
    assert (await town.of[role].post("/api/alerts", json=body)).status_code == 201
    answer = await (await town.browser(role, GRID_1)).post("/api/alerts", json=body)
    assert (answer.status_code, code_of(answer)) == ((201, None) if whose == OWN else (403, "not_your_place"))


async def test_person_of_one_grid_cannot_tie_an_alert_to_a_case(town: Town) -> None:
    case = (await town.of[Role.OFFICER].post("/api/cases", json=CASE)).json()
    body = {"text": "请留意", "target": {"kind": "venue", "id": "V01"}, "case_id": case["case_id"]}
    answer = await (await town.browser(Role.DISPATCHER, GRID_1)).post("/api/alerts", json=body)
    assert (answer.status_code, code_of(answer)) == (403, "not_your_place")


@pytest.mark.parametrize(
    ("role", "places"), [(Role.GUARD, (VENUE_1,)), (Role.GRID_MEMBER, (GRID_1,)), (Role.DISPATCHER, (GRID_1,))]
)
async def test_alert_is_shown_with_ones_own_deliveries_alone(town: Town, role: Role, places: tuple[Place, ...]) -> None:
    async def issue(**target: str) -> str:
        answer = await town.of[Role.OFFICER].post("/api/alerts", json={"text": "请留意", "target": target})
        alert_id: str = answer.json()["alert_id"]
        return alert_id

    own, foreign = await issue(kind="all"), await issue(kind="venue", id="V04")
    browser = await town.browser(role, *places)
    shown = (await browser.get(f"/api/alerts/{own}")).json()["deliveries"]
    assert [one["venue_id"] for one in shown] == (["V01"] if places == (VENUE_1,) else ["V01", "V02"])
    answer = await browser.get(f"/api/alerts/{foreign}")
    assert (answer.status_code, code_of(answer)) == (403, "not_your_place")
    assert (await town.of[Role.CHIEF].get(f"/api/alerts/{foreign}")).status_code == 200


COMMUNITYS = [door for door, right in HTTP.items() if right in (Right.OPEN_CASE, Right.SEARCH_FOOTAGE)]


@pytest.mark.parametrize("door", COMMUNITYS, ids=" ".join)
async def test_case_is_the_whole_communitys_and_closed_to_who_has_one_grid(town: Town, door: tuple[str, str]) -> None:
    method, path = door
    case_id = (await town.of[Role.OFFICER].post("/api/cases", json=CASE)).json()["case_id"]
    address = of_nothing(path.replace("{case_id}", case_id))
    answer = await (await town.browser(Role.OFFICER, GRID_1)).request(method, address, json=CASE)
    assert (answer.status_code, code_of(answer)) == (403, "not_your_place")
    assert (await town.of[Role.OFFICER].request(method, address, json={})).status_code != 403


async def test_opening_hours_are_read_where_one_belongs(town: Town) -> None:
    guard = town.of[Role.GUARD]
    assert (await guard.get("/api/venues/V01/hours")).status_code == 200
    answer = await guard.get("/api/venues/V04/hours")
    assert (answer.status_code, code_of(answer)) == (403, "not_your_place")


async def test_person_with_several_places_has_all_of_them_and_no_more(town: Town) -> None:
    dispatcher = await town.browser(Role.DISPATCHER, GRID_1, Place(kind=PlaceKind.GRID, place_id="G2"))
    everywhere = {"text": "请留意", "target": {"kind": "group", "id": "kind-hotel"}}
    assert (await dispatcher.post("/api/alerts", json=everywhere)).status_code == 201
    all_venues = {"text": "请留意", "target": {"kind": "all"}}
    assert (await dispatcher.post("/api/alerts", json=all_venues)).status_code == 403


async def test_same_key_of_two_people_makes_two_alerts(town: Town) -> None:
    """Nobody is answered with another's alert, which may go to places that are not theirs."""
    body, key = {"text": "请留意", "target": {"kind": "venue", "id": "V01"}}, {"Idempotency-Key": "press-1"}
    ids = set()
    for browser in (town.of[Role.OFFICER], town.of[Role.DISPATCHER], town.of[Role.OFFICER]):
        ids.add((await browser.post("/api/alerts", json=body, headers=key)).json()["alert_id"])
    assert len(ids) == 2


async def test_what_somebody_does_is_noted_as_theirs(town: Town) -> None:
    case = (await town.of[Role.CHIEF].post("/api/cases", json=CASE)).json()
    alert = (await town.of[Role.DISPATCHER].post("/api/alerts", json={"text": "请留意"})).json()
    assert (case["opened_by"], alert["issued_by"]) == ("chief", "dispatcher")
    me = (await town.of[Role.GUARD].get("/api/state")).json()["me"]
    assert me == {
        "person_id": "guard",
        "name": "guard",
        "role": "guard",
        "places": [{"kind": "venue", "place_id": "V01"}],
    }
    assert SESSION_COOKIE not in (await town.of[Role.GUARD].get("/api/state")).text
