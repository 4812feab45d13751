"""Better words for an alert that is out: they take its place at every radio, and nothing of it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.sos import SosRaised
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import CancelAlert, NewAlert, Target, TargetKind, UpdateAlert
from hub.app import Hub
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.talk.sos_records import CloseSos, Finding
from tests.devices.room import until
from tests.hub import Told, open_console, open_hub
from tests.played import Person, radio_on_line, real_radio
from tests.shifts.test_shifts import audited
from tests.storage.test_writer import held_up

RED = UpdateAlert(text="红上衣")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


@pytest.fixture
async def officer(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def at(*venue_ids: str) -> Target:
    return Target(kind=TargetKind.VENUES, ids=venue_ids)


async def test_better_words_take_the_place_of_the_alert_at_every_radio(
    hub: Hub, officer: httpx.AsyncClient, tmp_path: Path
) -> None:
    """P-5.13."""
    told, guard = Told(hub), Person()
    async with real_radio(hub, "R01", guard, tmp_path / "radio") as radio:
        new = {"text": "六岁男孩走失", "severity": "Extreme", "status": "exercise"}
        first = (await officer.post("/api/alerts", json=new)).json()
        await until(lambda: guard.shown == [first["alert_id"]], "the alert is shown")
        address = f"/api/alerts/{first['alert_id']}/update"
        for _ in range(2):  # the answer was lost, and the console says it again
            made = await officer.post(address, json={"text": "红上衣"}, headers={"Idempotency-Key": "u1"})
            assert made.status_code == 201, made.text
        second = made.json()
        await until(lambda: guard.shown == [first["alert_id"], second["alert_id"]], "the new words are shown")
        radio.acknowledge(first["alert_id"])
        radio.acknowledge(second["alert_id"])
        await until(lambda: radio.link.unconfirmed == 0, "the key is stored")
        found = [(await officer.get(f"/api/alerts/{one['alert_id']}")).json() for one in (first, second)]
        assert [one["deliveries"][0]["state"] for one in found] == ["played", "acknowledged"], "no key answers the old"
        (body,) = told.of(EventKind.ALERT_CANCELLED)
        assert (body["alert_id"], body["update_alert_id"], body["cancel_alert_id"]) == (
            first["alert_id"],
            second["alert_id"],
            None,
        )
        assert (second["updates"], second["replaces"]) == (first["alert_id"], [first["alert_id"]])
        assert (second["severity"], second["status"], second["target"]["kind"]) == ("Extreme", "exercise", "all")
        assert code(await officer.post(address, json={"text": "蓝上衣"})) == (409, "alert_over")
        assert len(told.of(EventKind.ALERT_ISSUED)) == 2
    assert [who for who, _ in await audited(hub, Action.UPDATE_ALERT)] == [body["cancelled_by"]]
    again = Person()
    async with real_radio(hub, "R01", again, tmp_path / "radio"):
        assert again.shown == [], "a restarted radio shows neither: the one is over, the other acknowledged"


async def test_update_that_is_said_again_while_it_is_being_stored_is_the_same_update(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    tasks: list[asyncio.Task[Any]] = []
    with held_up(hub.database.writer, tasks):
        for _ in range(2):
            tasks.append(asyncio.ensure_future(hub.alerts.update(alert.alert_id, RED, "duty", "u1")))
            await until(lambda: hub.database.writer.waiting >= len(tasks), "it waits for the disk")
    _, said, again = await asyncio.gather(*tasks)
    assert said.alert_id == again.alert_id
    with pytest.raises(Refusal, match="is over"):
        await hub.alerts.update(alert.alert_id, RED, "duty", "u2")


async def test_alert_stays_under_way_where_its_update_was_said_of_another_one_before(hub: Hub) -> None:
    first, second = [await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty") for _ in range(2)]
    tasks: list[asyncio.Task[Any]] = []
    with held_up(hub.database.writer, tasks):
        for alert in (first, second):
            tasks.append(asyncio.ensure_future(hub.alerts.update(alert.alert_id, RED, "duty", "u1")))
            await until(lambda: hub.database.writer.waiting >= len(tasks), "it waits for the disk")
    _, update, same = await asyncio.gather(*tasks)
    assert (same.alert_id, update.updates) == (update.alert_id, first.alert_id)
    assert hub.alerts.is_under_way(second.alert_id), "nothing has ended it"
    await hub.alerts.cancel(second.alert_id, CancelAlert(), "duty")


async def test_radio_that_is_not_in_the_new_area_is_told_that_it_is_over(hub: Hub, officer: httpx.AsyncClient) -> None:
    async with (
        radio_on_line(hub, "R01") as stays,
        radio_on_line(hub, "R02") as leaves,
        radio_on_line(hub, "R03") as new,
    ):
        alert = await hub.alerts.issue(NewAlert(text="走失", target=at("V01", "V02")), "officer")
        for radio in (stays, leaves):
            await radio.hear(Down.ALERT, wire.AlertMessage)
        order = {"text": "在东边", "target": {"kind": "venues", "ids": ["V01", "V03"]}}
        second = (await officer.post(f"/api/alerts/{alert.alert_id}/update", json=order)).json()
        heard = [
            (await radio.hear(Down.ALERT, wire.AlertMessage, n))[-1] for radio, n in ((stays, 2), (leaves, 2), (new, 1))
        ]
    assert [one.alert_id == second["alert_id"] for one in heard] == [True, False, True]
    assert [(one.cancels, one.updates) for one in heard] == [
        (None, (alert.alert_id,)),
        (alert.alert_id, ()),
        (None, (alert.alert_id,)),
    ]


@pytest.mark.parametrize("ends", [True, False])
async def test_radio_that_missed_an_update_learns_from_the_next_or_from_the_cancel_that_all_before_is_over(
    tmp_path: Path, clock: ManualClock, ends: bool
) -> None:
    """P-5.13. With a restart of the hub in between."""
    async with open_hub(tmp_path / "hub", clock=clock) as hub, open_console(hub) as officer:
        async with radio_on_line(hub, "R01") as radio:
            first = await hub.alerts.issue(NewAlert(text="走失", target=at("V01")), "officer")
            await radio.hear(Down.ALERT, wire.AlertMessage)
            await radio.die()
            await until(lambda: not hub.radios.is_online("R01"), "the radio is away")
        second = (await officer.post(f"/api/alerts/{first.alert_id}/update", json={"text": "红上衣"})).json()
    async with open_hub(tmp_path / "hub", clock=clock) as hub, open_console(hub) as officer:
        order = "cancel" if ends else "update"
        assert (await officer.post(f"/api/alerts/{second['alert_id']}/{order}", json={"text": "在河边"})).is_success
        async with radio_on_line(hub, "R01", 2) as back:
            (heard,) = await back.hear(Down.ALERT, wire.AlertMessage)
    before = (second["alert_id"], first.alert_id)
    assert (heard.cancels, heard.updates) == ((before[0], before[1:]) if ends else (None, before))


async def test_escalation_and_errands_of_the_earlier_alert_end_and_the_new_one_has_its_own(
    hub: Hub, officer: httpx.AsyncClient, clock: ManualClock
) -> None:
    async with radio_on_line(hub, "R02") as neighbour:
        alert = await hub.alerts.issue(NewAlert(text="走失", target=at("V01")), "officer")
        errand = await hub.alerts.issue(NewAlert(text="去看看", target=at("V02")), "hub", errand_of=alert.alert_id)
        await neighbour.hear(Down.ALERT, wire.AlertMessage)
        assert code(await officer.post(f"/api/alerts/{errand.alert_id}/update", json={"text": "x"})) == (
            409,
            "is_errand",
        )
        second = (await officer.post(f"/api/alerts/{alert.alert_id}/update", json={"text": "红上衣"})).json()
        assert (await neighbour.hear(Down.ALERT, wire.AlertMessage, 2))[-1].cancels == errand.alert_id
        clock.advance(100)
        await hub.escalations.look()
        steps = [
            [step for line in (await hub.escalations.view(await hub.alerts.find(one))).lines for step in line.steps]
            for one in (alert.alert_id, second["alert_id"])
        ]
    assert (len(steps[0]), len(steps[1]) > 0) == (0, True)


async def test_closed_sos_ends_the_alert_that_took_its_place_and_the_one_who_pressed_gets_neither(
    hub: Hub, officer: httpx.AsyncClient
) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as pressed:
        await pressed.say(Up.SOS, SosRaised(stamp=pressed.stamp(), message_id="m1", sos_id="s1"))
        (alert,) = await told.wait(EventKind.ALERT_ISSUED)
        second = (await officer.post(f"/api/alerts/{alert['alert_id']}/update", json={"text": "后门"})).json()
        assert [one["radio_id"] for one in second["deliveries"]] == ["R02"]
        await hub.emergencies.close("s1", CloseSos(finding=Finding.FALSE_ALARM), "officer")
        over = (await told.wait(EventKind.ALERT_CANCELLED, count=2))[-1]
        assert over["alert_id"] == second["alert_id"]


async def test_child_that_is_found_by_the_old_words_stops_the_new_ones_and_is_closed_with_them(
    hub: Hub, officer: httpx.AsyncClient
) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as radio:
        first = await hub.alerts.issue(NewAlert(text="走失", target=at("V01")), "officer")
        second = (await officer.post(f"/api/alerts/{first.alert_id}/update", json={"text": "红上衣"})).json()
        child = {"alert_id": first.alert_id, "answer": wire.Answer.CHILD_IS_WITH_ME}
        await radio.say(
            Up.REPORT, wire.Report(stamp=radio.stamp(), message_id="m1", **child)
        )  # it has the old words alone
        (found,) = await told.wait(EventKind.CHILD_FOUND)
        assert found["alert_id"] == second["alert_id"]
        third = (await officer.post(f"/api/alerts/{second['alert_id']}/update", json={"text": "在前台"})).json()
        assert told.of(EventKind.CHILD_CLOSED) == []
        await officer.post(f"/api/alerts/{third['alert_id']}/cancel", json={})
        await told.wait(EventKind.CHILD_CLOSED, found["found_id"])


async def test_who_may_not_alert_all_of_it_updates_nothing(hub: Hub, officer: httpx.AsyncClient) -> None:
    alert = await hub.alerts.issue(NewAlert(text="走失", target=at("V01")), "officer")
    grid = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    for role, order, status in (
        (Role.GRID_MEMBER, {"text": "x"}, 403),
        (Role.DISPATCHER, {"text": "x", "target": {"kind": "venue", "id": "V03"}}, 403),
        (Role.DISPATCHER, {"text": "x"}, 201),
    ):
        async with open_console(hub, role, grid) as console:
            made = await console.post(f"/api/alerts/{alert.alert_id}/update", json=order)
            assert made.status_code == status, made.text
    assert code(await officer.post("/api/alerts/A0/update", json={"text": "x"})) == (404, "unknown_alert")
    refused = await officer.post(f"/api/alerts/{alert.alert_id}/update", json={"text": "走失：{衣着}"})
    assert code(refused) == (422, "blank_left")
    test = await hub.alerts.issue(NewAlert(text="点名", status=wire.AlertStatus.TEST), "hub")
    assert code(await officer.post(f"/api/alerts/{test.alert_id}/update", json={"text": "x"})) == (409, "is_test")


async def test_alert_is_updated_nineteen_times_and_then_issued_anew(hub: Hub, officer: httpx.AsyncClient) -> None:
    latest = (await hub.alerts.issue(NewAlert(text="走失", target=at("V01")), "officer")).alert_id
    for number in range(wire.MAX_UPDATES - 1):
        latest = (await officer.post(f"/api/alerts/{latest}/update", json={"text": str(number)})).json()["alert_id"]
    assert code(await officer.post(f"/api/alerts/{latest}/update", json={"text": "x"})) == (409, "updated_too_often")
    assert hub.alerts.is_under_way(latest)
