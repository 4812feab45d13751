"""The administrator keeps the list of mediators in the console."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from hub.access.people import Role
from tests.browser import open_browser
from tests.console.test_administration import choose, open_page
from tests.hub import open_console, open_hub, sign_in


async def test_mediator_is_entered_changed_and_taken_off(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        address = str(console.base_url)
        async with open_page(browser, address, await sign_in(hub, Role.ADMINISTRATOR)) as page:
            await page.get_by_test_id("admin-open").click()
            await page.get_by_test_id("admin-mediators").click()
            await page.get_by_test_id("mediator-add").click()
            await page.get_by_test_id("mediator-name").fill("吴调解员")
            await choose(page, "mediator-route", "专业调解")
            await choose(page, "mediator-classes", "物业与房屋")
            await page.keyboard.press("Escape")
            await page.get_by_test_id("mediator-save").click()
            row = page.get_by_test_id("mediators-table").locator("tbody tr.ant-table-row")
            await expect(row).to_contain_text("专业调解")
            await expect(row).to_contain_text("物业与房屋")
            (entered,) = await hub.mediation.mediators()
            assert (entered.name, entered.route.value, entered.grid_ids) == ("吴调解员", "professional", ())

            await page.get_by_test_id("mediator-change-吴调解员").click()
            await page.get_by_test_id("mediator-phone").fill("0859-3110000")
            await page.get_by_test_id("mediator-save").click()
            await expect(row).to_contain_text("0859-3110000")
            (changed,) = await hub.mediation.mediators()
            assert (changed.mediator_id, changed.classes) == (entered.mediator_id, entered.classes)

            await page.get_by_test_id("mediator-remove-吴调解员").click()
            await page.locator(".ant-popconfirm-buttons .ant-btn-primary").click()
            await expect(row).to_have_count(0)
            assert await hub.mediation.mediators() == ()
