"""The phone's page opens without a connection; what is entered there leaves once, in order, when the line is back."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from playwright.async_api import FilePayload, expect

from hub.access.people import Place, PlaceKind, Role
from hub.events.messages import EventKind
from tests.browser import open_browser
from tests.guard.phone import open_phone
from tests.hub import Told, open_console, open_hub

GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const kept = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().map((one) => new URL(one.url).pathname);
}"""


def photo() -> bytes:
    """A picture larger than what is kept of one."""
    return cv2.imencode(".jpg", np.full((1500, 2000, 3), 128, np.uint8))[1].tobytes()


async def test_whistle_is_answered_and_a_photo_reported_without_a_line_over_a_reload(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
        open_browser() as browser,
        open_phone(browser, hub, console, Role.GRID_MEMBER, (GRID_1,), (360, 740)) as phone,
    ):
        told, page = Told(hub), phone.page
        paths = await page.evaluate(KEPT)
        assert "/guard/" in paths and not [one for one in paths if one.startswith(("/api", "/ws"))]
        person_id = await page.get_by_test_id("me").get_attribute("data-person")
        media = (await console.post("/api/media", content=photo(), headers={"Content-Type": "image/jpeg"})).json()
        order = {
            "text": "到北门看一下",
            "target": {"everybody": True},
            "place": {"venue_id": "V01"},
            "picture": media["media_id"],
        }
        whistle = (await console.post("/api/whistles", json=order)).json()
        await expect(page.get_by_test_id("tasks-key")).to_have_attribute("data-waiting", "1")
        await phone.is_within("report-key", "tasks-key", "start-key")

        await page.get_by_test_id("tasks-key").tap()
        await expect(page.get_by_test_id("task-from")).to_contain_text("场所1")
        shown = page.get_by_test_id("task").locator("img")
        assert await shown.evaluate("async (one) => (await one.decode(), one.naturalWidth)") > 0
        await page.context.set_offline(True)
        await page.get_by_test_id("task-take").tap()
        await expect(page.get_by_test_id("task")).to_have_attribute("data-state", "taken")
        await page.get_by_test_id("sheet-close").tap()
        await page.get_by_test_id("report-key").tap()
        await page.get_by_test_id("matter-hazard").tap()
        picture = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=photo())
        await page.get_by_test_id("report-photo").set_input_files(picture)
        await expect(page.get_by_test_id("report-picture")).to_be_visible()
        assert (
            await page.get_by_test_id("report-picture").evaluate(
                "async (one) => (await one.decode(), one.naturalWidth)"
            )
            == 1280
        )
        await page.get_by_test_id("report-send").tap()
        await expect(page.get_by_test_id("report-send")).to_have_count(0)

        await page.goto(f"{console.base_url}/guard")
        await expect(page.get_by_test_id("me")).to_have_attribute("data-person", str(person_id))
        await page.get_by_test_id("tasks-key").tap()
        await expect(page.get_by_test_id("tasks-waiting")).to_have_attribute("data-count", "2")
        await page.context.set_offline(False)
        await expect(page.get_by_test_id("tasks-waiting")).to_have_count(0)
        own = page.locator(f"[data-testid=task]:not([data-ask={whistle['ask_id']}])")
        await expect(own).to_have_attribute("data-state", "waiting")

        asks = (await console.get("/api/asks?open=true")).json()["asks"]
        assert [one["kind"] for one in asks] == ["report", "whistle"], "once, and after what was pressed before it"
        (report, answered) = asks
        assert answered["tally"]["taken"] == 1
        assert len(report["pictures"]) == 1
        assert len(told.of(EventKind.ASK_MADE)) == 2
        phone.errors.clear()  # the browser's own words on calls without a line
