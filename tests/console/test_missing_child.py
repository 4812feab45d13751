"""The search for a missing child in a real browser: from the key to the child, and three at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page, expect

from devices.protocol.messages import AlertMessage, Answer
from devices.protocol.sightings import SightingMessage
from devices.protocol.topics import DeviceKind, Up
from hub.access.gate import SESSION_COOKIE
from hub.access.people import Role
from hub.alerts.messages import AnswerElsewhere, Via
from hub.app import Hub
from hub.registry.records import Camera
from tests.browser import errors_of, open_browser
from tests.devices.room import until
from tests.hub import open_console, open_hub, sighting, sign_in
from tests.played import HandDevice, Person, real_radio

LINE = "红上衣蓝裤子的孩子，约一米一"


class Guard(Person):
    """Notes too that an alert is over."""

    def __init__(self) -> None:
        super().__init__()
        self.over: list[str | None] = []

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        self.over.append(cancel.cancels)


async def open_page(hub: Hub, base_url: str, browser: Browser, person_id: str) -> Page:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    token = await sign_in(hub, Role.OFFICER, person_id=person_id)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base_url}])
    page = await context.new_page()
    await page.goto(base_url)
    await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
    return page


async def press(page: Page, line: str, venue: str | None = None) -> None:
    """The key, what the mother says, and Enter."""
    await page.keyboard.press("F9")
    if venue is not None:
        await page.get_by_test_id("missing-where").click()
        await page.keyboard.type(venue)
        await page.keyboard.press("Enter")
        await page.get_by_test_id("missing-ago-0").click()
    await page.get_by_test_id("missing-line").fill(line)
    await page.get_by_test_id("missing-line").press("Enter")
    await expect(page.get_by_test_id("tell-missing")).to_have_count(0)


async def test_from_the_key_to_the_child(tmp_path: Path) -> None:
    async with open_hub(tmp_path, vision_workers=1) as hub, open_console(hub) as console, open_browser() as browser:
        await hub.vision.stop()
        await hub.vision.put_camera(Camera(camera_id="C03", name="后门", venue_id="V03"))
        near, far = Guard(), Guard()
        async with (
            HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker,
            real_radio(hub, "R01", near) as at_v01,
            real_radio(hub, "R04", far),
        ):
            hub.sightings.add(sighting(hub, "before", "red", "blue"))
            page = await open_page(hub, str(console.base_url), browser, "finder")
            errors = errors_of(page)
            await press(page, LINE, "场所1")
            await until(lambda: bool(near.shown), "the guard at V01 has it")
            assert far.shown == [], "365 m away"
            hit = page.get_by_test_id("hit")
            await expect(hit).to_have_attribute("data-sighting", "before")
            await expect(page.get_by_test_id("missing-step-search")).to_have_attribute("data-state", "done")
            await expect(page.get_by_test_id("missing-next").locator("li")).to_have_count(2)

            seen = msgspec.structs.replace(sighting(hub, "now", "red", "blue", "C03"), describer="stripes-2")
            await worker.say(Up.SIGHTING, SightingMessage(stamp=worker.stamp(), message_id="m1", sighting=seen))
            fresh = page.locator("[data-sighting=now]")
            await fresh.get_by_test_id("hit-yes").click()
            await expect(page.locator("[data-testid=missing-evidence][data-kind=sighting]")).to_have_count(1)
            await until(lambda: len(near.shown) == 2 and len(far.shown) == 1, "those near are sent there")
            at_v01.acknowledge(near.shown[-1])
            await expect(page.get_by_test_id("missing-reach")).to_have_attribute("data-acknowledged", "1")

            at_v01.report(Answer.CHILD_IS_WITH_ME, alert_id=near.shown[-1])
            await page.get_by_test_id("found-ends-all").click()
            await expect(page.get_by_test_id("missing-over")).to_contain_text("孩子找到了")
            await expect(page.get_by_test_id("missing-band")).to_have_count(0)
            await until(lambda: set(near.over) == set(near.shown) and set(far.over) == set(far.shown), "all were told")
            async with page.context.expect_page() as opening:
                await page.get_by_test_id("missing-report").click()
            report = await opening.value
            await expect(report.locator("body")).to_contain_text("孩子在保安身边")
            await expect(report.locator("body")).to_contain_text("场所1")
            assert errors == []


async def test_three_at_once_each_with_its_own_and_two_officers(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console, open_browser() as browser:
        base_url = str(console.base_url)
        one, other = [await open_page(hub, base_url, browser, name) for name in ("li", "wang")]
        errors = [errors_of(one), errors_of(other)]
        await press(one, "红衣女孩", "场所1")
        await press(one, "蓝衣男孩", "场所4")
        await press(other, "黄衣男孩")
        for page in (one, other):
            await expect(page.get_by_test_id("missing-band")).to_have_count(3)
        by_looks = {child.known.description_text: child for child in hub.missing_children.opened}
        red, blue, yellow = (by_looks[looks] for looks in ("红衣女孩", "蓝衣男孩", "黄衣男孩"))
        assert {child.started_by for child in (red, blue)} == {"li"}
        assert yellow.started_by == "wang"
        assert [sorted(v for a in child.alerts for v in a.venue_ids) for child in (red, blue)] == [
            ["V01", "V02"],
            ["V03", "V04"],
        ]

        await expect(one.get_by_test_id("case")).to_have_attribute("data-case", blue.case_id)
        await one.get_by_test_id("search-line").fill("没写完的一句")
        await one.locator(f"[data-case={red.case_id}] [data-testid=missing-open]").click()
        await expect(one.get_by_test_id("case")).to_have_attribute("data-case", red.case_id)
        await hub.alerts.answered_elsewhere(
            AnswerElsewhere(
                message_id="m1",
                alert_id=red.alerts[0].alert_id,
                venue_ids=("V02",),
                by="guard",
                via=Via.PAGE,
                answer=Answer.SEEN,
            )
        )
        await expect(one.locator("[data-testid=missing-evidence][data-kind=seen]")).to_have_count(1)
        await one.get_by_test_id("evidence-no").click()
        await expect(one.locator("[data-testid=missing-evidence][data-kind=seen]")).to_have_attribute(
            "data-state", "rejected"
        )
        await one.locator(f"[data-case={blue.case_id}] [data-testid=missing-open]").click()
        await expect(one.locator("[data-testid=missing-evidence][data-kind=seen]")).to_have_count(0)
        await expect(one.get_by_test_id("search-line")).to_have_value("没写完的一句")

        await other.locator(f"[data-case={yellow.case_id}] [data-testid=missing-open]").click()
        await other.get_by_test_id("missing-found").click()
        await other.get_by_test_id("missing-found-note").fill("自己回家了")
        await other.get_by_test_id("missing-found-confirm").click()
        await expect(other.get_by_test_id("missing-over")).to_be_visible()
        for page in (one, other):
            await expect(page.get_by_test_id("missing-band")).to_have_count(2)
        assert {child.case_id for child in hub.missing_children.opened} == {red.case_id, blue.case_id}
        assert errors == [[], []]
