"""An alert that is over before its time: every radio that may have it is told, nobody else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.sos import SosRaised
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import CancelAlert, NewAlert, Target, TargetKind
from hub.app import Hub
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.talk.sos_records import CloseSos, Finding
from tests.devices.room import turn_by_turn, until
from tests.hub import Told, open_console, open_hub
from tests.played import Person, radio_on_line, real_radio
from tests.shifts.test_shifts import audited
from tests.storage.test_writer import held_up

TO_R02 = NewAlert(text="去看看", target=Target(kind=TargetKind.RADIO, id="R02"))


class Reader(Person):
    """Notes what is over, too."""

    def __init__(self) -> None:
        super().__init__()
        self.cancelled: list[tuple[str | None, str]] = []

    def alert_cancelled(self, cancel: wire.AlertMessage) -> None:
        self.cancelled.append((cancel.cancels, cancel.text))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


async def test_found_child_ends_the_alert_at_every_radio_that_had_it(hub: Hub, tmp_path: Path) -> None:
    """P-5.11."""
    told, reader = Told(hub), Reader()
    async with open_console(hub) as officer, real_radio(hub, "R01", reader, tmp_path / "radio"):
        alert = (await officer.post("/api/alerts", json={"text": "六岁男孩走失"})).json()
        await until(
            lambda: any(
                line["state"] == "played"
                for body in told.of(EventKind.DELIVERY_CHANGED, alert["alert_id"])
                for line in body["deliveries"]
            ),
            "the alert is shown",
        )
        assert reader.shown == [alert["alert_id"]]
        address = f"/api/alerts/{alert['alert_id']}"
        assert (await officer.post(f"{address}/cancel", json={"text": "孩子找到了"})).status_code == 204
        await until(lambda: reader.cancelled == [(alert["alert_id"], "孩子找到了")], "the radio is told")
        (body,) = await told.wait(EventKind.ALERT_CANCELLED, alert["alert_id"])
        found = (await officer.get(address)).json()
        assert (found["cancelled_by"], found["cancelled_at_ms"]) == (body["cancelled_by"], body["cancelled_at_ms"])
        states = {one["radio_id"]: one["state"] for one in found["deliveries"]}
        assert states == {"R01": "played", "R02": "expired", "R03": "expired", "R04": "expired"}
        cancel = (await officer.get(f"/api/alerts/{body['cancel_alert_id']}")).json()
        assert (cancel["cancels"], [one["radio_id"] for one in cancel["deliveries"]]) == (alert["alert_id"], ["R01"])
        again = await officer.post(f"{address}/cancel", json={})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "alert_over")
        assert (await officer.post(f"/api/alerts/{body['cancel_alert_id']}/cancel", json={})).status_code == 409
        assert (await officer.post("/api/alerts/A0/cancel", json={})).status_code == 404
    assert reader.shown == [alert["alert_id"]], "what is over asks for nothing"
    assert [who for who, _ in await audited(hub, Action.CANCEL_ALERT)] == [body["cancelled_by"]]
    again_shown = Reader()
    async with real_radio(hub, "R01", again_shown, tmp_path / "radio"):
        assert again_shown.shown == [], "a restarted radio shows nothing that is over"


async def test_radio_that_was_away_is_told_when_it_comes_back_and_one_that_never_had_it_is_not(
    hub: Hub, clock: ManualClock
) -> None:
    async with radio_on_line(hub, "R01") as radio:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await radio.hear(Down.ALERT, wire.AlertMessage)
        await radio.say(Up.DEATH, wire.Death(stamp=radio.stamp(), birth_count=1))
        await until(lambda: not hub.radios.is_online("R01"), "the radio is away")
    await hub.escalations.look()
    order = {"text": ""}
    async with open_console(hub, Role.DISPATCHER) as dispatcher:
        await dispatcher.post(f"/api/alerts/{alert.alert_id}/cancel", json=order)
    clock.advance(60)
    async with radio_on_line(hub, "R01", 2) as back, radio_on_line(hub, "R02") as other:
        (heard,) = await back.hear(Down.ALERT, wire.AlertMessage)
        assert (heard.cancels, heard.text, heard.answers) == (alert.alert_id, "警报取消：六岁男孩走失", ())
        later = await hub.alerts.issue(NewAlert(text="演练结束", severity=wire.Severity.MINOR), "dispatcher")
        assert [one.alert_id for one in await other.hear(Down.ALERT, wire.AlertMessage)] == [later.alert_id]


async def test_what_is_over_is_gone_after_no_more_and_stays_over_after_a_restart(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with open_hub(tmp_path / "hub", clock=clock) as hub, open_console(hub) as officer:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await officer.post(f"/api/alerts/{alert.alert_id}/cancel", json={})
        clock.advance(100)
        await hub.escalations.look()
        assert all(not line.steps for line in (await hub.escalations.view(alert)).lines)
    async with open_hub(tmp_path / "hub", clock=clock) as again, radio_on_line(again, "R01") as radio:
        later = await again.alerts.issue(NewAlert(text="演练", severity=wire.Severity.MINOR), "dispatcher")
        assert [one.alert_id for one in await radio.hear(Down.ALERT, wire.AlertMessage)] == [later.alert_id]


async def test_alert_whose_end_is_being_stored_reminds_nobody_and_sends_nobody(hub: Hub) -> None:
    tasks: list[asyncio.Task[Any]] = []
    async with radio_on_line(hub, "R01") as radio:
        alert = await hub.alerts.issue(NewAlert(text="走失", severity=wire.Severity.MINOR), "dispatcher")
        await radio.hear(Down.ALERT, wire.AlertMessage)
        with held_up(hub.database.writer, tasks):
            for said in (
                hub.alerts.cancel(alert.alert_id, CancelAlert(text="找到了"), "officer"),
                hub.alerts.remind(alert.alert_id, ["R01"], wire.Reminder.LOUDER, lambda change: None),
                hub.alerts.issue(TO_R02, "hub", errand_of=alert.alert_id),
            ):
                tasks.append(asyncio.ensure_future(said))
            await turn_by_turn(lambda: hub.database.writer.waiting >= len(tasks), "all of it waits for the disk")
            assert not hub.alerts.is_under_way(alert.alert_id)
        _, cancelled, reminded, sent = await asyncio.gather(*tasks, return_exceptions=True)
        assert (cancelled, reminded) == (None, None)
        assert isinstance(sent, Refusal)
        assert sent.code == "alert_over"
        assert [one.cancels for one in await radio.hear(Down.ALERT, wire.AlertMessage, 2)] == [None, alert.alert_id]
    assert [one.alert_id for one, _ in hub.alerts.under_way() if one.cancels is None] == []


async def test_errand_that_is_being_stored_when_its_alert_ends_is_over_with_it(hub: Hub) -> None:
    tasks: list[asyncio.Task[Any]] = []
    alert = await hub.alerts.issue(NewAlert(text="走失", severity=wire.Severity.MINOR), "dispatcher")
    with held_up(hub.database.writer, tasks):
        tasks.append(asyncio.ensure_future(hub.alerts.issue(TO_R02, "hub", errand_of=alert.alert_id)))
        await turn_by_turn(lambda: hub.database.writer.waiting >= len(tasks), "the errand waits for the disk")
        tasks.append(asyncio.ensure_future(hub.alerts.cancel(alert.alert_id, CancelAlert(), "officer")))
        await turn_by_turn(lambda: hub.database.writer.waiting >= len(tasks), "the end waits too")
    _, errand, _ = await asyncio.gather(*tasks)
    assert (await hub.alerts.find(errand.alert_id)).cancelled_at_ms is not None
    assert hub.alerts.is_over(errand.alert_id)


async def test_guard_and_who_has_other_places_cancel_nothing(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
    for role, kind, place_id in ((Role.GUARD, PlaceKind.VENUE, "V01"), (Role.DISPATCHER, PlaceKind.GRID, "G1")):
        async with open_console(hub, role, (Place(kind=kind, place_id=place_id),)) as console:
            assert (await console.post(f"/api/alerts/{alert.alert_id}/cancel", json={})).status_code == 403
    assert hub.alerts.is_under_way(alert.alert_id)


async def test_test_is_not_cancelled_since_its_answers_are_its_purpose(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="点名", status=wire.AlertStatus.TEST), "hub")
    async with open_console(hub) as officer:
        refused = await officer.post(f"/api/alerts/{alert.alert_id}/cancel", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "is_test")
    assert hub.alerts.is_under_way(alert.alert_id)


async def test_cancelling_lasts_as_long_as_the_alert_that_it_ends_would_have(hub: Hub) -> None:
    async with radio_on_line(hub, "R01") as radio:
        alert = await hub.alerts.issue(NewAlert(text="停水三天", expires_in_s=86_400), "dispatcher")
        await radio.hear(Down.ALERT, wire.AlertMessage)
        async with open_console(hub) as officer:
            await officer.post(f"/api/alerts/{alert.alert_id}/cancel", json={})
        assert (await radio.hear(Down.ALERT, wire.AlertMessage, 2))[-1].expires_in_s == 86_400


async def test_closed_sos_ends_its_alert_and_nobody_is_sent_any_more(hub: Hub) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as pressed, radio_on_line(hub, "R02") as neighbour:
        await pressed.say(Up.SOS, SosRaised(stamp=pressed.stamp(), message_id="m1", sos_id="s1"))
        (alert,) = await told.wait(EventKind.ALERT_ISSUED)
        await neighbour.hear(Down.ALERT, wire.AlertMessage)
        assert hub.emergencies.is_in_danger("R01")
        await hub.emergencies.close("s1", CloseSos(finding=Finding.FALSE_ALARM), "dispatcher")
        (over,) = await told.wait(EventKind.ALERT_CANCELLED)
        assert (over["alert_id"], over["cancelled_by"]) == (alert["alert_id"], "dispatcher")
        assert (await neighbour.hear(Down.ALERT, wire.AlertMessage, 2))[-1].cancels == alert["alert_id"]
        assert not hub.emergencies.is_in_danger("R01")
