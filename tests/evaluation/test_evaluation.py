"""The evaluation of a whole hub: played alerts and a roll-call, their sums, who may see them and take them away."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.events.messages import EventKind
from hub.housekeeping import Before
from hub.shifts.messages import Opening
from tests.devices.room import until
from tests.hub import Told, client_of, open_console, open_hub, sign_in
from tests.played import HandDevice, radio_on_line
from tests.shifts.test_shifts import audited

SUNDAY_9 = round(datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1e6)
DAY_S = 86_400
TEXT = "走失儿童：女孩，红色上衣"
WEEK = "/api/evaluation?period=week&from=2026-11-18"


async def acknowledge(hub: Hub, radio: HandDevice, alert_id: str, told: Told) -> None:
    """The guard presses the key; returns when the hub has it."""
    pressed = wire.Acknowledgement(stamp=radio.stamp(), message_id=f"yes-{alert_id}", alert_id=alert_id)
    await radio.say(Up.ACKNOWLEDGEMENT, pressed)

    def is_stored() -> bool:
        changed = told.of(EventKind.DELIVERY_CHANGED, alert_id)
        return any(one["state"] == "acknowledged" for body in changed for one in body["deliveries"])

    await until(is_stored, "the key is stored")


def by_id(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["id"]: line["figures"] for line in found["lines"]}


async def test_week_by_venue_and_grid_outlives_the_alerts_it_comes_from(tmp_path: Path) -> None:
    clock = ManualClock(wall_us=SUNDAY_9)
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.CHIEF) as console:
        told = Told(hub)
        await hub.shifts.put_hours("V04", (Opening(weekday=1, begin_minute=480, end_minute=1080),), "chief")
        async with radio_on_line(hub, "R01") as radio:
            alert = await hub.alerts.issue(NewAlert(text=TEXT, expires_in_s=3600), "d1")
            exercise = await hub.alerts.issue(NewAlert(text=TEXT, status=wire.AlertStatus.EXERCISE), "d1")
            await radio.hear(Down.ALERT, wire.AlertMessage, count=2)
            clock.advance(12)
            await acknowledge(hub, radio, alert.alert_id, told)
            await acknowledge(hub, radio, exercise.alert_id, told)
        clock.advance(600)
        await told.wait(EventKind.ESCALATION_STEPPED, alert.alert_id)
        await hub.evaluations.sum_up()
        first = (await console.get(WEEK)).json()
        assert (first["first_day"], first["last_day"]) == ("2026-11-16", "2026-11-22")
        venues = by_id(first)
        assert set(venues) == {"V01", "V02", "V03"}, "V04 is closed on Sundays"
        one = venues["V01"]
        assert (one["alerts"], one["acknowledged"], one["exercises"], one["exercises_acknowledged"]) == (1, 1, 1, 1)
        assert one["acknowledge_median_s"] == one["acknowledge_p90_s"] == 12
        assert venues["V02"]["acknowledged_share"] == 0 and venues["V02"]["acknowledge_median_s"] is None
        assert {venue_id for venue_id, figures in venues.items() if figures["overdue"]} == {"V02", "V03"}
        assert all(line["few"] for line in first["lines"])
        grids = by_id((await console.get(f"{WEEK}&unit=grid")).json())
        assert {grid_id: figures["alerts"] for grid_id, figures in grids.items()} == {"G1": 2, "G2": 1}

        clock.advance((hub.settings.alert_retention_days + 1) * DAY_S)
        both = (alert.alert_id, exercise.alert_id)
        await until(lambda: not any(map(hub.alerts.is_under_way, both)), "their time is over")
        before = Before.at(clock.wall_us(), hub.settings)
        assert await hub.alerts.forgetting.forget(before.alerts_us, before.ordinary_us) >= 1
        await hub.evaluations.sum_up()
        async with client_of(console.base_url, await sign_in(hub, Role.CHIEF)) as later:
            again = (await later.get(WEEK)).json()
            assert {**again, "as_of_ms": 0} == {**first, "as_of_ms": 0}
            assert (await later.get("/api/evaluation?from=2026-11-25")).json()["before"] == first["whole"]
            assert await hub.evaluations.forget(clock.wall_us()) == 3
            assert (await later.get(WEEK)).json()["lines"] == []


async def test_sums_of_a_day_that_a_hub_did_not_see_end_are_made_after_its_start(tmp_path: Path) -> None:
    clock = ManualClock(wall_us=SUNDAY_9)
    async with open_hub(tmp_path, clock=clock) as hub:
        await hub.alerts.issue(NewAlert(text=TEXT), "d1")
    clock.advance(20 * DAY_S)
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        await hub.evaluations.sum_up()
        assert (await console.get(f"{WEEK}&unit=room")).json()["whole"]["alerts"] == 4


async def test_file_is_for_a_spreadsheet_and_audited_and_not_for_one_grids_chief(tmp_path: Path) -> None:
    async with open_hub(tmp_path, clock=ManualClock(wall_us=SUNDAY_9)) as hub, open_console(hub, Role.CHIEF) as console:
        await hub.alerts.issue(NewAlert(text=TEXT), "d1")
        await hub.evaluations.sum_up()
        sheet = await console.get("/api/evaluation.csv?period=month&from=2026-11-22")
        assert sheet.content.startswith("\ufeff".encode()), "or Excel misreads Chinese"
        heading, whole, *lines = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
        assert heading[:5] == ["第一天", "最后一天", "编号", "名称", "应答预警数"]
        assert whole[:5] == ["2026-11-01", "2026-11-30", "", "合计", "4"]
        assert {line[2]: line[3] for line in lines} == {f"V0{n}": f"场所{n}" for n in range(1, 5)}
        assert {len(line) for line in (whole, *lines)} == {len(heading)}
        ((_, detail),) = await audited(hub, Action.EXPORT_EVALUATION)
        assert (detail["period"], detail["from"], detail["unit"]) == ("month", "2026-11-22", "venue")
        for wrong in ("period=year", "from=yesterday", "from=0001-01-01", "unit=person"):
            assert (await console.get(f"/api/evaluation?{wrong}")).status_code == 422
        grid_1 = (Place(kind=PlaceKind.GRID, place_id="G1"),)
        async with client_of(console.base_url, await sign_in(hub, Role.CHIEF, grid_1)) as of_one_grid:
            assert (await of_one_grid.get(WEEK)).status_code == 403
