"""The path over HTTP: within an open case alone; what an officer says is kept, told, audited and heeded at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from hub.access.people import Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.cases.messages import CloseCase
from hub.events.messages import EventKind
from hub.registry.records import Camera
from tests.hub import OFFICER, Told, open_console, open_hub, sighting

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKED = {"query": {"description": {"upper": ["red"], "lower": ["blue"], "height_m": 1.1, "age": "child"}}}
WALK_S = 84
"""100.8 m from venue to venue at a child's pace."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """A child walked from V01 to V03; at the same time somebody dressed alike stood at V04."""
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        for number in range(1, 5):
            await opened.vision.put_camera(Camera(camera_id=f"C{number:02}", name="门口", venue_id=f"V{number:02}"))
        await opened.vision.put_camera(Camera(camera_id="C05", name="不知何处"))
        for number in (1, 2, 3):
            see(opened, f"child-{number}", f"C{number:02}", 400 - WALK_S * number)
        see(opened, "friend-1", "C01", 400 - WALK_S)
        see(opened, "friend-2", "C02", 400 - 2 * WALK_S)
        see(opened, "alike", "C04", 400 - WALK_S - 10)
        see(opened, "green", "C02", 300, upper="green")
        see(opened, "nowhere", "C05", 200)
        yield opened


def see(hub: Hub, sighting_id: str, camera_id: str, ago_s: int, upper: str = "red") -> None:
    seen = sighting(hub, sighting_id, "black" if "friend" in sighting_id else upper, "blue", camera_id)
    companions = {"child-1": ("friend-1",), "child-2": ("friend-2",)}.get(sighting_id, ())
    height = 1.7 if "friend" in sighting_id else 1.1
    moved = -ago_s * 1_000_000
    hub.sightings.add(
        msgspec.structs.replace(
            seen,
            started_at_us=seen.started_at_us + moved,
            ended_at_us=seen.ended_at_us + moved,
            companions=companions,
            height_m=height,
            child=float(height < 1.5),
            descriptor=bytes([30] * 64 if "friend" in sighting_id else [0, 90] * 32),
            describer="stripes-2",
        )
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as console:
        yield console


@pytest_asyncio.fixture(loop_scope="module")
async def case_id(officer: httpx.AsyncClient) -> str:
    opened = await officer.post("/api/cases", json={"title": "六岁女孩走失", "purpose": "寻找走失儿童"})
    found: str = opened.json()["case_id"]
    return found


async def path(officer: httpx.AsyncClient, case_id: str) -> dict[str, Any]:
    answer = await officer.post(f"/api/cases/{case_id}/path", json=ASKED)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def noted(hub: Hub, case_id: str, action: str) -> list[str]:
    """The purposes of the audit records of one action."""
    a = audit_records.c
    query = sa.select(a.purpose).where(a.case_id == case_id, a.action == action)
    return await hub.database.read(lambda connection: list(connection.execute(query).scalars()))


def ids(found: dict[str, Any], number: int = 0) -> list[str]:
    return [step["sighting"]["sighting_id"] for step in found["paths"][number]["steps"]]


async def test_path_follows_the_child_from_venue_to_venue(officer: httpx.AsyncClient, case_id: str) -> None:
    found = await path(officer, case_id)
    assert ids(found) == ["child-1", "child-2", "child-3"]
    second = found["paths"][0]["steps"][1]
    assert second["walk_m"] == pytest.approx(131, abs=3)  # no street on this map: straight, times DETOUR
    assert second["pace_mps"] == pytest.approx(131 / WALK_S, abs=0.05)
    assert second["sighting"]["picture_url"] == f"/api/cases/{case_id}/sightings/child-2/picture"
    assert second["verdict"] is None
    assert len(second["way"]) == 2 and found["paths"][0]["steps"][0]["way"] == []  # longitude first
    assert second["way"][0][0] > second["way"][0][1]
    assert found["cameras_without_place"] == ["C05"]
    assert found["reach"]["from_sighting_id"] == "child-3"
    assert found["reach"]["venues"][0] == found["reach"]["venues"][0] | {"venue_id": "V03", "walk_m": 0.0}


async def test_reach_is_told_anew_without_another_search(hub: Hub, officer: httpx.AsyncClient, case_id: str) -> None:
    found = await path(officer, case_id)
    searches = await noted(hub, case_id, "search")
    answer = await officer.post(f"/api/cases/{case_id}/path/child-3/reach", json={"query": ASKED["query"]})
    now = answer.json()
    assert now["from_sighting_id"] == "child-3"
    assert now["now_at_ms"] > found["reach"]["now_at_ms"]
    assert now["farthest_m"] >= found["reach"]["farthest_m"]
    assert [one["camera_id"] for one in now["cameras"]] == [one["camera_id"] for one in found["reach"]["cameras"]]
    nowhere = await officer.post(f"/api/cases/{case_id}/path/nowhere/reach", json={"query": ASKED["query"]})
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (409, "camera_without_place")
    nobody = await officer.post(f"/api/cases/{case_id}/path/nobody/reach", json={"query": ASKED["query"]})
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "unknown_sighting")
    await officer.post(f"/api/cases/{case_id}/path/child-3/reach", json={"query": ASKED["query"]})
    assert await noted(hub, case_id, "search") == searches != []
    assert len(await noted(hub, case_id, "look")) == 2, "each sighting asked of once, C05's too"


