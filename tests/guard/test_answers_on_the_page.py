"""A guard answers an alert on the phone's page, in a real browser: at once, and after the line was gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import expect

from devices.protocol.messages import AlertStatus
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, CancelAlert, Delivery, NewAlert, Via
from hub.app import Hub
from hub.events.messages import EventKind
from tests.browser import open_browser
from tests.guard.phone import open_phone
from tests.hub import Told, open_console, open_hub

AWAY_S = 2.0
"""How long a phone is without a line."""
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")


async def line(hub: Hub, alert: Alert, venue_id: str = "V01") -> Delivery:
    found = await hub.alerts.find(alert.alert_id)
    return next(one for one in found.deliveries if one.venue_id == venue_id)


async def test_guard_acknowledges_and_what_is_pressed_without_a_line_is_sent_once_with_its_time(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
        open_browser() as browser,
        open_phone(browser, hub, console) as phone,
    ):
        told, page = Told(hub), phone.page
        await phone.begin()
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失，红上衣蓝裤子"), "duty")
        await page.get_by_test_id("acknowledge").tap()
        await expect(page.get_by_test_id("answer-known")).to_contain_text("已确认")
        await phone.is_within("alert", "answer-seen", "answer-need_help", "answer-text", "talk-key")
        acknowledged = await line(hub, alert)
        assert (acknowledged.state, acknowledged.acknowledged_via) == (DeliveryState.ACKNOWLEDGED, Via.PAGE)

        await page.context.set_offline(True)
        await page.get_by_test_id("answer-seen").tap()
        await page.get_by_test_id("answer-text").fill("往东门走了")
        await page.get_by_test_id("answer-send").tap()
        waiting = page.get_by_test_id("answer-waiting")
        await expect(waiting).to_have_attribute("data-count", "2")
        await expect(page.get_by_test_id("answer-seen")).to_have_attribute("aria-pressed", "true")
        pressed_ms = hub.clock.wall_us() // 1000
        assert told.of(EventKind.REPORT_MADE) == []
        await page.goto("about:blank")  # the page is gone, and what it kept is not
        await asyncio.sleep(AWAY_S)
        await page.context.set_offline(False)
        await page.goto(f"{console.base_url}/guard")
        reports = await told.wait(EventKind.REPORT_MADE, "V01", 2)
        assert [(one["answer"], one["text"]) for one in reports] == [("seen", ""), (None, "往东门走了")]
        reported_at_ms = (await line(hub, alert)).reported_at_ms
        assert reported_at_ms is not None and reported_at_ms < pressed_ms + AWAY_S * 1000, "when it was pressed"
        await expect(page.get_by_test_id("answer-known")).to_contain_text("已回报")
        await page.reload()
        await expect(page.get_by_test_id("answer-known")).to_contain_text("已回报")
        assert len(told.of(EventKind.REPORT_MADE)) == 2, "once"

        await hub.alerts.cancel(alert.alert_id, CancelAlert(text="孩子找到了"), "duty")
        await expect(page.get_by_test_id("answer-seen")).to_have_count(0)
        await expect(page.get_by_test_id("alert-over")).to_contain_text("已取消")
        tried = await hub.alerts.issue(NewAlert(text="点名", status=AlertStatus.TEST), "duty")
        await expect(page.get_by_test_id("alert")).to_have_attribute("data-alert", tried.alert_id)
        await expect(page.get_by_test_id("answer-why")).to_contain_text("测试")


async def test_grid_member_says_at_which_venue_they_are(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
        open_browser() as browser,
        open_phone(browser, hub, console, Role.GRID_MEMBER, (GRID_1,)) as phone,
    ):
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失", status=AlertStatus.EXERCISE), "duty")
        await expect(phone.page.get_by_test_id("answer-why")).to_contain_text("场所")
        await expect(phone.page.get_by_test_id("alert")).to_contain_text("演习")
        await phone.page.get_by_test_id("answer-venue").select_option("V02")
        await phone.page.get_by_test_id("acknowledge").tap()
        await phone.page.get_by_test_id("answer-child_is_with_me").tap()
        await expect(phone.page.get_by_test_id("answer-known")).to_contain_text("已回报")
        assert [one.venue_id for one in await hub.found.opened()] == ["V02"]
        assert (await line(hub, alert, "V01")).acknowledged_at_ms is None
