"""A guard's SOS on a dispatcher's screen: over everything, until it is said what it was."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from devices.protocol.sos import SosCancelAsked, SosRaised
from devices.protocol.topics import Up
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from tests.browser import errors_of, open_browser
from tests.hub import open_console, open_hub, sign_in
from tests.played import radio_on_line


async def test_dispatcher_sees_an_sos_over_everything_calls_the_radio_and_closes_it(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
        radio_on_line(hub, "R01") as radio,
        open_browser() as browser,
    ):
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.DISPATCHER)
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await page.get_by_test_id("recordings-open").click()
        await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id="m1", sos_id="s1"))
        row = page.get_by_test_id("sos")
        await expect(row).to_have_attribute("data-state", "open")
        await expect(page.get_by_test_id("sos-venue")).to_have_text("场所1")
        await expect(page.get_by_test_id("sos-who")).to_contain_text("R01")
        await page.get_by_test_id("sos-call").click()  # it lies above the recordings
        await expect(page.get_by_test_id("talk-group")).to_contain_text("R01")
        await expect(page.get_by_test_id("sos-quiet")).to_have_count(0)

        await radio.say(Up.SOS, SosCancelAsked(stamp=radio.stamp(), message_id="m2", sos_id="s1"))
        await expect(row).to_have_attribute("data-state", "cancel_asked")
        await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id="m3", sos_id="s2"))
        await expect(page.get_by_test_id("sos-quiet")).to_be_visible()  # pressed again it rings again

        await page.get_by_test_id("sos-close").click()
        await page.get_by_test_id("sos-finding").get_by_text("误按").click()
        await page.get_by_test_id("sos-note").fill("保安误按，已电话核实")
        await page.get_by_test_id("sos-close-save").click()
        await expect(row).to_have_count(0)
        closed = hub.emergencies.find("s1")
        assert (closed.finding, closed.note, closed.closed_by is None) == ("false_alarm", "保安误按，已电话核实", False)
        assert errors == []
