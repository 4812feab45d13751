"""The wall of live pictures in a real browser: cameras that move, one that stands still, tours, talk beside them."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from devices.protocol.clock import SystemClock
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.app import Hub
from hub.registry.records import Camera
from simulators.cameras.faults import Fault
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sign_in
from tests.played import Person, real_radio
from tests.vision.drawn import Walker, film

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAMERAS = [f"C{number:02}" for number in range(1, 17)]
H265_CAMERA = "C03"
"""What a browser without H.265 is shown converted by the hub; Debian's has none."""
WITHIN_S = 40.0
PIXELS = """camera => {
  const shown = document.querySelector(`[data-camera="${camera}"] canvas`);
  const copy = new OffscreenCanvas(64, 36).getContext("2d");
  copy.drawImage(shown, 0, 0, 64, 36);
  return copy.getImageData(0, 0, 64, 36).data.join();
}"""
DRAWN = "() => [...document.querySelectorAll('[data-testid=tile-state]')].map((one) => Number(one.dataset.drawn))"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cameras(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CameraServer]:
    walkers = [Walker(40, 430, 130, 150), Walker(600, 400, -140, 130)]
    folder = tmp_path_factory.mktemp("film")
    tape = read_tape(film(folder / "gate.mp4", walkers, seconds=8))
    h265 = read_tape(film(folder / "yard.mp4", walkers, seconds=8, encoder="libx265"))
    tapes = dict.fromkeys(CAMERAS, tape) | {H265_CAMERA: h265}
    async with CameraServer(tapes, SystemClock(), random.Random(1)) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory, cameras: CameraServer) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), footage_recorder=True) as opened:
        for number, camera_id in enumerate(CAMERAS):
            place = {"venue_id": f"V{number % 4 + 1:02}", "name": f"大门{number + 1}"}
            await opened.vision.put_camera(Camera(camera_id=camera_id, url=cameras.url(camera_id), **place))
        yield opened


