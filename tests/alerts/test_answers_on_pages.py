"""A press on a phone's page: for whose venues it counts, and who may press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
import pytest_asyncio

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.alerts.messages import Alert, NewAlert, Target, TargetKind
from hub.alerts.posts import Posts
from hub.app import Hub
from hub.shifts.messages import Shift
from tests.hub import client_of, entrant, open_console, open_hub, sign_in
from tests.played import radio_on_line
from tests.shifts.crew import PIN, sign_off, sign_on
from tests.shifts.test_shifts import audited

pytestmark = pytest.mark.asyncio(loop_scope="module")
V01, V03 = (Place(kind=PlaceKind.VENUE, place_id=venue_id) for venue_id in ("V01", "V03"))
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
ALWAYS: dict[str, Any] = {"weekdays": (1, 2, 3, 4, 5, 6, 7), "begin_minute": 0, "end_minute": 1440}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def press(
    hub: Hub,
    console: httpx.AsyncClient,
    stack: AsyncExitStack,
    alert: Alert,
    role: Role,
    places: tuple[Place, ...],
    **said: Any,
) -> str | None:
    """What the hub says to a press: the code of its refusal, None where it took it."""
    client = await stack.enter_async_context(client_of(console.base_url, await sign_in(hub, role, places)))
    answer = await client.post(f"/api/alerts/{alert.alert_id}/answers", json={"message_id": "m1"} | said)
    if answer.status_code == 204:
        return None
    code: str = answer.json()["error"]["code"]
    return code


async def acknowledged(hub: Hub, alert: Alert) -> set[str]:
    found = await hub.alerts.find(alert.alert_id)
    return {one.venue_id for one in found.deliveries if one.acknowledged_at_ms is not None}


async def to_all(hub: Hub) -> Alert:
    return await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")


async def test_press_of_a_guard_without_shifts_counts_for_all_venues_of_theirs_and_is_audited(
    hub: Hub, console: httpx.AsyncClient, stack: AsyncExitStack
) -> None:
    alert = await to_all(hub)
    assert await press(hub, console, stack, alert, Role.GUARD, (V01, V03)) is None
    assert await acknowledged(hub, alert) == {"V01", "V03"}
    ((person_id, record),) = await audited(hub, Action.ANSWER_ALERT)
    assert (person_id.split("-")[0], record["venue_ids"], record["via"]) == ("guard", ["V01", "V03"], "page")


async def test_press_of_a_guard_of_several_venues_counts_where_they_are_on_shift_or_hold_a_radio(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    person_id, places = "roamer", (V01, V03)
    token = await sign_in(hub, Role.GUARD, places, person_id=person_id)
    await hub.sign_ons.pins.set(person_id, PIN, "chief")
    async with client_of(console.base_url, token) as client, radio_on_line(hub, "R03") as radio:

        async def venues() -> set[str]:
            alert = await to_all(hub)
            said = {"message_id": alert.alert_id}
            assert (await client.post(f"/api/alerts/{alert.alert_id}/answers", json=said)).status_code == 204
            return await acknowledged(hub, alert)

        await hub.shifts.put_shifts(person_id, (Shift(place=V01, **ALWAYS),), "chief")
        assert await venues() == {"V01"}
        assert (await sign_on(radio, person_id)).holder is not None
        assert await venues() == {"V01", "V03"}
        await hub.shifts.put_shifts(person_id, (), "chief")
        assert await venues() == {"V03"}
        await sign_off(radio)
        assert await venues() == {"V01", "V03"}, "nothing says where they are"


async def test_press_that_a_page_kept_counts_where_the_guard_was_on_shift_then(hub: Hub) -> None:
    began_us = round(datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1e6)
    alert = msgspec.structs.replace(await to_all(hub), issued_at_ms=began_us // 1000)
    guard = entrant(hub, Role.GUARD, (V01, V03))
    until_5_past_9 = Shift(place=V01, weekdays=(7,), begin_minute=0, end_minute=545)
    await sign_in(hub, Role.GUARD, (V01, V03), person_id=guard.person.person_id)
    await hub.shifts.put_shifts(guard.person.person_id, (until_5_past_9,), "chief")
    posts = Posts(hub.radios, hub.shifts, ManualClock(wall_us=began_us + 600_000_000))
    assert posts.venues_of(guard, alert, pressed_ago_s=400) == ("V01",)
    assert posts.venues_of(guard, alert, pressed_ago_s=0) == ("V01", "V03")


async def test_grid_member_says_at_which_venue_or_has_a_shift_there(
    hub: Hub, console: httpx.AsyncClient, stack: AsyncExitStack
) -> None:
    alert = await to_all(hub)
    assert await press(hub, console, stack, alert, Role.GRID_MEMBER, (GRID_1,)) == "no_venue"
    assert await press(hub, console, stack, alert, Role.GRID_MEMBER, (GRID_1,), venue_id="V03") == "not_your_place"
    assert await press(hub, console, stack, alert, Role.GRID_MEMBER, (GRID_1,), venue_id="V02") is None
    assert await acknowledged(hub, alert) == {"V02"}
    posted = await to_all(hub)
    person_id = "walker"
    token = await sign_in(hub, Role.GRID_MEMBER, (GRID_1,), person_id=person_id)
    await hub.shifts.put_shifts(person_id, (Shift(place=V01, **ALWAYS), Shift(place=V03, **ALWAYS)), "chief")
    async with client_of(console.base_url, token) as client:
        answer = await client.post(f"/api/alerts/{posted.alert_id}/answers", json={"message_id": "m1"})
    assert (answer.status_code, await acknowledged(hub, posted)) == (204, {"V01"})


async def test_who_has_no_venue_in_it_or_another_role_may_not_press(
    hub: Hub, console: httpx.AsyncClient, stack: AsyncExitStack
) -> None:
    target = Target(kind=TargetKind.VENUE, id="V04")
    alert = await hub.alerts.issue(NewAlert(text="查看后门", target=target), "duty")
    assert await press(hub, console, stack, alert, Role.GUARD, (V01,)) == "not_your_place"
    assert await press(hub, console, stack, alert, Role.DISPATCHER, (COMMUNITY,)) == "not_allowed"
    assert await acknowledged(hub, alert) == set()
