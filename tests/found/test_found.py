""" "Child is with me": it stops the escalation at once, stands over restarts, and is closed by the police room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertStatus, Answer
from devices.protocol.topics import Up
from hub.access.audit import THE_HUB, Action
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import Alert, AnswerElsewhere, CancelAlert, NewAlert, Target, TargetKind, UpdateAlert, Via
from hub.app import Hub
from hub.events.messages import EventKind
from hub.found.messages import CloseFound, Outcome, Verdict
from hub.found.records import forget_found
from tests.hub import Told, client_of, entrant, open_console, open_hub, sign_in
from tests.played import radio_on_line
from tests.shifts.crew import hire
from tests.shifts.test_shifts import audited


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.escalation.service.LOOK_EVERY_S", 0.02)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


def on_page(alert: Alert, venue_id: str = "V01", message_id: str = "m1", ago_s: float = 0) -> AnswerElsewhere:
    return AnswerElsewhere(
        message_id=message_id,
        alert_id=alert.alert_id,
        venue_ids=(venue_id,),
        by="g1",
        via=Via.PAGE,
        answer=Answer.CHILD_IS_WITH_ME,
        text="在前台",
        pressed_ago_s=ago_s,
    )


async def test_guards_word_at_a_radio_stops_the_escalation_for_all_at_once(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as radio:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
        report = wire.Report(
            stamp=radio.stamp(), message_id="m1", alert_id=alert.alert_id, answer=Answer.CHILD_IS_WITH_ME, text="在前台"
        )
        await radio.say(Up.REPORT, report)
        (found,) = await told.wait(EventKind.CHILD_FOUND)
        (stopped,) = await told.wait(EventKind.ESCALATION_STOPPED, alert.alert_id)
    assert (found["venue_id"], found["radio_id"], found["via"], found["text"]) == ("V01", "R01", "radio", "在前台")
    assert (found["alert_text"], found["issued_by"], found["status"]) == ("六岁男孩走失", "duty", "actual")
    assert (stopped["radio_ids"], stopped["by"], stopped["why"]) == (["R02", "R03", "R04"], "hub", "child_found")
    clock.advance(100)
    await hub.escalations.look()
    assert told.of(EventKind.ESCALATION_STEPPED) == [], "nobody is gone after any more"
    assert [by for by, _ in await audited(hub, Action.STOP_ESCALATION)] == [THE_HUB]


async def test_word_on_a_page_names_who_and_an_exercise_says_so(hub: Hub) -> None:
    await hire(hub, pin=None)
    alert = await hub.alerts.issue(NewAlert(text="演练", status=AlertStatus.EXERCISE), "duty")
    for message_id in ("m1", "m2"):
        await hub.alerts.answered_elsewhere(on_page(alert, message_id=message_id))
    (found,) = await hub.found.opened()
    assert (found.by, found.name, found.radio_id, found.via) == ("g1", "张三", None, Via.PAGE)
    assert found.status is AlertStatus.EXERCISE


async def test_it_stands_after_a_restart_and_so_does_the_end_of_the_escalation(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with open_hub(tmp_path, clock=clock) as hub:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
        await hub.alerts.answered_elsewhere(on_page(alert))
    clock.advance(100)
    async with open_hub(tmp_path, clock=clock) as hub:
        told = Told(hub)
        await hub.escalations.look()
        assert told.of(EventKind.ESCALATION_STEPPED) == []
        picture = await hub.picture(entrant(hub, Role.DISPATCHER))
        assert [one.venue_id for one in picture.found] == ["V01"]
        guard = entrant(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),))
        assert (await hub.picture(guard)).found == [], "it is the police room's"


async def test_cancelling_the_alert_closes_it_and_a_late_word_after_that_is_a_report_alone(hub: Hub) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    await hub.alerts.answered_elsewhere(on_page(alert))
    await hub.alerts.cancel(alert.alert_id, CancelAlert(), "officer")
    (closed,) = await told.wait(EventKind.CHILD_CLOSED)
    assert (closed["outcome"], closed["closed_by"]) == ("cancelled", "officer")
    await hub.alerts.answered_elsewhere(on_page(alert, "V02", "m2"))
    assert await hub.found.opened() == ()


async def test_neighbours_word_is_about_the_alert_for_which_he_was_sent(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    to_one = Target(kind=TargetKind.RADIO, id="R02")
    errand = await hub.alerts.issue(NewAlert(text="去看看", target=to_one), "hub", errand_of=alert.alert_id)
    told = Told(hub)
    await hub.alerts.answered_elsewhere(on_page(errand, "V02"))
    (found,) = await hub.found.opened()
    assert (found.alert_id, found.venue_id) == (alert.alert_id, "V02")
    assert len(told.of(EventKind.ESCALATION_STOPPED, alert.alert_id)) == 1


async def test_word_on_an_alert_that_was_updated_is_about_the_one_in_its_place(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    update = await hub.alerts.update(alert.alert_id, UpdateAlert(text="六岁男孩走失，红上衣"), "duty")
    told = Told(hub)
    await hub.alerts.answered_elsewhere(on_page(alert))
    (found,) = await hub.found.opened()
    assert found.alert_id == update.alert_id
    assert len(told.of(EventKind.ESCALATION_STOPPED, update.alert_id)) == 1
    again = await hub.alerts.update(update.alert_id, UpdateAlert(text="在东门见过"), "duty")
    await hub.alerts.answered_elsewhere(on_page(again, message_id="m2"))
    assert len(await hub.found.opened()) == 1, "better words close nothing, and the same venue is there once"
    assert len(told.of(EventKind.ESCALATION_STOPPED, again.alert_id)) == 1
    await hub.alerts.cancel(again.alert_id, CancelAlert(), "officer")
    assert await hub.found.opened() == ()


async def test_not_the_child_is_an_audited_word_after_which_the_venue_may_find_it_again(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    await hub.alerts.answered_elsewhere(on_page(alert))
    (found,) = await hub.found.opened()
    order = CloseFound(verdict=Verdict.NOT_THE_CHILD, note="另一个孩子")
    closed = await hub.found.close(found.found_id, order, "officer")
    assert (closed.outcome, closed.closed_by, closed.note) == (Outcome.NOT_THE_CHILD, "officer", "另一个孩子")
    again = await hub.found.close(found.found_id, CloseFound(verdict=Verdict.THE_CHILD), "chief")
    assert again == closed, "what was said first stands"
    ((by, detail),) = await audited(hub, Action.CLOSE_FOUND)
    assert (by, detail["verdict"], detail["venue_id"]) == ("officer", "not_the_child", "V01")
    await hub.alerts.answered_elsewhere(on_page(alert, message_id="m2"))
    assert len(await hub.found.opened()) == 1
    assert await forget_found(hub.database, hub.clock.wall_us() + 1) == 1, "the closed one alone"


async def test_word_that_a_page_kept_says_when_it_was_pressed_and_rings_for_nothing_that_was_looked_at_since(
    hub: Hub, clock: ManualClock
) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    clock.advance(600)
    await hub.alerts.answered_elsewhere(on_page(alert, ago_s=100))
    (found,) = await hub.found.opened()
    assert found.at_ms == alert.issued_at_ms + 500_000
    await hub.found.close(found.found_id, CloseFound(verdict=Verdict.NOT_THE_CHILD), "officer")
    clock.advance(700)
    await hub.alerts.answered_elsewhere(on_page(alert, message_id="m2", ago_s=1250))
    assert await hub.found.opened() == ()
    await hub.alerts.answered_elsewhere(on_page(alert, message_id="m3", ago_s=10))
    assert len(await hub.found.opened()) == 1, "what was pressed after it is news"


async def test_who_issues_alerts_at_the_venue_closes_it_and_nobody_else(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    await hub.alerts.answered_elsewhere(on_page(alert))
    (found,) = await hub.found.opened()
    address, order = f"/api/found/{found.found_id}/close", {"verdict": "the_child"}
    grid_2 = (Place(kind=PlaceKind.GRID, place_id="G2"),)
    async with open_console(hub) as officer:
        async with client_of(officer.base_url, await sign_in(hub, Role.DISPATCHER, grid_2)) as elsewhere:
            assert (await elsewhere.post(address, json=order)).json()["error"]["code"] == "not_your_place"
        assert (await officer.post("/api/found/nothing/close", json=order)).status_code == 404
        assert (await officer.post(address, json=order)).json()["outcome"] == "the_child"
