"""The administration's screens, by a person's hands in a real browser, of a real hub over TLS."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from devices.link import Credential
from devices.protocol import messages as wire
from devices.protocol.topics import Up
from hub.access.gate import SESSION_COOKIE
from hub.access.people import COMMUNITY, Role
from hub.certificates.authority import for_people
from tests.browser import SOON_MS, errors_of, open_browser
from tests.devices.room import until
from tests.hub import BROKER, sign_in
from tests.played import HandDevice
from tests.shifts.crew import PIN, sign_on
from tests.test_serve import Console, open_console

OLD, NEW = "三岔路口 correct horse", "一树梨花 battery staple"
HUB = "--host-resolver-rules=MAP hub.lan 127.0.0.1"
TRUST_PORT = 18_471


@asynccontextmanager
async def open_page(browser: Browser, address: str, token: str | None = None, width: int = 1366) -> AsyncIterator[Page]:
    """A browser of its own at ``address``, with this session or none; a script error on the page fails the test."""
    context = await browser.new_context(viewport={"width": width, "height": 768}, ignore_https_errors=True)
    if token is not None:
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    page.set_default_timeout(SOON_MS)
    errors = errors_of(page)
    await page.goto(address)
    yield page
    await context.close()
    assert not errors


async def choose(page: Page, select: str, option: str) -> None:
    """Choose from a list that opens at a click."""
    await page.get_by_test_id(select).click()
    await page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=option).first.click()


def holder(page: Page) -> Locator:
    """Who holds R01, in the list of devices."""
    return page.get_by_test_id("devices").get_by_test_id("holder-R01")


async def test_administrator_brings_a_guard_and_a_radio_in_and_the_chief_reads_who_did_what(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_console(tmp_path) as console, open_browser([HUB]) as browser:
        console.hub.trust_port = TRUST_PORT
        address = f"https://hub.lan:{console.port}/"
        administrator = await sign_in(console.hub, Role.ADMINISTRATOR, (COMMUNITY,), "guanli")
        chief = await sign_in(console.hub, Role.CHIEF, (COMMUNITY,), "suozhang")
        async with open_page(browser, address, administrator) as page, open_page(browser, address, chief) as room:
            await page.get_by_test_id("admin-open").click()
            await _trusts(page, console)
            await _sees_how_people_are_described(page, console)
            join = await _invites_a_guard(page)
            async with open_page(browser, join, width=390) as phone:
                await _joins_and_changes_password(phone)
            await _plans_and_sets_the_pin(page)
            credential = await _enrols_r01(page, console)
            async with HandDevice.join(credential) as radio:
                assert (await sign_on(radio, "baoan", PIN)).holder == "保安老杨"
                await expect(holder(page)).to_have_attribute("data-holding", "on_shift")
                await _revokes_r01(page)
                if BROKER == "managed":  # mosquitto knows it no longer
                    await until(lambda: radio.is_cut, "the radio has no line")
                else:
                    await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=1))
                    await expect(room.get_by_test_id("event-list")).to_contain_text("没有入网的设备 场所1 R01")
            await _reads_who_did_what(room)
    assert [one.getMessage() for one in caplog.records if one.name == "asyncio"] == [], "nothing breaks in the hub"


async def _trusts(page: Page, console: Console) -> None:
    await page.get_by_test_id("admin-certificates").click()
    assert console.hub.certificates is not None
    fingerprint = for_people(console.hub.certificates.fingerprint)
    await expect(page.get_by_test_id("certificates-fingerprint")).to_have_text(fingerprint)
    await expect(page.get_by_test_id("certificates-address")).to_have_text(f"http://hub.lan:{TRUST_PORT}/trust")


async def _sees_how_people_are_described(page: Page, console: Console) -> None:
    await page.get_by_test_id("admin-teaching").click()
    await expect(page.get_by_test_id("teaching-describer")).to_have_text(console.hub.redescribing.describer)
    await expect(page.get_by_test_id("teaching-left")).to_have_attribute("data-value", "0")
    await expect(page.get_by_test_id("teaching-standing")).to_contain_text(
        "已开启" if console.hub.teaching.is_on else "没有开启"
    )


async def _invites_a_guard(page: Page) -> str:
    """The address behind the invitation's QR code."""
    await page.get_by_test_id("admin-people").click()
    await page.get_by_test_id("people-add").click()
    await page.get_by_test_id("people-account").fill("baoan")
    await page.get_by_test_id("people-name").fill("保安老杨")
    await choose(page, "people-role", "保安")
    await choose(page, "people-places", "场所1")
    await page.keyboard.press("Escape")  # of several places one may choose more
    await page.get_by_test_id("people-save").click()
    card = page.get_by_test_id("invite-card")
    await expect(card).to_be_visible()
    join = await card.get_attribute("data-join")
    await page.get_by_test_id("invite-close").click()
    assert join is not None
    return join


