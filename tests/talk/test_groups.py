"""Temporary talk groups: who opens them, of whom they are made, who sees them, when they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from devices.protocol.clock import ManualClock, SystemClock
from devices.protocol.groups import MAX_TEMPORARY
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.app import Hub
from hub.console.view import view_of
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind, Item
from hub.registry.service import Registry
from hub.talk.groups import KEPT_CLOSED, MAX_RADIOS, NewGroup, TemporaryGroup, TemporaryGroups
from hub.talk.messages import BurstRecord
from hub.talk.reach import CLOSED_GRACE_US
from tests.devices.room import packet, until
from tests.hub import Told, client_of, entrant, open_console, open_database, open_hub, sign_in
from tests.talk.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
"""V01 to V25."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clock() -> ManualClock:
    return ManualClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), venues=50, clock=clock) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def told(hub: Hub) -> AsyncIterator[Told]:
    yield Told(hub)
    for group in hub.talk_groups.opened:
        await hub.talk_groups.close_group(group.group_id, "officer")


async def open_one(hub: Hub, *radio_ids: str) -> TemporaryGroup:
    return await hub.talk_groups.open_group(NewGroup(name="走失", radio_ids=radio_ids), radio_ids, "officer")


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_group_is_made_of_venues_of_radios_or_of_those_whom_an_alert_went_to(
    hub: Hub, console: httpx.AsyncClient, told: Told
) -> None:
    target = Target(kind=TargetKind.VENUE, id="V07")
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失", target=target), "officer")
    wishes: list[tuple[dict[str, Any], list[str]]] = [
        ({"venue_ids": ["V02", "V01"]}, ["R01", "R02"]),
        ({"radio_ids": ["R05", "R03", "R05"]}, ["R05", "R03"]),
        ({"alert_id": alert.alert_id}, ["R07"]),
    ]
    for wish, radio_ids in wishes:
        answer = await console.post("/api/talk/groups", json={"name": "走失儿童"} | wish)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["kind"], answer.json()["radio_ids"]) == ("temporary", radio_ids)
    groups = (await console.get("/api/talk/groups")).json()
    assert [group["radio_ids"] for group in groups] == [radio_ids for _, radio_ids in wishes]
    assert [group["alert_id"] for group in groups] == [None, None, alert.alert_id]
    state = (await console.get("/api/state")).json()
    assert [group for group in state["groups"] if group["kind"] == "temporary"] == groups
    opened = await told.wait(EventKind.GROUP_OPENED, count=3)
    assert opened == groups
    gone = await console.delete(f"/api/talk/groups/{groups[0]['group_id']}")
    assert (gone.status_code, len((await console.get("/api/talk/groups")).json())) == (204, 2)
    closed = (await told.wait(EventKind.GROUP_CLOSED))[0]
    assert closed["closed_by"] == opened[0]["opened_by"] != "hub"
    assert code(await console.delete(f"/api/talk/groups/{groups[0]['group_id']}")) == (404, "unknown_group")


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        ({}, (422, "name_one")),
        ({"venue_ids": ["V01"], "radio_ids": ["R02"]}, (422, "name_one")),
        ({"venue_ids": []}, (422, "no_radios")),
        ({"venue_ids": ["V99"]}, (422, "unknown_venue")),
        ({"radio_ids": ["R99"]}, (422, "unknown_radio")),
        ({"alert_id": "A99"}, (404, "unknown_alert")),
        ({"radio_ids": [f"R{n:02}" for n in range(1, MAX_RADIOS + 2)]}, (422, "too_many_radios")),
        ({"radio_ids": ["R01"], "name": ""}, (422, "bad_field")),
    ],
)
async def test_what_makes_no_group_is_refused_in_words(
    console: httpx.AsyncClient, told: Told, wish: dict[str, Any], refused: tuple[int, str]
) -> None:
    answer = await console.post("/api/talk/groups", json={"name": "走失儿童"} | wish)
    assert code(answer) == refused
    assert told.of(EventKind.GROUP_OPENED) == []


