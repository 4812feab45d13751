"""Cameras in a real browser: found on the network, refused a wrong password, enrolled, owned and taken out."""

from __future__ import annotations

import random
from pathlib import Path

from playwright.async_api import expect

from devices.protocol.clock import SystemClock
from hub.access.gate import SESSION_COOKIE
from hub.access.people import COMMUNITY, Role
from hub.registry.owners import OwnerList
from hub.registry.records import Owner
from simulators.cameras.login import Login, Scheme
from simulators.cameras.onvif import OnvifDevice, OnvifServer
from simulators.cameras.onvif_answers import OfferedStream
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.browser import errors_of, open_browser
from tests.hub import open_console, open_hub, sign_in
from tests.vision.drawn import Walker, film

PASSWORD = "p@ss:字 word"
LOGIN = Login("admin", PASSWORD, Scheme.DIGEST, "n0nce")


async def test_administrator_finds_a_camera_on_the_network_is_told_of_a_wrong_password_and_sees_it_come_on_line(
    tmp_path: Path,
) -> None:
    tape = read_tape(film(tmp_path / "gate.mp4", [Walker(40, 430, 130, 150)], seconds=4))
    async with (
        CameraServer({"gate": tape, "gate/sub": tape}, SystemClock(), random.Random(1)) as cameras,
        open_hub(tmp_path, footage_recorder=True) as hub,
        open_console(hub) as console,
        open_browser() as browser,
    ):
        cameras.ask_password("gate", LOGIN.username, PASSWORD, Scheme.DIGEST)
        streams = (
            OfferedStream("main", "H264", 1280, 720, cameras.url("gate")),
            OfferedStream("sub", "H264", 640, 480, cameras.url("gate/sub")),
        )
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        token = await sign_in(hub, Role.ADMINISTRATOR, (COMMUNITY,))
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(console.base_url)}])
        page = await context.new_page()
        errors = errors_of(page)
        await page.goto(str(console.base_url))
        await page.get_by_test_id("admin-open").click()
        await page.get_by_test_id("admin-cameras").click()

        # Whose it is: somebody else saves the owners while the form is open.
        await page.get_by_test_id("cameras-owners").click()
        await page.get_by_test_id("owner-add").click()
        await page.get_by_test_id("owner-name-O1").fill("栖凤物业")
        others = OwnerList(version=hub.registry.owners.version, owners=(Owner(owner_id="O1", name="梧桐宾馆"),))
        await hub.registry.put_owners(others)
        await page.get_by_test_id("owners-save").click()
        await expect(page.get_by_test_id("owners-form-failure")).to_contain_text("别人刚刚改过")
        await expect(page.get_by_test_id("owner-name-O1")).to_have_value("梧桐宾馆")
        await expect(page.get_by_test_id("owner-name-O2")).to_have_value("栖凤物业")
        await page.get_by_test_id("owners-save").click()
        await expect(page.get_by_test_id("owners-form")).to_be_hidden()
        assert [one.name for one in hub.registry.owners.owners] == ["梧桐宾馆", "栖凤物业"]

        async with OnvifServer(OnvifDevice(streams=streams, login=LOGIN), SystemClock()) as device:
            await page.get_by_test_id("cameras-add").click()
            await page.get_by_test_id("enrol-addresses").fill(f"127.0.0.1:{device.discovery_port}")
            await page.get_by_test_id("enrol-search").click()
            await page.get_by_test_id("enrol-device").click()
            password = page.get_by_test_id("enrol-password")
            await password.fill("wrong")
            await page.get_by_test_id("enrol-look").click()
            await expect(page.get_by_test_id("enrol-look-failure")).to_contain_text("不接受这个用户名或密码")
            await password.fill(PASSWORD)
            await expect(page.get_by_test_id("enrol-look-failure")).to_be_hidden()
            await page.get_by_test_id("enrol-look").click()
            await expect(page.get_by_test_id("enrol-looked")).to_contain_text("1280×720")
            await page.get_by_test_id("enrol-name").fill("栖凤苑北门")
            await page.get_by_test_id("enrol-owner").click()
            await page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text="栖凤物业").click()
            await page.get_by_test_id("enrol-save").click()
            await expect(page.get_by_test_id("enrol-form")).to_be_hidden()

        camera = next(one for one in hub.registry.cameras.values() if one.name == "栖凤苑北门")
        assert (camera.owner_id, camera.sub_url is None) == ("O2", False)
        state = page.get_by_test_id(f"camera-state-{camera.camera_id}")
        await expect(state).to_have_attribute("data-condition", "online")
        assert PASSWORD not in await page.content()

        await page.get_by_test_id(f"remove-{camera.camera_id}").click()
        await expect(page.get_by_test_id("remove-camera-form")).to_contain_text("已录的不会马上删除")
        await page.get_by_test_id("remove-camera-save").click()
        await expect(state).to_be_hidden()
        assert camera.camera_id not in hub.registry.cameras
        assert not errors
