"""Recorded footage in a real browser: cameras in sync within a case, a clip that is proved unchanged, calibration."""

from __future__ import annotations

import asyncio
import math
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from devices.protocol.clock import SystemClock
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.app import Hub
from hub.cases.messages import CloseCase, NewCase
from hub.footage.segments.catalogue import Catalogue
from hub.registry.records import Camera, Mask, MaskKind
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from simulators.community.viewpoint import Viewpoint
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import OFFICER, open_console, open_hub, sign_in
from tests.vision.drawn import Walker, film

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAMERAS = [f"C{number:02}" for number in range(1, 5)]
WITHIN_S = 40.0
RECORDED_S = 6
TOGETHER = """() => {
  const at = Number(document.querySelector("[data-testid=playback]").dataset.at);
  const tiles = [...document.querySelectorAll("[data-testid=play-tile]")];
  return tiles.every((one) => Math.abs(at - Number(one.dataset.at)) < 250);
}"""
"""All show the moment at which the desk stands, to a picture or two."""
MADE_WITHIN_MS = 120_000
SETTLED_US = 3_000_000
"""Nobody is looked for here: a clip need not wait the minute until whoever was in view is known."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cameras(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CameraServer]:
    walkers = [Walker(40, 430, 130, 150), Walker(600, 400, -140, 130)]
    tape = read_tape(film(tmp_path_factory.mktemp("film") / "gate.mp4", walkers, seconds=8))
    async with CameraServer(dict.fromkeys(CAMERAS, tape), SystemClock(), random.Random(1)) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory, cameras: CameraServer) -> AsyncIterator[Hub]:
    """A hub that has recorded four cameras for some seconds, with a case that is open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.footage.exports.line.SETTLED_US", SETTLED_US)
        async with recording(tmp_path_factory.mktemp("hub"), cameras) as opened:
            yield opened


@asynccontextmanager
async def recording(folder: Path, cameras: CameraServer) -> AsyncIterator[Hub]:
    async with open_hub(folder, footage_recorder=True) as opened:
        for number, camera_id in enumerate(CAMERAS):
            camera = Camera(
                camera_id=camera_id,
                name=f"大门{number + 1}",
                venue_id="V01",
                url=cameras.url(camera_id),
                latitude=25.1,
                longitude=105.471,
                heading_deg=130.0,
                view_deg=65.0,
            )
            await opened.vision.put_camera(camera)
        await opened.cases.open_case(NewCase(title="走失儿童", purpose="找孩子", last_seen_venue_id="V01"), OFFICER)
        await until(lambda: min(map(partial(recorded_s, opened), CAMERAS)) > RECORDED_S, "all are recorded", WITHIN_S)
        yield opened


def recorded_s(hub: Hub, camera_id: str) -> float:
    """How much of a camera is on disk."""
    now_us = hub.clock.wall_us()
    spans = Catalogue(hub.footage.folder).spans(camera_id, now_us - 3_600_000_000, now_us)
    return sum(span.end_us - span.start_us for span in spans) / 1e6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.OFFICER) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


async def page_of(browser: Browser, console: httpx.AsyncClient, token: str) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    errors = errors_of(page)
    await page.goto(str(console.base_url))
    yield page
    await context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="module")
async def officer(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Page]:
    """An officer's console; a script error on it fails the test."""
    async for page in page_of(browser, console, await sign_in(hub, Role.OFFICER, person_id="finder")):
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def administrator(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Page]:
    async for page in page_of(browser, console, await sign_in(hub, Role.ADMINISTRATOR, person_id="keeper")):
        yield page


async def times_of(page: Page) -> list[float]:
    shown = await page.get_by_test_id("play-tile").all()
    return [float(await tile.get_attribute("data-at") or "nan") for tile in shown]


