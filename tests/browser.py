"""A person's browser: headless Chromium, which a test drives by what stands on the page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

SOON_MS = 15_000
"""How long a page may take to show what is expected, on a machine with others at work."""
expect.set_options(timeout=SOON_MS)
CHROMIUM = shutil.which("chromium")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@asynccontextmanager
async def open_browser(options: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """Chromium with these options more; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_OPTIONS, *options])
        try:
            yield browser
        finally:
            await browser.close()


def errors_of(page: Page) -> list[str]:
    """What goes wrong in the page's scripts from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors
