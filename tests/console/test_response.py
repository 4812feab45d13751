"""Two-way response in a real browser: a report is taken with one press, members are whistled for, the sum comes up."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from hub.access.gate import SESSION_COOKIE
from hub.access.people import Place, PlaceKind, Role
from tests.browser import errors_of, open_browser
from tests.hub import client_of, open_console, open_hub, sign_in

GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")


async def test_report_is_taken_and_a_whistle_is_answered(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        officer = await sign_in(hub, Role.OFFICER, person_id="chen")
        member = await sign_in(hub, Role.GRID_MEMBER, (GRID_1,), person_id="li")
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        await context.add_cookies([{"name": SESSION_COOKIE, "value": officer, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
        async with client_of(console.base_url, member) as phone:
            made = (await phone.post("/api/reports", json={"matter": "hazard", "text": "消防通道被占"})).json()
            band = page.get_by_test_id("response-band")
            await expect(band).to_contain_text("消防通道被占")
            await page.get_by_test_id("response-take").click()
            await expect(band).to_have_count(0)
            lines = (await phone.get(f"/api/asks/{made['ask_id']}")).json()["lines"]
            assert {line["person_id"]: line["state"] for line in lines}["chen"] == "taken"
            await page.get_by_test_id("ask-case").click()
            await expect(page.get_by_test_id("ask-case")).to_have_count(0)

            await page.get_by_test_id("whistle-key").click()
            await page.get_by_test_id("order-text").fill("到北门看一下")
            await page.get_by_test_id("order-everybody").click()
            await page.get_by_test_id("order-send").click()
            await expect(page.get_by_test_id("ask-silent")).to_contain_text("grid_member")
            (whistle,) = (await phone.get("/api/asks?mine=true&open=true&limit=1")).json()["asks"]
            answer = {"message_id": "1", "step": "arrived"}
            await phone.post(f"/api/asks/{whistle['ask_id']}/answers", json=answer)
            await expect(page.get_by_test_id("ask-silent")).to_have_count(0)
            arrived = page.get_by_test_id("ask-sums").locator("[data-column=arrived]").first
            await expect(arrived).to_have_text("1")
        assert errors == []
