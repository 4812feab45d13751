"""The phone's page opens without a connection, and nothing that the hub answers is kept for that."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser import open_browser
from tests.guard.phone import open_phone
from tests.hub import open_console, open_hub

KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const kept = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().map((one) => new URL(one.url).pathname);
}"""


async def test_page_opens_without_a_line_for_who_was_signed_in_and_keeps_nothing_of_the_hub(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
        open_browser() as browser,
        open_phone(browser, hub, console) as phone,
    ):
        page = phone.page
        paths = await page.evaluate(KEPT)
        assert "/guard/" in paths and not [one for one in paths if one.startswith(("/api", "/ws"))]
        person_id = await page.get_by_test_id("me").get_attribute("data-person")
        await page.context.set_offline(True)
        await page.goto(f"{console.base_url}/guard")
        await expect(page.get_by_test_id("me")).to_have_attribute("data-person", str(person_id))
        await page.context.set_offline(False)
        await expect(page.get_by_test_id("selected-group")).to_contain_text("全体场所")
        phone.errors.clear()  # the browser's own words on calls without a line
