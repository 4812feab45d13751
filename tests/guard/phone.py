"""A phone with the guards' page open: a real browser with a touch screen, pressed by real touches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from hub.access.gate import SESSION_COOKIE
from hub.access.people import Place, PlaceKind, Role
from hub.app import Hub
from tests.browser import SOON_MS, errors_of
from tests.hub import sign_in

UPRIGHT = (390, 844)
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")
_PROBE = """
window.heardLoud = 0; window.tones = 0; window.felt = []; window.mediaKeys = {};
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...given) {
  if (this.buffer?.getChannelData(0).some((one) => Math.abs(one) > 0.05)) window.heardLoud += 1;
  return start.apply(this, given);
};
const sounds = AudioScheduledSourceNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.tones += 1; return sounds.apply(this, given); };
MediaSession.prototype.setActionHandler = (key, act) => { window.mediaKeys[key] = act; };
navigator.vibrate = (pattern) => window.felt.push([].concat(pattern).join("-"));
"""
"""Counts what the page gives to the loudspeaker that is no silence, and the notes of tones; stands in for
motor and headset: there are none."""


class Phone:
    """The page, and what a thumb does to it."""

    def __init__(self, page: Page, touch: Any) -> None:
        self.page = page
        self.errors = errors_of(page)
        self._touch = touch

    @property
    def key(self) -> Locator:
        return self.page.get_by_test_id("talk-key")

    async def begin(self) -> None:
        """One tap lets sound and microphone on; the key is there and the line is open."""
        await self.page.get_by_test_id("start-key").tap()
        await self.shows("idle")

    async def shows(self, state: str) -> None:
        """Return when the key says this."""
        await expect(self.key).to_have_attribute("data-state", state)

    async def hold(self) -> None:
        """Put a thumb on the key, and leave it there."""
        box = await self.key.bounding_box()
        assert box is not None
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        await self._touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})

    async def let_go(self) -> None:
        await self._touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    async def lose_touch(self) -> None:
        """The system takes the touch away, as for a notification that is pulled down."""
        await self._touch.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})

    async def heard_loud(self) -> int:
        """How many pieces of sound that are no silence were given to the loudspeaker."""
        return int(await self.page.evaluate("window.heardLoud"))

    async def tones(self) -> int:
        """How many notes of tones sounded so far."""
        return int(await self.page.evaluate("window.tones"))

    async def sounds_more(self, before: int) -> None:
        """Return when more notes have sounded than before."""
        await self.page.wait_for_function("before => window.tones > before", arg=before, timeout=SOON_MS)

    async def felt(self) -> list[str]:
        """The vibrations so far."""
        return list(await self.page.evaluate("window.felt"))

    async def is_within(self, *testids: str) -> None:
        """Each of these lies wholly on the screen."""
        size = self.page.viewport_size
        assert size is not None
        for testid in testids:
            box = await self.page.get_by_test_id(testid).bounding_box()
            assert box is not None, testid
            assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], (testid, box)
            assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], (testid, box)


async def phone_of(browser: Browser, size: tuple[int, int] = UPRIGHT) -> BrowserContext:
    """A phone that nobody has signed in at."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    await context.add_init_script(_PROBE)
    return context


@asynccontextmanager
async def open_phone(
    browser: Browser,
    hub: Hub,
    console: httpx.AsyncClient,
    role: Role = Role.GUARD,
    places: tuple[Place, ...] = (VENUE_1,),
    size: tuple[int, int] = UPRIGHT,
) -> AsyncIterator[Phone]:
    """The page of somebody who is signed in; nothing may go wrong in its scripts."""
    context = await phone_of(browser, size)
    token = await sign_in(hub, role, places)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    phone = Phone(page, await context.new_cdp_session(page))
    await page.goto(f"{console.base_url}/guard")
    await expect(page.get_by_test_id("me")).to_be_visible()
    try:
        yield phone
        assert phone.errors == []
    finally:
        await context.close()
