"""Opening hours, shifts and PINs over HTTP: kept, told, audited, and for those alone who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.events.messages import EventKind
from tests.hub import Told, client_of, open_console, open_hub, sign_in
from tests.shifts.crew import PIN, hire
from tests.shifts.test_signing import MONDAY_8

OPENING = {"weekday": 1, "begin_minute": 480, "end_minute": 1080}
NIGHT = {"place": {"kind": "venue", "place_id": "V01"}, "weekdays": [7, 1], "begin_minute": 1320, "end_minute": 500}
G1 = (Place(kind=PlaceKind.GRID, place_id="G1"),)
G2 = (Place(kind=PlaceKind.GRID, place_id="G2"),)


async def audited(hub: Hub, action: Action) -> list[tuple[str, dict[str, Any]]]:
    a = audit_records.c
    query = sa.select(a.person_id, a.detail).where(a.action == action.value).order_by(a.number)
    rows = await hub.database.read(lambda connection: connection.execute(query).all())
    return [(row.person_id, msgspec.json.decode(row.detail)) for row in rows]


async def test_hours_are_kept_told_and_audited(tmp_path: Path) -> None:
    clock = ManualClock(wall_us=MONDAY_8)
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.DISPATCHER) as console:
        told = Told(hub)
        before = (await console.get("/api/venues/V01/hours")).json()
        assert before == {"venue_id": "V01", "openings": [], "is_open": True, "on_shift": []}
        put = await console.put("/api/venues/V01/hours", json={"openings": [OPENING]})
        assert (put.status_code, put.json()["openings"], put.json()["is_open"]) == (200, [OPENING], True)
        assert await told.wait(EventKind.VENUE_HOURS_CHANGED, "V01") == [{"venue_id": "V01", "openings": [OPENING]}]
        assert [detail for _, detail in await audited(hub, Action.SET_HOURS)] == [
            told.of(EventKind.VENUE_HOURS_CHANGED)[0]
        ]
    clock.advance(10 * 3600)
    async with open_hub(tmp_path, clock=clock) as again:
        assert not again.shifts.is_open("V01", clock.wall_us()) and again.shifts.is_open("V02", clock.wall_us())


async def test_shifts_are_kept_told_and_audited(tmp_path: Path) -> None:
    clock = ManualClock(wall_us=MONDAY_8)
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.CHIEF) as console:
        await hire(hub, pin=None)
        told = Told(hub)
        put = await console.put("/api/people/g1/shifts", json={"shifts": [NIGHT]})
        assert put.json() == {"person_id": "g1", "shifts": [NIGHT], "is_on_shift": True}
        assert (await console.get("/api/people/g1/shifts")).json() == put.json()
        assert await told.wait(EventKind.SHIFT_CHANGED, "g1") == [{"person_id": "g1", "shifts": [NIGHT]}]
        assert [detail for _, detail in await audited(hub, Action.PLAN_SHIFTS)] == told.of(EventKind.SHIFT_CHANGED)
        assert (await console.get("/api/venues/V01/hours")).json()["on_shift"] == ["g1"]
        assert (await console.get("/api/venues/V02/hours")).json()["on_shift"] == []
    async with open_hub(tmp_path, clock=clock) as again:
        assert again.shifts.on_shift("V01", clock.wall_us()) == ("g1",)
        clock.advance(20 * 60)
        assert again.shifts.on_shift("V01", clock.wall_us()) == ()
        await again.shifts.put_shifts("g1", (), "chief")
        assert again.shifts.of("g1") == ()


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("venues/V99/hours", {"openings": []}, 404, "unknown_venue"),
        ("venues/V01/hours", {"openings": [OPENING] * 15}, 422, "bad_field"),
        ("venues/V01/hours", {"openings": [OPENING | {"weekday": 8}]}, 422, "bad_field"),
        ("venues/V01/hours", {"openings": [OPENING | {"end_minute": 1441}]}, 422, "bad_field"),
        ("people/nobody/shifts", {"shifts": []}, 404, "unknown_person"),
        ("people/g1/shifts", {"shifts": [NIGHT | {"weekdays": []}]}, 422, "bad_field"),
        (
            "people/g1/shifts",
            {"shifts": [NIGHT | {"place": {"kind": "venue", "place_id": "V99"}}]},
            422,
            "unknown_place",
        ),
        ("people/g1/shifts", {"shifts": [NIGHT | {"place": {"kind": "community"}}]}, 422, "unknown_place"),
        ("people/g1/shifts", {"shifts": [NIGHT] * 21}, 422, "bad_field"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        await hire(hub, pin=None)
        answer = await console.put(f"/api/{path}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_hours_and_shifts_are_planned_by_who_may_and_in_their_places_alone(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.OFFICER) as officer:
        await hire(hub, pin=None)

        async def tried(role: Role, places: tuple[Place, ...], *requests: tuple[str, str, dict[str, Any]]) -> list[int]:
            async with client_of(officer.base_url, await sign_in(hub, role, places)) as client:
                return [
                    (await client.request(method, f"/api/{path}", json=body)).status_code
                    for method, path, body in requests
                ]

        hours = ("PUT", "venues/V01/hours", {"openings": [OPENING]})
        shifts = ("PUT", "people/g1/shifts", {"shifts": [NIGHT]})
        seeing = ("GET", "people/g1/shifts", {})
        assert await tried(Role.OFFICER, (COMMUNITY,), hours, shifts, seeing) == [403, 403, 403]
        assert await tried(Role.DISPATCHER, G1, hours, shifts, seeing) == [200, 200, 200]
        assert await tried(Role.DISPATCHER, G2, hours, shifts, seeing) == [403, 403, 403]
        emptied = ("PUT", "people/g1/shifts", {"shifts": []})
        assert await tried(Role.DISPATCHER, G2, emptied) == [403], "what is planned elsewhere is not taken away"


async def test_whole_plan_is_seen_by_who_plans_as_far_as_their_places_go(tmp_path: Path) -> None:
    async with open_hub(tmp_path, clock=ManualClock(wall_us=MONDAY_8)) as hub, open_console(hub, Role.CHIEF) as chief:
        await hire(hub, pin=None)
        await hire(hub, "g2", "李四", None, Place(kind=PlaceKind.VENUE, place_id="V03"))
        await hire(hub, "n1", "王五", None, G1[0])
        await chief.put("/api/people/g1/shifts", json={"shifts": [NIGHT]})
        await chief.put(
            "/api/people/n1/shifts", json={"shifts": [NIGHT | {"place": {"kind": "grid", "place_id": "G1"}}]}
        )
        seen = {one["person_id"]: one for one in (await chief.get("/api/shifts")).json()}
        assert {"g1", "g2", "n1"} < set(seen)
        assert (seen["g1"]["name"], seen["g1"]["shifts"], seen["g1"]["is_on_shift"]) == ("张三", [NIGHT], True)
        assert (seen["g2"]["shifts"], seen["g2"]["is_on_shift"]) == ([], False)
        hours = {one["venue_id"]: one["on_shift"] for one in (await chief.get("/api/hours")).json()}
        assert hours == {"V01": ["g1", "n1"], "V02": ["n1"], "V03": [], "V04": []}
        async with client_of(chief.base_url, await sign_in(hub, Role.DISPATCHER, G2)) as dispatcher:
            crew = [one["person_id"] for one in (await dispatcher.get("/api/shifts")).json()]
            assert "g2" in crew and not {"g1", "n1"} & set(crew)
            assert [one["venue_id"] for one in (await dispatcher.get("/api/hours")).json()] == ["V03", "V04"]


async def test_pin_is_set_by_its_owner_or_an_administrator_and_stands_nowhere(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as administrator:
        await hire(hub, pin=None)
        await hire(hub, "g2", pin=None)
        assert (await administrator.post("/api/people/g1/pin", json={"pin": PIN})).status_code == 204
        own = await sign_in(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),), "g1")
        async with client_of(administrator.base_url, own) as guard:
            assert (await guard.post("/api/people/g1/pin", json={"pin": "93017"})).status_code == 204
            other = await guard.post("/api/people/g2/pin", json={"pin": PIN})
            assert (other.status_code, other.json()["error"]["code"]) == (403, "not_allowed")
        bad = await administrator.post("/api/people/g1/pin", json={"pin": "12x4"})
        assert (bad.status_code, bad.json()["error"]["field"], "12x4" in bad.text) == (422, "pin", False)
        assert (await administrator.post("/api/people/nobody/pin", json={"pin": PIN})).status_code == 404
        assert [detail for _, detail in await audited(hub, Action.SET_PIN)] == [{"person_id": "g1"}] * 2
    assert [file for file in tmp_path.rglob("*") if file.is_file() and PIN.encode() in file.read_bytes()] == []