async def open_playback(page: Page) -> None:
    """Every camera's first recorded picture, standing."""
    await page.get_by_test_id("case-footage").click()
    await expect(page.get_by_test_id("play-tile")).to_have_count(len(CAMERAS))
    await page.get_by_test_id("play").click()  # where nothing was recorded yet it goes to the first picture
    await page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=play-tile]')].every((one) => Number(one.dataset.drawn) > 3)"
    )


async def test_four_cameras_play_in_sync_and_step_together(officer: Page) -> None:
    await open_playback(officer)
    await officer.keyboard.press("k")
    await expect(officer.get_by_test_id("playback")).to_have_attribute("data-playing", "false")
    await officer.wait_for_function(TOGETHER)  # who was late when it was paused goes on to the same moment
    standing = await times_of(officer)
    await officer.get_by_test_id("step-on").click()
    first = officer.get_by_test_id("play-tile").first
    await expect(first).not_to_have_attribute("data-at", str(standing[0]))
    stepped = await times_of(officer)
    assert 50 < stepped[0] - standing[0] < 250, "one picture of a camera that takes ten a second"
    await officer.get_by_test_id("step-back").click()
    await expect(first).to_have_attribute("data-at", _plain(standing[0]))
    lanes = officer.get_by_test_id("strip-lane")
    await expect(lanes).to_have_count(len(CAMERAS))
    for lane in await lanes.all():
        assert int(await lane.get_attribute("data-spans") or 0) >= 1


def _plain(at_ms: float) -> str:
    return f"{at_ms:.3f}".rstrip("0").rstrip(".")


async def test_a_stretch_is_marked_kept_let_go_and_asked_for_as_a_clip(officer: Page) -> None:
    await open_playback(officer)
    await officer.get_by_test_id("mark-since").click()
    before = float(await officer.get_by_test_id("playback").get_attribute("data-at") or 0)
    await officer.wait_for_function(
        "(before) => Number(document.querySelector('[data-testid=playback]').dataset.at) > before + 2000", arg=before
    )
    await officer.get_by_test_id("mark-until").click()
    await officer.keyboard.press("k")
    hold = officer.get_by_test_id("hold")
    await hold.click()
    await expect(officer.get_by_test_id("hold-card")).to_have_count(1)
    await expect(hold).to_be_disabled()  # the same once more would be kept twice
    await officer.get_by_test_id("hold-release").click()
    await officer.locator(".ant-popconfirm-buttons .ant-btn-dangerous").click()
    await expect(officer.get_by_test_id("hold-card")).to_have_count(0)
    await expect(hold).to_be_enabled()
    await officer.get_by_test_id("export").click()
    await officer.get_by_test_id("export-save").click()
    await expect(officer.get_by_test_id("export-card").first).to_be_visible()


async def test_an_administrator_calibrates_by_two_who_stand_and_masks_a_window(hub: Hub, administrator: Page) -> None:
    await administrator.get_by_test_id("admin-open").click()
    await administrator.get_by_test_id("admin-cameras").click()
    await administrator.get_by_test_id("calibrate-C01").click()
    form = administrator.get_by_test_id("calibration-form")
    clicks = form.get_by_test_id("still-clicks")
    await expect(clicks).to_be_visible()
    width, height = await _size(form.get_by_test_id("still"))
    view = Viewpoint(0.0, 0.0, 4.0, 130.0, 22.0, width / (2 * math.tan(math.radians(65) / 2)), width, height)
    await form.get_by_test_id("calibration-by").get_by_text("画两个站立的人").click()
    for ahead_m, right_m in ((6.0, -1.0), (11.0, 2.0)):
        for up_m in (0.0, 1.64):
            await _click(clicks, view, ahead_m, right_m, up_m)
    await expect(form.get_by_test_id("calibration-found")).to_contain_text("摄像头离地 4")
    await administrator.get_by_test_id("calibration-save").click()
    await expect(form).to_have_count(0)
    kept = hub.registry.cameras["C01"].calibration
    assert kept is not None
    assert kept.camera_height_m == pytest.approx(4.0, rel=0.1)
    assert kept.tilt_deg == pytest.approx(22.0, abs=3.0)

    await administrator.get_by_test_id("mask-C01").click()
    masks = administrator.get_by_test_id("masks-form")
    corners = masks.get_by_test_id("still-clicks")
    box = await corners.bounding_box()
    assert box is not None
    for x, y in ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4)):
        await corners.click(position={"x": box["width"] * x, "y": box["height"] * y})
    await masks.get_by_test_id("mask-close").click()
    await expect(masks.get_by_test_id("mask")).to_have_count(1)
    tree = Mask(kind=MaskKind.UNSEEN, points=((0.6, 0.1), (0.9, 0.1), (0.9, 0.5)))
    await hub.vision.put_masks("C01", (), (tree,))
    await expect(masks.get_by_test_id("masks-others")).to_be_visible()
    await expect(masks.get_by_test_id("mask")).to_have_count(2)
    await administrator.get_by_test_id("masks-save").click()
    await expect(masks).to_have_count(0)
    first, mask = hub.registry.cameras["C01"].masks
    assert first == tree, "what another drew meanwhile is not lost"
    assert np.allclose(mask.points, [(0.1, 0.1), (0.4, 0.1), (0.4, 0.4)], atol=0.02)


