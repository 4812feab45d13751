"""What the community consists of: imports, talk groups, the map, cameras, restarts, radios coming and going."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol import messages as wire
from devices.protocol.sightings import Calibration
from devices.protocol.topics import Up
from hub.access.audit import Action
from hub.access.people import Role
from hub.access.tables import audit_records
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.names import camera_folder
from hub.registry.importing import VenueRows, read_venues
from hub.registry.records import Camera, GroupKind, Venue
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change
from tests.devices.room import until
from tests.hub import Told, community, open_console, open_database, open_hub
from tests.played import radio_on_line

HEADING = "venue_id,name,kind,grid_id,latitude,longitude,radio_id,radio_name\n"
MAP = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}]}'


def open_registry(database: Database) -> Registry:
    events = EventLog(database)
    events.open()
    registry = Registry(database, events)
    registry.open()
    return registry


@pytest.fixture
async def registry(tmp_path: Path) -> AsyncIterator[Registry]:
    async with open_database(tmp_path) as database:
        opened = open_registry(database)
        await opened.import_community(community())
        yield opened


def rows(*lines: str) -> str:
    return HEADING + "".join(line + "\n" for line in lines)


async def test_talk_groups_are_all_one_per_kind_and_one_per_grid(registry: Registry) -> None:
    groups = {group.group_id: (group.kind, group.radio_ids) for group in registry.groups.values()}
    assert groups == {
        "all": (GroupKind.ALL, ("R01", "R02", "R03", "R04")),
        "kind-property": (GroupKind.VENUE_KIND, ()),
        "kind-hotel": (GroupKind.VENUE_KIND, ("R01", "R03")),
        "kind-school": (GroupKind.VENUE_KIND, ("R02", "R04")),
        "kind-entertainment": (GroupKind.VENUE_KIND, ()),
        "grid-G1": (GroupKind.GRID, ("R01", "R02")),
        "grid-G2": (GroupKind.GRID, ("R03", "R04")),
    }


async def test_every_radio_has_a_private_group_besides_that_is_not_among_the_standing_ones(registry: Registry) -> None:
    for radio in registry.radios.values():
        group = registry.find_group(f"private.{radio.radio_id}")
        assert group is not None
        assert (group.kind.value, group.name, group.radio_ids) == ("private", radio.name, (radio.radio_id,))
        assert registry.find_group(group.group_id) is group, "judged once by who may call it"
        assert group.group_id not in registry.groups
    assert registry.find_group("all") is registry.groups["all"]
    assert (registry.find_group("private.R99"), registry.find_group("temporary.1")) == (None, None)


async def test_imported_rows_join_the_groups_and_bad_ones_are_in_the_report(registry: Registry) -> None:
    text = rows("V05,新店,hotel,G1,25.1,105.4,R05,", "V06,坏店,hotel,G9,25.1,105.4,R06,")
    report = await registry.import_venues(read_venues(text, frozenset(registry.grids)))
    assert (report.imported, [(error.row, error.field) for error in report.errors]) == (1, [(3, "grid_id")])
    assert registry.groups["kind-hotel"].radio_ids == ("R01", "R03", "R05")
    assert set(registry.venues) == {"V01", "V02", "V03", "V04", "V05"}


async def test_importing_again_changes_and_removes_nothing_else(registry: Registry) -> None:
    report = await registry.import_venues(
        read_venues(rows("V01,改名宾馆,hotel,G2,25.1,105.4,R01,前台"), frozenset(registry.grids))
    )
    assert report.imported == 1
    assert (registry.venues["V01"].name, registry.radios["R01"].name) == ("改名宾馆", "前台")
    assert registry.groups["grid-G2"].radio_ids == ("R01", "R03", "R04")
    assert len(registry.venues) == len(registry.radios) == 4


async def test_telephones_stay_where_a_file_has_no_column_for_them(registry: Registry) -> None:
    def read(more: str, phone: str) -> VenueRows:
        return read_venues(
            f"{HEADING.strip()}{more}\nV01,宾馆,hotel,G1,25.1,105.4,,{phone}\n", frozenset(registry.grids)
        )

    phones = []
    for more, phone in ((",phone", ",110"), ("", ""), (",phone", ",")):
        await registry.import_venues(read(more, phone))
        phones.append(registry.venues["V01"].phone)
    assert phones == ["110", "110", None]


async def test_telephones_stay_where_a_community_file_leaves_them_out(tmp_path: Path) -> None:
    file = msgspec.to_builtins(community())
    venue = file["venues"][0]
    phones = []
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        told = Told(hub)
        for said in ({"phone": "110"}, {}, {"phone": None}):
            del venue["phone"]
            venue |= said
            (await console.post("/api/registry/community", json=file)).raise_for_status()
            phones.append(hub.registry.venues["V01"].phone)
            venue.setdefault("phone")
        assert phones == ["110", "110", None]
        assert len(told.of(EventKind.VENUE_IMPORTED)) == 2, "the second changed nothing"


async def test_no_event_has_a_telephone_number(tmp_path: Path) -> None:
    def with_phone(number: str) -> Venue:
        return msgspec.structs.replace(community().venues[0], phone=number)

    async with open_hub(tmp_path) as hub:
        told = Told(hub)
        found = msgspec.structs.replace(community(), venues=(with_phone("110"), *community().venues[1:]))
        await hub.registry.import_community(found)
        await hub.registry.import_venues(VenueRows(venues=(with_phone("120"),), radios=(), errors=(), has_phones=True))
        assert hub.registry.venues["V01"].phone == "120"
        assert [body["phone"] for body in told.of(EventKind.VENUE_IMPORTED)] == [None, None]


async def test_community_imported_again_tells_only_of_what_changed(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        told = Told(hub)
        found = community()
        renamed = msgspec.structs.replace(found.venues[1], name="新名字")
        await hub.registry.import_community(
            msgspec.structs.replace(found, venues=(found.venues[0], renamed, *found.venues[2:]))
        )
        assert [body["name"] for body in told.of(EventKind.VENUE_IMPORTED)] == ["新名字"]


async def test_everything_enrolled_is_there_after_a_restart(tmp_path: Path) -> None:
    calibration = Calibration(
        width_px=640,
        height_px=480,
        focal_px=500.0,
        center_x_px=320.0,
        center_y_px=240.0,
        camera_height_m=3.2,
        tilt_deg=20.0,
        heading_deg=90.0,
        latitude=25.1,
        longitude=105.47,
    )
    camera = Camera(camera_id="C01", name="大门", venue_id="V01", calibration=calibration, url="rtsp://u:p@h/1")
    async with open_database(tmp_path) as database:
        before = open_registry(database)
        await before.import_community(community())
        await before.put_map(MAP)
        await before.put_camera(camera)
    async with open_database(tmp_path) as database:
        after = open_registry(database)
        assert after.cameras == {"C01": camera}
        assert (after.venues, after.radios, after.groups) == (before.venues, before.radios, before.groups)
        assert (after.community, after.map_geojson) == (before.community, MAP)


async def test_map_taken_over_before_any_community_is_kept(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        await open_registry(database).put_map(MAP)
    async with open_database(tmp_path) as database:
        assert open_registry(database).map_geojson == MAP


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"type":"Feature","features":[]}', b'{"type":"FeatureCollection"}']
)
async def test_what_is_no_map_is_refused_and_the_old_one_kept(registry: Registry, text: bytes) -> None:
    await registry.put_map(MAP)
    with pytest.raises(Refusal) as refused:
        await registry.put_map(text)
    assert refused.value.code == "not_geojson"
    assert registry.map_geojson == MAP


async def test_imports_and_cameras_at_the_same_moment_all_stay(registry: Registry) -> None:
    async def import_one(n: int) -> None:
        await registry.import_venues(
            read_venues(rows(f"X{n:02},店,hotel,G1,25.1,105.4,Y{n:02},"), frozenset(registry.grids))
        )

    await asyncio.gather(
        *(import_one(n) for n in range(10)),
        *(registry.put_camera(Camera(camera_id=f"C{n:02}", name="路口")) for n in range(10)),
    )
    assert {f"X{n:02}" for n in range(10)} <= set(registry.venues)
    assert set(registry.cameras) == {f"C{n:02}" for n in range(10)}


async def test_camera_at_an_unknown_venue_or_one_too_many_is_refused(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="no venue V99"):
        await registry.put_camera(Camera(camera_id="C01", name="x", venue_id="V99"))
    monkeypatch.setattr("hub.registry.service.MAX_CAMERAS", 1)
    await registry.put_camera(Camera(camera_id="C01", name="x"))
    await registry.put_camera(Camera(camera_id="C01", name="changed"))
    with pytest.raises(Refusal, match="at most 1"):
        await registry.put_camera(Camera(camera_id="C02", name="x"))
    await registry.remove_camera("C01")
    with pytest.raises(Refusal, match="no camera C01"):
        await registry.remove_camera("C01")


async def test_file_is_a_recording_dated_once_at_its_enrolment(registry: Registry) -> None:
    film = Camera(camera_id="C09", name="录像", url="/films/门口.mp4")
    kept = await registry.put_camera(film)
    assert kept.recording
    assert kept.started_at_us is not None
    assert registry.is_enrolled(film), "the same file again changes nothing"
    assert await registry.put_camera(film) == kept
    live = await registry.put_camera(Camera(camera_id="C10", name="门口", url="rtsp://h/1"))
    assert (live.recording, live.started_at_us) == (False, None)


@pytest.mark.parametrize("camera_id", ["..", ".", ".hidden", "-x", "_x", "C01/../..", "", "C" * 49, "C01\n"])
def test_name_that_would_lead_out_of_a_cameras_folder_is_no_cameras(camera_id: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"camera_id": camera_id, "name": "大门"}, Camera)
    with pytest.raises(ValueError, match="no camera is called"):
        camera_folder(Path("/footage"), camera_id)
    assert Catalogue(Path("/")).spans(camera_id, 0, 1) == []


@pytest.mark.parametrize("camera_id", ["C01", "7", "gate-2_east.a", "C" * 48])
def test_camera_is_called_by_letters_and_digits(camera_id: str) -> None:
    assert msgspec.convert({"camera_id": camera_id, "name": "大门"}, Camera).camera_id == camera_id
    assert camera_folder(Path("/footage"), camera_id) == Path("/footage") / camera_id


async def test_what_the_hub_itself_keeps_is_no_camera(tmp_path: Path) -> None:
    own, films = tmp_path / "data", tmp_path / "films"
    (own / "footage/C01/2026-11-22").mkdir(parents=True)
    films.mkdir()
    (films / "link.mp4").symlink_to(own / "footage/C01/2026-11-22/010203004.mp4")
    (films / "circle.mp4").symlink_to(films / "circle.mp4")
    wrong = [own, own / "footage/C01/2026-11-22/010203004.mp4", films / "../data/x.mp4", films / "link.mp4"]
    async with open_database(tmp_path) as database:
        registry = Registry(database, EventLog(database), (own, tmp_path / "elsewhere"))
        for path in (*wrong, films / "circle.mp4", tmp_path / "elsewhere/1.mp4"):
            with pytest.raises(Refusal) as refused:
                await registry.put_camera(Camera(camera_id="C09", name="x", url=str(path)))
            assert refused.value.code == "own_files", path
        await registry.put_camera(Camera(camera_id="C09", name="x", url=str(films / "data.mp4")))


async def test_recording_stays_finished_until_it_is_another(tmp_path: Path) -> None:
    film = Camera(camera_id="C09", name="录像", url="/films/门口.mp4")
    async with open_database(tmp_path) as database:
        before = open_registry(database)
        kept = await before.put_camera(film)
        await before.note_finished("C09")
    async with open_database(tmp_path) as database:
        after = open_registry(database)
        assert after.is_finished("C09")
        assert after.cameras == {"C09": kept}
        await after.put_camera(msgspec.structs.replace(film, name="改名"))
        assert after.is_finished("C09")
        await after.put_camera(msgspec.structs.replace(film, url="/films/后门.mp4"))
        assert not after.is_finished("C09")
    async with open_database(tmp_path) as database:
        assert not open_registry(database).is_finished("C09")


async def test_camera_whose_audit_record_cannot_be_written_is_not_enrolled(registry: Registry, tmp_path: Path) -> None:
    def fail(_change: Change) -> None:
        raise RuntimeError("no audit record")

    with pytest.raises(RuntimeError):
        await registry.put_camera(Camera(camera_id="C09", name="x"), fail)
    await registry.put_camera(Camera(camera_id="C10", name="x"))
    with pytest.raises(RuntimeError):
        await registry.remove_camera("C10", fail)
    assert set(registry.cameras) == {"C10"}
    async with open_database(tmp_path) as database:
        assert set(open_registry(database).cameras) == {"C10"}


async def test_cameras_of_an_imported_community_are_in_the_audit_log(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        found = community()
        second = Camera(camera_id="C02", name="后门", url="/films/后门.mp4")
        text = msgspec.json.encode(msgspec.structs.replace(found, cameras=(*found.cameras, second)))
        for _ in range(2):
            (await console.post("/api/registry/community", content=text)).raise_for_status()
        added = sa.select(audit_records.c.detail).where(audit_records.c.action == Action.ADD_CAMERA)
        details = await hub.database.read(lambda connection: connection.execute(added).scalars().all())
    assert [msgspec.json.decode(detail) for detail in details] == [{"camera_id": "C02"}]


async def test_who_put_which_map_is_in_the_audit_log(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        (await console.put("/api/map", content=MAP)).raise_for_status()
        assert (await console.put("/api/map", content=b"no map")).status_code == 422
        put = sa.select(audit_records).where(audit_records.c.action == Action.PUT_MAP)
        (record,) = await hub.database.read(lambda connection: connection.execute(put).all())
    assert record.person_id.startswith("administrator")
    assert msgspec.json.decode(record.detail) == {
        "sha256": hashlib.sha256(MAP).hexdigest(),
        "size_bytes": len(MAP),
    }


async def test_import_files_are_read_beside_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def read(text: str, grid_ids: frozenset[str]) -> VenueRows:
        threads.append(threading.current_thread())
        return read_venues(text, grid_ids)

    monkeypatch.setattr("hub.registry.routes.read_venues", read)
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        text = rows("V05,新店,hotel,G1,25.1,105.4,R05,")
        (await console.post("/api/registry/venues", content=text.encode())).raise_for_status()
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_radios_that_come_and_go_are_told_of_with_their_status(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        told = Told(hub)
        async with radio_on_line(hub, "R02") as radio:
            (online,) = await told.wait(EventKind.RADIO_ONLINE, "R02")
            assert (online["venue_id"], online["online"], online["battery"]) == ("V02", True, None)
            status = wire.DeviceStatus(stamp=radio.stamp(), birth_count=1, battery=0.5, signal=0.25, holder="张三")
            await radio.say(Up.STATUS, status)
            await until(lambda: hub.radios.view("R02").holder == "张三", "the status is known")
            view = hub.radios.view("R02")
            assert (view.battery, view.signal) == (0.5, 0.25)
            assert (hub.radios.online, hub.radios.online_in("kind-school"), hub.radios.online_in("x")) == (1, 1, 0)
            await radio.die()
            (offline,) = await told.wait(EventKind.RADIO_OFFLINE, "R02")
            assert (offline["online"], offline["holder"]) == (False, "张三")
            assert offline["since_at_ms"] >= online["since_at_ms"]
