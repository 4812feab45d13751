"""The police room's talk screens: private calls, who does not hear, what is heard and how loud, with real radios."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from devices.radio.sound import FrameMicrophone
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.app import Hub
from tests.browser import errors_of, open_browser
from tests.console.page import page_on
from tests.devices.room import until
from tests.hub import client_of, sign_in
from tests.played import Person, real_radio
from tests.talk.recording.bursts import tone

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOUND = re.compile(r"^(0\.[2-9]|1\.0)")
"""A tone's level; silence and the tail of a sound are below."""


@dataclass
class Desk:
    """A dispatcher at the console, with the microphone on."""

    page: Page

    def __getitem__(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    async def state(self, state: str) -> None:
        await expect(self["talk-state"]).to_have_attribute("data-state", state)

    async def speak(self, key: str, *, while_held: Locator | None = None) -> None:
        """Hold a key until one may speak, and let go."""
        await self.page.keyboard.down(key)
        await self.state("speaking")
        if while_held is not None:
            await expect(while_held).to_be_visible()
        await self.page.keyboard.up(key)
        await expect(self["talk-state"]).not_to_have_attribute("data-state", "speaking")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def duty(hub: Hub, console: httpx.AsyncClient, browser: Browser) -> AsyncIterator[Desk]:
    """A dispatcher's console; a script error on it fails the test."""
    token = await sign_in(hub, Role.DISPATCHER, person_id="duty")
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["microphone"])
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    errors = errors_of(page)
    await page.goto(str(console.base_url))
    await page.get_by_test_id("mic-enable").click()
    await expect(page.get_by_test_id("mic-enable")).to_be_hidden()
    yield Desk(page)
    await context.close()
    assert errors == []


async def test_guard_who_calls_rings_until_the_dispatcher_answers_and_each_hears_the_other(
    hub: Hub, duty: Desk
) -> None:
    guard = Person()
    async with real_radio(hub, "R01", guard) as radio:
        await radio.talking.talk("private.R01", FrameMicrophone(tone(0.5)))
        ring = duty["ring-R01"]
        await expect(ring).to_contain_text("场所1 对讲机1 R01")
        await expect(duty["rings"]).to_have_attribute("data-sounds", "true")

        await duty.speak("r")
        await expect(duty["talk-group"]).to_have_text("场所1 对讲机1 R01 私呼")
        await until(lambda: len(guard.packets) > 0, "the guard hears the answer")
        await expect(ring).to_have_count(0)

        speaking = asyncio.create_task(radio.talking.talk("private.R01", FrameMicrophone(tone(2))))
        await expect(duty["level-private.R01"]).to_have_attribute("data-level", SOUND)
        await expect(ring).to_have_count(0)
        await speaking
        await expect(duty["last-calls"]).not_to_contain_text("private.")
        await expect(duty["calls-missed"]).to_have_count(0)