async def test_the_clip_that_was_asked_for_is_fetched_and_proved_unchanged(
    console: httpx.AsyncClient, officer: Page, tmp_path: Path
) -> None:
    await officer.get_by_test_id("case-footage").click()
    await officer.get_by_test_id("playback-tab-exports").click()
    card = officer.get_by_test_id("export-card").first
    await expect(card).to_have_attribute("data-state", "done", timeout=MADE_WITHIN_MS)
    async with officer.expect_download() as fetching:
        await card.get_by_test_id("export-fetch").click()
    file = tmp_path / "clip.mp4"
    await (await fetching.value).save_as(file)
    (tmp_path / "hub.pem").write_bytes((await console.get("/api/footage/key")).content)
    assert await verify(file, tmp_path / "hub.pem") == 0
    spoilt = bytearray(file.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    file.write_bytes(spoilt)
    assert await verify(file, tmp_path / "hub.pem") == 1


async def verify(file: Path, key: Path) -> int:
    """The exit code of the command that proves a clip."""
    command = ["-m", "hub", "footage", "verify", str(file), "--key", str(key)]
    return await (await asyncio.create_subprocess_exec(sys.executable, *command)).wait()


async def test_playback_ends_with_its_case(hub: Hub, officer: Page) -> None:
    await open_playback(officer)
    await officer.get_by_test_id("playback-close").click()
    await expect(officer.get_by_test_id("playback")).to_have_count(0)
    await officer.get_by_test_id("case-footage").click()
    await expect(officer.get_by_test_id("playback")).to_be_visible()
    (open_case,) = [case for case in await hub.cases.latest() if case.is_open]
    await hub.cases.close_case(open_case.case_id, CloseCase(outcome="找到了"), OFFICER)
    await expect(officer.get_by_test_id("playback")).to_have_count(0)


async def _size(picture: Locator) -> tuple[int, int]:
    await expect(picture).to_be_visible()
    found = await picture.evaluate("(one) => [one.naturalWidth, one.naturalHeight]")
    return int(found[0]), int(found[1])


async def _click(clicks: Locator, view: Viewpoint, ahead_m: float, right_m: float, up_m: float) -> None:
    heading = math.radians(view.heading_deg)
    east = ahead_m * math.sin(heading) + right_m * math.cos(heading)
    north = ahead_m * math.cos(heading) - right_m * math.sin(heading)
    x, y, _ = view.project(np.array([east, north, up_m]))
    box = await clicks.bounding_box()
    assert box is not None
    at = {"x": float(x) / view.width_px * box["width"], "y": float(y) / view.height_px * box["height"]}
    await clicks.click(position={"x": at["x"], "y": at["y"]})
