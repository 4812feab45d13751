"""The console's wall of live pictures in headless Chromium, read back: which picture is on the canvas at which moment.

The film's pictures carry their number as a strip of black and white blocks (simulators/community/clockface.py). The
page's canvas is drawn by its worker; before each drawing of the screen it is copied and the strip read, by the page's
own clock.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Page, async_playwright

from bench.community import PoliceRoom
from bench.mouth_to_ear_page import BrowserMissing
from simulators.community.clockface import BLOCK_PX, NUMBER_BITS, STRIP_BOTTOM_PX, STRIP_LEFT_PX

SOON_MS = 30_000
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_EYE = """
({ left, bottom, block, bits }) => {
  const tile = document.querySelector('[data-testid="live-tile"] canvas');
  const strip = document.createElement("canvas");
  [strip.width, strip.height] = [(bits + 4) * block, 1];
  const context = strip.getContext("2d", { willReadFrequently: true });
  const seen = [];
  window.seenSoFar = () => seen;
  const read = () => {
    context.drawImage(tile, left, tile.height - bottom - block / 2, strip.width, 1, 0, 0, strip.width, 1);
    const { data } = context.getImageData(0, 0, strip.width, 1);
    const values = Array.from({ length: bits + 4 }, (_, at) => (data[4 * (at * block + block / 2)] > 128 ? 1 : 0));
    const number = values.slice(2, 2 + bits).reduce((sum, bit) => sum * 2 + bit, 0);
    const parity = values.slice(2, 2 + bits).reduce((sum, bit) => sum ^ bit, 0);
    const isSound = values[0] === 1 && values[1] === 0 && values[2 + bits] === parity && values[3 + bits] === 1;
    if (isSound && seen.at(-1)?.[0] !== number) {
      seen.push([number, performance.timeOrigin + performance.now()]);
    }
    requestAnimationFrame(read);
  };
  requestAnimationFrame(read);
}
"""


@dataclass(frozen=True)
class Seen:
    """The picture of that number came onto the canvas at that moment, by the page's wall clock."""

    number: int
    at_us: int


@contextlib.asynccontextmanager
async def wall_page(room: PoliceRoom, camera_id: str) -> AsyncIterator[Page]:
    """The dispatcher's page with the wall open and this camera on it. Raises BrowserMissing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise BrowserMissing("没有 Chromium，请安装 / no Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*_OPTIONS])
        try:
            context = await browser.new_context(viewport={"width": 1366, "height": 768})
            for name, value in room.browser.cookies.items():
                await context.add_cookies([{"name": name, "value": value, "url": room.hub.url}])
            page = await context.new_page()
            page.set_default_timeout(SOON_MS)
            await page.goto(room.hub.url)
            await page.get_by_test_id("live-open").click()
            await page.locator(f'[data-testid="live-camera"][data-camera="{camera_id}"]').click()
            await page.locator(f'[data-testid="live-tile"][data-camera="{camera_id}"] canvas').wait_for()
            yield page
        finally:
            await browser.close()


async def watched(page: Page, seconds: float) -> list[Seen]:
    """What comes onto the canvas in so many seconds."""
    place = {"left": STRIP_LEFT_PX, "bottom": STRIP_BOTTOM_PX, "block": BLOCK_PX, "bits": NUMBER_BITS}
    await page.evaluate(_EYE, place)
    await page.wait_for_timeout(seconds * 1000)
    found: list[tuple[int, float]] = await page.evaluate("window.seenSoFar()")
    return [Seen(number, round(at_ms * 1000)) for number, at_ms in found]
