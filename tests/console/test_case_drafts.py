"""What is typed in a case stays in it, and stands in no other."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.cases.limits import CaseKind
from hub.cases.messages import NewCase
from tests.browser import open_browser
from tests.hub import OFFICER, open_console, open_hub, sign_in


async def test_what_is_typed_in_a_case_waits_there_and_stands_in_no_other(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        leak, blocked = [
            await hub.cases.open_case(NewCase(kind=kind, title=title, purpose="处理"), OFFICER)
            for kind, title in ((CaseKind.DISPUTE, "楼上漏水"), (CaseKind.HAZARD, "消防通道被占"))
        ]
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.OFFICER)
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        await page.goto(str(console.base_url))

        async def choose(case_id: str) -> None:
            await page.get_by_test_id("case").locator("h2").click()
            await page.locator(f"[data-testid=case-row][data-case={case_id}]").click()
            await expect(page.get_by_test_id("case")).to_have_attribute("data-case", case_id)

        await choose(leak.case_id)
        await page.get_by_test_id("tab-case").click()
        await page.get_by_test_id("case-note").fill("两户都在家")
        await page.get_by_test_id("case-close").click()
        await page.get_by_test_id("case-outcome").fill("已修好")
        await page.get_by_test_id("case").locator("h2").click()
        await page.get_by_test_id("case-act-hand_over").click()
        await page.get_by_test_id("case-act-note").fill("请上门")

        await choose(blocked.case_id)
        await expect(page.get_by_test_id("case-note")).to_have_value("")
        await page.get_by_test_id("case-close").click()
        await expect(page.get_by_test_id("case-outcome")).to_have_value("")
        await page.get_by_test_id("case").locator("h2").click()
        await page.get_by_test_id("case-act-hand_over").click()
        await expect(page.get_by_test_id("case-act-note")).to_have_value("")

        await choose(leak.case_id)
        await expect(page.get_by_test_id("case-note")).to_have_value("两户都在家")
        await page.get_by_test_id("case-close").click()
        await expect(page.get_by_test_id("case-outcome")).to_have_value("已修好")
        await page.get_by_test_id("case").locator("h2").click()
        await page.get_by_test_id("case-act-hand_over").click()
        await expect(page.get_by_test_id("case-act-note")).to_have_value("请上门")
