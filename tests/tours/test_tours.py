"""Patrol tours: read and set by whoever watches live, and two who save at once do not overwrite one another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from hub.access.people import Place, PlaceKind, Role
from hub.app import Hub
from tests.hub import client_of, open_console, open_hub, sign_in

TOUR = {"name": "夜巡", "camera_ids": ["C01", "C02"], "seconds_each": 15, "layout": 4}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dispatcher(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_second_of_two_who_save_at_once_is_told_and_overwrites_nothing(dispatcher: httpx.AsyncClient) -> None:
    before = (await dispatcher.get("/api/tours")).json()
    assert before == {"version": 0, "tours": []}
    saved = await dispatcher.put("/api/tours", json=before | {"tours": [TOUR]})
    assert (saved.status_code, saved.json()) == (200, {"version": 1, "tours": [TOUR]})
    late = await dispatcher.put("/api/tours", json=before)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "tours_changed")
    assert (await dispatcher.get("/api/tours")).json() == saved.json()


async def test_saving_is_audited_and_is_the_whole_community_s(hub: Hub, dispatcher: httpx.AsyncClient) -> None:
    now = (await dispatcher.get("/api/tours")).json()
    grid = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    async with (
        client_of(dispatcher.base_url, await sign_in(hub, Role.OFFICER, grid)) as officer,
        client_of(dispatcher.base_url, await sign_in(hub, Role.CHIEF)) as chief,
        client_of(dispatcher.base_url, await sign_in(hub, Role.ADMINISTRATOR)) as administrator,
    ):
        assert (await officer.get("/api/tours")).json() == now
        assert (await officer.put("/api/tours", json=now)).status_code == 403
        assert (await administrator.get("/api/tours")).status_code == 403
        saved = (await chief.put("/api/tours", json=now | {"tours": [TOUR | {"name": "早巡"}]})).json()
        (noted, *_) = [one for one in (await chief.get("/api/audit")).json()["items"] if one["action"] == "set_tours"]
        assert noted["detail"] == {"version": saved["version"], "names": ["早巡"]}


@pytest.mark.parametrize(
    ("tours", "code"),
    [
        ([TOUR, TOUR | {"name": " 夜巡 "}], "tour_twice"),
        ([TOUR | {"camera_ids": ["C01", "C01"]}], "camera_twice"),
        ([TOUR | {"name": " "}], "bad_field"),
        ([TOUR | {"camera_ids": []}], "bad_field"),
        ([TOUR | {"seconds_each": 4}], "bad_field"),
        ([TOUR | {"layout": 5}], "bad_field"),
    ],
)
async def test_tour_that_cannot_be_run_is_refused(
    dispatcher: httpx.AsyncClient, tours: list[object], code: str
) -> None:
    now = (await dispatcher.get("/api/tours")).json()
    answer = await dispatcher.put("/api/tours", json=now | {"tours": tours})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert (await dispatcher.get("/api/tours")).json() == now
