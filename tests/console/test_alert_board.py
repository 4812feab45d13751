"""An alert to 130 on the console: sent by keyboard alone, each state in sight at once, until the last has answered."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import Page, expect

from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from devices.protocol import messages as wire
from devices.protocol.messages import Answer
from devices.protocol.topics import DeviceKind, Down, Up
from hub.access.people import Role
from hub.alerts.messages import AnswerElsewhere, Via
from hub.app import Hub
from tests.browser import errors_of, open_browser
from tests.console.test_escalation_board import open_page
from tests.devices.room import until
from tests.hub import open_console, open_hub
from tests.played import HandDevice, radio_on_line

VENUES = 130
BY_HAND = ("R01", "R02", "R03", "R04", "R05")
TEXT = "六岁男孩走失，红上衣蓝裤子，看到请按键回报"


@asynccontextmanager
async def light_radios(hub: Hub, folder: Path) -> AsyncIterator[ListenersPart]:
    """All radios but those played by hand, in a process of their own (bench/alerts_radios.py)."""
    radio_ids = [radio_id for radio_id in hub.registry.radios if radio_id not in BY_HAND]
    file = folder / "credentials.json"
    file.write_bytes(msgspec.json.encode([await hub.enrolment.issue(DeviceKind.RADIO, one) for one in radio_ids]))
    part = ListenersPart("light-radios", folder)
    try:
        await part.start(["bench.alerts_radios", "1", str(file)])
        await until(lambda: all(map(hub.radios.is_online, radio_ids)), "the light radios are on line")
        yield part
    finally:
        await part.stop()


async def say(radio: HandDevice, what: Up, kind: type[wire.Message], alert_id: str, **more: str) -> None:
    """One word of a radio about an alert."""
    await radio.say(what, kind(stamp=radio.stamp(), message_id=f"{what}-{alert_id}", alert_id=alert_id, **more))


async def expect_count(page: Page, state: str, value: int) -> None:
    await expect(page.get_by_test_id(f"board-count-{state}")).to_have_attribute("data-value", str(value))


async def expect_state(page: Page, radio_id: str, state: str) -> None:
    cell = page.locator(f'[data-testid="board-cell"][data-radio="{radio_id}"]')
    await expect(cell).to_have_attribute("data-state", state)


async def test_board_shows_130_radios_at_once_from_the_press_to_the_last_acknowledgement(tmp_path: Path) -> None:
    async with (
        open_hub(tmp_path / "hub", venues=VENUES) as hub,
        open_console(hub) as console,
        light_radios(hub, tmp_path) as light,
        open_browser() as browser,
        AsyncExitStack() as stack,
    ):
        sent, delivered, played, on_page, reports = [
            await stack.enter_async_context(radio_on_line(hub, radio_id)) for radio_id in BY_HAND
        ]
        page = await open_page(hub, str(console.base_url), browser, Role.DISPATCHER)
        errors = errors_of(page)
        await expect(page.get_by_test_id("alert-reach")).to_have_attribute("data-online", str(VENUES))

        # A child is gone: nothing but the keyboard, from the focus on.
        await page.get_by_test_id("alert-text").focus()
        focused_s = time.monotonic()
        await page.keyboard.insert_text(TEXT)
        await page.keyboard.press("Control+Enter")
        pressed_s = time.monotonic()
        await expect_count(page, "delivered", VENUES - len(BY_HAND))
        shown_s = time.monotonic()
        (alert,) = await hub.alerts.latest()
        alert_id, issued_s = alert.alert_id, alert.issued_at_ms / 1000 - (time.time() - time.monotonic())
        print(f"focus to issued {issued_s - focused_s:.3f} s, press to 125 shown delivered {shown_s - pressed_s:.3f} s")

        # Everybody who is silent is in sight, without scrolling.
        await expect(page.get_by_test_id("board-silent").get_by_test_id("board-cell")).to_have_count(VENUES)
        wall = page.get_by_test_id("wall")
        assert await wall.evaluate("wall => wall.scrollHeight <= wall.clientHeight")
        box = await wall.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 768

        for radio in (delivered, played, on_page, reports):
            await radio.hear(Down.ALERT, wire.AlertMessage)
            await say(radio, Up.RECEIPT, wire.Receipt, alert_id)
        for radio in (played, on_page, reports):
            await say(radio, Up.PLAYED, wire.Played, alert_id)
        await expect_count(page, "delivered", VENUES - 1)
        await expect_count(page, "played", 3)
        for radio_id, state in (("R01", "sent"), ("R02", "delivered"), ("R03", "played")):
            await expect_state(page, radio_id, state)
        first = page.get_by_test_id("board-silent").get_by_test_id("board-cell").first
        await expect(first).to_have_attribute("data-radio", "R01")  # what did not arrive comes first

        await light.begin(Turn(0, says_heard=False))  # all within a second, one after the other
        await expect_count(page, "acknowledged", VENUES - len(BY_HAND))
        await hub.alerts.answered_elsewhere(
            AnswerElsewhere(message_id="m1", alert_id=alert_id, venue_ids=("V04",), by="g4", via=Via.PAGE)
        )
        await expect(page.get_by_test_id("board-elsewhere")).to_have_attribute("data-value", "1")
        await say(reports, Up.REPORT, wire.Report, alert_id, answer=Answer.SEEN, text="往东去了")
        await expect_count(page, "reported", 1)
        await expect_state(page, "R05", "reported")
        await expect(page.get_by_test_id("board")).to_contain_text("往东去了")
        await expect(page.get_by_test_id("board-silent").get_by_test_id("board-cell")).to_have_count(3)

        # The arrows go from one silent radio to the next, and Enter shows where it is.
        await first.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("chosen-card")).to_contain_text("场所2")

        for left, radio in enumerate((sent, delivered, played)[::-1], start=-2):
            await say(radio, Up.ACKNOWLEDGEMENT, wire.Acknowledgement, alert_id, holder="g")
            await expect(page.get_by_test_id("board-silent").get_by_test_id("board-cell")).to_have_count(-left)
        await expect_count(page, "acknowledged", VENUES)
        await expect(page.get_by_test_id("board")).to_contain_text("所有场所都已确认")
        print(f"press to the last acknowledgement shown {time.monotonic() - pressed_s:.3f} s")
        assert errors == []