async def test_seventeenth_group_waits_until_one_is_closed(hub: Hub, console: httpx.AsyncClient, told: Told) -> None:
    groups = [await open_one(hub, "R01") for _ in range(MAX_TEMPORARY)]
    wish = {"name": "又一个", "radio_ids": ["R01"]}
    assert code(await console.post("/api/talk/groups", json=wish)) == (409, "too_many_groups")
    await hub.talk_groups.close_group(groups[3].group_id, "officer")
    assert (await console.post("/api/talk/groups", json=wish)).status_code == 201


@pytest.mark.parametrize(
    ("role", "places", "radio_ids", "status"),
    [
        (Role.DISPATCHER, (COMMUNITY,), ["R01", "R50"], 201),
        (Role.DISPATCHER, (GRID_1,), ["R01", "R02"], 201),
        (Role.DISPATCHER, (GRID_1,), ["R01", "R50"], 403),
        (Role.GRID_MEMBER, (GRID_1,), ["R01"], 403),
        (Role.GUARD, (VENUE_1,), ["R01"], 403),
        (Role.ADMINISTRATOR, (COMMUNITY,), ["R01"], 403),
    ],
)
async def test_who_may_call_all_its_places_opens_and_closes_a_group(
    hub: Hub,
    console: httpx.AsyncClient,
    told: Told,
    role: Role,
    places: tuple[Place, ...],
    radio_ids: list[str],
    status: int,
) -> None:
    group = await open_one(hub, *radio_ids)
    async with client_of(console.base_url, await sign_in(hub, role, places)) as client:
        opened = await client.post("/api/talk/groups", json={"name": "临时", "radio_ids": radio_ids})
        closed = await client.delete(f"/api/talk/groups/{group.group_id}")
    assert (opened.status_code, closed.status_code) == (status, 204 if status == 201 else 403)


async def test_guard_sees_of_a_group_the_own_radios_and_nothing_of_one_elsewhere(
    hub: Hub, console: httpx.AsyncClient, told: Told
) -> None:
    near, _far = await open_one(hub, "R01", "R02"), await open_one(hub, "R02", "R03")
    async with client_of(console.base_url, await sign_in(hub, Role.GUARD, (VENUE_1,))) as client:
        groups = (await client.get("/api/talk/groups")).json()
        state = (await client.get("/api/state")).json()
    seen_here = [(one["group_id"], one["radio_ids"], one["radio_count"]) for one in groups]
    assert seen_here == [(near.group_id, ["R01"], 2)]
    assert [one for one in state["groups"] if one["kind"] == "temporary"] == groups
    view = view_of(entrant(hub, Role.GUARD, (VENUE_1,)), hub.registry)
    items = [item for item in await hub.events.since(0) if item.kind == EventKind.GROUP_OPENED][-2:]
    seen = [item for item in map(view.item, items) if item is not None]
    assert [msgspec.json.decode(item.body)["radio_ids"] for item in seen] == [["R01"]]


async def test_guard_is_told_of_a_burst_which_own_radios_missed_it_and_nothing_of_a_private_one(
    hub: Hub, told: Told
) -> None:
    def ended(group_id: str) -> Item:
        record = BurstRecord(
            call_id=1, group_id=group_id, burst_id=2, talker_id="x", talker_name="值班员", duration_s=1.0,
            radios_reached=0, radios_online=2, radios_missed=("R01", "R02"),
        )  # fmt: skip
        return Item(1, 0, EventKind.BURST_ENDED, group_id, msgspec.json.encode(record))

    guard = view_of(entrant(hub, Role.GUARD, (VENUE_1,)), hub.registry)
    officer = view_of(entrant(hub, Role.OFFICER, (GRID_1,)), hub.registry)
    group = await open_one(hub, "R01", "R02")
    await hub.talk_groups.close_group(group.group_id, "officer")
    for group_id in ("all", group.group_id):
        seen = guard.item(ended(group_id))
        assert seen is not None, "also of a temporary group that was closed meanwhile"
        assert msgspec.json.decode(seen.body)["radios_missed"] == ["R01"]
    assert guard.item(ended("private.R01")) is None
    assert officer.item(ended("private.R01")) == ended("private.R01")
    assert officer.item(ended("private.R50")) is None
    assert guard.item(ended("temporary.99")) is None


