"""Recorded calls on a dispatcher's screen: found, heard, clicked into, also while somebody still speaks."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from devices.protocol.voice import VoicePacket
from hub.access.gate import SESSION_COOKIE
from hub.access.people import COMMUNITY, Person, Role
from hub.app import Hub
from hub.casebook.messages import TimelineQuery
from hub.cases.limits import CaseKind
from hub.cases.messages import NewCase
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sign_in
from tests.talk.recording.bursts import new_burst, record, tone


def speak(hub: Hub, burst_id: int, frames: list[bytes], first: int = 0) -> None:
    for n, frame in enumerate(frames, first):
        packet = VoicePacket(1, burst_id, n, n * 960, 5, 0, 0, False, (frame,))
        hub.recordings.packet(packet, hub.clock.monotonic_us())


async def test_dispatcher_finds_a_call_hears_it_and_clicks_into_it(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        record(hub.recordings, new_burst(), tone(2))
        record(hub.recordings, new_burst("grid-G1", group_name="第1网格", talker_name="场所1保安"), tone(0.5))
        await until(lambda: not hub.recordings._bursts, "both are written")
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.DISPATCHER, (COMMUNITY,))
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await page.get_by_test_id("recordings-open").click()
        rows = page.locator(".recordings .ant-table-row")
        player = page.get_by_test_id("recording-player")
        await expect(rows).to_have_count(2)

        await page.get_by_test_id("recordings-group").click()
        await page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text="第1网格").click()
        await expect(rows).to_have_count(1)
        await page.get_by_test_id("recordings-clear").click()
        await expect(rows).to_have_count(2)

        await rows.nth(1).click()
        await expect(player).to_have_attribute("data-plays", "true")
        await expect(page.get_by_test_id("waveform")).to_have_attribute("data-drawn", "true")
        await page.get_by_test_id("recording-play").click()
        await expect(player).to_have_attribute("data-plays", "false")
        box = await page.get_by_test_id("waveform").bounding_box()
        assert box is not None
        await page.get_by_test_id("waveform").click(position={"x": box["width"] * 0.75, "y": 10})
        await expect(player).to_have_attribute("data-at", "2.0")  # it came to the end
        async with page.expect_download() as loading:
            await page.get_by_test_id("recording-download").click()
        assert (await loading.value).suggested_filename.endswith("_全体场所_王芳.ogg")

        by = Person(person_id="li", name="李", role=Role.OFFICER, places=(COMMUNITY,))
        case = await hub.cases.open_case(NewCase(kind=CaseKind.HELP, title="求助", purpose="处理"), by)
        await page.get_by_test_id("recording-to-case").click()
        await expect(page.get_by_test_id("recording-to-case")).to_be_disabled()
        timeline = await hub.casebook.timeline(case.case_id, TimelineQuery())
        assert b"case.recording" in b"".join(map(bytes, timeline.items))

        new, frames = new_burst(), tone(2)
        hub.recordings.begin(new)
        speak(hub, new.burst_id, frames[:50])
        await until(lambda: hub.recordings.bytes_on_disk(new.burst_id) > 0, "a page is on disk")
        await page.get_by_role("button", name="刷新").click()
        await expect(rows.first).to_contain_text("正在讲")
        await rows.first.click()
        await expect(player).to_have_attribute("data-plays", "true")
        speak(hub, new.burst_id, frames[50:], 50)
        hub.recordings.end(new.burst_id)
        hub.recordings.reached(new.burst_id, 4)
        await until(lambda: not hub.recordings._bursts, "the burst is over")
        await page.get_by_role("button", name="刷新").click()
        await expect(rows.first).to_contain_text("2 秒")
        await expect(player).to_have_attribute("data-at", "2.0")
        assert not errors
