"""Looking for cameras and enrolling them from the console: the whole hub, over HTTP."""

from __future__ import annotations

from pathlib import Path

from devices.protocol.clock import SystemClock
from hub.access.people import Role
from simulators.cameras.onvif import OnvifDevice, OnvifServer
from tests.hub import open_console, open_hub
from tests.onvif.test_device import LOGIN, STREAMS, THEIRS

WHO = {"user": LOGIN.user, "password": LOGIN.password}


async def test_camera_is_found_looked_at_and_enrolled_with_both_streams_and_its_password_is_in_no_answer(
    tmp_path: Path,
) -> None:
    async with (
        OnvifServer(OnvifDevice(streams=STREAMS, login=THEIRS), SystemClock()) as server,
        open_hub(tmp_path) as hub,
        open_console(hub, Role.ADMINISTRATOR) as console,
    ):
        where = {"addresses": [f"127.0.0.1:{server.discovery_port}"]}
        found = (await console.post("/api/cameras/discover", json=where)).json()["devices"][0]
        looked = await console.post("/api/cameras/look", json={"url": found["address"], **WHO})
        name = looked.json()["name"]
        added = await console.post("/api/cameras", json={"name": name, "url": found["address"], **WHO})
        again = (await console.post("/api/cameras/discover", json=where)).json()["devices"][0]
        audited = await console.get("/api/audit")
        events = await hub.events.since(0)
    camera = hub.registry.cameras[added.json()["camera_id"]]
    head = "rtsp://duty:p%40ss%3A%E5%AD%97%20word@127.0.0.1:554/Streaming/Channels"
    assert (camera.url, camera.sub_url) == (f"{head}/101?a=1&b=2", f"{head}/102")
    assert (found["name"], found["camera_ids"], again["camera_ids"]) == ("大门", [], [camera.camera_id])
    assert looked.json()["main"]["coding"] == "h265"
    assert [looked.json()[stream]["url"] for stream in ("main", "sub")] == ["rtsp://127.0.0.1:554/…"] * 2
    told = looked.text + added.text + audited.text + "".join(item.body.decode() for item in events)
    assert LOGIN.password not in told
    assert "p%40ss" not in told


async def test_wrong_password_adds_no_camera_and_others_than_administrators_do_not_search(tmp_path: Path) -> None:
    wrong = {"user": "duty", "password": "hunter2"}
    device = OnvifDevice(streams=STREAMS, login=THEIRS)
    async with OnvifServer(device, SystemClock()) as server, open_hub(tmp_path) as hub:
        before = set(hub.registry.cameras)
        async with open_console(hub, Role.ADMINISTRATOR) as console:
            url = f"onvif://127.0.0.1:{server.port}"
            refused = await console.post("/api/cameras", json={"name": "x", "url": url, **wrong})
            with_password = await console.post("/api/cameras", json={"name": "x", "url": "onvif://duty:hunter2@h"})
        async with open_console(hub, Role.OFFICER) as officer:
            doors = [await officer.post(f"/api/cameras/{door}", json={}) for door in ("discover", "look")]
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "camera_wrong_password")
    assert with_password.json()["error"]["code"] == "bad_url"
    assert "hunter2" not in refused.text + with_password.text
    assert [one.status_code for one in doors] == [403, 403]
    assert set(hub.registry.cameras) == before
