"""Alerts are forgotten when their days are over, with all that was said of them; what is wanted still stays."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertStatus, Severity
from hub.access.people import Role
from hub.alerts.messages import CancelAlert, NewAlert
from hub.app import Hub
from hub.cases.messages import CloseCase, NewCase
from hub.cases.records import forget_cases
from hub.housekeeping import Before
from hub.settings import Settings
from tests.devices.room import until
from tests.hub import entrant, open_hub

DAY_S = 86_400
TEXT = "走失儿童：女孩，红色上衣"
_OF_ALERTS = (
    *("alerts", "deliveries", "reports", "answers_elsewhere"),
    *("escalations", "escalation_steps", "escalation_stops", "fallback_errands", "fallback_tries"),
)


async def rows(hub: Hub, *names: str) -> dict[str, int]:
    """How many rows these tables have; those without any are left out."""
    counts = {name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in names}
    found = await hub.database.read(lambda c: {name: c.execute(query).scalar_one() for name, query in counts.items()})
    return {name: count for name, count in found.items() if count}


async def forget(hub: Hub) -> int:
    before = Before.at(hub.clock.wall_us(), hub.settings)
    return await hub.alerts.forgetting.forget(before.alerts_us, before.ordinary_us)


async def test_old_alert_goes_with_all_that_was_kept_of_it_and_a_newer_one_stays(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        old = await hub.alerts.issue(NewAlert(text=TEXT, severity=Severity.SEVERE, expires_in_s=60), "d1")
        await hub.escalations.stop(old.alert_id, ["R01"], "d1")
        clock.advance(61)
        await until(lambda: not hub.alerts.is_under_way(old.alert_id), "its time is over")
        before = await rows(hub, *_OF_ALERTS)
        assert {"alerts", "deliveries", "escalations", "escalation_stops"} <= before.keys()
        clock.advance(hub.settings.alert_retention_days * DAY_S - 60)
        assert await forget(hub) == 0, "its last day is not over"
        newer = await hub.alerts.issue(NewAlert(text=TEXT, severity=Severity.MINOR), "d1")  # it does not escalate
        clock.advance(120)
        assert await forget(hub) == 1
        assert await rows(hub, *_OF_ALERTS) == {"alerts": 1, "deliveries": 4}
        assert (await hub.alerts.find(newer.alert_id)).text == TEXT


async def test_alert_under_way_and_one_of_an_open_case_stay_however_old_they_are(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        officer = entrant(hub, Role.OFFICER).person
        case = await hub.cases.open_case(NewCase(title="走失儿童", purpose="寻找走失儿童"), officer)
        of_case = await hub.alerts.issue(NewAlert(text=TEXT, case_id=case.case_id, expires_in_s=60), "d1")
        clock.advance(61)
        await until(lambda: not hub.alerts.is_under_way(of_case.alert_id), "its time is over")
        running = await hub.alerts.issue(NewAlert(text=TEXT, expires_in_s=DAY_S), "d1")
        clock.jump_wall(400 * DAY_S)
        assert await forget(hub) == 0
        assert hub.alerts.is_under_way(running.alert_id)
        await hub.cases.close_case(case.case_id, CloseCase(outcome="已找到"), officer)
        assert await forget(hub) == 1


async def test_cancelled_alert_goes_with_the_one_that_cancels_it(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        first = await hub.alerts.issue(NewAlert(text=TEXT, expires_in_s=60), "d1")
        hub.alerts._open[first.alert_id].radios["R01"].attempts = 1
        await hub.alerts.cancel(first.alert_id, CancelAlert(), "d1")
        (second,) = [one for one in await hub.alerts.latest() if one.cancels == first.alert_id]
        clock.advance(hub.settings.alert_expires_in_s + 1)
        await until(lambda: not hub.alerts.is_under_way(second.alert_id), "its time is over")
        clock.advance(hub.settings.alert_retention_days * DAY_S - hub.settings.alert_expires_in_s / 2)
        assert await forget(hub) == 0, "the first is old, the second not yet"
        clock.advance(hub.settings.alert_expires_in_s)
        assert await forget(hub) == 2


async def test_tests_go_after_the_days_of_what_is_ordinary(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        for status in (AlertStatus.TEST, AlertStatus.ACTUAL):
            await hub.alerts.issue(NewAlert(text=TEXT, status=status, expires_in_s=60), "d1")
        clock.advance(hub.settings.retention_days * DAY_S + 120)
        await until(lambda: not hub.alerts.under_way(), "their time is over")
        assert await forget(hub) == 1
        assert [one.status for one in await hub.alerts.latest()] == [AlertStatus.ACTUAL]


async def test_closed_case_stays_while_an_audit_record_names_it(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        officer = entrant(hub, Role.OFFICER).person
        case = await hub.cases.open_case(NewCase(title="走失儿童", purpose="寻找走失儿童"), officer)
        await hub.cases.close_case(case.case_id, CloseCase(outcome="已找到"), officer)
        clock.advance(hub.settings.retention_days * DAY_S + 1)
        assert await forget_cases(hub.database, Before.at(clock.wall_us(), hub.settings).ordinary_us) == 0
        await hub.database.write(lambda change: change.connection.execute(sa.text("delete from audit_records")))
        assert await forget_cases(hub.database, Before.at(clock.wall_us(), hub.settings).ordinary_us) == 1
        assert await rows(hub, "cases", "watches") == {}


def test_days_of_each_kind_are_the_settings() -> None:
    settings = Settings(retention_days=1, alert_retention_days=2, voice_retention_days=3, audit_retention_days=200)
    day_us = DAY_S * 1_000_000
    assert dataclasses.asdict(Before.at(1_000 * day_us, settings)) == {
        "ordinary_us": 999 * day_us,
        "alerts_us": 998 * day_us,
        "voice_us": 997 * day_us,
        "audit_us": 800 * day_us,
    }
