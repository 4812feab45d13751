"""Escalation of a whole hub with radios on a real broker: who is silent is gone after, in time and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import AnswerElsewhere, CancelAlert, NewAlert, Target, TargetKind, Via
from hub.app import Hub
from hub.errors import Refusal
from hub.escalation.policy import DEFAULT, Rules
from hub.events.messages import EventKind
from hub.shifts.messages import Opening, Shift
from tests.devices.room import until
from tests.hub import Told, open_console, open_hub
from tests.played import HandDevice, radio_on_line
from tests.shifts.crew import hire
from tests.shifts.test_shifts import audited

SUNDAY_9 = round(datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1e6)
ACTIONS = ("repeat_louder", "nearest_venue", "grid_members", "officer")
QUICK = msgspec.convert(
    {
        "name": "快",
        "severities": ["Severe"],
        "steps": [{"after_s": 2 * (n + 1), "action": action} for n, action in enumerate(ACTIONS)],
        "ask_again_s": 30,
    },
    Rules,
)
"""All of it before the hub holds radios to be off line that say nothing meanwhile (15 s)."""
G1 = Place(kind=PlaceKind.GRID, place_id="G1")
NOT_TODAY = (Opening(weekday=1, begin_minute=480, end_minute=1080),)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.escalation.service.LOOK_EVERY_S", 0.02)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=SUNDAY_9)


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        await opened.escalations.set_policy(QUICK, "chief")
        yield opened


async def acknowledge(radio: HandDevice, told: Told, alert_id: str) -> None:
    """The guard presses the key; returns when the hub has it."""
    pressed = wire.Acknowledgement(stamp=radio.stamp(), message_id=f"yes-{alert_id}", alert_id=alert_id)
    await radio.say(Up.ACKNOWLEDGEMENT, pressed)

    def is_stored() -> bool:
        changed = told.of(EventKind.DELIVERY_CHANGED, alert_id)
        return any(
            one["radio_id"] == radio.device_id and one["state"] == "acknowledged"
            for body in changed
            for one in body["deliveries"]
        )

    await until(is_stored, "the key is stored")


def steps(told: Told, alert_id: str) -> list[tuple[str, str, str | None]]:
    """Radio, action, why it was passed over; in the order in which they were done."""
    bodies = told.of(EventKind.ESCALATION_STEPPED, alert_id)
    return [(one["radio_id"], one["action"], one["passed_over"]) for body in bodies for one in body["steps"]]


async def stepped(told: Told, alert_id: str, count: int) -> list[tuple[str, str, str | None]]:
    """All steps, once there are ``count``."""
    await until(lambda: len(steps(told, alert_id)) >= count, f"{count} steps about {alert_id}")
    return steps(told, alert_id)


async def test_silent_venue_is_repeated_a_neighbour_sent_the_grid_told_and_the_officer_rung(
    hub: Hub, clock: ManualClock
) -> None:
    """P-5.10."""
    told = Told(hub)
    await hub.shifts.put_hours("V04", NOT_TODAY, "chief")
    await hire(hub, "w1", "网格员", pin=None, place=G1)
    all_day = Shift(place=G1, weekdays=(7,), begin_minute=0, end_minute=1439)
    await hub.shifts.put_shifts("w1", (all_day,), "chief")
    async with radio_on_line(hub, "R01") as awake, radio_on_line(hub, "R02") as silent:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await acknowledge(awake, told, alert.alert_id)
        clock.advance(2)
        assert set(await stepped(told, alert.alert_id, 2)) == {
            ("R02", "repeat_louder", None),
            ("R03", "repeat_louder", "off_line"),
        }
        first, again = await silent.hear(Down.ALERT, wire.AlertMessage, 2)
        assert (first.reminder, again.reminder, again.attempt) == (None, wire.Reminder.LOUDER, 2)
        clock.advance(2)
        await stepped(told, alert.alert_id, 4)
        errand = (await awake.hear(Down.ALERT, wire.AlertMessage, 2))[-1]
        assert errand.text == "请去场所2、场所3看一看，那里没有应答：六岁男孩走失"
        clock.advance(2)
        assert set((await stepped(told, alert.alert_id, 6))[4:]) == {
            ("R02", "grid_members", None),
            ("R03", "grid_members", "nobody_on_shift"),
        }
        clock.advance(2)
        assert {one[1] for one in (await stepped(told, alert.alert_id, 8))[6:]} == {"officer"}
        assert not any(one[0] in ("R01", "R04") for one in steps(told, alert.alert_id)), "the awake and the closed"
        assert steps(told, errand.alert_id) == [], "what a neighbour is asked for does not escalate"
        assert (await hub.alerts.find(errand.alert_id)).errand_of == alert.alert_id
        await hub.alerts.cancel(alert.alert_id, CancelAlert(text="孩子找到了"), "officer")
        over = (await awake.hear(Down.ALERT, wire.AlertMessage, 4))[2:]
        assert {one.cancels for one in over} == {alert.alert_id, errand.alert_id}, "nobody goes on looking"


async def half_a_minute(hub: Hub, clock: ManualClock, radio: HandDevice) -> None:
    """In which the radio stays on line."""
    for _ in range(2):
        clock.advance(14)
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=1))
    await until(lambda: hub.radios.heard_at_ms("R01") == clock.wall_us() // 1000, "the radio is on line still")
    clock.advance(2)


async def test_who_acknowledged_and_does_not_report_is_asked_again(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as radio:
        to_one = Target(kind=TargetKind.RADIO, id="R01")
        alert = await hub.alerts.issue(NewAlert(text="查看后门", target=to_one), "dispatcher")
        await acknowledge(radio, told, alert.alert_id)
        await half_a_minute(hub, clock, radio)
        assert await stepped(told, alert.alert_id, 1) == [("R01", "ask_again", None)]
        assert (await radio.hear(Down.ALERT, wire.AlertMessage, 2))[-1].reminder is wire.Reminder.REPORT


async def test_radio_at_which_nobody_pressed_is_not_asked_what_its_guard_sees(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as radio:
        to_one = Target(kind=TargetKind.RADIO, id="R01")
        alert = await hub.alerts.issue(NewAlert(text="查看后门", target=to_one), "dispatcher")
        said = AnswerElsewhere(message_id="m1", alert_id=alert.alert_id, venue_ids=("V01",), by="g1", via=Via.PAGE)
        await hub.alerts.answered_elsewhere(said)
        await half_a_minute(hub, clock, radio)
        assert await stepped(told, alert.alert_id, 1) == [("R01", "ask_again", "elsewhere")]
    assert (await hub.alerts.find(alert.alert_id)).deliveries[0].answer is None
    assert all(one.reminder is None for one in radio.said_to_me(Down.ALERT, wire.AlertMessage))


async def test_restart_neither_skips_a_step_nor_repeats_one(tmp_path: Path, clock: ManualClock) -> None:
    async with open_hub(tmp_path / "hub", clock=clock) as hub:
        await hub.escalations.set_policy(QUICK, "chief")
        told = Told(hub)
        alert = await hub.alerts.issue(
            NewAlert(text="六岁男孩走失", target=Target(kind=TargetKind.RADIO, id="R02")), "x"
        )
        clock.advance(2)
        await stepped(told, alert.alert_id, 1)
    clock.advance(4)
    async with open_hub(tmp_path / "hub", clock=clock) as again:
        told = Told(again)
        clock.advance(2)

        async def done() -> list[tuple[str, int]]:
            (line,) = (await again.escalations.view(await again.alerts.find(alert.alert_id))).lines
            return [(one.action.value, one.number) for one in line.steps]

        while len(await done()) < len(ACTIONS):
            pass
        assert await done() == [(action, n) for n, action in enumerate(ACTIONS)]


async def test_jump_of_the_wall_clock_fires_nothing(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    clock.jump_wall(86_400)
    clock.advance(1.9)
    await hub.escalations.look()
    assert steps(told, alert.alert_id) == []
    clock.advance(0.1)
    assert {one[1] for one in await stepped(told, alert.alert_id, 4)} == {"repeat_louder"}


@pytest.mark.parametrize(
    "new",
    [
        NewAlert(text="点名", status=wire.AlertStatus.TEST),
        NewAlert(text="明天停水", severity=wire.Severity.MINOR),
    ],
)
async def test_test_and_what_is_not_severe_do_not_escalate(hub: Hub, clock: ManualClock, new: NewAlert) -> None:
    alert = await hub.alerts.issue(new, "dispatcher")
    clock.advance(9)
    await hub.escalations.look()
    assert (await hub.escalations.view(alert)).policy is None


async def test_officer_takes_a_silent_venue_on_and_the_rest_goes_on(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    async with open_console(hub) as officer:
        alert = (await officer.post("/api/alerts", json={"text": "六岁男孩走失"})).json()
        address = f"/api/alerts/{alert['alert_id']}"
        assert (await officer.post(f"{address}/stop", json={"radio_ids": ["R01", "R99"]})).status_code == 204
        (stopped,) = await told.wait(EventKind.ESCALATION_STOPPED)
        me = (await officer.get("/api/session")).json()["person"]["person_id"]
        assert (stopped["radio_ids"], stopped["by"]) == (["R01"], me)
        assert [who for who, _ in await audited(hub, Action.STOP_ESCALATION)] == [stopped["by"]]
        clock.advance(2)
        assert {one[0] for one in await stepped(told, alert["alert_id"], 3)} == {"R02", "R03", "R04"}
        assert (await officer.post(f"{address}/stop", json={})).status_code == 204
        lines = (await officer.get(f"{address}/escalation")).json()["lines"]
        assert {line["stopped_by"] for line in lines} == {stopped["by"]}
        clock.advance(2_000)
        await until(lambda: not hub.escalations._under_way, "the alert's time is over")
    with pytest.raises(Refusal, match="does not escalate"):
        await hub.escalations.stop(alert["alert_id"], ["R01"], "officer")


async def test_guard_sees_the_steps_at_the_own_venue_alone_and_stops_nothing(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    own = (Place(kind=PlaceKind.VENUE, place_id="V02"),)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    clock.advance(2)
    await stepped(told, alert.alert_id, 4)
    async with open_console(hub, Role.GUARD, own) as phone:
        seen = (await phone.get(f"/api/alerts/{alert.alert_id}/escalation")).json()
        assert [line["venue_id"] for line in seen["lines"]] == ["V02"]
        assert seen["policy"] is None, "which is the police room's"
        assert (await phone.post(f"/api/alerts/{alert.alert_id}/stop", json={})).status_code == 403
        assert (await phone.get("/api/escalation/policies")).status_code == 403


async def test_chief_sets_the_policy_and_alerts_keep_the_one_they_began_with(hub: Hub) -> None:
    before = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    new = msgspec.to_builtins(DEFAULT) | {"name": "夜间"}
    async with open_console(hub, Role.CHIEF) as chief, open_console(hub, Role.DISPATCHER) as dispatcher:
        assert (await dispatcher.put("/api/escalation/policy", json=new)).status_code == 403
        put = (await chief.put("/api/escalation/policy", json=new)).json()
        assert (put["version"], put["rules"]["name"]) == (2, "夜间")
        listed = (await dispatcher.get("/api/escalation/policies")).json()
        assert [(one["version"], one["rules"]["name"]) for one in listed] == [(2, "夜间"), (1, "快"), (0, "标准升级")]
        wrong: dict[str, Any] = new | {"steps": new["steps"][::-1]}
        refused: httpx.Response = await chief.put("/api/escalation/policy", json=wrong)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "steps")
    after = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    versions = [(await hub.escalations.view(one)).policy for one in (before, after)]
    assert [policy.version for policy in versions if policy is not None] == [1, 2]
    assert [detail["version"] for _, detail in await audited(hub, Action.SET_ESCALATION)] == [1, 2]


async def test_closed_street_hides_no_neighbour_behind_it(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.escalation.choosing._LOOKED_AT", 2)
    async with open_hub(tmp_path / "hub", clock=clock, venues=6) as hub:
        for n in range(2, 6):
            await hub.shifts.put_hours(f"V0{n}", NOT_TODAY, "chief")
        async with radio_on_line(hub, "R06"), radio_on_line(hub, "R03"):
            choosing = hub.escalations._steps._choosing
            assert await choosing.nearest_radio("V01", silent=("R01",), awake=()) == "R06"
            assert await choosing.nearest_radio("V01", silent=("R01", "R06"), awake=()) is None


async def test_disk_that_refuses_a_cancel_leaves_the_alert_under_way_with_its_escalation(
    hub: Hub, clock: ManualClock
) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    with pytest.raises(sa.exc.SQLAlchemyError):
        await hub.alerts.cancel(alert.alert_id, CancelAlert(), cast(str, object()))  # a person whom no column takes
    clock.advance(2)
    assert len(await stepped(told, alert.alert_id, 4)) == 4


async def test_two_who_take_the_same_venue_on_at_once_are_both_right(hub: Hub) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    await asyncio.gather(*(hub.escalations.stop(alert.alert_id, ["R01"], who) for who in ("p1", "p2")))
    assert [body["by"] for body in told.of(EventKind.ESCALATION_STOPPED)] == ["p1"]
