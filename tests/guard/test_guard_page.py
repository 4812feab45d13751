"""The guards' phone page in a real browser, against a real hub, broker and radios."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from devices.radio.sound import FrameMicrophone
from hub.access.gate import SESSION_COOKIE
from hub.access.people import COMMUNITY, Role
from hub.alerts.messages import CancelAlert, NewAlert, Target, TargetKind
from hub.app import Hub
from hub.serve import make_server
from hub.talk.groups import NewGroup
from tests.browser import SOON_MS, open_browser
from tests.devices.room import until
from tests.guard.phone import Phone, open_phone, phone_of
from tests.hub import client_of, open_hub, sign_in
from tests.media.test_media import photo, voice
from tests.played import Person, real_radio
from tests.talk.recording.bursts import tone

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def serve(hub: Hub, port: int = 0) -> AsyncIterator[int]:
    """The hub's HTTP server; gives its port, at which it can come back."""
    server = make_server(hub, host="127.0.0.1", port=port)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the server listens")
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), "managed") as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve(hub) as port,
        client_of(f"http://127.0.0.1:{port}", await sign_in(hub, Role.ADMINISTRATOR)) as client,
    ):
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


def spoke(person: Person) -> int:
    """How many packets a radio has played."""
    return len(person.packets)


async def test_guard_holds_the_key_and_a_radio_hears_it_speaks_and_the_phone_plays_it(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    person = Person()
    async with real_radio(hub, "R02", person) as radio, open_phone(browser, hub, console) as phone:
        await phone.begin()
        await phone.hold()
        await phone.shows("speaking")
        await until(lambda: spoke(person) > 25, "the radio hears half a second")
        await expect(phone.page.get_by_test_id("talk-left")).to_contain_text("秒")
        await expect(phone.page.get_by_test_id("talk-why")).to_contain_text("台在听")
        await phone.let_go()
        await phone.shows("idle")
        await until(lambda: person.packets[-1].last, "the radio hears the end")
        assert await phone.felt() == ["60"]

        speaking = asyncio.create_task(radio.talking.talk("all", FrameMicrophone(tone(1))))
        await phone.shows("busy")
        await expect(phone.page.get_by_test_id("talk-why")).to_contain_text("对讲机2 正在讲")
        assert await speaking
        await phone.shows("idle")
        assert await phone.heard_loud() > 40, "of 50 packets"
        await expect(phone.page.get_by_test_id("last-calls")).to_contain_text("对讲机2")


async def test_a_thumb_that_is_taken_away_gives_the_floor_back(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with open_phone(browser, hub, console) as phone:
        await phone.begin()
        await phone.hold()
        await phone.shows("speaking")
        await phone.lose_touch()
        await phone.shows("idle")
        await until(lambda: hub.talk.bursts_under_way == 0, "the floor is free")
        await phone.hold()
        await phone.shows("speaking")
        await phone.page.evaluate("dispatchEvent(new Event('blur'))")  # a telephone call comes over the page
        await phone.shows("idle")
        await until(lambda: hub.talk.bursts_under_way == 0, "the floor is free")
        await phone.let_go()


async def test_phone_says_why_it_may_not_speak_and_where_it_stands_in_the_queue(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    person = Person()
    async with real_radio(hub, "R02", person) as radio, open_phone(browser, hub, console) as phone:
        await phone.begin()
        speaking = asyncio.create_task(radio.talking.talk("all", FrameMicrophone(tone(1.5))))
        await phone.shows("busy")
        await phone.hold()
        await phone.shows("queued")
        await expect(phone.page.get_by_test_id("talk-why")).to_contain_text("排第 1")
        assert await speaking
        await phone.shows("speaking")
        await phone.let_go()
        await phone.shows("idle")


async def test_guard_chooses_what_to_speak_to_and_what_to_hear(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with open_phone(browser, hub, console) as phone:
        await phone.begin()
        page = phone.page
        await page.get_by_test_id("selected-group").tap()
        await page.get_by_test_id("monitor-kind-hotel").tap()
        await expect(page.get_by_test_id("monitor-kind-hotel")).to_have_attribute("aria-pressed", "false")
        await page.get_by_test_id("group-grid-G1").tap()
        await expect(page.get_by_test_id("selected-group")).to_contain_text("第1网格")
        peers = hub.talk._consoles._peers
        await until(lambda: [set(one.group_ids) for one in peers.values()] == [{"all", "grid-G1"}], "it hears these")
        await page.reload()
        await expect(page.get_by_test_id("selected-group")).to_contain_text("第1网格")


async def test_headsets_key_begins_to_talk_and_ends_it_once_it_was_chosen(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with open_phone(browser, hub, console) as phone:
        await phone.begin()
        assert await phone.page.evaluate("Object.keys(window.mediaKeys)") == []
        await phone.page.get_by_test_id("me").tap()
        await phone.page.get_by_test_id("headset").tap()
        await phone.page.get_by_test_id("sheet-close").tap()
        for end in ("window.mediaKeys.pause()", "dispatchEvent(new Event('pagehide'))"):
            await phone.page.evaluate("window.mediaKeys.pause()")
            await phone.shows("speaking")
            await phone.page.evaluate(end)
            await phone.shows("idle")
        await phone.page.get_by_test_id("me").tap()
        await phone.page.evaluate("window.mediaKeys.pause()")
        await phone.shows("speaking")
        await phone.page.get_by_test_id("headset").tap()
        await phone.shows("idle")
        await until(lambda: hub.talk.bursts_under_way == 0, "the floor is free")


async def test_alert_to_the_own_venue_is_shown_with_its_text_and_felt_another_venues_is_not(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with real_radio(hub, "R01", Person()), open_phone(browser, hub, console) as phone:
        await phone.begin()
        for venue_id, text in (("V02", "别处的事"), ("V01", "走失儿童：女孩，红色上衣。请看门口。")):
            new = NewAlert(text=text, target=Target(kind=TargetKind.VENUE, id=venue_id))
            issued = await hub.alerts.issue(new, "duty", f"key-{venue_id}")
        await expect(phone.page.get_by_test_id("alert-text")).to_have_text("走失儿童：女孩，红色上衣。请看门口。")
        assert await phone.felt() == ["300-150-300"]
        await phone.is_within("alert", "talk-key")
        await phone.page.get_by_test_id("alert-hide").tap()
        await expect(phone.page.get_by_test_id("alerts-show")).to_contain_text("1 条")
        await phone.page.get_by_test_id("alerts-show").tap()
        await phone.hold()
        await phone.shows("speaking")
        gas = NewAlert(text="煤气泄漏，请关阀门。", target=Target(kind=TargetKind.VENUE, id="V01"))
        second = await hub.alerts.issue(gas, "duty", "key-gas")
        await expect(phone.page.get_by_test_id("alert-text")).to_have_text("煤气泄漏，请关阀门。")
        before = await phone.tones()
        await phone.let_go()
        await phone.shows("idle")
        await phone.sounds_more(before)
        await hub.alerts.cancel(second.alert_id, CancelAlert(text="阀门已关"), "duty")
        await expect(phone.page.get_by_test_id("alert-over")).to_have_text("警报已取消阀门已关")
        await expect(phone.page.get_by_test_id("alert")).to_have_attribute("data-alert", issued.alert_id)
        assert (await phone.felt()).count("300-150-300") == 2, "the older one is not new"
        await hub.alerts.cancel(issued.alert_id, CancelAlert(), "duty")


async def test_picture_and_voice_of_an_alert_are_seen_and_heard_on_the_phone(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    picture = await hub.media.keep_picture(photo(800, 600), "duty")
    speech = await hub.media.keep_voice(voice(20), "duty")
    async with open_phone(browser, hub, console) as phone:
        await phone.begin()
        new = NewAlert(
            text="走失儿童：女孩，红色上衣。",
            target=Target(kind=TargetKind.VENUE, id="V01"),
            picture=picture.media_id,
            speech=speech.media_id,
        )
        alert = await hub.alerts.issue(new, "duty")
        await expect(phone.page.get_by_test_id("alert-picture")).to_have_js_property("naturalWidth", picture.width_px)
        await phone.is_within("alert-picture", "alert-speech", "acknowledge", "talk-key")
        key = phone.page.get_by_test_id("alert-speech")
        await key.tap()
        await expect(key).to_have_attribute("data-state", "plays")
        heard = """() => document.querySelector("audio[src*='/api/media/']").currentTime > 0.3"""
        await phone.page.wait_for_function(heard, timeout=SOON_MS)
        await key.tap()
        await expect(key).to_have_attribute("data-state", "still")
        await hub.alerts.cancel(alert.alert_id, CancelAlert(), "duty")


async def test_temporary_group_that_ends_leaves_nobody_spoken_to_until_a_tap(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    radio_ids = ("R01", "R02")
    group = await hub.talk_groups.open_group(NewGroup(name="走失", radio_ids=radio_ids), radio_ids, "officer")
    async with open_phone(browser, hub, console) as phone:
        await phone.begin()
        page = phone.page
        await page.get_by_test_id("selected-group").tap()
        await page.get_by_test_id(f"group-{group.group_id}").tap()
        await expect(page.get_by_test_id("selected-group")).to_contain_text("走失")
        await hub.talk_groups.close_group(group.group_id, "officer")
        await phone.shows("unchosen")
        await expect(phone.key).to_contain_text("请选对讲组")
        await expect(page.get_by_test_id("selected-group")).to_contain_text("请选对讲组")
        await phone.hold()
        await phone.shows("unchosen")
        assert hub.talk.bursts_under_way == 0
        await phone.let_go()
        await page.reload()
        await expect(page.get_by_test_id("selected-group")).to_contain_text("请选对讲组")
        await page.get_by_test_id("selected-group").tap()
        await page.get_by_test_id("group-all").tap()
        await phone.begin()


async def test_lost_line_and_its_return_are_said(tmp_path: Path, browser: Browser) -> None:
    async with open_hub(tmp_path) as hub, AsyncExitStack() as phones:
        async with serve(hub) as port, client_of(f"http://127.0.0.1:{port}", None) as console:
            phone = await phones.enter_async_context(open_phone(browser, hub, console))
            await phone.begin()
            await phone.hold()
            await phone.shows("speaking")
        await phone.shows("lost")
        await expect(phone.page.get_by_test_id("talk-why")).to_contain_text("自动重连")
        assert "220-100-220" in await phone.felt()
        await phone.let_go()
        async with serve(hub, port):
            await phone.shows("idle")
            await phone.hold()
            await phone.shows("speaking")
            await phone.let_go()
            await phone.shows("idle")


@pytest.mark.parametrize("size", [(360, 640), (640, 360), (844, 390)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_no_phone_cuts_the_key(
    hub: Hub, console: httpx.AsyncClient, browser: Browser, size: tuple[int, int]
) -> None:
    async with open_phone(browser, hub, console, size=size) as phone:
        await phone.is_within("start", "start-key")
        await phone.begin()
        await phone.is_within("talk-key", "me")
        box = await phone.key.bounding_box()
        assert box is not None and box["height"] >= 190 and box["width"] >= 220


async def test_phone_without_a_microphone_says_what_to_do_and_still_hears(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with open_phone(browser, hub, console) as phone:
        refuses = "async () => { throw new DOMException('', 'NotAllowedError') }"
        await phone.page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {refuses} }}")
        await phone.page.get_by_test_id("start-key").tap()
        await expect(phone.page.get_by_test_id("start-why")).to_contain_text("允许")
        await expect(phone.page.get_by_test_id("start")).to_contain_text("只能听")
        async with real_radio(hub, "R02", Person()) as radio:
            assert await radio.talking.talk("all", FrameMicrophone(tone(0.5)))
        await expect(phone.page.get_by_test_id("last-calls")).to_contain_text("对讲机2")
        assert await phone.heard_loud() > 15, "of 25 packets"


async def test_invited_guard_comes_to_the_phone_page_and_signs_in_there_again(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    person = {"person_id": "laoyang", "name": "老杨", "role": "guard", "places": [{"kind": "venue", "place_id": "V01"}]}
    (await console.post("/api/people", json=person)).raise_for_status()
    invitation = (await console.post("/api/people/laoyang/invitation")).raise_for_status().json()
    context = await phone_of(browser)
    page = await context.new_page()
    phone = Phone(page, await context.new_cdp_session(page))
    await page.goto(invitation["join"])
    for testid in ("join-password", "join-password-again"):
        await page.get_by_test_id(testid).fill("三岔路口-东门-7391")
    await page.get_by_test_id("join-submit").tap()
    await page.wait_for_url("**/guard/")
    await page.get_by_test_id("me").tap()
    await page.get_by_test_id("sign-out").tap()
    await page.get_by_test_id("sign-in-password").fill("三岔路口-东门-7391")
    await page.get_by_test_id("sign-in-submit").tap()
    await phone.shows("idle")  # the tap that signed in let sound and microphone on
    await page.goto(str(console.base_url))
    await page.wait_for_url("**/guard/")
    assert phone.errors == []
    await context.close()


async def test_officer_in_the_street_talks_here_too_and_the_screen_stays_on(
    hub: Hub, console: httpx.AsyncClient, browser: Browser
) -> None:
    async with open_phone(browser, hub, console, Role.OFFICER, (COMMUNITY,)) as phone:
        await phone.page.get_by_test_id("me").tap()
        await expect(phone.page.get_by_test_id("to-console")).to_be_visible()
        await expect(phone.page.get_by_test_id("awake")).to_have_attribute("data-awake", "true")


async def test_who_has_no_talk_is_told_so(console: httpx.AsyncClient, browser: Browser) -> None:
    context = await phone_of(browser)
    token = console.cookies[SESSION_COOKIE]  # the administrator's
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
    page = await context.new_page()
    await page.goto(f"{console.base_url}/guard")
    await expect(page.get_by_test_id("no-talk")).to_contain_text("不用对讲")
    await context.close()


async def test_page_is_served_with_the_consoles_strict_headers(console: httpx.AsyncClient) -> None:
    led = await console.get("/guard")
    assert (led.status_code, httpx.URL(led.headers["location"]).path) == (307, "/guard/")
    page, root = await console.get("/guard/"), await console.get("/")
    assert "黔哨对讲" in page.text
    for name in ("content-security-policy", "permissions-policy", "x-content-type-options", "referrer-policy"):
        assert page.headers[name] == root.headers[name]
