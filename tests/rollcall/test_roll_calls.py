"""Roll-calls of a whole hub with real radios: who is ready, each day, through restarts, for those who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.app import Hub
from hub.events.messages import EventKind
from hub.rollcall.machine import SETTLE_S
from hub.rollcall.records import forget_roll_calls
from hub.shifts.messages import Opening, Shift
from tests.devices.room import until
from tests.hub import Told, client_of, open_console, open_hub, sign_in
from tests.played import HandDevice, Person, radio_on_line, real_radio
from tests.shifts.crew import hire
from tests.shifts.test_shifts import audited

SUNDAY_9 = round(datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1e6)
G2 = (Place(kind=PlaceKind.GRID, place_id="G2"),)
V01 = (Place(kind=PlaceKind.VENUE, place_id="V01"),)
ON_MONDAYS = (Opening(weekday=1, begin_minute=480, end_minute=1080),)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.rollcall.service.LOOK_EVERY_S", 0.05)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=SUNDAY_9)


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


async def receive(radio: HandDevice) -> wire.AlertMessage:
    """The radio has the test; nobody presses."""
    (heard,) = await radio.hear(Down.ALERT, wire.AlertMessage)
    await radio.say(Up.RECEIPT, wire.Receipt(stamp=radio.stamp(), message_id="got", alert_id=heard.alert_id))
    return heard


async def press(radio: HandDevice, alert_id: str, told: Told) -> None:
    """The guard presses the key; returns when the hub has it."""
    pressed = wire.Acknowledgement(stamp=radio.stamp(), message_id="yes", alert_id=alert_id)
    await radio.say(Up.ACKNOWLEDGEMENT, pressed)

    def is_stored() -> bool:
        changed = told.of(EventKind.DELIVERY_CHANGED, alert_id)
        return any(one["state"] == "acknowledged" for body in changed for one in body["deliveries"])

    await until(is_stored, "the key is stored")


def states(roll_call: dict[str, Any]) -> dict[str, str]:
    return {radio["radio_id"]: radio["state"] for radio in roll_call["radios"]}


async def end(told: Told, clock: ManualClock, count: int = 1) -> dict[str, Any]:
    """What the hub tells when the minutes are over."""
    clock.advance(600)
    return (await told.wait(EventKind.ROLL_CALL_ENDED, count=count))[-1]


async def test_roll_call_says_who_pressed_who_was_silent_off_line_and_closed(hub: Hub, clock: ManualClock) -> None:
    told, person = Told(hub), Person()
    await hub.shifts.put_hours("V04", ON_MONDAYS, "chief")
    async with (
        open_console(hub, Role.DISPATCHER) as console,
        real_radio(hub, "R01", person) as radio,
        radio_on_line(hub, "R02") as silent,
    ):
        await silent.say(Up.STATUS, wire.DeviceStatus(stamp=silent.stamp(), birth_count=1, battery=0.1, signal=0.9))
        begun = (await console.post("/api/roll-calls")).json()
        assert (begun["scheduled"], begun["ended_at_ms"], begun["lasts_s"]) == (False, None, 600)
        assert (await told.wait(EventKind.ROLL_CALL_BEGUN))[0]["begun_by"] == begun["begun_by"]
        heard = await receive(silent)
        assert (heard.status, heard.severity, heard.answers) == (wire.AlertStatus.TEST, wire.Severity.MINOR, ())
        await until(lambda: len(person.shown) == 1, "the test is shown")
        radio.acknowledge(person.shown[0])
        address = f"/api/roll-calls/{begun['roll_call_id']}"

        async def now() -> dict[str, Any]:
            return dict((await console.get(address)).json())

        while states(await now()) != {"R01": "ready", "R02": "unanswered", "R03": "off_line", "R04": "closed"}:
            pass
        assert (await now())["ended_at_ms"] is None
        ended = await end(told, clock)
        assert states(ended) == {"R01": "ready", "R02": "unanswered", "R03": "off_line", "R04": "closed"}
        assert ended["counts"] == {
            "expected": 3, "ready": 1, "unanswered": 1, "undelivered": 0, "off_line": 1, "closed": 1
        }  # fmt: skip
        lines = {radio["radio_id"]: radio for radio in ended["radios"]}
        assert lines["R01"]["answered_s"] is not None
        assert lines["R01"]["warnings"] == ["clock_off"], "the hub's clock stands at nine, the radios' do not"
        assert (lines["R02"]["warnings"], lines["R02"]["venue_name"]) == (["low_battery", "clock_off"], "场所2")
        assert [lines[radio_id]["missed"] for radio_id in ("R01", "R02", "R03", "R04")] == [0, 1, 1, 0]
        assert await now() == ended
        (summary,) = (await console.get("/api/roll-calls")).json()
        assert summary == {name: value for name, value in ended.items() if name != "radios"}
        sheet = await console.get(f"{address}/csv")
        assert sheet.headers["content-type"].startswith("text/csv") and "无人应答" in sheet.text
        metrics = text_string_to_metric_families(hub.metrics.text().decode())
        found = {sample.name: sample.value for family in metrics for sample in family.samples}
        assert found["qianshao_roll_call_ready_ratio"] == pytest.approx(1 / 3)
        assert found["qianshao_roll_call_end_seconds"] == ended["ended_at_ms"] / 1000
        assert [who for who, _ in await audited(hub, Action.CALL_ROLL)] == [begun["begun_by"]]


async def test_misses_in_a_row_are_counted_over_roll_calls(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    for count in (1, 2, 3):
        await hub.roll_calls.begin("dispatcher")
        ended = await end(told, clock, count)
        assert {radio["missed"] for radio in ended["radios"]} == {count}


async def test_venue_with_shifts_and_nobody_on_one_is_not_expected_to_answer(hub: Hub, clock: ManualClock) -> None:
    await hire(hub, "g1", pin=None, place=V01[0])
    await hire(hub, "g2", "李四", pin=None, place=G2[0])
    weekdays = (1, 2, 3, 4, 5)
    monday = Shift(place=V01[0], weekdays=weekdays, begin_minute=480, end_minute=1080)
    await hub.shifts.put_shifts("g1", (monday,), "chief")
    patrol = Shift(place=G2[0], weekdays=weekdays, begin_minute=1140, end_minute=1320)
    await hub.shifts.put_shifts("g2", (patrol,), "chief")
    assert hub.shifts.nobody_expected(clock.wall_us()) == {"V01"}, "a patrol of the grid is nobody at a venue's door"
    await hub.shifts.put_hours("V01", (Opening(weekday=7, begin_minute=480, end_minute=1080),), "chief")
    assert hub.shifts.nobody_expected(clock.wall_us()) == set(), "it says itself that it is open"
    assert hub.shifts.nobody_expected(clock.wall_us() + 86_400_000_000) == {"V01"}


async def test_hub_calls_the_roll_by_itself_once_a_day_and_goes_on_with_it_after_a_restart(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with open_hub(tmp_path, clock=clock, roll_call_at="09:30") as hub:
        told = Told(hub)
        clock.advance(1800)
        (begun,) = await told.wait(EventKind.ROLL_CALL_BEGUN)
        assert (begun["scheduled"], begun["begun_by"]) == (True, "hub")
        assert await audited(hub, Action.CALL_ROLL) == []
        clock.advance(300)
    async with open_hub(tmp_path, clock=clock, roll_call_at="09:30") as hub:
        told = Told(hub)
        async with radio_on_line(hub, "R01") as radio:
            heard = await receive(radio)
            await press(radio, heard.alert_id, told)
            clock.advance(300)
            (ended,) = await told.wait(EventKind.ROLL_CALL_ENDED, begun["roll_call_id"])
        assert states(ended)["R01"] == "ready"
        clock.advance(60)
    async with open_hub(tmp_path, clock=clock, roll_call_at="09:30") as hub:
        assert hub.roll_calls.last is not None and hub.roll_calls.last.roll_call_id == begun["roll_call_id"]
        told = Told(hub)
        clock.advance(86_400 - 660)
        (next_day,) = await told.wait(EventKind.ROLL_CALL_BEGUN)
        assert next_day["roll_call_id"] != begun["roll_call_id"]
        assert len(await hub.roll_calls.latest()) == 2


async def test_roll_call_that_was_over_while_the_hub_was_gone_waits_for_the_keys_pressed_meanwhile(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with open_hub(tmp_path, clock=clock) as hub:
        begun = await hub.roll_calls.begin("dispatcher")
    clock.advance(3600)
    async with open_hub(tmp_path, clock=clock) as hub:
        told = Told(hub)
        async with radio_on_line(hub, "R01") as radio:
            await press(radio, begun.alert_id, told)
            assert told.of(EventKind.ROLL_CALL_ENDED) == []
            clock.advance(SETTLE_S)
            (ended,) = await told.wait(EventKind.ROLL_CALL_ENDED, begun.roll_call_id)
    assert states(ended) == {"R01": "ready", "R02": "off_line", "R03": "off_line", "R04": "off_line"}


async def test_roll_call_whose_test_was_forgotten_while_the_hub_was_gone_ends_with_an_empty_list_and_counts_for_nothing(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with open_hub(tmp_path, clock=clock) as hub:
        told = Told(hub)
        await hub.roll_calls.begin("dispatcher")
        await end(told, clock)
        begun = await hub.roll_calls.begin("dispatcher")
    clock.advance(40 * 86_400)
    async with open_hub(tmp_path, clock=clock) as hub:
        told = Told(hub)
        await until(lambda: not hub.alerts.is_under_way(begun.alert_id), "its test is over")
        await hub.alerts.forgetting.forget(0, clock.wall_us())
        clock.advance(SETTLE_S)
        (ended,) = await told.wait(EventKind.ROLL_CALL_ENDED, begun.roll_call_id)
        assert b"qianshao_roll_call_ready_ratio" not in hub.metrics.text(), "nobody was expected"
        then = await hub.roll_calls.begin("dispatcher")
    assert (ended["radios"], ended["counts"]["expected"]) == ([], 0)
    assert {radio.missed for radio in then.radios} == {2}, "the misses in a row go on"


async def test_no_two_are_under_way_and_who_does_not_issue_alerts_to_all_begins_none(hub: Hub) -> None:
    async with open_console(hub, Role.DISPATCHER) as dispatcher:

        async def begin(role: Role, places: tuple[Place, ...]) -> tuple[int, str]:
            token = await sign_in(hub, role, places)
            async with client_of(dispatcher.base_url, token) as client:
                answer = await client.post("/api/roll-calls")
                return answer.status_code, answer.json()["error"]["code"]

        assert await begin(Role.DISPATCHER, G2) == (403, "not_your_place")
        for role in (Role.ADMINISTRATOR, Role.AUDITOR):
            assert await begin(role, (COMMUNITY,)) == (403, "not_allowed")
        assert await begin(Role.GUARD, V01) == (403, "not_allowed")
        assert (await dispatcher.post("/api/roll-calls")).status_code == 201
        again = await dispatcher.post("/api/roll-calls")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "roll_call_under_way")


async def test_each_sees_the_radios_of_their_own_places_and_outsiders_none(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    begun = await hub.roll_calls.begin("dispatcher")
    await end(told, clock)
    address = f"/api/roll-calls/{begun.roll_call_id}"

    async def seen(client: httpx.AsyncClient) -> tuple[list[str], int, int]:
        found = (await client.get(address)).json()
        (summary,) = (await client.get("/api/roll-calls")).json()
        rows = (await client.get(f"{address}/csv")).text.splitlines()
        return [radio["radio_id"] for radio in found["radios"]], summary["counts"]["expected"], len(rows) - 1

    async with open_console(hub, Role.ADMINISTRATOR) as whole:
        assert await seen(whole) == (["R01", "R02", "R03", "R04"], 4, 4)
        assert (await whole.get("/api/roll-calls/D0")).json()["error"]["code"] == "unknown_roll_call"
        async with client_of(whole.base_url, await sign_in(hub, Role.OFFICER, G2)) as grid:
            assert await seen(grid) == (["R03", "R04"], 2, 2)
        async with client_of(whole.base_url, await sign_in(hub, Role.GUARD, V01)) as guard:
            assert await seen(guard) == (["R01"], 1, 1)
        async with client_of(whole.base_url, await sign_in(hub, Role.AUDITOR)) as auditor:
            assert (await auditor.get(address)).status_code == 403
        async with client_of(whole.base_url, None) as nobody:
            assert (await nobody.get("/api/roll-calls")).status_code == 401


async def test_old_roll_calls_and_their_tests_are_forgotten_and_the_one_under_way_is_not(
    hub: Hub, clock: ManualClock
) -> None:
    told = Told(hub)
    old = await hub.roll_calls.begin("dispatcher")
    await end(told, clock)
    clock.advance(86_400)
    running = await hub.roll_calls.begin("dispatcher")
    before_us = clock.wall_us() - 1
    assert await forget_roll_calls(hub.database, before_us) == 1
    assert await hub.alerts.forgetting.forget(0, before_us) == 1
    assert [one.roll_call_id for one in await hub.roll_calls.latest()] == [running.roll_call_id]
    assert [one.alert_id for one in await hub.alerts.latest()] == [running.alert_id]
    assert old.alert_id != running.alert_id
