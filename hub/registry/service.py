"""The registry's front door: what the community consists of, held in memory, written through to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa

from devices.protocol.sightings import Calibration
from devices.protocol.topics import private_group
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry import mask_history, owners, tables
from hub.registry.importing import ImportReport, VenueRows, check_links
from hub.registry.masking import with_imported
from hub.registry.own_files import check_not_own
from hub.registry.owners import OwnerList
from hub.registry.records import (
    Camera,
    Community,
    CommunityFile,
    Grid,
    GroupKind,
    Mask,
    Owner,
    PoliceGrid,
    Radio,
    Record,
    TalkGroup,
    Terms,
    Venue,
    VenueKind,
)
from hub.storage.database import Database
from hub.storage.writer import Change

ALL_GROUP = "all"
MAX_CAMERAS = 2_000
KIND_NAMES = {
    VenueKind.PROPERTY: "物业小区",
    VenueKind.HOTEL: "宾馆旅店",
    VenueKind.SCHOOL: "学校",
    VenueKind.ENTERTAINMENT: "娱乐场所",
}
_EMPTY = Community(name="未命名社区", latitude=25.1, longitude=105.47, time_zone="Asia/Shanghai")


def _nothing(_change: Change) -> None:
    return


class _FeatureCollection(msgspec.Struct):
    """As much of a GeoJSON map as is checked (RFC 7946, section 3.3)."""

    type: str
    features: list[msgspec.Raw]


class Registry:
    """Everything that is enrolled. Reads are of memory; changes return when they are on disk."""

    def __init__(self, database: Database, events: EventLog, own_folders: tuple[Path, ...] = ()) -> None:
        """``own_folders``: what the hub itself keeps, out of which no camera may be enrolled."""
        self._database = database
        self._own_folders = own_folders
        self._events = events
        self.community = _EMPTY
        self.map_geojson = b'{"type":"FeatureCollection","features":[]}'
        self.police_grids: dict[str, PoliceGrid] = {}
        self.grids: dict[str, Grid] = {}
        self.venues: dict[str, Venue] = {}
        self.radios: dict[str, Radio] = {}
        self.cameras: dict[str, Camera] = {}
        self.owners = owners.EMPTY
        self._owner_by_id: dict[str, Owner] = {}
        self.groups: dict[str, TalkGroup] = {}
        """The standing talk groups, which have broker topics of their own."""
        self._private: dict[str, TalkGroup] = {}
        self.ask_temporary: Callable[[str], TalkGroup | None] = lambda _group_id: None
        """A temporary talk group, also one of the latest that were closed; the talk room knows."""
        self._finished: set[str] = set()
        self._changing = asyncio.Lock()
        self._followers: list[Callable[[], None]] = []
        self._camera_followers: list[Callable[[], None]] = []

    def follow_cameras(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever cameras, their masks or what their owners agreed to may be others."""
        self._camera_followers.append(changed)

    def tell_camera_followers(self) -> None:
        """Cameras or their terms changed; also called as the day turns, with which agreements end."""
        for changed in self._camera_followers:
            changed()

    def follow(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever venues, radios or talk groups may be others."""
        self._followers.append(changed)

    def _tell_followers(self) -> None:
        for changed in self._followers:
            changed()

    async def settled(self) -> None:
        """Returns when memory holds every change whose event has been told."""
        async with self._changing:
            return

    def open(self) -> None:
        """Load everything; before the hub serves anyone."""
        self._database.read_now(self._load)

    def _load(self, connection: sa.Connection) -> None:
        row = connection.execute(sa.select(tables.community)).first()
        if row is not None:
            self.community = Community(
                name=row.name, latitude=row.latitude, longitude=row.longitude, time_zone=row.time_zone
            )
            self.map_geojson = row.map_geojson or self.map_geojson
        self.police_grids = _load(connection, tables.police_grids, PoliceGrid)
        self.grids = _load(connection, tables.grids, Grid)
        self.venues = _load(connection, tables.venues, Venue)
        self.radios = _load(connection, tables.radios, Radio)
        self._take_owners(owners.load(connection))
        cameras = connection.execute(sa.select(tables.cameras).order_by(tables.cameras.c.camera_id)).all()
        self.cameras = {row.camera_id: _camera(_plain(row)) for row in cameras}
        self._finished = {row.camera_id for row in cameras if row.finished}
        self._group()

    def _group(self) -> None:
        def members(wanted: Any) -> tuple[str, ...]:
            return tuple(r.radio_id for r in self.radios.values() if wanted(self.venues[r.venue_id]))

        groups = [TalkGroup(group_id=ALL_GROUP, name="全体场所", kind=GroupKind.ALL, radio_ids=tuple(self.radios))]
        for kind in VenueKind:
            radio_ids = members(lambda venue, kind=kind: venue.kind is kind)
            groups.append(
                TalkGroup(
                    group_id=f"kind-{kind.value}", name=KIND_NAMES[kind], kind=GroupKind.VENUE_KIND, radio_ids=radio_ids
                )
            )
        for grid in self.grids.values():
            radio_ids = members(lambda venue, grid=grid: venue.grid_id == grid.grid_id)
            groups.append(
                TalkGroup(group_id=f"grid-{grid.grid_id}", name=grid.name, kind=GroupKind.GRID, radio_ids=radio_ids)
            )
        self.groups = {group.group_id: group for group in groups}
        private = (
            TalkGroup(
                group_id=private_group(radio.radio_id),
                name=radio.name,
                kind=GroupKind.PRIVATE,
                radio_ids=(radio.radio_id,),
            )
            for radio in self.radios.values()
        )
        self._private = {group.group_id: group for group in private}

    def grid_group(self, radio_id: str) -> TalkGroup:
        """The group of the grid where a radio is. Raises KeyError for an unknown radio."""
        return self.groups[f"grid-{self.venues[self.radios[radio_id].venue_id].grid_id}"]

    def find_group(self, group_id: str) -> TalkGroup | None:
        """A talk group of any kind: standing, one radio's private one, or temporary."""
        return self.groups.get(group_id) or self._private.get(group_id) or self.ask_temporary(group_id)

    async def put_map(self, map_geojson: bytes, also: Callable[[Change], None] = _nothing) -> None:
        """Take over the community's map; ``also`` is in the same change.

        Raises Refusal for what is no GeoJSON FeatureCollection.
        """
        try:
            found = msgspec.json.decode(map_geojson, type=_FeatureCollection)
        except msgspec.MsgspecError as error:
            raise Refusal("not_geojson", f"不是 GeoJSON 地图：{error}", f"this is not a GeoJSON map: {error}") from None
        if found.type != "FeatureCollection":
            raise Refusal(
                "not_geojson", "地图须为 FeatureCollection", "the map must be a FeatureCollection", field="type"
            )

        def change(open_change: Change) -> None:
            _put_community(open_change.connection, self.community, map_geojson)
            also(open_change)

        async with self._changing:
            await self._database.write(change)
            self.map_geojson = map_geojson

    async def import_community(self, found: CommunityFile, unsaid_phones: frozenset[str] = frozenset()) -> None:
        """Take over a community but for its cameras (vision.put_camera enrols those). Raises Refusal.

        What is enrolled already is updated, nothing is removed, and of venues in ``unsaid_phones`` the numbers stay;
        only venues that are new or changed are events.
        """
        check_links(found)

        def change(open_change: Change) -> None:
            connection = open_change.connection
            _put_community(connection, found.community, self.map_geojson)
            if owner_list != self.owners:
                owners.store(connection, owner_list)
            for table, records in (
                (tables.police_grids, found.police_grids),
                (tables.grids, found.grids),
                (tables.venues, venues),
                (tables.radios, found.radios),
            ):
                for record in records:
                    _put(connection, table, record)
            for venue in changed:
                self._tell_of(open_change, venue)

        async with self._changing:
            venues = self._with_phones(found.venues, unsaid_phones)
            changed = [venue for venue in venues if self.venues.get(venue.venue_id) != venue]
            owner_list = owners.with_imported(self.owners, found.owners)
            await self._database.write(change)
            await self._database.read(self._load)
        self._tell_followers()
        self.tell_camera_followers()

    async def import_venues(self, rows: VenueRows) -> ImportReport:
        """Take over the good rows of a CSV file; the bad ones are in the report."""
        unsaid_phones = frozenset() if rows.has_phones else frozenset(one.venue_id for one in rows.venues)

        def change(open_change: Change) -> None:
            for venue in venues:
                _put(open_change.connection, tables.venues, venue)
                self._tell_of(open_change, venue)
            for radio in rows.radios:
                _put(open_change.connection, tables.radios, radio)

        async with self._changing:
            venues = self._with_phones(rows.venues, unsaid_phones)
            await self._database.write(change)
            await self._database.read(self._load)
        self._tell_followers()
        return ImportReport(imported=len(rows.venues), errors=rows.errors)

    def _with_phones(self, venues: tuple[Venue, ...], unsaid: frozenset[str]) -> list[Venue]:
        """These venues, with the numbers that are enrolled where their file says nothing of one."""
        known = {venue_id: self.venues[venue_id].phone for venue_id in unsaid & self.venues.keys()}
        return [msgspec.structs.replace(one, phone=known.get(one.venue_id, one.phone)) for one in venues]

    def _tell_of(self, change: Change, venue: Venue) -> None:
        """Without its number, which is for who may call it: events are kept long after it was taken away."""
        told = msgspec.structs.replace(venue, phone=None)
        self._events.append(change, EventKind.VENUE_IMPORTED, venue.venue_id, told)

    def is_enrolled(self, camera: Camera) -> bool:
        """Whether enrolling ``camera`` would change nothing."""
        return self.cameras.get(camera.camera_id) == self.completed(camera)

    def is_finished(self, camera_id: str) -> bool:
        """Whether this recording has been read to its end."""
        return camera_id in self._finished

    def completed(self, camera: Camera) -> Camera:
        """A file is a recording, said or not; one that was dated at its enrolment keeps its date.

        Masks that were drawn stay, as ``with_imported`` says: put_masks alone uncovers. Raises Refusal: too many.
        """
        before = self.cameras.get(camera.camera_id)
        recording = camera.recording or (camera.url is not None and camera.url.startswith("/"))
        started_at_us = camera.started_at_us
        if recording and started_at_us is None and before is not None and before.url == camera.url:
            started_at_us = before.started_at_us
        masks = with_imported(before.masks if before else (), camera.masks)
        return msgspec.structs.replace(camera, recording=recording, started_at_us=started_at_us, masks=masks)

    def camera_ids_at(self, host: str) -> tuple[str, ...]:
        """The cameras whose main stream comes from this host."""
        return tuple(one.camera_id for one in self.cameras.values() if one.url and host_of(one.url) == host)

    def terms_of(self, camera_id: str) -> Terms:
        """What may be done with this camera now. Of one that is no longer enrolled nothing is known to be allowed."""
        camera = self.cameras.get(camera_id)
        return owners.NO_LONGER_ENROLLED if camera is None else self.terms_for(camera)

    def terms_for(self, camera: Camera) -> Terms:
        """What may be done now with a camera that is perhaps not enrolled yet."""
        owner = None if camera.owner_id is None else self._owner_by_id.get(camera.owner_id)
        return owners.terms(owner, owners.today(self._database.clock.wall_us(), self.community.time_zone))

    async def put_owners(self, wanted: OwnerList, also: Callable[[Change], None] = _nothing) -> OwnerList:
        """Have these owners and no others; ``also`` runs in the same change. Raises Refusal as owners.succeeding."""
        async with self._changing:
            following = owners.succeeding(self.owners, wanted, list(self.cameras.values()))

            def change(open_change: Change) -> None:
                owners.store(open_change.connection, following)
                also(open_change)

            await self._database.write(change)
            self._take_owners(following)
        self.tell_camera_followers()
        return following

    def _take_owners(self, found: OwnerList) -> None:
        self.owners = found
        self._owner_by_id = {owner.owner_id: owner for owner in found.owners}

    async def put_masks(
        self, camera_id: str, masks: tuple[Mask, ...], also: Callable[[Change], None] = _nothing
    ) -> Camera:
        """Have these masks and no others; ``also`` runs in the same change. Raises Refusal for an unknown camera."""
        async with self._changing:
            kept = await self._keep(msgspec.structs.replace(self.camera(camera_id), masks=masks), also)
        self.tell_camera_followers()
        return kept

    async def put_calibration(
        self, camera_id: str, calibration: Calibration, also: Callable[[Change], None] = _nothing
    ) -> Camera:
        """Take over a calibration with the place and heading that it says, and nothing else of the camera.

        ``also`` runs in the same change. Raises Refusal for an unknown camera.
        """
        async with self._changing:
            kept = await self._keep(calibrated(self.camera(camera_id), calibration), also)
        self.tell_camera_followers()
        return kept

    def camera(self, camera_id: str) -> Camera:
        """The camera. Raises Refusal when there is none of that id."""
        camera = self.cameras.get(camera_id)
        if camera is None:
            raise Refusal("unknown_camera", f"没有摄像头 {camera_id}", f"there is no camera {camera_id}", status=404)
        return camera

    async def put_camera(self, camera: Camera, also: Callable[[Change], None] = _nothing) -> Camera:
        """Enrol a camera or change one; ``also`` runs in the same change. Returns the camera as it is kept.

        A recording without a date begins now, once and for all: it is seen with the same times after a restart.
        Raises Refusal for an unknown venue or owner, a recording with a second stream or of the hub's own files, or
        one camera too many.
        """
        for url in (camera.url, camera.sub_url):
            await asyncio.to_thread(check_not_own, url, self._own_folders)
        if camera.venue_id is not None and camera.venue_id not in self.venues:
            raise Refusal(
                "unknown_venue", f"没有场所 {camera.venue_id}", f"there is no venue {camera.venue_id}", field="venue_id"
            )
        async with self._changing:
            self._check_owner(camera)
            if camera.camera_id not in self.cameras and len(self.cameras) >= MAX_CAMERAS:
                raise Refusal(
                    "too_many_cameras", f"最多 {MAX_CAMERAS} 路摄像头", f"at most {MAX_CAMERAS} cameras", status=409
                )
            completed = self.completed(camera)
            if completed.recording and completed.sub_url is not None:
                words = ("录像文件没有子码流", "a recording has no second stream")
                raise Refusal("sub_of_recording", *words, field="sub_url")
            kept = await self._keep(completed, also)
        self.tell_camera_followers()
        return kept

    async def _keep(self, camera: Camera, also: Callable[[Change], None]) -> Camera:
        """Write a camera down as it is from now on; ``_changing`` is held."""
        before = self.cameras.get(camera.camera_id)
        finished = self.is_finished(camera.camera_id) and before is not None and is_same_stream(camera, before)

        def change(open_change: Change) -> Camera:
            kept = camera
            if kept.recording and kept.started_at_us is None:
                kept = msgspec.structs.replace(kept, started_at_us=open_change.at_us)
            _put(open_change.connection, tables.cameras, kept, finished=finished)
            mask_history.note(open_change, kept.camera_id, kept.masks)
            also(open_change)
            return kept

        kept = await self._database.write(change)
        self.cameras[kept.camera_id] = kept
        if not finished:
            self._finished.discard(kept.camera_id)
        return kept

    def _check_owner(self, camera: Camera) -> None:
        if camera.owner_id is not None and camera.owner_id not in self._owner_by_id:
            words = (f"没有权属单位 {camera.owner_id}", f"there is no owner {camera.owner_id}")
            raise Refusal("unknown_owner", *words, field="owner_id")

    async def note_finished(self, camera_id: str, also: Callable[[Change], None] = _nothing) -> None:
        """Keep that a recording was read to its end, so that it is not read again; ``also`` is in the same change."""
        noting = sa.update(tables.cameras).where(tables.cameras.c.camera_id == camera_id).values(finished=True)

        def change(open_change: Change) -> None:
            open_change.connection.execute(noting)
            also(open_change)

        async with self._changing:
            if camera_id in self.cameras:
                await self._database.write(change)
                self._finished.add(camera_id)

    async def remove_camera(self, camera_id: str, also: Callable[[Change], None] = _nothing) -> Camera:
        """Take a camera out; ``also`` is in the same change. Raises Refusal when there is none of that id."""
        taking_out = sa.delete(tables.cameras).where(tables.cameras.c.camera_id == camera_id)

        def change(open_change: Change) -> None:
            open_change.connection.execute(taking_out)
            also(open_change)

        async with self._changing:
            camera = self.camera(camera_id)
            await self._database.write(change)
            del self.cameras[camera_id]
            self._finished.discard(camera_id)
        self.tell_camera_followers()
        return camera


def host_of(url: str) -> str | None:
    """The host of a camera's address; None of a file's."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def calibrated(camera: Camera, calibration: Calibration) -> Camera:
    """The camera with this calibration, which says where it is and where it looks."""
    place = {"latitude": calibration.latitude, "longitude": calibration.longitude}
    return msgspec.structs.replace(camera, calibration=calibration, heading_deg=calibration.heading_deg, **place)


def is_same_stream(one: Camera, other: Camera) -> bool:
    """Whether two enrolments of a camera are looked at in the same way."""

    def stream(camera: Camera) -> tuple[object, ...]:
        where = (camera.url, camera.sub_url, camera.transport)
        return *where, camera.calibration, camera.recording, camera.started_at_us

    return stream(one) == stream(other)


def _load(connection: sa.Connection, table: sa.Table, kind: type[Any]) -> dict[str, Any]:
    rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
    key = table.primary_key.columns[0].name
    return {getattr(row, key): msgspec.convert(_plain(row), kind) for row in rows}


def _plain(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row._mapping.items()}  # column names come as a subclass of str


def _camera(row: dict[str, Any]) -> Camera:
    calibration = row.pop("calibration")
    del row["finished"]
    masks = msgspec.json.decode(row.pop("masks"), type=tuple[Mask, ...])
    found = msgspec.convert(row | {"masks": masks}, Camera)
    if calibration is None:
        return found
    return msgspec.structs.replace(found, calibration=msgspec.json.decode(calibration, type=Calibration))


def _put_community(connection: sa.Connection, community: Community, map_geojson: bytes) -> None:
    connection.execute(sa.delete(tables.community))
    row = msgspec.structs.asdict(community)
    connection.execute(sa.insert(tables.community).values(**row, map_geojson=map_geojson))


def _put(connection: sa.Connection, table: sa.Table, record: Record, **beside: object) -> None:
    """Insert or change the record's row; ``beside`` are columns that are no part of the record."""
    values = msgspec.structs.asdict(record) | beside
    if values.get("calibration") is not None:
        values["calibration"] = msgspec.json.encode(values["calibration"])
    if "masks" in values:
        values["masks"] = msgspec.json.encode(values["masks"])
    if "kind" in values:
        values["kind"] = values["kind"].value
    key = table.primary_key.columns[0]
    changed = connection.execute(sa.update(table).where(key == values[key.name]).values(**values))
    if changed.rowcount == 0:
        connection.execute(sa.insert(table).values(**values))