async def test_group_in_which_nobody_speaks_is_closed_after_30_minutes_by_the_hub(
    hub: Hub, clock: ManualClock, told: Told
) -> None:
    desk = Desk(hub, "quiet")
    quiet, lively = await open_one(hub, "R01"), await open_one(hub, "R02")
    clock.advance(29 * 60)
    desk.release(desk.press(lively.group_id))
    clock.advance(61)
    await hub.talk_groups.close_quiet()
    (left,) = hub.talk_groups.opened
    assert left.group_id == lively.group_id
    assert (lively.closes_at_ms, left.closes_at_ms) == (lively.opened_at_ms + 1_800_000, left.opened_at_ms + 3_540_000)
    assert [one["closed_by"] for one in told.of(EventKind.GROUP_CLOSED, quiet.group_id)] == ["hub"]
    desk.go()


async def test_console_that_listens_hears_a_group_and_may_not_speak_to_one_that_is_closed(
    hub: Hub, clock: ManualClock, told: Told
) -> None:
    group = await open_one(hub, "R01")
    caller, listener, elsewhere = (
        Desk(hub, "caller"),
        Desk(hub, "listener", Role.GUARD, (VENUE_1,)),
        Desk(hub, "elsewhere", Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V02"),)),
    )
    for desk in (listener, elsewhere):
        hub.talk.tune(desk, frozenset({group.group_id}))
    await until(lambda: group.group_id in listener.group_ids, "it is written down that the guard listens")
    grant = caller.press(group.group_id)
    hub.talk.speak(caller.talker_id, packet(grant.burst_id, 0))
    assert [one.burst_id for one in listener.packets] == [grant.burst_id]
    await hub.talk_groups.close_group(group.group_id, "officer")
    assert [one.reason.value for one in caller.told if hasattr(one, "reason")] == ["group_closed"]
    refused = hub.refused.counts["no_floor"]
    hub.talk.speak(caller.talker_id, packet(grant.burst_id, 1))
    assert hub.refused.counts["no_floor"] == refused, "what was under way is nobody's fault"
    clock.advance(CLOSED_GRACE_US / 1e6)
    hub.talk.speak(caller.talker_id, packet(grant.burst_id, 2))
    assert hub.refused.counts["no_floor"] == refused + 1, "who never stops is to blame"
    hub.talk.press(caller, group.group_id, "again")
    assert caller.told[-1].reason.value == "unknown_group"  # type: ignore[union-attr]
    assert [one.reason.value for one in elsewhere.told] == ["not_allowed"]  # type: ignore[union-attr]
    assert elsewhere.packets == []
    for desk in (caller, listener, elsewhere):
        desk.go()


@asynccontextmanager
async def groups_of(folder: Path) -> AsyncIterator[TemporaryGroups]:
    """The groups of a hub that was started with this folder."""
    async with open_database(folder) as database:
        events = EventLog(database)
        groups = TemporaryGroups(database, events, Registry(database, events), SystemClock())
        groups.open()
        yield groups


async def test_group_is_there_after_a_restart_and_its_number_is_used_once(tmp_path: Path) -> None:
    wish = NewGroup(name="走失")
    async with groups_of(tmp_path) as first:
        one, two = [await first.open_group(wish, radio_ids, "officer") for radio_ids in (("R01",), ("R02", "R03"))]
        await first.close_group(two.group_id, "officer")
        known = first.find(two.group_id)
    async with groups_of(tmp_path) as second:
        assert [group.group_id for group in second.opened] == [one.group_id]
        assert (second.find(one.group_id), second.find(two.group_id)) == (one, known)
        with pytest.raises(Refusal, match=r"no group temporary\.2"):
            await second.close_group(two.group_id, "officer")
        three = await second.open_group(wish, ("R01",), "officer")
    assert [group.group_id for group in (one, two, three)] == ["temporary.1", "temporary.2", "temporary.3"]


async def test_closed_groups_that_are_known_are_bounded(hub: Hub, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEPT_CLOSED == 500
    monkeypatch.setattr("hub.talk.groups.KEPT_CLOSED", 2)
    groups = [await open_one(hub, "R01") for _ in range(4)]
    for group in groups:
        await hub.talk_groups.close_group(group.group_id, "officer")
    assert [hub.talk_groups.find(group.group_id) is not None for group in groups] == [False, False, True, True]
