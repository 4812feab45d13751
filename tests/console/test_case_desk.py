"""Three cases at once in real browsers: who handles which, from stage to stage, overdue, and handed over."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, expect

from devices.protocol.clock import ManualClock
from devices.protocol.messages import Answer
from hub.access.gate import SESSION_COOKIE
from hub.access.messages import NewPerson
from hub.access.people import COMMUNITY, LOCAL, Person, Role
from hub.alerts.messages import AnswerElsewhere, NewAlert, Via
from hub.app import Hub
from hub.cases.limits import CaseKind, Grade
from hub.cases.messages import NewCase
from tests.browser import errors_of, open_browser
from tests.hub import open_console, open_hub, sign_in
from tests.media.test_media import photo


async def open_page(hub: Hub, base_url: str, browser: Browser, person_id: str) -> Page:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    token = await sign_in(hub, Role.OFFICER, person_id=person_id)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base_url}])
    page = await context.new_page()
    await page.goto(base_url)
    await expect(page.get_by_test_id("connection-events")).to_have_attribute("data-state", "open")
    return page


async def titles(page: Page) -> list[str]:
    return [await row.locator(".title").inner_text() for row in await page.get_by_test_id("case-row").all()]


async def test_three_cases_each_with_its_owner_its_stage_and_its_own_timeline(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub) as console, open_browser() as browser:
        li = Person(person_id="li", name="李", role=Role.OFFICER, places=(COMMUNITY,))
        member = Person(person_id="zhao", name="赵", role=Role.GRID_MEMBER)
        base_url = str(console.base_url)
        one, other = [await open_page(hub, base_url, browser, name) for name in ("li", "wang")]
        await hub.access.put_person(NewPerson(person_id="wang", name="王小明", role=Role.OFFICER), LOCAL)
        errors = [errors_of(one), errors_of(other)]
        dispute, hazard, order = [
            await hub.cases.open_case(NewCase(kind=kind, grade=grade, title=title, purpose="处理"), by)
            for by, kind, grade, title in (
                (li, CaseKind.DISPUTE, Grade.SLIGHT, "楼上漏水"),
                (li, CaseKind.HAZARD, Grade.USUAL, "消防通道被占"),
                (member, CaseKind.PUBLIC_ORDER, Grade.GRAVEST, "门口打架"),
            )
        ]
        for page in (one, other):
            await expect(page.get_by_test_id("case-row")).to_have_count(3)
        assert await titles(one) == ["门口打架", "消防通道被占", "楼上漏水"], "the most urgent first"

        clock.advance(61)
        await hub.case_flow.look()
        row = one.locator(f"[data-testid=case-row][data-case={order.case_id}]")
        await expect(row).to_contain_text("超时 1 次")
        await row.click()
        await one.get_by_test_id("case-act-receive").click()
        await expect(one.get_by_test_id("case-list-mine")).to_contain_text("3")
        await expect(one.get_by_test_id("case-act-confirm")).to_be_visible()

        await one.get_by_test_id("tab-case").click()
        await one.get_by_test_id("case-note").fill("双方已分开")
        await one.get_by_test_id("case-note").press("Enter")
        await expect(one.locator("[data-testid=timeline-line][data-kind='case.noted']")).to_contain_text("双方已分开")
        picture = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=photo(64, 48))
        await one.get_by_test_id("case-note-picture-file").set_input_files(picture)
        await expect(one.get_by_test_id("case-note-picture-shown")).to_be_visible()
        await one.get_by_test_id("case-note-go").click()
        shown = one.get_by_test_id("timeline-line").locator("img")
        assert await shown.evaluate("async (one) => (await one.decode(), one.naturalWidth)") == 64
        await expect(one.get_by_test_id("case-note-picture-shown")).to_have_count(0)
        alert = await hub.alerts.issue(NewAlert(text="门口打架，请看住出入口", case_id=order.case_id), "li")
        issued = one.locator("[data-testid=timeline-line][data-kind='alert.issued']")
        await expect(issued).to_contain_text("确认 0/4，回报 0")
        seen = AnswerElsewhere(
            message_id="m1", alert_id=alert.alert_id, venue_ids=("V01",), by="g", via=Via.PAGE, answer=Answer.SEEN
        )
        await hub.alerts.answered_elsewhere(seen)
        await expect(issued).to_contain_text("确认 1/4，回报 1")

        await one.locator(f"[data-testid=case-row][data-case={hazard.case_id}]").click()
        await expect(one.get_by_test_id("timeline-line")).to_have_count(1)
        await expect(one.get_by_test_id("case-timeline")).not_to_contain_text("双方已分开")
        await one.get_by_test_id("case-act-handled").click()
        await expect(one.get_by_test_id("timeline-line")).to_have_count(2)

        await other.locator(f"[data-testid=case-row][data-case={hazard.case_id}]").click()
        await expect(other.get_by_test_id("case-act-unsolved")).to_be_visible()
        await expect(other.get_by_test_id("case-list-mine")).to_contain_text("0")
        await one.get_by_test_id("hand-over").click()
        told = one.locator("[data-testid=hand-over-case]", has_text="门口打架")
        await expect(told).to_contain_text("双方已分开")
        await one.locator("[data-testid=hand-over-case]", has_text="楼上漏水").get_by_role("checkbox").uncheck()
        await one.get_by_test_id("hand-over-to").click()
        await one.keyboard.type("王小明")
        await one.keyboard.press("Enter")
        await one.get_by_test_id("hand-over-go").click()
        await expect(other.get_by_test_id("case-list-mine")).to_contain_text("2")
        await expect(one.get_by_test_id("case-list-mine")).to_contain_text("1")
        owners = {case.case_id: case.standing.owner and case.standing.owner.person_id for case in hub.cases.opened}
        assert owners == {dispute.case_id: "li", hazard.case_id: "wang", order.case_id: "wang"}
        assert errors == [[], []]
