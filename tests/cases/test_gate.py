"""Footage and sightings open in an open case alone: every door to them is tried with a closed one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa

from hub.access.audit import Action
from hub.access.doors import HTTP
from hub.access.permissions import Right
from hub.access.tables import audit_records
from hub.app import Hub
from tests.hub import PICTURE, open_console, open_hub, sighting

pytestmark = pytest.mark.asyncio(loop_scope="module")
RIGHTS = (Right.SEARCH_FOOTAGE, Right.EXPORT_FOOTAGE)
DOORS = [door for door, right in HTTP.items() if right in RIGHTS]
OF_NO_CASE = {("POST", "/api/describe"), ("POST", "/api/cameras/near")}
"""What a line of text says, and which cameras are near a venue: nothing of any footage."""
CLIPS_ALREADY_MADE = {
    ("GET", "/api/cases/{case_id}/exports"),
    ("GET", "/api/cases/{case_id}/exports/{export_id}/file"),
    ("DELETE", "/api/cases/{case_id}/exports/{export_id}"),
}
"""They are the case's evidence, and stay readable for some days after it closes (hub/footage/exports)."""
OF_THE_CASE_ALONE = {("GET", "/api/cases/{case_id}/exports"), ("GET", "/api/cases/{case_id}/holds")}
"""Lists of what was done in it: nothing of any footage."""
FROM_MS = 1_700_000_000_000
QUERY = {"description": {"upper": ["red"]}}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "search"): QUERY,
    ("POST", "watches"): QUERY,
    ("POST", "path"): {"query": QUERY},
    ("PUT", "path"): {"verdict": "confirmed"},
    ("POST", "reach"): {"query": QUERY},
    ("POST", "holds"): {"camera_ids": ["C01"], "from_ms": FROM_MS, "until_ms": FROM_MS + 1_000},
    ("POST", "exports"): {
        "camera_id": "C01",
        "from_ms": FROM_MS,
        "until_ms": FROM_MS + 1_000,
        "cut": "exact",
        "blur": "none",
        "sought": [],
        "reason": "寻人",
    },
}
ASKED = {
    "timeline": f"camera_ids=C01&since_ms={FROM_MS}&until_ms={FROM_MS + 1_000}",
    "pictures": f"from_ms={FROM_MS}&until_ms={FROM_MS + 1_000}",
    "still": f"at_ms={FROM_MS}",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        opened.sightings.add(sighting(opened, "seen", "red", "blue"))
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as console:
        yield console


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed(officer: httpx.AsyncClient) -> str:
    case = (await officer.post("/api/cases", json={"title": "走失", "purpose": "寻找走失儿童"})).json()
    await officer.post(f"/api/cases/{case['case_id']}/close", json={"outcome": "找到了"})
    return str(case["case_id"])


async def test_every_door_to_footage_is_of_a_case() -> None:
    assert {door for door in DOORS if "{case_id}" not in door[1]} == OF_NO_CASE


async def knock(officer: httpx.AsyncClient, case_id: str, door: tuple[str, str]) -> httpx.Response:
    method, path = door
    last = next((part for part in reversed(path.split("/")) if "{" not in part), "")
    named = {"{case_id}": case_id, "{sighting_id}": "seen", "{camera_id}": "C01"}
    for name, value in named.items():
        path = path.replace(name, value)
    for name in ("{watch_id}", "{hold_id}", "{export_id}"):
        path = path.replace(name, "W1")
    address = f"{path}?{ASKED[last]}" if last in ASKED else path
    if last == "photo":
        return await officer.post(address, content=PICTURE, headers={"Content-Type": "image/jpeg"})
    return await officer.request(method, address, json=BODIES.get((method, last)))


@pytest.mark.parametrize("door", [door for door in DOORS if door not in OF_NO_CASE | CLIPS_ALREADY_MADE], ids=" ".join)
async def test_a_closed_case_opens_none_of_them(officer: httpx.AsyncClient, closed: str, door: tuple[str, str]) -> None:
    answer = await knock(officer, closed, door)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "case_closed"), answer.text


async def test_whoever_is_let_in_is_noted_with_the_purpose(hub: Hub, officer: httpx.AsyncClient) -> None:
    """Each door in a case of its own, since a look that is repeated within a minute is noted once."""
    let_in = set()
    for door in sorted(set(DOORS) - OF_NO_CASE):
        case = (await officer.post("/api/cases", json={"title": "走失", "purpose": "寻找走失儿童"})).json()
        answer = await knock(officer, case["case_id"], door)
        if answer.status_code < 300:
            let_in.add(door)
        a = audit_records.c
        query = sa.select(a.action).where(a.case_id == case["case_id"], a.purpose == "寻找走失儿童").order_by(a.number)
        actions = await hub.database.read(lambda connection, query=query: list(connection.execute(query).scalars()))
        assert actions[0] == Action.OPEN_CASE.value
        assert len(actions) > 1 or door not in let_in - OF_THE_CASE_ALONE, (door, answer.text)
        await officer.post(f"/api/cases/{case['case_id']}/close", json={"outcome": "测试"})
    assert len(let_in) >= 8, let_in
