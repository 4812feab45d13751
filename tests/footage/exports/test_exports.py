"""Exports within a case: asked for, made by a process of their own, fetched, deleted, forgotten."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
import httpx
import msgspec
import numpy as np
import pytest
import pytest_asyncio
import sqlalchemy as sa

from devices.protocol.sightings import BoxAt, Sighting
from hub.access.people import Role
from hub.access.signing import read_public_key
from hub.access.tables import audit_records
from hub.app import Hub
from hub.cases.messages import Case, CloseCase, NewCase
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.footage.exports import files, line, records, service
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.footage.exports.key import PUBLIC_KEY_FILE
from hub.footage.exports.messages import Export, ExportRequest, ExportState
from hub.footage.exports.tables import footage_exports
from hub.footage.exports.verification import verify
from hub.registry import mask_history
from hub.registry.owners import OwnerList
from hub.registry.records import Mask, MaskKind, Owner
from hub.registry.tables import mask_sets
from hub.storage.writer import Change
from tests.devices.room import until
from tests.footage.segments.films import START_US, film, write
from tests.hub import OFFICER, Told, open_console, open_hub, sighting

pytestmark = pytest.mark.asyncio(loop_scope="module")
BEGAN_US = START_US - 3 * 86_400_000_000
BEGAN_MS = BEGAN_US // 1000
REASON = "法院要求原始画面"
OTHER = msgspec.structs.replace(OFFICER, person_id="other")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    async with open_hub(folder) as opened:
        write(opened.footage.folder, film(seconds=4, start_us=BEGAN_US))
        yield opened


@pytest.fixture
def told(hub: Hub) -> Told:
    return Told(hub)


async def open_case(hub: Hub) -> Case:
    return await hub.cases.open_case(NewCase(title="六岁女孩走失", purpose="寻找走失儿童"), OFFICER)


async def close(hub: Hub, case: Case) -> None:
    await hub.cases.close_case(case.case_id, CloseCase(outcome="找到了"), OFFICER)


def wanted(**given: Any) -> ExportRequest:
    asked = {"camera_id": "C01", "from_ms": BEGAN_MS + 1000, "until_ms": BEGAN_MS + 3000, "blur": Blur.NONE}
    return ExportRequest(**asked | {"reason": REASON} | given)


async def made(hub: Hub, case: Case, **given: Any) -> Export:
    """An export that was asked for, once nothing more comes of it."""
    told = Told(hub)
    export = await hub.exports.ask(case.case_id, wanted(**given), OFFICER)
    return await over(told, export)


async def over(told: Told, export: Export) -> Export:
    """The export as it is last told of."""

    def last() -> dict[str, Any]:
        return told.of(EventKind.EXPORT_CHANGED, export.export_id)[-1]

    await until(lambda: last()["state"] in ("done", "failed"), "the export is over", 20.0)
    return msgspec.convert(last(), Export)


async def noted(hub: Hub, case: Case) -> list[str]:
    a = audit_records.c
    query = sa.select(a.action).where(a.case_id == case.case_id).order_by(a.number)
    return await hub.database.read(lambda connection: list(connection.execute(query).scalars()))


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


async def test_a_clip_is_made_signed_and_verified_with_the_public_key_alone(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    export = await made(hub, case)
    assert export.state is ExportState.DONE
    assert export.made is not None
    assert (export.made.pictures, export.made.duration_s) == (50, 1.96)
    found = await hub.exports.file(case.case_id, export.export_id, OFFICER)
    key = read_public_key(hub.settings.data_dir / "access" / PUBLIC_KEY_FILE)
    manifest = verify(found.path, key)
    assert (manifest.camera.name, manifest.camera.venue) == ("大门", "场所1")
    assert (manifest.by.name, manifest.case.purpose) == ("民警", "寻找走失儿童")
    assert manifest.asked.begins.local == "2026-11-20T00:00:01.000+08:00"
    assert manifest.asked.ends.utc == "2026-11-19T16:00:03.000+00:00"
    assert manifest.method.reason == REASON
    assert len(manifest.segments) == 1
    assert found.path.stat().st_size == export.bytes
    assert await noted(hub, case) == ["open_case", "export_footage", "fetch_export"]
    states = [body["state"] for body in told.of(EventKind.EXPORT_CHANGED, export.export_id)]
    assert (states[0], states[-1]) == ("waiting", "done")
    assert (hub.settings.data_dir / "access" / "footage-key.pem").stat().st_mode & 0o777 == 0o600


async def test_a_cut_at_key_pictures_copies_them_from_the_one_before(hub: Hub) -> None:
    case = await open_case(hub)
    export = await made(hub, case, cut=Cut.KEY)
    assert export.made is not None
    found = await hub.exports.file(case.case_id, export.export_id, OFFICER)
    with av.open(str(found.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == export.made.pictures == 75
    assert (export.made.width_px, export.made.height_px) == (320, 192)


async def test_everybody_but_who_is_sought_is_hidden(hub: Hub) -> None:
    hub.sightings.add(standing(hub, "sought", 0.1))
    hub.sightings.add(standing(hub, "other", 0.6))
    case = await open_case(hub)
    export = await made(hub, case, blur=Blur.OTHERS, sought=("sought",), reason="")
    assert export.made is not None
    assert export.made.hidden == 1
    found = await hub.exports.file(case.case_id, export.export_id, OFFICER)
    with av.open(str(found.path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="gray")[-192:]
    assert unevenness(picture, 0.1) > 5 * unevenness(picture, 0.6)


def standing(hub: Hub, sighting_id: str, left: float) -> Sighting:
    """Somebody who stands there all the time, seen in a small stream of 160 by 96."""
    box = {"left": left * 160, "top": 20.0, "width": 20.0, "height": 60.0}
    return msgspec.structs.replace(
        sighting(hub, sighting_id, "red", "blue"),
        started_at_us=BEGAN_US,
        ended_at_us=BEGAN_US + 4_000_000,
        frame_width_px=160,
        frame_height_px=96,
        path=tuple(BoxAt(at_ms, **box) for at_ms in range(0, 4001, 200)),
    )


def unevenness(picture: Any, left: float) -> float:
    part = picture[50:150, round(left * 320) : round(left * 320) + 40].astype(np.int16)
    return float(np.abs(np.diff(part, axis=1)).mean())


async def test_what_may_not_leave_is_refused(hub: Hub) -> None:
    case = await open_case(hub)
    refusals: dict[str, dict[str, Any]] = {
        "reason_needed": {"reason": "不"},
        "cut_cannot_blur": {"cut": Cut.KEY, "blur": Blur.OTHERS},
        "nobody_sought": {"blur": Blur.ALL_BUT_SOUGHT},
        "unknown_sighting": {"sought": ("nobody",)},
        "unknown_camera": {"camera_id": "C99"},
        "empty_clip": {"until_ms": BEGAN_MS + 1000},
        "too_long": {"until_ms": BEGAN_MS + 3_700_000},
        "not_yet": {"from_ms": 4_000_000_000_000, "until_ms": 4_000_000_001_000},
    }
    for code, given in refusals.items():
        with refused(code):
            await hub.exports.ask(case.case_id, wanted(**given), OFFICER)
    await close(hub, case)
    with refused("case_closed"):
        await hub.exports.ask(case.case_id, wanted(), OFFICER)
    with refused("unknown_case"):
        await hub.exports.ask("K404", wanted(), OFFICER)
    assert await noted(hub, case) == ["open_case", "close_case"]


async def test_an_owner_who_lets_nothing_leave_is_obeyed(hub: Hub) -> None:
    camera, version = hub.registry.cameras["C01"], hub.registry.owners.version
    owner = Owner(owner_id="O1", name="物业", exports=False)
    await hub.registry.put_owners(OwnerList(version=version, owners=(owner,)))
    await hub.vision.put_camera(msgspec.structs.replace(camera, owner_id="O1"))
    case = await open_case(hub)
    try:
        with refused("owner_forbids"):
            await hub.exports.ask(case.case_id, wanted(), OFFICER)
    finally:
        await hub.vision.put_camera(camera)


async def test_a_time_without_footage_fails_with_its_reason(hub: Hub) -> None:
    export = await made(hub, await open_case(hub), from_ms=BEGAN_MS - 9000, until_ms=BEGAN_MS - 8000)
    assert export.state is ExportState.FAILED
    assert export.failure is not None
    assert export.failure.code == "nothing_recorded"


async def test_a_case_has_eight_waiting_and_no_more(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 0)
    with refused("too_many_exports"):
        await hub.exports.ask((await open_case(hub)).case_id, wanted(), OFFICER)


async def test_a_person_has_eight_waiting_in_all_cases_and_no_more(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 1)
    monkeypatch.setattr(line, "SETTLED_US", 10 * 86_400_000_000)
    export = await hub.exports.ask((await open_case(hub)).case_id, wanted(), OFFICER)
    with refused("too_many_exports"):
        await hub.exports.ask((await open_case(hub)).case_id, wanted(), OFFICER)
    await hub.exports.ask((await open_case(hub)).case_id, wanted(), OTHER)
    await hub.exports.delete(export.case_id, export.export_id, OFFICER)


async def test_persons_have_their_clips_made_in_turn(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in await waiting(hub):
        await hub.exports.delete(one.case_id, one.export_id, OFFICER)
    case = await open_case(hub)
    monkeypatch.setattr(line, "SETTLED_US", 10 * 86_400_000_000)
    asked = [await hub.exports.ask(case.case_id, wanted(), person) for person in (OFFICER, OFFICER, OTHER, OTHER)]
    served: list[str] = []

    def serve(change: Any) -> str:
        following = records.next_waiting(change.connection, now_us, now_us)
        assert following is not None
        for state in (ExportState.RUNNING, ExportState.FAILED):
            records.turn(change, following.export_id, state)
        return following.asked_by

    now_us = hub.clock.wall_us()
    for _ in asked:
        served.append(await hub.database.write(serve))
    assert served[0] != served[1] != served[2] != served[3]


async def waiting(hub: Hub) -> list[Export]:
    e = footage_exports.c
    query = sa.select(footage_exports).where(e.state == "waiting")
    return await hub.database.read(lambda connection: [records.export_of(row) for row in connection.execute(query)])


async def test_a_clip_that_ended_just_now_waits_until_the_tracker_has_told_of_everybody(hub: Hub) -> None:
    now_us = hub.clock.wall_us()
    case = await open_case(hub)
    span = {"from_ms": now_us // 1000 - 2000, "until_ms": now_us // 1000}
    export = await hub.exports.ask(case.case_id, wanted(**span), OFFICER)
    earlier = await made(hub, case)
    assert earlier.state is ExportState.DONE
    assert [one.export_id for one in await waiting(hub)] == [export.export_id]
    later_us = now_us + line.SETTLED_US
    due = await hub.database.read(lambda connection: records.next_waiting(connection, now_us, later_us))
    assert due is not None
    assert due.export_id == export.export_id
    await hub.exports.delete(case.case_id, export.export_id, OFFICER)


async def test_a_time_whose_sightings_were_forgotten_is_hidden_wholly(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour_us = BEGAN_US // 3_600_000_000 * 3_600_000_000
    monkeypatch.setattr(hub.sightings, "forgotten", lambda _since, _until: [(hour_us, hour_us + 3_600_000_000)])
    export = await made(hub, await open_case(hub), blur=Blur.OTHERS, reason="")
    assert export.made is not None
    assert export.made.blind_s == 2.0


async def test_masks_of_then_and_of_now_are_hidden_and_never_copied(hub: Hub) -> None:
    camera, at_us = hub.registry.cameras["C01"], BEGAN_US
    then = Mask(kind=MaskKind.UNSEEN, points=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0)))
    now = Mask(kind=MaskKind.UNSEEN, points=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0)))

    def freed(change: Change) -> None:
        for begins_us, masks in ((at_us, (then,)), (at_us + 2_000_000, ())):
            mask_history.note(Change(change.connection, begins_us), "C01", masks)

    await hub.database.write(freed)
    case = await open_case(hub)
    try:
        with refused("cut_shows_masks"):
            await hub.exports.ask(case.case_id, wanted(cut=Cut.KEY), OFFICER)
        await hub.registry.put_masks("C01", (now,))
        assert await masked(hub, case) == (then.points, now.points)
    finally:
        await hub.registry.put_masks("C01", camera.masks)
        await hub.database.write(lambda change: change.connection.execute(sa.delete(mask_sets)))


async def masked(hub: Hub, case: Case) -> tuple[Any, ...]:
    """What an unblurred export of the case hides."""
    export = await made(hub, case)
    found = await hub.exports.file(case.case_id, export.export_id, OFFICER)
    return verify(found.path, hub.exports.public_key).method.masked


async def test_a_disk_that_others_need_is_not_filled(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await open_case(hub)
    monkeypatch.setattr(files, "LEAST_FREE_BYTES", 1 << 60)
    monkeypatch.setattr(files, "LEAST_FREE_SHARE", 1.0)
    with refused("no_room"):
        await hub.exports.ask(case.case_id, wanted(), OFFICER)
    monkeypatch.undo()
    monkeypatch.setattr(line, "SETTLED_US", 10 * 86_400_000_000)
    told = Told(hub)
    export = await hub.exports.ask(case.case_id, wanted(), OFFICER)
    monkeypatch.setattr(files, "LEAST_FREE_BYTES", 1 << 60)
    monkeypatch.setattr(files, "LEAST_FREE_SHARE", 1.0)
    monkeypatch.setattr(line, "SETTLED_US", 60_000_000)
    hub.exports._line.wake()
    failure = (await over(told, export)).failure
    assert failure is not None
    assert failure.code == "no_room"


async def test_the_oldest_file_makes_room(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await open_case(hub)
    first, second = await made(hub, case), await made(hub, case)
    done = await hub.database.read(records.done)
    monkeypatch.setattr(service, "MOST_BYTES", sum(one.bytes or 0 for one in done))
    for under_way_bytes, left in ((0, len(done)), (1, len(done) - 1)):
        await hub.exports._make_room(under_way_bytes)
        assert len(await hub.database.read(records.done)) == left
    monkeypatch.setattr(service, "MOST_BYTES", 1)
    await hub.exports._make_room()
    assert [one.export_id for one in await hub.exports.of_case(case.case_id)] == [second.export_id]
    with refused("unknown_export"):
        await hub.exports.file(case.case_id, first.export_id, OFFICER)
    assert (await noted(hub, case)).count("delete_export") == 1


async def test_files_of_a_closed_case_are_kept_for_a_week(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await open_case(hub)
    export = await made(hub, case)
    await close(hub, case)
    found = await hub.exports.file(case.case_id, export.export_id, OFFICER)
    await hub.exports.forget()
    assert found.path.exists()
    monkeypatch.setattr(service, "AFTER_CASE_US", -1)
    with refused("case_closed"):
        await hub.exports.file(case.case_id, export.export_id, OFFICER)
    await hub.exports.forget()
    assert not found.path.exists()
    assert (await noted(hub, case))[-1] == "delete_export"


async def test_an_export_of_a_case_that_was_closed_meanwhile_is_not_made(
    hub: Hub, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.exports._line, "wake", lambda: None)
    case = await open_case(hub)
    export = await hub.exports.ask(case.case_id, wanted(), OFFICER)
    await close(hub, case)
    monkeypatch.undo()
    hub.exports._line.wake()
    failure = (await over(told, export)).failure
    assert failure is not None
    assert failure.code == "case_closed"


async def test_deleting_ends_what_is_being_made(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    export = await hub.exports.ask(case.case_id, wanted(), OFFICER)
    await until(
        lambda: any(one["state"] == "running" for one in told.of(EventKind.EXPORT_CHANGED, export.export_id)),
        "the export is being made",
    )
    deleted = await hub.exports.delete(case.case_id, export.export_id, OFFICER)
    assert deleted.state is ExportState.DELETED
    assert list((hub.settings.data_dir / "exports").glob(f"{export.export_id}*")) == []


async def test_a_hub_that_ended_makes_again_what_was_under_way(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        write(hub.footage.folder, film(seconds=4, start_us=BEGAN_US))
        case = await open_case(hub)
        lost, again = await made(hub, case), await made(hub, case)
        hub.exports._files.path(lost.export_id).unlink()
        worn_out = await made(hub, case)
        e = footage_exports

        def killed(change: Any) -> None:
            for export, attempts in ((again, 1), (worn_out, service.MOST_ATTEMPTS)):
                mine = sa.update(e).where(e.c.export_id == export.export_id)
                change.connection.execute(mine.values(state="running", attempts=attempts))

        await hub.database.write(killed)
    async with open_hub(tmp_path) as hub:
        await until(lambda: hub.database.read_now(lambda c: state_of(c, again)) == "done", "it is made")
        states = {one.export_id: one.state for one in await hub.exports.of_case(case.case_id)}
    assert states == {again.export_id: "done", worn_out.export_id: "failed"}


def state_of(connection: sa.Connection, export: Export) -> str:
    mine = sa.select(footage_exports.c.state).where(footage_exports.c.export_id == export.export_id)
    return str(connection.execute(mine).scalar_one())


async def test_an_officer_fetches_a_file_by_ranges_under_its_chinese_name(hub: Hub) -> None:
    case = await open_case(hub)
    export = await made(hub, case)
    path = f"/api/cases/{case.case_id}/exports/{export.export_id}/file"
    async with open_console(hub) as console:
        whole = await console.get(path)
        part = await console.get(path, headers={"Range": "bytes=4-7"})
        assert part.status_code == 206
        assert part.content == b"ftyp"
        name = quote(f"大门_2026-11-20_000001_{export.export_id}.mp4")
        assert f"filename*=UTF-8''{name}" in whole.headers["content-disposition"]
        with av.open(io.BytesIO(whole.content)) as container:
            assert container.streams.video[0].frames == 50
        assert (await console.get("/api/footage/key")).text.startswith("-----BEGIN PUBLIC KEY-----")
        listed = (await console.get(f"/api/cases/{case.case_id}/exports")).json()
        assert [one["export_id"] for one in listed] == [export.export_id]
        assert (await console.delete(path.removesuffix("/file"))).json()["state"] == "deleted"
        assert (await console.get(path)).status_code == 404
    assert (await noted(hub, case)).count("fetch_export") == 1


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.CHIEF, Role.ADMINISTRATOR])
async def test_nobody_but_an_officer_exports(hub: Hub, role: Role) -> None:
    async with open_console(hub, role) as console:
        answer = await ask(console, "K1")
    assert answer.status_code == 403


async def ask(console: httpx.AsyncClient, case_id: str) -> httpx.Response:
    return await console.post(f"/api/cases/{case_id}/exports", content=msgspec.json.encode(wanted()))


async def test_more_people_than_can_be_followed_are_no_clip(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MOST_PEOPLE", 1)
    hub.sightings.add(standing(hub, "one", 0.1))
    hub.sightings.add(standing(hub, "two", 0.3))
    export = await made(hub, await open_case(hub), blur=Blur.OTHERS)
    assert export.failure is not None
    assert export.failure.code == "too_many_people"
