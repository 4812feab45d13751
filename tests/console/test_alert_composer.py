"""The alert composer: whom it reaches drawn on the map, a picture, a voice, a template's blanks, words sent anew."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
from playwright.async_api import Page, expect

from devices.protocol.messages import Answer
from hub.access.people import Role
from hub.alerts.messages import Alert, AnswerElsewhere, TargetKind, Via
from hub.app import Hub
from hub.events.messages import EventKind
from tests.browser import errors_of, open_browser
from tests.console.test_escalation_board import open_page
from tests.hub import Told, open_console, open_hub

VENUES = 20
"""They stand in a line from west to east, which fills the width of the map."""
HEARS = """bar => new Promise(told => {
  const look = () => (bar.dataset.level > 0.02 ? told() : requestAnimationFrame(look));
  look();
})"""
"""Wait until the microphone's level has moved: the browser's own beeps once a second."""
PLAYABLE = """sound => new Promise(told => {
  sound.oncanplay = () => told(sound.duration);
  sound.preload = 'auto';
  sound.load();
})"""
"""The duration of a sound that the page could load, in seconds."""


async def click_map(page: Page, *places: tuple[float, float]) -> None:
    """Click on the map, by shares of its width and height."""
    box = await page.get_by_test_id("map").bounding_box()
    assert box is not None
    for x, y in places:
        await page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


async def issued(hub: Hub, told: Told, count: int) -> Alert:
    """The latest alert, once so many were issued."""
    bodies = await told.wait(EventKind.ALERT_ISSUED, count=count)
    return await hub.alerts.find(bodies[-1]["alert_id"])


async def test_alert_is_drawn_shown_spoken_and_sent_anew(tmp_path: Path) -> None:
    picture = tmp_path / "child.png"
    picture.write_bytes(cv2.imencode(".png", np.full((80, 60, 3), 90, np.uint8))[1].tobytes())
    async with (
        open_hub(tmp_path / "hub", venues=VENUES) as hub,
        open_console(hub) as console,
        open_browser() as browser,
    ):
        told = Told(hub)
        page = await open_page(hub, str(console.base_url), browser, Role.DISPATCHER)
        await page.context.grant_permissions(["microphone"])
        errors = errors_of(page)
        await page.get_by_test_id("alert-text").fill("走失女孩，红上衣")

        # The west of the map, with one corner too many taken back; nothing goes out before it is closed.
        await page.get_by_test_id("alert-draw-polygon").click()
        await expect(page.get_by_test_id("alert-send")).to_be_disabled()
        await click_map(page, (0.01, 0.3), (0.5, 0.3), (0.9, 0.6))
        await page.keyboard.press("Backspace")
        await click_map(page, (0.5, 0.75), (0.01, 0.75))
        await expect(page.get_by_test_id("shape-keys")).to_have_attribute("data-points", "4")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("shape-finish")).to_have_count(0)
        reached = int(await page.get_by_test_id("alert-reach").get_attribute("data-radios") or 0)
        assert 5 < reached < 15
        await expect(page.locator(".leaflet-shape-pane svg")).to_have_count(1)

        await page.get_by_test_id("alert-picture-file").set_input_files(picture)
        await expect(page.get_by_test_id("alert-picture-shown")).to_be_visible()
        await page.get_by_test_id("alert-record").click()
        await page.get_by_test_id("alert-record-level").evaluate(HEARS)
        await page.get_by_test_id("alert-record-stop").click()
        await expect(page.get_by_test_id("alert-speech-shown")).to_be_visible()
        await page.get_by_test_id("alert-send").click()
        first = await issued(hub, told, 1)
        assert (first.target.kind, len(first.target.points)) == (TargetKind.POLYGON, 4)
        assert sorted(one.radio_id for one in first.deliveries) == [f"R{n:02}" for n in range(1, reached + 1)]
        assert first.picture is not None and first.speech is not None

        board = page.get_by_test_id("board")
        await expect(board).to_have_attribute("data-alert", first.alert_id)
        shown = page.locator("img[data-testid=board-picture], [data-testid=board-picture] img").first
        await expect(shown).to_have_js_property("complete", True)
        assert await shown.evaluate("picture => picture.naturalWidth") == 60
        assert await page.get_by_test_id("board-speech").evaluate(PLAYABLE) > 0.5
        await expect(page.get_by_test_id("shape-keys")).to_have_count(0)

        # Better words, to everybody; what was reported to the former words stays in reach.
        await hub.alerts.answered_elsewhere(
            AnswerElsewhere(
                message_id="m1",
                alert_id=first.alert_id,
                venue_ids=("V01",),
                by="g1",
                via=Via.PAGE,
                answer=Answer.SEEN,
                text="往西去了",
            )
        )
        await page.get_by_test_id("alert-text").fill("停水")
        await page.get_by_test_id("alert-update").click()
        await expect(page.get_by_test_id("alert-text")).to_have_value("停水")
        await page.get_by_test_id("alert-update-yes").click()
        await expect(page.get_by_test_id("alert-updating")).to_be_visible()
        await expect(page.get_by_test_id("alert-text")).to_have_value(first.text)
        await page.get_by_test_id("alert-text").fill("走失女孩，红上衣，蓝书包")
        await page.get_by_test_id("shape-drop").click()
        await expect(page.get_by_test_id("alert-reach")).to_have_attribute("data-radios", str(VENUES))
        await page.get_by_test_id("alert-record").click()
        await page.get_by_test_id("alert-record-level").evaluate(HEARS)
        await page.get_by_test_id("alert-send").click()  # which ends the recording
        second = await issued(hub, told, 2)
        assert (second.updates, second.picture, len(second.deliveries)) == (first.alert_id, first.picture, VENUES)
        assert second.speech is not None
        await expect(page.get_by_test_id("alert-record-level")).to_have_count(0)
        await expect(board).to_have_attribute("data-alert", second.alert_id)
        earlier = page.get_by_test_id("board-earlier")
        await earlier.locator("summary").click()
        await expect(earlier).to_contain_text("往西去了")
        await expect(earlier).to_contain_text(first.text)
        assert errors == []


async def test_template_is_made_filled_by_the_keyboard_and_removed(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        told = Told(hub)
        page = await open_page(hub, str(console.base_url), browser, Role.CHIEF)
        errors = errors_of(page)
        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-templates").click()
        await page.get_by_test_id("template-add").click()
        await page.get_by_test_id("template-name").fill("停水")
        await page.get_by_test_id("template-text").fill("停水：{地点}，{时间}恢复。")
        await expect(page.get_by_test_id("template-blanks")).to_contain_text("地点、时间")
        await page.get_by_test_id("template-save").click()
        await expect(page.get_by_test_id("template-change-停水")).to_be_visible()
        await expect(page.get_by_test_id("template-save")).not_to_be_visible()  # the form would take the key
        await page.keyboard.press("Escape")

        # A press, one blank of two, and Enter: what nobody knows goes out as unknown.
        await page.get_by_test_id("alert-template").filter(has_text="停水").click()
        await expect(page.get_by_test_id("alert-blank-地点")).to_be_focused()
        await page.keyboard.insert_text("栖凤路")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("alert-send")).to_be_focused()
        await page.keyboard.press("Enter")
        assert (await issued(hub, told, 1)).text == "停水：栖凤路，不详恢复。"

        # The same with the mouse alone is two presses.
        await page.get_by_test_id("alert-template").filter(has_text="走失儿童").click()
        await page.get_by_test_id("alert-send").click()
        assert re.match("走失儿童：不详", (await issued(hub, told, 2)).text)

        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-templates").click()
        await page.get_by_test_id("template-remove-停水").click()
        await page.locator(".ant-popover:visible .ant-btn-primary").click()
        await expect(page.get_by_test_id("template-change-停水")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("alert-template").filter(has_text="停水")).to_have_count(0)
        assert errors == []
