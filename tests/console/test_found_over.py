""" "Child is with me" in two consoles at once: over everything, heard once, until the alert is cancelled."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from devices.protocol.messages import Answer
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.alerts.messages import AnswerElsewhere, NewAlert, Via
from hub.app import Hub
from tests.browser import errors_of, open_browser
from tests.hub import open_console, open_hub, sign_in
from tests.shifts.crew import hire

_PROBE = """
window.tones = 0;
const sounds = AudioScheduledSourceNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.tones += 1; return sounds.apply(this, given); };
"""

_PUT_ASIDE = """
() => new Promise((told) => {
  document.querySelector("[data-testid=found-aside]").click();
  requestAnimationFrame(() => told([...document.querySelectorAll(".found-keys .ant-btn")].map((key) => key.disabled)));
})
"""


async def open_page(hub: Hub, base_url: str, browser: Browser, role: Role, person_id: str) -> Page:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    await context.add_init_script(_PROBE)
    token = await sign_in(hub, role, person_id=person_id)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base_url}])
    page = await context.new_page()
    await page.goto(base_url)
    await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
    return page


async def test_every_console_stops_until_the_alert_is_cancelled_by_who_opened_it(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        await hire(hub, "g1", "张三", pin=None)
        base_url = str(console.base_url)
        opener = await open_page(hub, base_url, browser, Role.DISPATCHER, "wang")
        other = await open_page(hub, base_url, browser, Role.OFFICER, "li")
        errors = [errors_of(opener), errors_of(other)]
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失，红上衣蓝裤子"), "wang")

        async def say(venue_id: str, message_id: str) -> None:
            said = AnswerElsewhere(
                message_id=message_id,
                alert_id=alert.alert_id,
                venue_ids=(venue_id,),
                by="g1",
                via=Via.PAGE,
                answer=Answer.CHILD_IS_WITH_ME,
            )
            await hub.alerts.answered_elsewhere(said)

        await opener.get_by_test_id("alert-text").fill("蓝")
        await say("V01", "m1")
        for page in (opener, other):
            card = page.get_by_test_id("found")
            await expect(card.get_by_test_id("found-venue")).to_have_text("场所1")
            await expect(card).to_contain_text("张三")
            await expect(card.get_by_test_id("found-call")).to_be_visible()
            covers = "() => document.elementFromPoint(20, 700).closest('[data-testid=found-over]') !== null"
            assert await page.evaluate(covers), "it is over everything"
            await expect(page.get_by_test_id("urgent")).to_have_count(0)
        await expect(opener.get_by_test_id("found-over")).to_be_focused()
        await opener.keyboard.type("裤")
        assert await opener.get_by_test_id("alert-text").input_value() == "蓝", "nothing is written unseen"
        await expect(opener.get_by_test_id("found-ask")).to_contain_text("您发的")
        await expect(other.get_by_test_id("found-ask")).to_contain_text("核实")
        await other.wait_for_function("window.tones > 0")

        await other.get_by_test_id("found-aside").click()
        await expect(other.get_by_test_id("found-over")).to_have_count(0)
        await other.reload()
        key = other.get_by_test_id("found-key")
        await expect(key).to_contain_text("孩子在场所1")
        await expect(other.get_by_test_id("found-over")).to_have_count(0)
        await expect(opener.get_by_test_id("found-over")).to_be_visible()
        await opener.reload()
        await expect(opener.get_by_test_id("found")).to_be_visible()
        assert [await page.evaluate("window.tones") for page in (opener, other)] == [0, 0], "it sounds once"

        await say("V02", "m2")
        await expect(other.get_by_test_id("found-venue")).to_have_text("场所2")
        await other.get_by_test_id("found-not").click()
        await expect(other.get_by_test_id("found-over")).to_have_count(0)
        await expect(opener.get_by_test_id("found")).to_have_count(1)
        await say("V03", "m3")
        await expect(other.get_by_test_id("found")).to_have_count(1)
        await key.dispatch_event("click")
        await expect(other.get_by_test_id("found")).to_have_count(2)
        await expect(other.get_by_test_id("found-aside").first).to_be_enabled()
        assert await other.evaluate(_PUT_ASIDE) == [True] * 3, "keys that move under a thumb take no press at first"
        await expect(other.get_by_test_id("found-venue")).to_have_text("场所1")
        await opener.get_by_test_id("found-cancel").first.click()
        for page in (opener, other):
            await expect(page.get_by_test_id("found-over")).to_have_count(0)
            await expect(page.get_by_test_id("found-key")).to_have_count(0)
        assert (await hub.alerts.find(alert.alert_id)).cancelled_by == "wang"
        assert errors == [[], []]
