"""The whole story: played through by the check, then by a person's hands in a real browser on the same stage."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from hub.access.people import Role
from simulators.demo.stage import Stage, Told
from simulators.demo.story import Report, play
from tests.browser import SOON_MS, errors_of, open_browser
from tests.system.conftest import RADIOS

pytestmark = pytest.mark.asyncio(loop_scope="module")
COMMUNITY = Path(__file__).parents[2] / "var" / "community"
GUARDS_TAKE_MS = 30_000


@dataclass
class Played:
    """A stage on which the story was played and which is still up."""

    stage: Stage
    report: Report


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    def tell(told: Told) -> None:
        if told.share in (None, 1.0):
            print(told.what, file=sys.stderr)

    stage = Stage(tmp_path_factory.mktemp("stage"), COMMUNITY, port=0, broker="auto", radios=RADIOS, tell=tell)
    try:
        yield Played(stage, await play(stage, COMMUNITY, RADIOS, tell))
    finally:
        await stage.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, played: Played) -> AsyncIterator[Page]:
    """The console at 1366x768; a script error on the page fails the test."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["microphone"])
    opened = await context.new_page()
    errors = errors_of(opened)
    await opened.goto(played.stage.url)
    await _sign_in(opened, played)
    yield opened
    await context.close()
    assert not errors


async def _sign_in(page: Page, played: Played) -> None:
    account = played.stage.accounts[Role.DISPATCHER]
    await page.get_by_test_id("sign-in-account").fill(account.person_id)
    await page.get_by_test_id("sign-in-password").fill(account.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("me")).to_contain_text(account.name, timeout=SOON_MS)


async def test_all_radios_come_on_line(played: Played) -> None:
    assert played.report.radios_online == RADIOS


async def test_every_radio_hears_the_all_call_and_a_guard_answers(played: Played) -> None:
    assert played.report.voice_radios_heard == RADIOS
    assert played.report.guard_answered


async def test_alert_reaches_every_radio_once_and_guards_acknowledge(played: Played) -> None:
    assert played.report.alert_delivered == RADIOS
    assert played.report.alert_duplicates == 0
    assert played.report.alert_acknowledged > RADIOS * 0.8


async def test_console_misses_no_event(played: Played) -> None:
    assert played.report.event_gaps == 0


async def test_child_is_found_on_at_least_80_percent_of_the_cameras_she_passed(played: Played) -> None:
    assert played.report.child_cameras_true >= 8
    assert played.report.child_cameras_found >= 0.8 * played.report.child_cameras_true
    assert played.report.search_ms < 1000


async def test_every_camera_was_recorded_while_the_scene_was_played(played: Played) -> None:
    assert played.report.cameras_played_back == played.report.cameras >= 12


async def test_watch_told_of_her_as_she_was_seen(played: Played) -> None:
    assert played.report.watch_hits > 0


async def test_dispatcher_holds_the_space_bar_and_130_radios_hear(page: Page) -> None:
    await page.get_by_test_id("mic-enable").click()
    await expect(page.get_by_test_id("mic-enable")).to_be_hidden(timeout=SOON_MS)
    await page.keyboard.down("Space")
    await expect(page.get_by_test_id("talk-state")).to_have_attribute("data-state", "speaking", timeout=SOON_MS)
    heard = page.get_by_test_id("heard-count")
    await expect(heard).to_have_attribute("data-hearing", str(RADIOS), timeout=SOON_MS)
    await expect(heard).to_contain_text("全部在听")
    await page.keyboard.up("Space")
    await expect(page.get_by_test_id("talk-state")).not_to_have_attribute("data-state", "speaking", timeout=SOON_MS)
    await expect(page.get_by_test_id("last-calls")).to_contain_text(re.compile("保安.*听到"), timeout=SOON_MS)


async def test_dispatcher_alerts_all_venues_and_sees_who_has_not_answered(page: Page) -> None:
    await page.get_by_test_id("alert-text").fill("走失儿童：女孩，红色上衣，蓝色裤子，约一米一")
    await page.get_by_test_id("alert-send").click()
    cells = page.get_by_test_id("board-cell")
    await expect(cells).to_have_count(RADIOS, timeout=SOON_MS)
    await expect(page.get_by_test_id("board-silent")).to_be_visible(timeout=SOON_MS)
    delivered = page.get_by_test_id("board-count-delivered")
    await expect(delivered).to_have_attribute("data-value", str(RADIOS), timeout=SOON_MS)
    acknowledged = page.get_by_test_id("board-count-acknowledged")
    await expect(acknowledged).to_have_attribute("data-value", re.compile(r"1[12]\d"), timeout=GUARDS_TAKE_MS)


async def test_officer_opens_a_case_searches_and_sees_ranked_hits_with_pictures(page: Page) -> None:
    await page.get_by_test_id("case-another").click()  # the check left a case open
    await page.get_by_test_id("case-title").fill("走失儿童")
    await page.get_by_test_id("case-purpose").fill("家长报案，寻找走失儿童")
    await page.get_by_test_id("case-open").click()
    line = page.get_by_test_id("search-line")
    await expect(line).to_be_visible(timeout=SOON_MS)
    await line.fill("红上衣蓝裤子的女孩，约一米一")
    await page.get_by_test_id("search-go").click()
    hits = page.get_by_test_id("hit")
    await expect(hits.first).to_be_visible(timeout=SOON_MS)
    picture = hits.first.locator("img").first
    await expect(picture).to_be_visible(timeout=SOON_MS)
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    await expect(hits.first).to_contain_text("红")
    await expect(page.get_by_test_id("coverage")).to_contain_text("12")
    await page.get_by_test_id("watch-start").click()
    await expect(page.get_by_test_id("watch").first).to_be_visible(timeout=SOON_MS)


async def test_screen_changes_to_english(page: Page) -> None:
    await page.get_by_test_id("me").click()
    await page.get_by_test_id("language-switch").click()
    written = page.get_by_test_id("alert-text")
    await expect(written).to_have_attribute("placeholder", re.compile("guards"), timeout=SOON_MS)


async def test_nothing_on_the_page_comes_from_elsewhere(browser: Browser, played: Played) -> None:
    context = await browser.new_context()
    opened = await context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    await opened.goto(played.stage.url, wait_until="load")
    await _sign_in(opened, played)
    await expect(opened.get_by_test_id("hit").first).to_be_visible(timeout=SOON_MS)
    await context.close()
    assert asked
    assert all(url.startswith((played.stage.url, "data:", "blob:")) for url in asked), asked
