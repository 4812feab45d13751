"""Looks over a live picture in a real browser: somebody walks past a camera, with a real worker and recorder."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from devices.protocol.clock import SystemClock
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.app import Hub
from hub.registry.records import Camera
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sign_in
from tests.vision.drawn import Walker, film

WITHIN_S = 40.0
OVER_HIM = """() => {
  // Red cloth in the picture, and what is drawn in a track's green over it, both in shares of the tile.
  const extent = (canvas, is) => {
    const [width, height] = [320, 180];
    const copy = new OffscreenCanvas(width, height).getContext("2d");
    const fit = Math.min(width / canvas.width, height / canvas.height);
    const [w, h] = [canvas.width * fit, canvas.height * fit];
    copy.drawImage(canvas, (width - w) / 2, (height - h) / 2, w, h);
    const { data } = copy.getImageData(0, 0, width, height);
    const found = { left: width, top: height, right: -1, bottom: -1 };
    for (let at = 0; at < width * height; at += 1) {
      if (!is(...data.subarray(at * 4, at * 4 + 4))) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
    }
    return found;
  };
  const [picture, looks] = document.querySelectorAll("[data-camera=C01] canvas");
  if (looks === undefined) return false;
  const cloth = extent(picture, (r, g, b) => r > 110 && g < 80 && b < 80);
  const box = extent(looks, (r, g, b, a) => a > 150 && g > 170 && r < 110 && b < 170);
  const [x, y] = [(cloth.left + cloth.right) / 2, (cloth.top + cloth.bottom) / 2];
  return cloth.right >= 0 && box.left < x && x < box.right && box.top < y && y < box.bottom;
}"""


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    tape = read_tape(film(tmp_path / "gate.mp4", [Walker(60, 430, 95, 220)], seconds=6))
    async with (
        CameraServer({"C01": tape}, SystemClock(), random.Random(1)) as cameras,
        open_hub(tmp_path / "hub", footage_recorder=True, vision_workers=1) as opened,
    ):
        await opened.vision.put_camera(Camera(camera_id="C01", name="大门", venue_id="V01", url=cameras.url("C01")))
        yield opened


async def drawn_at(page: Page) -> int:
    return int(await page.get_by_test_id("analysis").get_attribute("data-drawn-at") or 0)


async def test_whoever_walks_past_has_a_box_over_him_as_long_as_looks_are_shown(hub: Hub) -> None:
    async with open_console(hub, Role.DISPATCHER) as console, open_browser() as browser:
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.DISPATCHER, person_id="duty")
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(f"{console.base_url}#live")
        await until(lambda: hub.vision.view("C01").looked_at, "the camera is looked at", WITHIN_S)
        await page.get_by_test_id("live-layout-1").click()
        await page.get_by_test_id("live-fill").click()
        await expect(page.locator("[data-testid=tile-state][data-stand=实时]")).to_be_visible(timeout=WITHIN_S * 1000)
        await expect(page.get_by_test_id("analysis")).to_have_count(0)
        assert hub.showing.cameras == 0
        await page.get_by_test_id("live-analysis").click()
        await expect(page.get_by_test_id("analysis-picture")).to_contain_text("已学会", timeout=WITHIN_S * 1000)
        await page.wait_for_function(OVER_HIM, timeout=WITHIN_S * 1000)
        before = await drawn_at(page)
        await page.set_viewport_size({"width": 1366, "height": 900})
        await page.wait_for_function(
            "before => Number(document.querySelector('[data-testid=analysis]').dataset.drawnAt) > before", arg=before
        )
        await page.wait_for_function(OVER_HIM, timeout=WITHIN_S * 1000)
        await page.get_by_test_id("live-analysis").click()
        await expect(page.locator(".analysis-canvas")).to_have_count(0)
        await until(lambda: hub.showing.cameras == 0, "nobody asks for looks any longer")
        assert errors == []
