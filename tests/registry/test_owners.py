"""Whose cameras they are: three owners' networks used as one, each by its own agreement."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from hub.access.people import Role
from hub.errors import Refusal
from hub.events.messages import Item
from hub.registry.owners import EMPTY, OwnerList, succeeding, terms, today, with_imported
from hub.registry.places import venue_place
from hub.registry.records import Camera, Mask, MaskKind, Owner, Terms, Transport
from hub.vision.camera_view import AGREEMENT_OVER
from tests.devices.room import until
from tests.hub import open_console, open_hub

PROPERTY = Owner(owner_id="O1", name="栖凤物业", contact="0859-5220001")
SCHOOL = Owner(owner_id="O2", name="栖凤小学", exports=False, retention_days=7, until=date(2026, 12, 31))
BOTH = {"version": 0, "owners": [msgspec.to_builtins(PROPERTY), msgspec.to_builtins(SCHOOL)]}
CORNER = {"kind": "unstored", "points": [[0, 0], [0.5, 0], [0, 0.5]]}
NOON_US = 1_798_689_600_000_000  # 2026-12-31 12:00 in Shanghai


async def test_owners_are_read_saved_and_saved_again_from_what_was_read(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        assert (await console.get("/api/owners")).json() == {"version": 0, "owners": []}
        saved = await console.put("/api/owners", json=BOTH)
        assert (saved.status_code, saved.json()) == (200, {**BOTH, "version": 1})
        late = await console.put("/api/owners", json=BOTH)
        assert (late.status_code, late.json()["error"]["code"]) == (409, "changed_meanwhile")
    async with open_hub(tmp_path) as again:
        assert again.registry.owners == OwnerList(version=1, owners=(PROPERTY, SCHOOL))


async def test_venue_sees_whose_its_cameras_are_and_not_whom_to_call(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        await hub.registry.put_owners(OwnerList(version=0, owners=(PROPERTY, SCHOOL)))
        await hub.vision.put_camera(Camera(camera_id="C01", name="大门", venue_id="V01", owner_id="O1"))
        async with open_console(hub, Role.GUARD, (venue_place("V01"),)) as guard:
            (shown,) = (await guard.get("/api/owners")).json()["owners"]
            put = await guard.put("/api/owners", json=BOTH)
    assert (shown["owner_id"], shown["contact"]) == ("O1", "")
    assert put.status_code == 403


async def test_owner_with_cameras_cannot_be_left_out_and_a_camera_needs_an_owner_that_is_there(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        camera = Camera(camera_id="C07", name="后门", owner_id="O1")
        with pytest.raises(Refusal) as unknown:
            await hub.vision.put_camera(camera)
        await hub.registry.put_owners(OwnerList(version=0, owners=(PROPERTY,)))
        await hub.vision.put_camera(camera)
        with pytest.raises(Refusal) as left_out:
            await hub.registry.put_owners(OwnerList(version=1, owners=()))
    assert (unknown.value.code, left_out.value.code) == ("unknown_owner", "owner_has_cameras")


def test_agreement_holds_through_its_last_day_by_the_clock_on_the_wall_there() -> None:
    last_us = NOON_US + 12 * 3_600_000_000 - 1
    assert [today(last_us + more, "Asia/Shanghai") for more in (0, 1)] == [date(2026, 12, 31), date(2027, 1, 1)]
    assert terms(SCHOOL, date(2026, 12, 31)) == Terms(exports=False, retention_days=7)
    over = Terms(records=False, watches_live=False, exports=False, retention_days=7, agreement_over=True)
    assert terms(SCHOOL, date(2027, 1, 1)) == over
    assert terms(None, date(2027, 1, 1)) == Terms()


async def test_end_of_an_agreement_takes_the_camera_from_vision_and_is_told_on_the_map(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        await hub.registry.put_owners(OwnerList(version=0, owners=(PROPERTY,)))
        await hub.vision.put_camera(Camera(camera_id="C07", name="后门", owner_id="O1", url="rtsp://127.0.0.1:9/1"))
        assert hub.registry.terms_of("C07") == Terms()
        told: list[Item] = []
        hub.events.follow(told.extend)
        ended = msgspec.structs.replace(PROPERTY, until=date(2020, 1, 1))
        await hub.registry.put_owners(OwnerList(version=1, owners=(ended,)))
        assert not hub.registry.terms_of("C07").records
        await until(lambda: _told_over(told) == [True], "the end is told")
        view = hub.vision.view("C07")
        assert (view.condition, view.detail, view.looked_at) == ("refused", AGREEMENT_OVER, False)
        await hub.registry.put_owners(OwnerList(version=2, owners=(PROPERTY,)))
        await until(lambda: _told_over(told) == [True, False], "that it holds again is told")
    assert hub.registry.terms_of("C99") == Terms(records=False, watches_live=False, exports=False)


def _told_over(told: list[Item]) -> list[bool]:
    items = [one for one in told if one.kind == "camera.changed" and one.subject == "C07"]
    turns = [msgspec.json.decode(one.body)["agreement_over"] for one in items]
    return [turn for number, turn in enumerate(turns) if turn != (turns[number - 1] if number else False)]


async def test_masks_are_put_over_http_kept_and_not_uncovered_by_an_import(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        answer = await console.put("/api/cameras/C01/masks", json={"before": [], "masks": [CORNER]})
        assert (answer.status_code, answer.json()["masks"]) == (200, [CORNER])
        assert [one.kind for one in await hub.events.since(0)][-1] == "camera.changed"
        await hub.vision.put_camera(Camera(camera_id="C01", name="大门", venue_id="V01"))
        kept = hub.registry.cameras["C01"].masks
        outside = {"kind": "unseen", "points": [[0, 0], [1.5, 0], [0, 0.5]]}
        wrong = [{**CORNER, "points": CORNER["points"][:2]}, outside]
        bodies = [{"before": [CORNER], "masks": masks} for masks in (*([one] for one in wrong), [CORNER] * 17)]
        refused = [await console.put("/api/cameras/C01/masks", json=body) for body in bodies]
        nobody = await console.put("/api/cameras/C99/masks", json={"before": [], "masks": []})
    async with open_hub(tmp_path) as again:
        assert again.registry.cameras["C01"].masks == kept
    assert kept == (Mask(kind=MaskKind.UNSTORED, points=((0, 0), (0.5, 0), (0, 0.5))),)
    assert [one.status_code for one in (*refused, nobody)] == [422, 422, 422, 404]


async def test_masks_are_drawn_by_who_enrols_cameras_alone(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.OFFICER) as officer:
        assert (await officer.put("/api/cameras/C01/masks", json={"before": [], "masks": []})).status_code == 403


async def test_masks_that_another_drew_meanwhile_are_not_lost(tmp_path: Path) -> None:
    other = {"kind": "unseen", "points": [[0.1, 0.2], [0.3, 1 / 3], [0, 0.7]]}
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        await console.put("/api/cameras/C01/masks", json={"before": [], "masks": [CORNER]})
        late = await console.put("/api/cameras/C01/masks", json={"before": [], "masks": [other]})
        assert (late.status_code, late.json()["error"]["code"]) == (409, "changed_meanwhile")
        assert [mask.kind for mask in hub.registry.cameras["C01"].masks] == ["unstored"]
        over = await console.put("/api/cameras/C01/masks", json={"before": [CORNER], "masks": [CORNER, other]})
        assert over.json()["masks"] == [CORNER, other]
        again = await console.put("/api/cameras/C01/masks", json={"before": over.json()["masks"], "masks": [other]})
        assert (again.status_code, again.json()["masks"]) == (200, [other])


async def test_import_adds_masks_and_never_uncovers_what_is_not_stored(tmp_path: Path) -> None:
    unseen, unstored, drawn = (
        Mask(kind=kind, points=((0, 0), (x, 0), (0, x)))
        for kind, x in ((MaskKind.UNSEEN, 0.5), (MaskKind.UNSTORED, 0.5), (MaskKind.UNSEEN, 0.2))
    )
    camera = Camera(camera_id="C01", name="大门", venue_id="V01")
    async with open_hub(tmp_path) as hub:
        await hub.vision.put_masks("C01", (), (unstored, drawn))
        await hub.vision.put_camera(msgspec.structs.replace(camera, masks=(unseen,)))
        assert hub.registry.cameras["C01"].masks == (unseen, unstored), "what is only not looked at is as the file says"
        assert hub.registry.is_enrolled(msgspec.structs.replace(camera, masks=(unseen,)))
        with pytest.raises(Refusal, match="at most 16") as refused:
            await hub.vision.put_camera(msgspec.structs.replace(camera, masks=(unseen,) * 16))
        assert refused.value.code == "too_many_masks"


async def test_camera_is_enrolled_with_both_streams_and_its_addresses_stay_in_the_hub(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        await hub.registry.put_owners(OwnerList(version=0, owners=(PROPERTY,)))
        streams = {"url": "rtsp://u:hunter2@127.0.0.1:9/1", "sub_url": "rtsp://u:hunter2@127.0.0.1:9/2"}
        new = {"name": "门口", **streams, "transport": "udp", "owner_id": "O1"}
        added = await console.post("/api/cameras", json=new)
        webcam = await console.post("/api/cameras", json={"name": "门卫室", "url": "v4l2:/dev/video0"})
        film = await console.post(
            "/api/cameras", json={"name": "录像", "url": "/films/1.mp4", "sub_url": "/films/2.mp4"}
        )
        line = await console.post("/api/cameras", json={"name": "x", "url": "rtsp://h/1\r\nhunter2"})
    camera = hub.registry.cameras[added.json()["camera_id"]]
    assert (camera.url, camera.sub_url, camera.transport) == (*streams.values(), Transport.UDP)
    assert (added.json()["has_sub"], added.json()["owner_id"]) == (True, "O1")
    assert "hunter2" not in added.text + line.text
    assert [one.status_code for one in (webcam, film, line)] == [201, 422, 422]
    assert film.json()["error"]["code"] == "sub_of_recording"


def test_import_adds_and_changes_owners_and_leaves_the_others() -> None:
    kept = OwnerList(version=3, owners=(PROPERTY, SCHOOL))
    renamed = msgspec.structs.replace(SCHOOL, name="栖凤第一小学")
    assert with_imported(kept, (renamed,)) == OwnerList(version=4, owners=(PROPERTY, renamed))
    assert with_imported(kept, (SCHOOL,)) is kept
    with pytest.raises(Refusal):
        with_imported(EMPTY, tuple(msgspec.structs.replace(SCHOOL, owner_id=f"O{n}") for n in range(201)))
    with pytest.raises(Refusal, match="twice"):
        succeeding(EMPTY, OwnerList(version=0, owners=(SCHOOL, SCHOOL)), [])


async def test_community_file_brings_its_owners_and_cameras_and_what_it_changes_of_them_is_audited(
    tmp_path: Path,
) -> None:
    file = {
        "community": {"name": "栖凤社区", "latitude": 25.1, "longitude": 105.47, "time_zone": "Asia/Shanghai"},
        **{kind: [] for kind in ("police_grids", "grids", "venues", "radios")},
        "owners": [{"owner_id": "O1", "name": "栖凤物业", "records": False}],
        "cameras": [{"camera_id": "C07", "name": "后门", "owner_id": "O1", "url": "rtsp://127.0.0.1:9/1"}],
    }
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        first, second = [await console.post("/api/registry/community", json=file) for _ in range(2)]
        unknown = await console.post("/api/registry/community", json={**file, "owners": []})
        async with open_console(hub, Role.AUDITOR) as auditor:
            audited = (await auditor.get("/api/audit")).text
    assert [one.status_code for one in (first, second, unknown)] == [200, 200, 422]
    assert hub.registry.terms_of("C07") == Terms(records=False)
    assert audited.count('"put_owners"') == 1