async def online(hub: Hub, cameras: int) -> None:
    """The first so many cameras give pictures."""
    seen = hub.vision.view
    await until(lambda: all(seen(one).condition == "online" for one in CAMERAS[:cameras]), "on line", WITHIN_S)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def wall(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Page]:
    """A dispatcher's console that opens on the wall; a script error on it fails the test."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["microphone"])
    token = await sign_in(hub, Role.DISPATCHER, person_id="duty")
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    errors = errors_of(page)
    await page.goto(f"{console.base_url}#live")
    await expect(page.get_by_test_id("live")).to_be_visible()
    yield page
    await context.close()
    assert errors == []


async def lay_out(page: Page, layout: int) -> None:
    await page.get_by_test_id(f"live-layout-{layout}").click()
    await page.get_by_test_id("live-fill").click()
    await all_move(page, layout)


async def all_move(page: Page, tiles: int) -> None:
    """Each of so many tiles draws pictures."""
    await expect(page.get_by_test_id("tile-state")).to_have_count(tiles)
    before = await page.evaluate(DRAWN)
    await page.wait_for_function(
        f"before => ({DRAWN})().every((one, tile) => one >= before[tile] + 5)", arg=before, timeout=WITHIN_S * 1000
    )


async def test_four_cameras_move_and_one_that_stands_still_says_so_and_comes_back(
    hub: Hub, wall: Page, cameras: CameraServer
) -> None:
    await online(hub, 4)
    await lay_out(wall, 4)
    for camera_id in CAMERAS[:4]:
        before = await wall.evaluate(PIXELS, camera_id)
        assert len(set(before.split(","))) > 8, "a picture, not one colour"
        await wall.wait_for_function(f"([camera, before]) => ({PIXELS})(camera) !== before", arg=[camera_id, before])
    await expect(wall.locator(f"[data-testid=live-tile][data-camera={H265_CAMERA}]")).to_contain_text("主机转码")
    await expect(wall.get_by_test_id("live-tile").get_by_text("主机转码")).to_have_count(1)
    tile = wall.locator("[data-testid=live-tile][data-camera=C02]")
    clock = tile.get_by_test_id("tile-clock")
    shown = await clock.inner_text()
    assert re.fullmatch(r"\d\d:\d\d:\d\d", shown)
    await expect(clock).not_to_have_text(shown)
    cameras.set_fault("C02", Fault.STALL)
    await expect(tile.get_by_test_id("tile-why")).to_contain_text("最后画面")
    await expect(wall.get_by_test_id("tile-why")).to_have_count(1)
    cameras.set_fault("C02", Fault.NONE)
    await expect(tile.get_by_test_id("tile-why")).to_have_count(0)
    await expect(wall.locator("[data-testid=tile-state][data-stand=实时]")).to_have_count(4)
    await wall.reload()
    await all_move(wall, 4)


async def test_cameras_are_placed_swapped_and_enlarged_by_clicks(hub: Hub, wall: Page) -> None:
    tiles = wall.get_by_test_id("live-tile")
    await online(hub, 8)
    await wall.get_by_test_id("live-layout-4").click()
    for camera_id in ("C05", "C06"):
        await wall.get_by_test_id("live-search").fill(f"大门{int(camera_id[1:])}")
        await wall.locator(f"[data-testid=live-camera][data-camera={camera_id}]").click()
    await all_move(wall, 2)
    await tiles.nth(0).click()
    await tiles.nth(1).click()
    await expect(tiles.nth(0)).to_have_attribute("data-camera", "C06")
    await tiles.nth(0).drag_to(tiles.nth(1))
    await expect(tiles.nth(0)).to_have_attribute("data-camera", "C05")
    await tiles.nth(0).dblclick()
    await expect(tiles).to_have_count(1)
    await expect(wall.get_by_test_id("live-tiles")).to_have_attribute("data-layout", "1")
    await expect(wall.get_by_test_id("tile-state")).to_have_text("实时 高清")
    await wall.keyboard.press("Escape")
    await all_move(wall, 2)


async def test_tour_passes_over_a_camera_without_a_picture_and_names_it(wall: Page, cameras: CameraServer) -> None:
    await wall.get_by_test_id("live-layout-4").click()
    for camera_id in ("C07", "C08"):
        await wall.locator(f"[data-testid=live-camera][data-camera={camera_id}]").click()
    cameras.set_fault("C08", Fault.CUT)
    await expect(wall.locator("[data-camera=C08] [data-testid=tile-why]")).to_be_visible()
    await wall.get_by_test_id("live-tab-tours").click()
    await wall.get_by_test_id("tour-add").click()
    await wall.get_by_test_id("tour-name").fill("夜间巡视")
    await wall.get_by_test_id("tour-from-wall").click()
    await wall.get_by_test_id("tour-seconds").fill("5")
    await wall.get_by_test_id("tour-layout").get_by_text("1", exact=True).click()
    await wall.get_by_test_id("tour-save").click()
    await wall.get_by_test_id("tour-run").click()
    bar = wall.get_by_test_id("tour-bar")
    await expect(bar).to_contain_text("第 1/2 步")
    await wall.get_by_test_id("tour-next").click()
    await expect(bar).to_contain_text("第 2/2 步")
    await expect(wall.get_by_test_id("tour-not-seen-before")).to_contain_text("大门8")
    await wall.get_by_test_id("tour-pause").click()
    await expect(bar).to_contain_text("已暂停")
    await wall.get_by_test_id("tour-next").click()
    await wall.get_by_test_id("tour-stop").click()
    cameras.set_fault("C08", Fault.NONE)
    await expect(wall.get_by_test_id("live-tile")).to_have_count(2)


async def test_sixteen_tiles_leave_the_talk_line_its_time(hub: Hub, wall: Page) -> None:
    await wall.get_by_test_id("mic-enable").click()
    await expect(wall.get_by_test_id("mic-enable")).to_be_hidden()
    await online(hub, 16)
    known = "() => Number(document.querySelector('[data-testid=cameras-online]').dataset.online) >= 16"
    await wall.wait_for_function(known, timeout=WITHIN_S * 1000)  # the page fills the wall with those that it knows of
    await lay_out(wall, 16)
    guard = Person()
    async with real_radio(hub, "R01", guard):
        state = wall.get_by_test_id("talk-state")
        await wall.keyboard.down("Space")
        await expect(state).to_have_attribute("data-state", "speaking")
        await until(lambda: len(guard.packets) >= 100, "two seconds are heard")
        await wall.keyboard.up("Space")
        first, last = guard.packets[0], guard.packets[-1]
        assert last.sequence - first.sequence < len(guard.packets) * 1.1, "what is spoken is heard without holes"
        await expect(state).not_to_have_attribute("data-state", "speaking")
    await all_move(wall, 16)
