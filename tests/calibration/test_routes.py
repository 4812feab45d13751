"""Calibrating a camera over HTTP: a hub with a real recorder and a camera that sends, who may, and what is refused."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import cv2
import httpx
import msgspec
import numpy as np
import pytest
import pytest_asyncio

from devices.protocol.clock import SystemClock
from hub.access.people import LOCAL, Role
from hub.app import Hub
from hub.calibration.messages import Clicks, StandingPerson
from hub.calibration.service import Calibrating
from hub.errors import Refusal
from hub.footage.noting import Noting
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, Mask, MaskKind, Owner
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from simulators.community.viewpoint import Viewpoint
from tests.devices.room import until
from tests.hub import client_of, open_console, open_hub, sign_in
from tests.vision.drawn import Walker, film

pytestmark = pytest.mark.asyncio(loop_scope="module")
WINDOW = Mask(kind=MaskKind.UNSTORED, points=((0, 0), (0.5, 0), (0, 0.5)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """C01 of owner O1 sends, at V01, with place and heading; C02 has no address."""
    tape = read_tape(film(tmp_path_factory.mktemp("film") / "gate.mp4", [Walker(40, 430, 130, 150)], seconds=2))
    async with (
        CameraServer({"gate": tape}, SystemClock(), random.Random(1)) as cameras,
        open_hub(tmp_path_factory.mktemp("hub"), footage_recorder=True) as opened,
    ):
        await agree(opened)
        place = {"latitude": 25.1, "longitude": 105.471, "heading_deg": 130.0, "view_deg": 65.0}
        gate = Camera(camera_id="C01", name="大门", venue_id="V01", owner_id="O1", url=cameras.url("gate"), **place)
        await opened.vision.put_camera(gate)
        await opened.vision.put_camera(Camera(camera_id="C02", name="后门"))
        await until(lambda: opened.vision.view("C01").condition == "online", "the camera sends", 40)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.ADMINISTRATOR) as client:
        yield client


async def agree(hub: Hub, **terms: bool) -> None:
    """What the owner of C01 agreed to from now on."""
    owner = Owner(owner_id="O1", name="锦绣物业", **terms)
    await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(owner,)))


def clicks(width_px: int = 640, height_px: int = 480) -> dict[str, Any]:
    """Two people of 1.65 m before a camera 4 m high that looks 22 degrees down, clicked in a picture of that size."""
    focal_px = width_px / (2 * math.tan(math.radians(65) / 2))
    view = Viewpoint(0.0, 0.0, 4.0, 130.0, 22.0, focal_px, width_px, height_px)
    heading = math.radians(130.0)
    people = []
    for ahead_m, right_m in ((6.0, -1.0), (11.0, 2.0)):
        east = ahead_m * math.sin(heading) + right_m * math.cos(heading)
        north = ahead_m * math.cos(heading) - right_m * math.sin(heading)
        (foot_x, foot_y, _), (head_x, head_y, _) = (
            map(float, view.project(np.array([east, north, up]))) for up in (0.0, 1.65)
        )
        people.append(StandingPerson(foot_x_px=foot_x, foot_y_px=foot_y, head_x_px=head_x, head_y_px=head_y))
    found: dict[str, Any] = msgspec.to_builtins(Clicks(width_px=width_px, height_px=height_px, people=tuple(people)))
    return found


def reference(hub: Hub) -> Path | None:
    """The picture that is kept of C01's calibration."""
    found = list((hub.settings.data_dir / "workers" / "views").glob("C01-*.jpg"))
    return found[0] if found else None


