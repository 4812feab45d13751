"""Venues chosen on a dispatcher's map become a talk group: chosen by dragging, spoken to at once, closed."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page, expect

from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.talk.groups import MAX_RADIOS
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sign_in
from tests.played import Person, real_radio

VENUES = 130
"""They stand in a line from west to east, which fills the width of the map."""


async def drag_over(page: Page, share: float) -> None:
    """Draw a rectangle over so much of the map, from the west."""
    box = await page.get_by_test_id("map").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 1, box["y"] + box["height"] * 0.2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * share - 1, box["y"] + box["height"] * 0.8, steps=3)
    await page.mouse.up()


async def test_dispatcher_drags_over_venues_speaks_to_them_within_a_moment_and_ends_the_group(tmp_path: Path) -> None:
    inside, outside = Person(), Person()
    async with (
        open_hub(tmp_path, venues=VENUES) as hub,
        open_console(hub) as console,
        real_radio(hub, "R05", inside) as radio,
        real_radio(hub, "R99", outside),
        open_browser() as browser,
    ):
        context = await browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["microphone"])
        token = await sign_in(hub, Role.DISPATCHER)
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await page.get_by_test_id("mic-enable").click()
        await expect(page.get_by_test_id("mic-enable")).to_be_hidden()
        chosen = page.get_by_test_id("selection")

        await page.get_by_test_id("select-rectangle").click()
        await drag_over(page, 1)
        await expect(chosen).to_have_attribute("data-radios", str(VENUES))
        await expect(chosen).to_contain_text(f"最多 {MAX_RADIOS} 台")
        await expect(page.get_by_test_id("group-open")).to_be_disabled()
        await page.keyboard.press("Escape")
        await expect(chosen).to_have_count(0)

        await page.keyboard.down("Shift")
        await drag_over(page, 0.2)
        await page.keyboard.up("Shift")
        venues = page.get_by_test_id("selection-venues").locator("li")
        await expect(venues.first).to_have_attribute("data-venue", "V01")
        count = await venues.count()
        await venues.first.get_by_role("button").click()
        await expect(chosen).to_have_attribute("data-venues", str(count - 1))
        await expect(page.get_by_test_id("group-name")).to_have_value(re.compile(r"^第1网格 \d\d:\d\d$"))
        await page.get_by_test_id("group-open").click()
        await expect(chosen).to_have_count(0)
        (group,) = hub.talk_groups.opened
        assert group.radio_ids == tuple(f"R{n:02}" for n in range(2, count + 1))

        await page.keyboard.down("Space")
        await until(lambda: len(inside.packets) > 10, "the guard hears the dispatcher")
        await page.keyboard.up("Space")
        assert [taken.group_id for taken in inside.taken] == [group.group_id]
        assert (outside.packets, outside.taken) == ([], [])

        await page.get_by_test_id("tab-groups").click()
        await expect(page.get_by_test_id("group-online")).to_have_text(f"{count - 1} 台中 1 台在线")
        await expect(page.get_by_test_id("group-ends")).to_have_text(re.compile("(29|30) 分钟后自动解散"))
        await page.get_by_test_id("group-close").click()
        await page.locator(".ant-popover:visible .ant-btn-primary").click()
        await expect(page.get_by_test_id("group")).to_have_count(0)
        await until(lambda: radio.groups.temporary == (), "the radio knows that the group is no more")
        assert errors == []
