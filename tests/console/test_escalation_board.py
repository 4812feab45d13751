"""An alert to 130 venues on the board: who is silent is gone after in sight, taken on, and told when it is over."""

from __future__ import annotations

from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page, expect

from devices.protocol.messages import Severity
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.escalation.policy import DEFAULT, Rules
from hub.events.messages import EventKind
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import Told, open_console, open_hub, sign_in
from tests.played import Person, real_radio

VENUES = 130
QUICK = msgspec.convert(
    msgspec.to_builtins(DEFAULT)
    | {
        "steps": [
            {"after_s": 1, "action": "repeat_louder"},
            {"after_s": 2, "action": "nearest_venue"},
            {"after_s": 3, "action": "officer"},
        ]
    },
    Rules,
)


async def open_page(hub: Hub, base_url: str, browser: Browser, role: Role) -> Page:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    token = await sign_in(hub, role)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base_url}])
    page = await context.new_page()
    await page.goto(base_url)
    return page


async def test_silent_venues_wait_for_the_police_room_are_taken_on_and_the_alert_is_cancelled(tmp_path: Path) -> None:
    awake = Person()
    async with (
        open_hub(tmp_path, venues=VENUES) as hub,
        open_console(hub) as console,
        real_radio(hub, "R01", awake) as radio,
        open_browser() as browser,
    ):
        await hub.escalations.set_policy(QUICK, "chief")
        told = Told(hub)
        page = await open_page(hub, str(console.base_url), browser, Role.DISPATCHER)
        errors = errors_of(page)
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失，红上衣蓝裤子"), "dispatcher")
        await until(lambda: awake.shown == [alert.alert_id], "the guard sees it")
        radio.acknowledge(alert.alert_id)
        await expect(page.get_by_test_id("board-count-unacknowledged")).to_have_attribute("data-value", "0")
        calls = page.get_by_test_id("officer-call")
        await expect(calls).to_have_attribute("data-count", str(VENUES - 1))
        await expect(page.get_by_test_id("board-step").first).to_have_text("警")
        await expect(page.get_by_test_id("call-next-silent")).to_have_count(0)  # none of them is on line
        await expect(page.get_by_test_id("group-of-alert")).to_have_count(0)  # more than a group may have
        # What a neighbour was asked for meanwhile is in the list, and has not taken the board.
        (errand,) = [one for one in told.of(EventKind.ALERT_ISSUED) if one["errand_of"] == alert.alert_id]
        board = page.get_by_test_id("board")
        await expect(board).to_have_attribute("data-alert", alert.alert_id)
        await page.get_by_test_id("board-choose").click()
        await page.locator(".ant-select-item-option", has_text="就近查看").click()
        await expect(board).to_have_attribute("data-alert", errand["alert_id"])
        await page.get_by_test_id("board-errand").click()
        await expect(board).to_have_attribute("data-alert", alert.alert_id)
        # It rings whichever alert is shown.
        other = await hub.alerts.issue(NewAlert(text="停水通知", severity=Severity.MINOR), "dispatcher")
        await expect(board).to_have_attribute("data-alert", other.alert_id)
        banner = page.get_by_test_id("officer-banner")
        await expect(banner).to_have_attribute("data-sounds", "true")
        await page.get_by_test_id("officer-quiet").click()
        await expect(banner).to_have_attribute("data-sounds", "false")
        await page.get_by_test_id("officer-show").click()
        await expect(board).to_have_attribute("data-alert", alert.alert_id)
        await page.get_by_test_id("take-on").click()
        await expect(calls).to_have_attribute("data-count", str(VENUES - 2))
        await page.get_by_test_id("escalation-stop").click()
        await expect(calls).to_have_count(0)
        assert [len(one["radio_ids"]) for one in told.of(EventKind.ESCALATION_STOPPED)] == [1, VENUES - 1]
        await page.get_by_test_id("alert-cancel").click()
        await page.get_by_test_id("alert-cancel-text").fill("孩子找到了")
        await page.get_by_test_id("alert-cancel-yes").click()
        await expect(page.get_by_test_id("board-cancelled")).to_contain_text("已取消")
        assert errors == []


async def test_chief_sees_the_policy_drawn_and_sets_it_anew(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        page = await open_page(hub, str(console.base_url), browser, Role.CHIEF)
        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-escalation").click()
        steps = page.get_by_test_id("policy-steps").locator("li")
        await expect(steps).to_have_count(len(DEFAULT.steps))
        await page.get_by_test_id("policy-change").click()
        await page.get_by_test_id("policy-name").fill("夜间")
        await page.get_by_test_id("policy-add").click()
        await page.get_by_test_id("policy-save").click()
        await expect(steps).to_have_count(len(DEFAULT.steps) + 1)
        await expect(page.get_by_test_id("policy")).to_contain_text("夜间")
        assert (hub.escalations.policy.version, hub.escalations.policy.rules.name) == (1, "夜间")