def size_of(jpeg: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


async def test_camera_is_calibrated_in_its_picture_of_now_and_nothing_else_of_it_changes(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    still = await console.get("/api/cameras/C01/still")
    assert (still.status_code, still.headers["content-type"]) == (200, "image/jpeg")
    assert still.headers["cache-control"] == "no-store"
    body = clicks(*size_of(still.content))
    assert (await console.get("/api/cameras/C01/calibration")).status_code == 404
    tried = (await console.post("/api/cameras/C01/calibration/try", json=body)).json()
    assert tried["calibration"]["camera_height_m"] == pytest.approx(4.0, rel=0.02)
    assert tried["calibration"]["tilt_deg"] == pytest.approx(22.0, abs=0.5)
    before = hub.registry.cameras["C01"]
    assert (before.calibration, reference(hub)) == (None, None), "trying keeps nothing"

    kept = await console.put("/api/cameras/C01/calibration", json=body)
    assert (kept.status_code, kept.json()["calibrated"]) == (200, True)
    after = hub.registry.cameras["C01"]
    assert after.calibration is not None
    assert msgspec.to_builtins(after.calibration) == pytest.approx(tried["calibration"])
    changed = {"calibration": None, "latitude": 25.1, "longitude": 105.471, "heading_deg": 130.0}
    assert msgspec.structs.replace(after, **changed) == before
    picture = reference(hub)
    assert picture is not None
    assert size_of(picture.read_bytes()) == size_of(still.content)
    assert (await console.get("/api/cameras/C01/calibration")).json()["footprint"] == tried["footprint"]
    async with client_of(console.base_url, await sign_in(hub, Role.AUDITOR)) as auditor:
        audited = (await auditor.get("/api/audit")).text
    assert audited.count('"watch_live"') == 1, "two looks within a minute are one"
    assert audited.count('"calibrate_camera"') == 1


@pytest.mark.parametrize(("role", "status"), [(Role.OFFICER, 403), (Role.DISPATCHER, 403), (Role.ADMINISTRATOR, 200)])
async def test_camera_is_seen_and_calibrated_by_who_enrols_it_alone(
    hub: Hub, console: httpx.AsyncClient, role: Role, status: int
) -> None:
    async with client_of(console.base_url, await sign_in(hub, role)) as person:
        answers = [
            await person.get("/api/cameras/C01/still"),
            await person.post("/api/cameras/C01/calibration/try", json=clicks()),
            await person.put("/api/cameras/C01/calibration", json=clicks()),
            await person.get("/api/cameras/C01/calibration"),
        ]
    assert [one.status_code for one in answers] == [status] * 4


async def test_what_cannot_be_is_refused_in_words(hub: Hub, console: httpx.AsyncClient) -> None:
    lying = [one | {"head_y_px": one["foot_y_px"]} for one in clicks()["people"]]
    nonsense = clicks() | {"people": lying}
    answers = [
        await console.get("/api/cameras/C99/still"),
        await console.get("/api/cameras/C02/calibration"),
        await console.get("/api/cameras/C02/still"),
        await console.post("/api/cameras/C02/calibration/try", json=clicks()),
        await console.post("/api/cameras/C01/calibration/try", json=nonsense),
        await console.put("/api/cameras/C01/calibration", json=nonsense),
    ]
    found = [(one.status_code, one.json()["error"]["code"]) for one in answers]
    refused = [(404, "unknown_camera"), (404, "not_calibrated"), (409, "no_picture"), (422, "no_place")]
    assert found == [*refused, (422, "not_solvable"), (422, "not_solvable")]


async def test_still_and_its_keeping_ask_what_the_owner_agreed_to(hub: Hub, console: httpx.AsyncClient) -> None:
    await agree(hub, watches_live=False)
    refused = [
        await console.get("/api/cameras/C01/still"),
        await console.put("/api/cameras/C01/calibration", json=clicks()),
    ]
    assert [(one.status_code, one.json()["error"]["code"]) for one in refused] == [(403, "owner_terms")] * 2
    await agree(hub)
    assert (await console.get("/api/cameras/C01/still")).status_code == 200


async def nothing() -> None:
    """Nobody changes anything meanwhile."""


async def keep(hub: Hub, meanwhile: Callable[[], Awaitable[object]] = nothing) -> None:
    """Calibrate C01; ``meanwhile`` happens while its picture is fetched."""

    async def still(_camera_id: str) -> bytes:
        await meanwhile()
        return b"a jpeg"

    room = Calibrating(hub.registry, hub.vision, still, Noting(hub.database, hub.clock), hub.clock)
    await room.keep("C01", msgspec.convert(clicks(), Clicks), LOCAL)


async def test_who_forbids_recording_forbids_to_keep_the_picture_of_a_calibration(hub: Hub) -> None:
    await keep(hub)
    assert reference(hub) is not None
    await agree(hub, records=False)
    await keep(hub)
    assert reference(hub) is None
    with pytest.raises(Refusal) as refused:
        await keep(hub, lambda: agree(hub, watches_live=False))
    assert refused.value.code == "owner_terms"
    await agree(hub)


async def test_calibration_undoes_nothing_that_is_changed_while_its_picture_is_fetched(hub: Hub) -> None:
    camera = hub.registry.cameras["C01"]
    moved = msgspec.structs.replace(camera, name="东大门", owner_id=None)
    await keep(hub, lambda: hub.vision.put_camera(moved))
    after = hub.registry.cameras["C01"]
    assert (after.name, after.owner_id, after.calibration is None) == ("东大门", None, False)
    with pytest.raises(Refusal) as masked:
        await keep(hub, lambda: hub.vision.put_masks("C01", (), (WINDOW,)))
    assert masked.value.code == "changed_meanwhile"
    assert (hub.registry.cameras["C01"].masks, reference(hub)) == ((WINDOW,), None)
    with pytest.raises(Refusal) as gone:
        await keep(hub, lambda: hub.vision.remove_camera("C01"))
    assert gone.value.code == "unknown_camera"
    assert ("C01" in hub.registry.cameras, reference(hub)) == (False, None)
