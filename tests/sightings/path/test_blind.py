"""A camera that could not see, or was not asked, is not counted as having missed who passed it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from devices.protocol.sightings import PictureCondition
from hub.app import Hub
from hub.events.messages import EventKind
from hub.registry.records import Camera
from tests.hub import open_console, open_hub, sighting

pytestmark = pytest.mark.asyncio(loop_scope="module")
RED_CHILD = {"description": {"upper": ["red"], "age": "child"}}
PASSED_AGO_S = (600, 400)
"""The child stood at V01, and then at V03: it passed V02, between them, 500 s ago."""


class Stood(msgspec.Struct):
    looked_at: bool = True
    picture: PictureCondition = PictureCondition.CLEAR


def looked(hub: Hub, camera_id: str, *turns: tuple[int, Stood]) -> None:
    """Through this camera somebody looked as it was told so many seconds ago, first of an hour ago."""
    now_us, times = hub.clock.wall_us(), hub.vision.blind_times
    times._cameras.pop(camera_id, None)
    for ago_s, stood in ((3600, Stood()), *turns):
        kind = EventKind.CAMERA_CHANGED if ago_s < 3600 else EventKind.CAMERA_ADDED
        times._take(camera_id, now_us - ago_s * 1_000_000, kind, msgspec.json.encode(stood))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        for number in range(1, 4):
            await opened.vision.put_camera(Camera(camera_id=f"C{number:02}", name="门口", venue_id=f"V{number:02}"))
        for number, ago_s in zip((1, 3), PASSED_AGO_S, strict=True):
            seen = sighting(opened, f"child-{number}", "red", "blue", f"C{number:02}")
            began_us = seen.started_at_us - ago_s * 1_000_000
            opened.sightings.add(
                msgspec.structs.replace(seen, started_at_us=began_us, ended_at_us=began_us + 4_000_000)
            )
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def case(hub: Hub) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """An officer, and the address of the case's path; both pictures are the child's."""
    async with open_console(hub) as officer:
        opened = await officer.post("/api/cases", json={"title": "女孩走失", "purpose": "寻找走失儿童"})
        address = f"/api/cases/{opened.json()['case_id']}/path"
        for number in (1, 3):
            await officer.put(f"{address}/child-{number}", json={"verdict": "confirmed"})
        yield officer, address


COVERED, OFF, CLEAR = Stood(picture=PictureCondition.COVERED), Stood(looked_at=False), Stood()


@pytest.mark.parametrize(
    ("turns", "missed_by"),
    [
        ((), ["C02"]),
        (((520, COVERED), (480, CLEAR)), []),
        (((700, COVERED),), []),
        (((520, OFF), (480, CLEAR)), []),
        (((900, COVERED), (530, CLEAR)), ["C02"]),
        (((470, Stood(picture=PictureCondition.DARK)),), ["C02"]),
    ],
    ids=[
        "always saw",
        "covered as it passed",
        "covered since",
        "off line as it passed",
        "covered before",
        "dark after",
    ],
)
async def test_a_camera_has_missed_whom_it_could_have_seen_as_he_passed(
    hub: Hub, case: tuple[httpx.AsyncClient, str], turns: tuple[tuple[int, Stood], ...], missed_by: list[str]
) -> None:
    officer, address = case
    for camera_id in ("C01", "C03"):
        looked(hub, camera_id)
    looked(hub, "C02", *turns)
    found = (await officer.post(address, json={"query": RED_CHILD})).json()
    begun, step = found["paths"][0]["steps"]
    assert (begun["sighting"]["sighting_id"], step["sighting"]["sighting_id"]) == ("child-1", "child-3")
    assert step["missed_by"] == missed_by


async def reached(case: tuple[httpx.AsyncClient, str], query: dict[str, Any]) -> dict[str, Any]:
    officer, address = case
    answer = await officer.post(f"{address}/child-1/reach", json={"query": query})
    assert answer.status_code == 200, answer.text
    now: dict[str, Any] = answer.json()
    return now


async def test_where_he_may_be_is_asked_of_the_cameras_that_a_search_with_the_same_words_would_ask(
    hub: Hub, case: tuple[httpx.AsyncClient, str]
) -> None:
    for number in range(1, 4):
        looked(hub, f"C{number:02}")

    async def next_cameras(query: dict[str, Any]) -> set[str]:
        return {one["camera_id"] for one in (await reached(case, query))["cameras"]}

    assert await next_cameras(RED_CHILD) == {"C02"}
    assert await next_cameras(RED_CHILD | {"near": {"venue_id": "V03", "within_m": 50}}) == {"C03"}, "behind C02"
    assert await next_cameras({"text": "红色上衣的孩子，场所3的50米内"}) == {"C03"}


async def test_who_is_said_to_be_a_child_in_words_is_reached_at_a_childs_pace(
    case: tuple[httpx.AsyncClient, str],
) -> None:
    words, form, adult = [
        (await reached(case, query))["farthest_m"]
        for query in ({"text": "红色上衣的孩子"}, RED_CHILD, {"text": "红色上衣的成年人"})
    ]
    assert words == pytest.approx(form, rel=0.05)
    assert adult > 1.15 * words
