"""The chief looks at a month by grid, sorts it and takes it away; a dispatcher has no such key."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.people import Role
from tests.browser import errors_of, open_browser
from tests.console.test_administration import open_page
from tests.evaluation.weeks import fill
from tests.hub import open_console, open_hub, sign_in
from tests.shifts.test_shifts import audited

NOW = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


async def test_chief_looks_at_a_month_by_grid_sorts_it_and_takes_it_away(tmp_path: Path) -> None:
    clock = ManualClock(wall_us=round(NOW.timestamp() * 1e6))
    async with (
        open_hub(tmp_path, clock=clock, venues=40) as hub,
        open_console(hub) as console,
        open_browser() as browser,
    ):
        await fill(hub, NOW.date(), 60)
        address = str(console.base_url)
        async with open_page(browser, address, await sign_in(hub, Role.CHIEF)) as page:
            errors = errors_of(page)
            await page.get_by_test_id("admin-open").click()
            await page.get_by_test_id("admin-evaluation").click()
            days = page.get_by_test_id("evaluation-days")
            await expect(days).to_have_text("2026-11-16 – 2026-11-22")
            await page.get_by_test_id("evaluation-period").get_by_text("月").click()
            await expect(days).to_have_text("2026-11-01 – 2026-11-30")
            await expect(page.get_by_test_id("chart-share").locator("rect.share")).to_have_count(22)
            await page.get_by_test_id("evaluation-earlier").click()
            await expect(days).to_have_text("2026-10-01 – 2026-10-31")
            await page.get_by_test_id("evaluation-later").click()
            rows = page.get_by_test_id("evaluation-table").locator("tbody tr.ant-table-row")
            await expect(rows).to_have_count(40)
            await page.get_by_test_id("evaluation-search").fill("场所7")
            await expect(rows).to_have_count(1)
            await page.get_by_test_id("evaluation-search").fill("")
            await page.get_by_test_id("evaluation-unit").get_by_text("按网格").click()
            await expect(rows).to_have_count(2)
            await page.get_by_role("columnheader", name="网格").click()
            assert [await row.locator("td").nth(1).inner_text() for row in await rows.all()] == ["第1网格", "第2网格"]
            for form in ("csv", "pdf"):
                async with page.expect_download() as taken:
                    await page.get_by_test_id(f"evaluation-{form}").click()
                assert (await taken.value).suggested_filename == f"evaluation-grid-2026-11-01-2026-11-30.{form}"
            assert len(await audited(hub, Action.EXPORT_EVALUATION)) == 2
            assert errors == []
        async with open_page(browser, address, await sign_in(hub, Role.OFFICER)) as page:
            await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
            await expect(page.get_by_test_id("admin-open")).to_have_count(0)
