"""Footage of an open case stays until the case closes, whatever its age."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio
import sqlalchemy as sa

from hub.access.people import Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.cases.messages import CloseCase, NewCase
from hub.footage.holds.messages import NewHold
from hub.footage.segments.names import DAY_US, HOUR_US, SEGMENT, closed_name, day_of
from hub.forgetting import forgetting
from hub.housekeeping import Before
from tests.devices.room import until
from tests.hub import OFFICER, open_console, open_hub, sighting


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        yield opened


def recorded(hub: Hub, camera_id: str, days_ago: float) -> Path:
    """A segment of ten minutes that lies on the disk, and when it began."""
    start_us = hub.clock.wall_us() - round(days_ago * DAY_US)
    day = hub.footage.folder / camera_id / day_of(start_us)
    day.mkdir(parents=True, exist_ok=True)
    segment = day / f"{closed_name(start_us, start_us + HOUR_US // 6)}{SEGMENT}"
    segment.write_bytes(b"segment")
    return segment


async def swept(hub: Hub, gone: Path) -> None:
    hub.keeping.sweep_soon()
    await until(lambda: not gone.exists(), f"{gone.name} is deleted")


async def open_case(hub: Hub) -> str:
    return (await hub.cases.open_case(NewCase(title="走失", purpose="寻找走失儿童"), OFFICER)).case_id


async def test_held_footage_outlives_its_days_until_the_case_closes(hub: Hub) -> None:
    case_id = await open_case(hub)
    held, other_camera = recorded(hub, "C01", 40), recorded(hub, "C02", 40)
    other_time, new = recorded(hub, "C01", 45), recorded(hub, "C01", 29)
    at_ms = (hub.clock.wall_us() - 40 * DAY_US) // 1000
    async with open_console(hub) as officer:
        body = {"camera_ids": ["C01", "C01"], "from_ms": at_ms - 60_000, "until_ms": at_ms + 60_000}
        made = await officer.post(f"/api/cases/{case_id}/holds", json=body)
        assert (made.status_code, made.json()["camera_ids"]) == (201, ["C01"])
        assert len(hub.holds.standing) == 1, "a sweep that is under way knows of it too"
        assert (await officer.get(f"/api/cases/{case_id}/holds")).json() == [made.json()]
        await swept(hub, other_camera)
        await swept(hub, other_time)
        assert held.exists()
        assert new.exists()
    await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)
    await swept(hub, held)
    assert new.exists()


async def test_who_was_seen_in_held_time_is_known_until_it_is_held_no_more(hub: Hub) -> None:
    case_id, at_us = await open_case(hub), hub.clock.wall_us() - 40 * DAY_US
    for name, started_at_us in (("held", at_us), ("old", at_us - 2 * HOUR_US)):
        seen = sighting(hub, name, "red", "blue")
        times = {"started_at_us": started_at_us, "ended_at_us": started_at_us + 1_000_000}
        hub.sightings.add(msgspec.structs.replace(seen, **times))
    hold = NewHold(camera_ids=("C01",), from_ms=at_us // 1000, until_ms=at_us // 1000 + 1000)
    await hub.holds.hold(case_id, hold, OFFICER)
    forget_sightings, before = forgetting(hub)["sightings"], Before.at(hub.clock.wall_us(), hub.settings)
    assert await forget_sightings(before) == 1
    assert hub.sightings.get("held") is not None
    await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)
    hub.holds.rules()
    assert await forget_sightings(before) == 1


async def test_hold_is_still_on_after_a_restart_and_can_be_let_go(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as officer:
        case_id = await open_case(hub)
        body = {"camera_ids": ["C01"], "from_ms": 0, "until_ms": 86_400_000}
        hold_id = (await officer.post(f"/api/cases/{case_id}/holds", json=body)).json()["hold_id"]
    async with open_hub(tmp_path) as hub, open_console(hub) as officer:
        (kept,) = hub.holds.rules()
        assert (kept.camera_ids, kept.from_us, kept.until_us) == (frozenset({"C01"}), 0, DAY_US)
        assert (await officer.delete(f"/api/cases/{case_id}/holds/{hold_id}")).json()["hold_id"] == hold_id
        assert (await officer.delete(f"/api/cases/{case_id}/holds/{hold_id}")).json()["error"]["code"] == "unknown_hold"
        assert hub.holds.rules() == ()
        a = audit_records.c
        query = sa.select(a.action, a.purpose).where(a.case_id == case_id).order_by(a.number)
        noted = await hub.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])
    purpose = "寻找走失儿童"
    assert noted == [("open_case", purpose), ("hold_footage", purpose), ("release_footage", purpose)]


async def test_what_cannot_be_held_is_refused_and_says_why(hub: Hub) -> None:
    case_id = await open_case(hub)
    async with open_console(hub) as officer, open_console(hub, Role.DISPATCHER) as dispatcher:
        body = {"camera_ids": ["C01"], "from_ms": 1000, "until_ms": 2000}
        holds = f"/api/cases/{case_id}/holds"
        assert (await dispatcher.post(holds, json=body)).status_code == 403
        for wrong in ({"until_ms": 1000}, {"until_ms": 32 * 86_400_000}):
            assert (await officer.post(holds, json=body | wrong)).json()["error"]["code"] == "not_a_time"
        assert (await officer.post(holds, json=body | {"camera_ids": []})).status_code == 422
        assert (await officer.post("/api/cases/K-none/holds", json=body)).status_code == 404
        await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)
        assert (await officer.post(holds, json=body)).json()["error"]["code"] == "case_closed"
        assert (await officer.get(holds)).json()["error"]["code"] == "case_closed"
