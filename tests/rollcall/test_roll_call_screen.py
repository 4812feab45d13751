"""The roll-call on a dispatcher's screen with 130 venues: begun, followed, read, and the missing called."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.shifts.messages import Opening
from tests.browser import errors_of, open_browser
from tests.hub import open_console, open_hub, sign_in
from tests.played import radio_on_line


async def test_dispatcher_calls_the_roll_of_130_venues_and_calls_who_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.rollcall.service.LOOK_EVERY_S", 0.05)
    clock = ManualClock()
    async with (
        open_hub(tmp_path, clock=clock, venues=130) as hub,
        open_console(hub) as console,
        radio_on_line(hub, "R01") as radio,
        open_browser() as browser,
    ):
        await hub.shifts.put_hours("V04", (Opening(weekday=1, begin_minute=1, end_minute=2),), "chief")
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.DISPATCHER)
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await page.get_by_test_id("roll-call-open").click()
        await expect(page.get_by_test_id("roll-call-none")).to_be_visible()
        await page.get_by_test_id("roll-call-begin").click()
        assert hub.roll_calls.last is None and await hub.roll_calls.latest() == [], "it is asked first"
        await page.get_by_test_id("roll-call-begin-yes").click()

        result = page.get_by_test_id("roll-call-result")
        await expect(result).to_have_attribute("data-under-way", "true")
        await expect(result).to_have_attribute("data-expected", "129")
        await expect(page.get_by_test_id("roll-call-begin")).to_be_disabled()
        (heard,) = await radio.hear(Down.ALERT, wire.AlertMessage)
        pressed = wire.Acknowledgement(stamp=radio.stamp(), message_id="yes", alert_id=heard.alert_id)
        await radio.say(Up.ACKNOWLEDGEMENT, pressed)
        await expect(result).to_have_attribute("data-ready", "1")
        await expect(page.get_by_test_id("roll-call-ready")).to_have_attribute("data-ready", "1")
        await expect(page.get_by_test_id("board-count-undelivered")).to_have_count(0)  # no test looks like an alarm
        await expect(page.get_by_test_id("urgent")).to_have_count(0)

        clock.advance(600)
        await expect(result).to_have_attribute("data-under-way", "false")
        rows = page.get_by_test_id("roll-call-row")
        await expect(rows).to_have_count(128)
        await expect(rows.first).to_have_attribute("data-state", "off_line")
        attend = page.get_by_test_id("roll-call-attend")  # the hub of this test has another clock than its radios
        await expect(attend).to_have_text("场所1时钟不准")
        await expect(page.get_by_test_id("roll-call-closed")).to_have_text("场所4")
        await expect(page.get_by_test_id("roll-call-strip").locator("button")).to_have_count(1)
        async with page.expect_download() as loading:
            await page.get_by_test_id("roll-call-csv").click()
        assert (await loading.value).suggested_filename.startswith("roll-call-D")
        await page.get_by_test_id("roll-call-call-R130").click()
        await expect(page.get_by_test_id("talk-group")).to_contain_text("R130")
        assert errors == []