async def _joins_and_changes_password(phone: Page) -> None:
    for field in ("join-password", "join-password-again"):
        await phone.get_by_test_id(field).fill(OLD)
    await phone.get_by_test_id("join-submit").click()
    await phone.get_by_test_id("me").click()
    await phone.get_by_test_id("account").click()
    await phone.get_by_test_id("password-open").click()
    await phone.get_by_test_id("password-present").fill(OLD)
    for field in ("password-new", "password-again"):
        await phone.get_by_test_id(field).fill(NEW)
    await phone.get_by_test_id("password-save").click()
    await expect(phone.get_by_test_id("password-done")).to_contain_text("密码已修改")


async def _plans_and_sets_the_pin(page: Page) -> None:
    await page.get_by_test_id("admin-shifts").click()
    await page.get_by_test_id("shifts-change-baoan").click()
    await page.get_by_test_id("weekly-add").click()
    await page.get_by_test_id("weekly-begin").fill("000")
    await page.get_by_test_id("weekly-end").fill("24：00")
    await page.get_by_test_id("shifts-save").click()
    await expect(page.get_by_test_id("shifts-now-baoan")).to_have_attribute("data-now", "on")
    await page.get_by_test_id("admin-hours").click()
    await expect(page.locator("tr[data-row-key=V01]")).to_contain_text("保安老杨")
    await page.get_by_test_id("hours-change-V01").click()
    await page.get_by_test_id("weekly-add").click()
    await page.get_by_test_id("hours-save").click()
    await expect(page.locator("tr[data-row-key=V01]")).to_contain_text("每天 08:00–22:00")
    await page.get_by_test_id("admin-people").click()
    await page.get_by_test_id("people-pin-baoan").click()
    await page.get_by_test_id("pin-digits").fill("1234")
    await page.get_by_test_id("pin-save").click()
    await expect(page.get_by_test_id("pin-form-failure")).to_contain_text("PIN")
    await page.get_by_test_id("pin-digits").fill(PIN)
    await page.get_by_test_id("pin-save").click()
    await page.get_by_test_id("pin-close").click()


async def _enrols_r01(page: Page, console: Console) -> Credential:
    """The credential that the code on the sheet is good for."""
    await page.get_by_test_id("admin-devices").click()
    await page.locator("tr[data-row-key=R01] .ant-checkbox-wrapper").click()
    await page.get_by_test_id("devices-codes").click()
    card = page.get_by_test_id("devices-sheet").locator("[data-device=R01]")
    (code,) = parse_qs(urlsplit(await card.get_attribute("data-join") or "").fragment)["d"]
    async with httpx.AsyncClient(verify=console.trusting(), headers={"X-Qianshao": "1"}) as device:
        taken = await device.post(f"https://localhost:{console.port}/api/devices/enrol", json={"code": code})
    await page.locator(".ant-modal:visible .ant-modal-close").click()
    return msgspec.json.decode(taken.raise_for_status().content, type=Credential)


async def _revokes_r01(page: Page) -> None:
    await page.get_by_test_id("devices").get_by_text("刷新").click()
    await page.get_by_test_id("devices-revoke-R01").click()
    await page.locator(".ant-popconfirm:visible .ant-btn-dangerous").click()
    await expect(page.locator("tr[data-row-key=R01] [data-state]")).to_have_attribute("data-state", "revoked")


async def _reads_who_did_what(room: Page) -> None:
    await room.get_by_test_id("admin-open").click()
    await room.get_by_test_id("admin-audit").click()
    table = room.get_by_test_id("audit-table")
    for who, action, what in (
        ("guanli", "登记人员", "baoan"),
        ("baoan", "接受邀请", ""),
        ("baoan", "修改密码", ""),
        ("guanli", "排班", "baoan"),
        ("guanli", "改营业时间", "V01"),
        ("guanli", "设签到码", "baoan"),
        ("guanli", "生成入网码", "R01"),
        ("baoan", "领用对讲机", "R01"),
        ("guanli", "吊销设备", "R01"),
    ):
        said = re.compile(f"{who}.*{action}.*{what}")
        await expect(table.locator("tr").filter(has_text=said).first).to_be_visible()
