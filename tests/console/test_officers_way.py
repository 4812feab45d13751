"""The officer's whole way in a real browser: a case, one line, hits and why, yes and no, path, a watch that calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from devices.protocol.sightings import COLOURS, Sighting, SightingMessage
from devices.protocol.topics import DeviceKind, Up
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.app import Hub
from hub.registry.records import Camera
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sighting, sign_in
from tests.played import HandDevice
from tests.vision.shared_footage import FOOTAGE, needs_footage

pytestmark = pytest.mark.asyncio(loop_scope="module")
WALK_S = 84
"""From venue to venue at a child's pace."""
CHILD, ALIKE = (np.random.default_rng(seed).integers(-127, 128, 64).astype(np.int8).tobytes() for seed in (1, 2))
LINE = "红上衣蓝裤子的孩子，约一米一"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """A child walked from V01 to V03; somebody dressed alike, and more clearly red, stood at V04 twice."""
    async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1) as opened:
        await opened.vision.stop()
        for number in range(1, 5):
            await opened.vision.put_camera(
                Camera(camera_id=f"C{number:02}", name=f"门口{number}", venue_id=f"V{number:02}")
            )
        async with HandDevice.open(opened, "worker-1", DeviceKind.WORKER) as worker:
            for number in (1, 2, 3):
                await say(
                    worker, seen(opened, f"child-{number}", f"C{number:02}", 400 - WALK_S * number, CHILD, red=0.5)
                )
            for number in (1, 2):
                await say(worker, seen(opened, f"alike-{number}", "C04", 320 - number, ALIKE, red=0.9))
        yield opened


def seen(hub: Hub, sighting_id: str, camera_id: str, ago_s: int, descriptor: bytes, red: float) -> Sighting:
    made = sighting(hub, sighting_id, "red", "blue", camera_id)
    moved_us = -ago_s * 1_000_000
    upper = tuple(red if colour == "red" else 0.0 for colour in COLOURS)
    return msgspec.structs.replace(
        made,
        started_at_us=made.started_at_us + moved_us,
        ended_at_us=made.ended_at_us + moved_us,
        upper=upper,
        describer="stripes-2",
        descriptor=descriptor,
    )


async def say(worker: HandDevice, found: Sighting) -> None:
    message = SightingMessage(stamp=worker.stamp(), message_id=found.sighting_id, sighting=found)
    await worker.say(Up.SIGHTING, message)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def officer(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Page]:
    async for page in page_of(hub, console, browser):
        yield page