async def test_what_the_officer_says_is_kept_told_audited_and_heeded_at_once(
    hub: Hub, officer: httpx.AsyncClient, case_id: str
) -> None:
    told = Told(hub)
    said = await officer.put(f"/api/cases/{case_id}/path/child-2", json={"verdict": "rejected"})
    assert said.json()["verdict"] == "rejected"
    assert "child-2" not in ids(await path(officer, case_id))
    await officer.put(f"/api/cases/{case_id}/path/child-2", json={"verdict": "confirmed"})
    await officer.put(f"/api/cases/{case_id}/path/green", json={"verdict": "confirmed"})
    found = await path(officer, case_id)
    assert {"child-2", "green"} <= set(ids(found))
    assert [(mark["sighting_id"], mark["verdict"]) for mark in found["marks"]] == [
        ("child-2", "confirmed"),
        ("green", "confirmed"),
    ]
    taken_back = await officer.delete(f"/api/cases/{case_id}/path/green")
    assert taken_back.json()["verdict"] is None
    assert ids(await path(officer, case_id)) == ["child-1", "child-2", "child-3"]
    events = await told.wait(EventKind.PATH_MARKED, case_id, 4)
    assert [event["verdict"] for event in events] == ["rejected", "confirmed", "confirmed", None]
    assert await noted(hub, case_id, "mark_path") == ["寻找走失儿童"] * 4


async def test_who_went_along_at_several_steps_is_told(officer: httpx.AsyncClient, case_id: str) -> None:
    (companion,) = (await path(officer, case_id))["company"]
    assert [one["sighting_id"] for one in companion["sightings"]] == ["friend-1", "friend-2"]
    assert companion["beside"] == ["child-1", "child-2"]


async def test_groups_name_every_hit_once(officer: httpx.AsyncClient, case_id: str) -> None:
    groups = (await path(officer, case_id))["groups"]
    named = [one for group in groups for one in group]
    assert sorted(named) == sorted(set(named))
    assert {"child-1", "alike"} <= set(named)
    assert not any({"child-1", "alike"} <= set(group) for group in groups)


async def test_closed_case_tells_no_path_and_takes_no_word(hub: Hub, officer: httpx.AsyncClient, case_id: str) -> None:
    await officer.put(f"/api/cases/{case_id}/path/child-1", json={"verdict": "confirmed"})
    await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)
    for answer in (
        await officer.post(f"/api/cases/{case_id}/path", json=ASKED),
        await officer.put(f"/api/cases/{case_id}/path/child-1", json={"verdict": "rejected"}),
        await officer.delete(f"/api/cases/{case_id}/path/child-1"),
        await officer.post(f"/api/cases/{case_id}/path/child-1/reach", json={"query": ASKED["query"]}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "case_closed")


async def test_nonsense_is_refused(officer: httpx.AsyncClient, case_id: str) -> None:
    unknown = await officer.put(f"/api/cases/{case_id}/path/nobody", json={"verdict": "confirmed"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_sighting")
    wrong = await officer.put(f"/api/cases/{case_id}/path/child-1", json={"verdict": "perhaps"})
    assert wrong.status_code == 422
    many = await officer.post(f"/api/cases/{case_id}/path", json=ASKED | {"paths": 6})
    assert (many.status_code, many.json()["error"]["field"]) == (422, "paths")


async def test_who_may_not_search_sees_no_path(hub: Hub, case_id: str) -> None:
    async with open_console(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),)) as guard:
        assert (await guard.post(f"/api/cases/{case_id}/path", json=ASKED)).status_code == 403
