"""Prepared alerts: read by whoever sees the room, set by whoever may, and never sent with a blank in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from hub.access.people import Place, PlaceKind, Role
from hub.app import Hub
from hub.templates.messages import FIRST, MOST
from tests.hub import client_of, open_console, open_hub, sign_in

TEMPLATE = {"name": "停水", "text": "停水：{时间}", "severity": "Minor", "target": {"kind": "group", "id": "all"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chief(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.CHIEF) as client:
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_hub_begins_with_four_and_a_dispatcher_of_one_grid_reads_them(hub: Hub, chief: httpx.AsyncClient) -> None:
    grid = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    async with client_of(chief.base_url, await sign_in(hub, Role.DISPATCHER, grid)) as dispatcher:
        read = await dispatcher.get("/api/alert-templates")
        assert [one["name"] for one in read.json()] == [one.name for one in FIRST]
        assert len(FIRST) == 4
        assert (await dispatcher.put("/api/alert-templates", json=[TEMPLATE])).status_code == 403


async def test_chief_sets_them_anew_and_that_is_audited(hub: Hub, chief: httpx.AsyncClient) -> None:
    assert (await chief.put("/api/alert-templates", json=[TEMPLATE])).status_code == 200
    (kept,) = (await chief.get("/api/alert-templates")).json()
    assert kept == kept | {"name": "停水", "status": "actual", "severity": "Minor"}
    (noted,) = [one for one in (await chief.get("/api/audit")).json()["items"] if one["action"] == "set_templates"]
    assert noted["detail"] == {"names": ["停水"]}
    assert (await chief.put("/api/alert-templates", json=[])).json() == []
    assert (await chief.get("/api/alert-templates")).json() == []


@pytest.mark.parametrize(
    ("templates", "code"),
    [
        ([TEMPLATE, TEMPLATE | {"name": " 停水 "}], "template_twice"),
        ([TEMPLATE | {"target": {"kind": "group", "id": "nobody"}}], "unknown_target"),
        ([TEMPLATE | {"text": " "}], "empty_text"),
        ([TEMPLATE | {"name": f"模板{n}"} for n in range(MOST + 1)], "bad_field"),
    ],
)
async def test_template_that_could_not_be_sent_is_refused(
    chief: httpx.AsyncClient, templates: list[object], code: str
) -> None:
    answer = await chief.put("/api/alert-templates", json=templates)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_alert_with_a_blank_that_nobody_filled_is_refused(chief: httpx.AsyncClient) -> None:
    answer = await chief.post("/api/alerts", json={"text": "走失儿童：红上衣，身高{身高}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "blank_left")
    assert "{身高}" in answer.json()["error"]["message"]
