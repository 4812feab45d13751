"""Two-way response in a real browser: a report is taken with one press, members are whistled for, the sum comes up."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, expect

from hub.access.gate import SESSION_COOKIE
from hub.access.people import Place, PlaceKind, Role
from tests.browser import errors_of, open_browser
from tests.hub import client_of, open_console, open_hub, sign_in
from tests.media.test_media import photo

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


async def test_directive_goes_from_the_room_by_an_officer_to_the_grid_and_ends_for_all(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        member = await sign_in(hub, Role.GRID_MEMBER, (GRID_1,), person_id="li")
        room = await _console(browser, str(console.base_url), await sign_in(hub, Role.DISPATCHER, person_id="wang"))
        officer = await sign_in(hub, Role.OFFICER, (GRID_1,), person_id="chen")
        grid = await _console(browser, str(console.base_url), officer)
        errors = errors_of(room), errors_of(grid)

        await room.get_by_test_id("whistle-key").click()
        await room.get_by_text("指令", exact=True).click()
        await room.get_by_test_id("order-text").fill("排查电动车充电")
        await _choose(room, "order-people", "officer", "officer · 民警 · 第1网格")
        await _choose(room, "order-venue", "场所1", "场所1")
        picture = FilePayload(name="照片.jpg", mimeType="image/jpeg", buffer=photo(64, 48))
        await room.get_by_test_id("order-picture-file").set_input_files([picture])
        await expect(room.get_by_test_id("order-picture-shown")).to_be_visible()
        await room.get_by_test_id("order-send").click()
        await expect(room.get_by_test_id("ask-detail")).to_contain_text("场所1")
        await expect(room.get_by_test_id("ask-detail").locator("img")).to_have_count(1)

        await expect(grid.get_by_test_id("response-band")).to_contain_text("给您的指令")
        await grid.get_by_test_id("response-show").click()
        await grid.get_by_test_id("ask-pass-on").click()
        await expect(grid.get_by_test_id("order-text")).to_have_value("排查电动车充电")
        await grid.get_by_test_id("order-everybody").click()
        await grid.get_by_test_id("order-send").click()
        await expect(grid.get_by_test_id("ask-detail")).to_contain_text("转发自")
        async with client_of(console.base_url, member) as phone:
            (passed,) = (await phone.get("/api/asks?mine=true&open=true&limit=1")).json()["asks"]
            await phone.post(f"/api/asks/{passed['ask_id']}/answers", json={"message_id": "1", "step": "arrived"})
            await room.locator(f"[data-ask={passed['passes_on']}]").click()
            sums = room.get_by_test_id("ask-sums").locator("tbody tr").first
            await expect(sums.locator("[data-column=asked]")).to_have_text("2")
            await expect(sums.locator("[data-column=arrived]")).to_have_text("1")
            await room.get_by_test_id("ask-close").click()
            await room.locator(".ant-popconfirm").get_by_role("button", name="结束").click()
            await expect(room.get_by_test_id("ask-row")).to_have_count(0)
            await expect(grid.get_by_test_id("ask-row")).to_have_count(0)
            assert (await phone.get(f"/api/asks/{passed['ask_id']}")).json()["phase"] == "closed"
        assert errors == ([], [])


async def _console(browser: Browser, url: str, session: str) -> Page:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    await context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": url}])
    page = await context.new_page()
    await page.goto(url)
    await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
    return page


async def _choose(page: Page, testid: str, typed: str, shown: str) -> None:
    field = page.get_by_test_id(testid)
    await field.click()
    await field.locator("input").fill(typed)
    await page.locator(".ant-select-dropdown:visible").get_by_title(shown).click()
    await page.locator(".order-panel .hint").click()  # beside the list, which closes it