async def test_call_rings_at_a_page_loaded_anew_is_missed_when_it_is_over_and_called_back_with_one_key(
    hub: Hub, duty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Person()
    async with real_radio(hub, "R02", guard) as radio:
        await radio.talking.talk("private.R02", FrameMicrophone(tone(0.3)))
        await expect(duty["ring-R02"]).to_be_visible()
        await duty.page.reload()
        await expect(duty["ring-R02"]).to_contain_text("等您回话")
        monkeypatch.setattr("hub.talk.bursts.HANG_TIME_S", 0)  # it is over for who comes now
        await duty.page.reload()
        await duty["mic-enable"].click()
        await expect(duty["calls-missed"]).to_have_text("1 个未接")
        await duty["calls-open"].click()
        missed = duty["calls"].locator(".call-row.missed")
        await expect(missed).to_contain_text("未接")
        box = await missed.get_by_text("回呼").bounding_box()
        assert box is not None
        await duty.page.mouse.move(box["x"] + 5, box["y"] + 5)
        await duty.page.mouse.down()
        await duty.state("speaking")
        await duty.page.mouse.up()
        await expect(duty["talk-state"]).not_to_have_attribute("data-state", "speaking")
        await until(lambda: len(guard.packets) > 0, "the guard is called back")
        await expect(duty["calls-missed"]).to_have_count(0)


async def test_radio_off_line_is_named_as_one_that_does_not_hear_and_can_be_called_alone(hub: Hub, duty: Desk) -> None:
    async with real_radio(hub, "R01", Person()):
        await expect(duty["heard-count"]).to_have_attribute("data-online", "1")
        await duty["heard-count"].click()
        await expect(duty["missed"]).to_contain_text("离线的对讲机 3 台")
        await duty.speak("Space", while_held=duty["missed"].get_by_text("没听到的对讲机 3 台"))
        await expect(duty["missed-R03"]).to_contain_text("场所3 对讲机3 R03")
        await expect(duty["missed-R03"]).to_contain_text("离线")
        await expect(duty["missed-R01"]).to_have_count(0)
        await duty["missed"].get_by_test_id("call-R03").click()
        await expect(duty["talk-group"]).to_have_text("场所3 对讲机3 R03 私呼")
        await duty.page.keyboard.press("1")
        await expect(duty["tile-all"]).to_have_attribute("data-chosen", "true")


async def test_temporary_group_that_ends_is_followed_by_none_until_the_dispatcher_chooses(
    duty: Desk, console: httpx.AsyncClient
) -> None:
    opened = await console.post("/api/talk/groups", json={"name": "走失儿童", "radio_ids": ["R01", "R02"]})
    group_id = opened.json()["group_id"]
    await duty["groups-open"].click()
    await duty[f"group-{group_id}"].get_by_text("走失儿童").click()
    await expect(duty["talk-group"]).to_have_text("走失儿童")
    await duty.speak("Space")
    assert (await console.delete(f"/api/talk/groups/{group_id}")).status_code == 204
    await duty.state("unchosen")
    await expect(duty["talk-button"]).to_be_disabled()
    await expect(duty["last-calls"].locator("button.call-who", has_text="走失儿童")).to_have_count(0)
    await expect(duty["last-calls"].locator(".call-who.gone", has_text="走失儿童")).to_be_visible()
    await duty.page.keyboard.press("Escape")
    await duty.page.keyboard.press("1")
    await expect(duty["tile-all"]).to_have_attribute("data-chosen", "true")
    await duty.state("idle")


async def test_group_is_heard_from_the_beginning_or_live_at_its_own_volume_and_not_at_all_once_it_is_unticked(
    hub: Hub, duty: Desk
) -> None:
    async with real_radio(hub, "R01", Person()) as radio:
        (peer,) = hub.talk._consoles._peers.values()
        await until(lambda: "grid-G1" in peer.group_ids, "the console listens to all groups")
        speaking = asyncio.create_task(radio.talking.talk("grid-G1", FrameMicrophone(tone(25))))
        level = duty["tiles"].get_by_test_id("level-grid-G1")
        await expect(level).to_have_attribute("data-level", SOUND)
        await duty["last-calls"].get_by_text("从头听").first.click()
        await expect(duty["recording-player"]).to_have_attribute("data-plays", "true")
        await expect(level).to_have_attribute("data-level", "0.00")
        await duty.page.keyboard.press("Escape")
        await expect(level).to_have_attribute("data-level", SOUND)

        await duty["sound-grid-G1"].click()
        await duty["mute-grid-G1"].click()
        await expect(level).to_have_attribute("data-level", "0.00")
        await duty["mute-grid-G1"].click()
        await expect(level).to_have_attribute("data-level", SOUND)

        await duty["hear-grid-G1"].click()
        await until(lambda: "grid-G1" not in peer.group_ids and "all" in peer.group_ids, "it is unticked")
        await expect(level).to_have_attribute("data-level", "0.00")
        await expect(duty["tile-grid-G1"]).to_have_attribute("data-talker", "R01")

        await duty.page.keyboard.press("2")
        second = duty["tiles"].locator(".tile").nth(1)
        await expect(second).to_have_attribute("data-chosen", "true")
        await duty["groups-open"].click()
        await duty["groups-search"].press_sequentially("1")  # in a field a digit chooses no group
        await expect(duty["groups"].locator(".group-row")).to_have_count(1)
        await expect(second).to_have_attribute("data-chosen", "true")
        await duty["pin-grid-G1"].click()
        await duty.page.keyboard.press("Escape")
        radio.talking.let_go()
        await speaking
        await duty.page.reload()
        await expect(duty["tile-grid-G1"]).to_have_attribute("data-monitored", "false")


async def test_dispatcher_sees_the_place_in_the_queue_and_that_a_broadcast_may_not_be_answered(
    hub: Hub, console: httpx.AsyncClient, duty: Desk
) -> None:
    async with (
        client_of(console.base_url, await sign_in(hub, Role.DISPATCHER, person_id="colleague")) as client,
        page_on(client) as colleague,
    ):
        burst_id = await colleague.press()
        await duty.state("busy")
        await duty.page.keyboard.down("Space")
        await duty.state("queued")
        await expect(duty["talk-button"]).to_contain_text("第 1 / 1")
        await colleague.say(type="release", burst_id=burst_id)
        await duty.state("speaking")
        await expect(duty["talk-left"]).to_contain_text("还可讲")
        await duty.page.keyboard.up("Space")
        await duty.state("idle")

        await colleague.say(type="request", group_id="all", request_id="b", call="broadcast")
        granted = await colleague.wait("granted", 2)
        await expect(duty["talk-why"]).to_contain_text("正在广播")
        await colleague.say(type="release", burst_id=granted["burst_id"])
        await duty.state("closed")
        await expect(duty["talk-why"]).to_contain_text(re.compile(r"\d+ 秒后可以回话"))
        await duty.page.keyboard.down("Space")
        await duty.state("denied")
        await duty.page.keyboard.up("Space")