async def page_of(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    token = await sign_in(hub, Role.OFFICER, person_id="finder")
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    errors = errors_of(page)
    await page.goto(str(console.base_url))
    yield page
    await context.close()
    assert errors == []


async def open_case(officer: Page, line: str) -> None:
    await officer.get_by_test_id("case-title").fill("走失女孩")
    await officer.get_by_test_id("case-purpose").fill("家长报案，寻找走失儿童")
    await officer.get_by_test_id("case-open").click()
    await officer.get_by_test_id("search-line").fill(line)
    await officer.get_by_test_id("search-go").click()


async def listed(page: Page) -> list[str]:
    return [await hit.get_attribute("data-sighting") or "" for hit in await page.get_by_test_id("hit").all()]


async def test_from_the_mothers_words_to_the_next_sighting(hub: Hub, officer: Page) -> None:
    await open_case(officer, LINE)
    await expect(officer.get_by_test_id("search-chips")).to_contain_text("儿童")
    hits = officer.get_by_test_id("hit")
    await expect(hits).to_have_count(5)
    assert (await listed(officer))[0].startswith("alike"), "by the words alone whoever is redder comes first"
    await expect(hits.first).to_contain_text("上衣 红色，确定")
    await expect(hits.first).to_contain_text("身高 1.10 ± 0.05 米")
    await expect(officer.get_by_test_id("coverage")).to_contain_text("5")
    await officer.get_by_test_id("coverage-unseen").click()
    await expect(officer.get_by_test_id("coverage").get_by_role("listitem").first).to_contain_text("起离线")
    await expect(officer.get_by_test_id("path-step").first).to_be_visible()

    child = officer.locator('[data-testid=hit][data-sighting="child-2"]')
    await child.get_by_test_id("hit-yes").click()
    await expect(hits.first).to_have_attribute("data-sighting", "child-2")
    await expect(hits.first).to_have_attribute("data-verdict", "confirmed")
    await expect(hits.nth(2)).to_have_attribute("data-sighting", "child-1")
    await officer.locator('[data-testid=hit][data-sighting="alike-1"]').get_by_test_id("hit-no").click()
    await expect(hits).to_have_count(4)
    await expect(hits.last).to_have_attribute("data-sighting", "alike-2")
    await expect(hits.last).to_have_class("hit doubted")
    await expect(officer.get_by_test_id("path-rejected").first).to_have_attribute("data-value", "1")

    steps = officer.get_by_test_id("path-step")
    await expect(steps).to_have_count(3)
    assert [await step.get_attribute("data-sighting") for step in await steps.all()] == [
        "child-1",
        "child-2",
        "child-3",
    ]
    await expect(steps.nth(1)).to_have_attribute("data-sureness", "confirmed")
    await steps.nth(2).get_by_test_id("path-confirm").click()
    await expect(steps.nth(2)).to_have_attribute("data-verdict", "confirmed")

    await officer.get_by_test_id("watch-start").click()
    await expect(officer.get_by_test_id("watch")).to_be_visible()
    await expect(officer.get_by_test_id("watch-blind")).to_contain_text("4 个摄像头现在看不到")
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        now = msgspec.structs.replace(seen(hub, "child-4", "C04", -3, CHILD, red=0.8), ended=False)
        await say(worker, now)
        await expect(hits.first).to_have_attribute("data-sighting", "child-4")
    await expect(hits.first).to_contain_text("仍在画面中")
    await expect(hits.first).to_contain_text("新出现")


async def test_where_and_when_she_was_last_seen_is_searched_by_one_key_or_by_a_click_on_the_map(
    hub: Hub, console: httpx.AsyncClient, officer: Page
) -> None:
    left_at_ms = hub.clock.wall_us() // 1000 - 60_000
    new = {
        "title": "走失男孩",
        "purpose": "寻找走失儿童",
        "last_seen_at_ms": left_at_ms,
        "last_seen_venue_id": "V03",
        "description_text": LINE,
    }
    case = (await console.post("/api/cases", json=new)).json()
    await expect(officer.get_by_test_id("case")).to_have_attribute("data-case", case["case_id"])
    await officer.get_by_test_id("search-last-seen").click()
    near = officer.get_by_test_id("search-near-chip")
    await expect(near).to_contain_text("起从场所3走得到的 3 个摄像头")
    await expect(officer.get_by_test_id("coverage")).to_contain_text("查了 3 个摄像头")
    await near.get_by_role("button").click()
    await expect(officer.get_by_test_id("search-last-seen")).to_be_visible()

    await officer.get_by_test_id("search-form-toggle").click()
    await officer.get_by_test_id("search-near-point").click()
    await officer.locator(".leaflet").click(position={"x": 200, "y": 200})
    await expect(officer.get_by_test_id("pointing")).to_have_count(0)
    await expect(near).to_contain_text("起从地图上的点走得到的")
    await expect(officer.locator(".sought-from")).to_be_visible()
    await console.post(f"/api/cases/{case['case_id']}/close", json={"outcome": "找到了"})


@needs_footage
async def test_people_of_a_real_street_are_found_in_words_and_by_one_of_them(tmp_path: Path, browser: Browser) -> None:
    """A recording of a real street goes through vision into the store."""
    async with open_hub(tmp_path, vision_workers=1) as hub, open_console(hub) as console:
        film = FOOTAGE / "tud-campus" / "TUD-Campus.mp4"
        await hub.vision.put_camera(Camera(camera_id="C09", name="校园路口", venue_id="V01", url=str(film)))
        await until(lambda: hub.vision.view("C09").condition == "finished", "the recording was seen to its end")
        await until(lambda: hub.sightings.counts().sightings_kept >= 6, "its people are in the store")
        async for officer in page_of(hub, console, browser):
            await open_case(officer, "深色上衣的成年人")
            hits = officer.get_by_test_id("hit")
            await expect(hits.first).to_be_visible()
            people = await hits.count()
            assert people >= 6
            loaded = "image => image.complete && image.naturalHeight > 60"
            assert await hits.first.locator("img").evaluate(loaded), "each hit has its picture"
            chosen = await hits.nth(2).get_attribute("data-sighting")
            await hits.nth(2).get_by_test_id("hit-like").click()
            await expect(hits).to_have_count(people - 1)
            await expect(hits.first).to_contain_text("相似")
            assert chosen not in await listed(officer)
            nearest = await hits.first.get_attribute("data-sighting") or ""
            await hits.first.get_by_test_id("hit-no").click()
            await expect(hits).to_have_count(people - 2)
            assert nearest not in await listed(officer)
