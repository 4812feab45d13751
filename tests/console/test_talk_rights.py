"""Who may speak to which talk group, and hear it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol import voice
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from tests.console.page import Page, listening, page_on
from tests.devices.room import packet, until
from tests.hub import client_of, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")
GROUPS = ("all", "grid-G1", "grid-G2", "kind-hotel", "kind-school", "kind-property")
"""V01 and V02 are in G1, V03 and V04 in G2; V01 and V03 are hotels, V02 and V04 schools; no radio is a property's."""
TALKERS = [
    (Role.GUARD, (VENUE_1,), {"all", "grid-G1", "kind-hotel"}),
    (Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V04"),), {"all", "grid-G2", "kind-school"}),
    (Role.GRID_MEMBER, (GRID_1,), {"all", "grid-G1", "kind-hotel", "kind-school"}),
    (Role.DISPATCHER, (GRID_1,), {"all", "grid-G1", "kind-hotel", "kind-school"}),
    (Role.DISPATCHER, (COMMUNITY,), set(GROUPS)),
    (Role.CHIEF, (COMMUNITY,), set(GROUPS)),
]


@asynccontextmanager
async def talker(hub: Hub, console: httpx.AsyncClient, role: Role, *places: Place) -> AsyncIterator[Page]:
    """The talk websocket of somebody of this role."""
    token = await sign_in(hub, role, places)
    async with client_of(console.base_url, token) as client, page_on(client) as page:
        yield page


@pytest.mark.parametrize(("role", "places", "groups"), TALKERS)
async def test_person_speaks_to_the_groups_of_their_own_radios_and_is_denied_the_others_in_words(
    hub: Hub, console: httpx.AsyncClient, role: Role, places: tuple[Place, ...], groups: set[str]
) -> None:
    async with talker(hub, console, role, *places) as page:
        for group_id in GROUPS:
            answered = len(page.of("granted")) + len(page.of("denied"))
            await page.say(type="request", group_id=group_id, request_id=group_id)
            await until(lambda n=answered: len(page.of("granted")) + len(page.of("denied")) > n, "answered")  # type: ignore[misc]
            if page.of("granted") and page.of("granted")[-1]["group_id"] == group_id:
                await page.say(type="release", burst_id=page.of("granted")[-1]["burst_id"])
        denied = page.of("denied")
    assert {granted["group_id"] for granted in page.of("granted")} == groups
    assert {(one["group_id"], one["request_id"]) for one in denied} == {(name, name) for name in set(GROUPS) - groups}
    assert {(one["reason"], one["message"]) for one in denied} <= {("not_allowed", "您无权呼叫或收听这个对讲组")}


@pytest.mark.parametrize(("role", "places", "groups"), TALKERS)
async def test_person_listens_to_the_groups_of_their_own_radios_alone(
    hub: Hub, console: httpx.AsyncClient, role: Role, places: tuple[Place, ...], groups: set[str]
) -> None:
    async with talker(hub, console, role, *places) as page:
        await page.say(type="listen", group_ids=GROUPS)
        await page.say(type="request", group_id="nowhere", request_id="last")
        await until(lambda: any(one["request_id"] == "last" for one in page.of("denied")), "all is answered")
        (peer,) = (peer for peer in hub.talk._consoles._peers.values() if peer.entrant.person.role is role)
        await until(lambda: peer.group_ids == groups, "it is written down")
    denied = [one for one in page.of("denied") if one["request_id"] != "last"]
    assert {(one["group_id"], one["request_id"], one["reason"]) for one in denied} == {
        (group_id, "", "not_allowed") for group_id in set(GROUPS) - groups
    }


async def test_guard_is_told_nothing_of_a_call_elsewhere_and_hears_none_of_it(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    async with page_on(console) as officer, talker(hub, console, Role.GUARD, VENUE_1) as guard:
        await guard.say(type="listen", group_ids=list(GROUPS))
        await listening(hub, "grid-G1")
        for group_id in ("grid-G2", "grid-G1"):
            burst_id = await officer.press(group_id)
            await officer.wait("taken", len(officer.of("granted")))
            await officer.socket.send(packet(burst_id, 0))
            await officer.socket.send(packet(burst_id, 1, last=True))
        await until(lambda: len(guard.of("idle")) == 1, "the guard heard the call of the own grid")
        await until(lambda: len(officer.of("heard")) >= 2, "both calls are summed up")
    elsewhere, own = (granted["burst_id"] for granted in officer.of("granted"))
    told = {one["burst_id"] for one in guard.told if "burst_id" in one}  # calls before this one are summed up too
    assert (own in told, elsewhere in told) == (True, False)
    assert {one.burst_id for one in guard.packets} == {own}
    assert all(isinstance(one, voice.VoicePacket) for one in guard.packets)


async def test_group_that_one_no_longer_belongs_to_falls_silent(hub: Hub, console: httpx.AsyncClient) -> None:
    async with page_on(console) as officer, talker(hub, console, Role.GUARD, VENUE_1) as guard:
        await guard.say(type="listen", group_ids=["kind-hotel"])
        await listening(hub, "kind-hotel")
        was = hub.registry.groups["kind-hotel"]
        hub.registry.groups["kind-hotel"] = msgspec.structs.replace(was, radio_ids=("R03",))
        burst_id = await officer.press("kind-hotel")
        await officer.socket.send(packet(burst_id, 0, last=True))
        await officer.wait("idle")
        hub.registry.groups["kind-hotel"] = was
        await guard.say(type="request", group_id="kind-hotel", request_id="r")
        await guard.wait("granted")
    assert guard.packets == []


async def listened(hub: Hub, person_id: str) -> list[list[str]]:
    """The groups of each audit record on what the person listened to."""
    a = audit_records.c
    query = sa.select(a.detail).where(a.action == Action.LISTEN, a.person_id == person_id).order_by(a.number)
    details = await hub.database.read(lambda connection: connection.execute(query).scalars().all())
    return [msgspec.json.decode(detail)["group_ids"] for detail in details]


async def test_what_somebody_listens_to_is_an_audit_record_whenever_it_changes(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    token = await sign_in(hub, Role.OFFICER, person_id="listener")
    async with client_of(console.base_url, token) as client, page_on(client) as page:
        for group_ids in (["all"], ["all"], ["grid-G2", "all", "nowhere"], ["all", "grid-G2"], []):
            await page.say(type="listen", group_ids=group_ids)
        await page.say(type="request", group_id="nowhere", request_id="last")
        await until(lambda: any(one["request_id"] == "last" for one in page.of("denied")), "all is taken")
    await hub.talk.settle()
    assert await listened(hub, "listener") == [["all"], ["all", "grid-G2"], []]


async def test_nobody_hears_a_group_before_it_is_written_down_nor_after_it_was_taken_back(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    go_on = threading.Event()
    async with page_on(console) as page:
        (peer,) = hub.talk._consoles._peers.values()
        holding = asyncio.create_task(hub.database.write(lambda _change: go_on.wait(20)))
        try:
            for group_ids in (["all", "grid-G1"], ["grid-G1"], ["grid-G1", "grid-G2"]):
                await page.say(type="listen", group_ids=group_ids)
            await page.say(type="request", group_id="nowhere", request_id="last")
            await page.wait("denied")
            assert peer.group_ids == frozenset()
        finally:
            go_on.set()
        heard = []
        await holding
        await until(lambda: heard.append(peer.group_ids) or len(peer.group_ids) == 2, "all is written down")  # type: ignore[func-returns-value]
    assert not any("all" in group_ids for group_ids in heard), "taken back while it was being written"
    assert peer.group_ids == {"grid-G1", "grid-G2"}


async def test_listening_that_cannot_be_noted_ends_until_the_console_comes_back(
    hub: Hub, console: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("hub.storage.writer.MAX_WAITING", 0)
        async with page_on(console) as page:
            await page.say(type="listen", group_ids=["all"])
            await until(lambda: page.closed is not None, "the line is closed")
    assert page.closed == 4008
    async with page_on(console) as page:
        await page.say(type="listen", group_ids=["all"])
        await page.press()
