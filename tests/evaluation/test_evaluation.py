"""The evaluation of a whole hub: played alerts and a roll-call, their sums, who may see them and take them away."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pypdf import PdfReader

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.errors import Refusal
from hub.evaluation.messages import Wanted
from hub.evaluation.paper import paper_of
from hub.events.messages import EventKind
from hub.housekeeping import Before
from hub.rollcall.spreadsheet import Language
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


def texts(paper: bytes) -> list[str]:
    """What stands on each page; pypdf reads each letter's two bytes apart."""
    return [page.extract_text().replace("\0", "") for page in PdfReader(io.BytesIO(paper)).pages]


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
        course = {one["day"]: one["figures"]["alerts"] for one in first["course"]}
        assert course == {f"2026-11-{day}": 3 * (day == 22) for day in range(16, 23)}
        of_a_day = (await console.get("/api/evaluation?period=day&from=2026-11-23&unit=room")).json()
        assert [one["day"] for one in of_a_day["course"]] == [f"2026-11-{day:02}" for day in range(10, 24)]
        assert (of_a_day["before"]["alerts"], of_a_day["course"][-2]["figures"]["alerts"]) == (3, 3)
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


async def test_paper_has_figures_and_every_venue_in_chinese_letters_and_says_what_font_is_missing(
    tmp_path: Path,
) -> None:
    async with open_hub(tmp_path, clock=ManualClock(wall_us=SUNDAY_9)) as hub, open_console(hub, Role.CHIEF) as console:
        await hub.alerts.issue(NewAlert(text=TEXT), "d1")
        await hub.evaluations.sum_up()
        paper = await console.get("/api/evaluation.pdf?period=month&from=2026-11-22")
        assert paper.headers["content-type"] == "application/pdf"
        first, *pages = texts(paper.content)
        assert "考核报告" in first and "栖凤社区" in first and "2026-11-01 – 2026-11-30" in first
        assert [f"场所{n}" in "".join(pages) for n in range(1, 6)] == [True] * 4 + [False]
        ((_, detail),) = await audited(hub, Action.EXPORT_EVALUATION)
        assert detail["from"] == "2026-11-22"
        found = await hub.evaluations.evaluate(Wanted())
        with pytest.raises(Refusal, match="fonts-noto-cjk"):
            paper_of(found, "栖凤社区", Language.EN, tmp_path / "no.ttc")
        many = msgspec.structs.replace(found, lines=found.lines * 50)
        assert len(texts(paper_of(many, "栖凤社区", Language.EN))) > 4, "on as many pages as it takes"
        assert (await console.get("/api/evaluation.doc")).status_code in (404, 422)


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
        for wrong in ("period=year", "from=yesterday", "from=0001-01-01", "period=day&from=0001-01-03", "unit=person"):
            assert (await console.get(f"/api/evaluation?{wrong}")).status_code == 422
        grid_1 = (Place(kind=PlaceKind.GRID, place_id="G1"),)
        async with client_of(console.base_url, await sign_in(hub, Role.CHIEF, grid_1)) as of_one_grid:
            assert (await of_one_grid.get(WEEK)).status_code == 403
