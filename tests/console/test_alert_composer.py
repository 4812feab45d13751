"""The alert composer: a template's blanks."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from hub.access.people import Role
from hub.alerts.messages import Alert
from hub.app import Hub
from hub.events.messages import EventKind
from tests.browser import errors_of, open_browser
from tests.console.test_escalation_board import open_page
from tests.hub import Told, open_console, open_hub


async def issued(hub: Hub, told: Told, count: int) -> Alert:
    """The latest alert, once so many were issued."""
    bodies = await told.wait(EventKind.ALERT_ISSUED, count=count)
    return await hub.alerts.find(bodies[-1]["alert_id"])


async def test_template_is_made_filled_by_the_keyboard_and_removed(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        told = Told(hub)
        page = await open_page(hub, str(console.base_url), browser, Role.CHIEF)
        errors = errors_of(page)
        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-templates").click()
        await page.get_by_test_id("template-add").click()
        await page.get_by_test_id("template-name").fill("停水")
        await page.get_by_test_id("template-text").fill("停水：{地点}，{时间}恢复。")
        await expect(page.get_by_test_id("template-blanks")).to_contain_text("地点、时间")
        await page.get_by_test_id("template-save").click()
        await expect(page.get_by_test_id("template-change-停水")).to_be_visible()
        await page.keyboard.press("Escape")

        # A press, one blank of two, and Enter: what nobody knows goes out as unknown.
        await page.get_by_test_id("alert-template").filter(has_text="停水").click()
        await expect(page.get_by_test_id("alert-blank-地点")).to_be_focused()
        await page.keyboard.insert_text("栖凤路")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("alert-send")).to_be_focused()
        await page.keyboard.press("Enter")
        assert (await issued(hub, told, 1)).text == "停水：栖凤路，不详恢复。"

        # The same with the mouse alone is two presses.
        await page.get_by_test_id("alert-template").filter(has_text="走失儿童").click()
        await page.get_by_test_id("alert-send").click()
        assert re.match("走失儿童：不详", (await issued(hub, told, 2)).text)

        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-templates").click()
        await page.get_by_test_id("template-remove-停水").click()
        await page.locator(".ant-popover:visible .ant-btn-primary").click()
        await expect(page.get_by_test_id("template-change-停水")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("alert-template").filter(has_text="停水")).to_have_count(0)
        assert errors == []
