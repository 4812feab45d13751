"""Answers of people who are not at the radio: they count for its line, once, and silence no radio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertStatus, Answer
from devices.protocol.topics import Down, Up
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, AnswerElsewhere, CancelAlert, Delivery, NewAlert, Via
from hub.app import Hub
from hub.errors import Refusal
from hub.events.messages import EventKind
from tests.devices.room import until
from tests.hub import Told, open_hub
from tests.played import radio_on_line


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


async def line(hub: Hub, alert: Alert, radio_id: str = "R01") -> Delivery:
    found = await hub.alerts.find(alert.alert_id)
    return next(one for one in found.deliveries if one.radio_id == radio_id)


def press(alert: Alert, message_id: str, answer: Answer | None = None, ago_s: float = 0.0) -> AnswerElsewhere:
    return AnswerElsewhere(
        message_id=message_id,
        alert_id=alert.alert_id,
        venue_ids=("V01",),
        by="g1",
        via=Via.PAGE,
        answer=answer,
        pressed_ago_s=ago_s,
    )


async def test_press_counts_for_the_venues_line_with_who_and_when_and_for_no_other(
    hub: Hub, clock: ManualClock
) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    clock.advance(100)
    await hub.alerts.answered_elsewhere(press(alert, "m1", ago_s=40))
    acknowledged = await line(hub, alert)
    assert (acknowledged.state, acknowledged.acknowledged_by) == (DeliveryState.ACKNOWLEDGED, "g1")
    assert (acknowledged.acknowledged_via, acknowledged.delivered_at_ms) == (Via.PAGE, None)
    assert acknowledged.acknowledged_at_ms == alert.issued_at_ms + 60_000
    await hub.alerts.answered_elsewhere(press(alert, "m2", Answer.SEEN, ago_s=1_000))
    reported = await line(hub, alert)
    assert (reported.state, reported.answer, reported.reported_at_ms) == ("reported", "seen", alert.issued_at_ms)
    (report,) = told.of(EventKind.REPORT_MADE, "V01")
    assert report == report | {"radio_id": None, "answer": "seen", "by": "g1", "via": "page"}
    assert (await line(hub, alert, "R02")).state is DeliveryState.QUEUED


async def test_press_that_a_page_kept_takes_nothing_from_what_was_said_after_it(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    clock.advance(50)
    await hub.alerts.answered_elsewhere(press(alert, "m1", Answer.SEEN))
    clock.advance(550)
    await hub.alerts.answered_elsewhere(press(alert, "m2", Answer.CHILD_IS_WITH_ME))
    await hub.alerts.answered_elsewhere(press(alert, "m3", Answer.NOT_SEEN, ago_s=500))
    assert (await line(hub, alert)).answer is Answer.CHILD_IS_WITH_ME
    (*_, late) = told.of(EventKind.REPORT_MADE, "V01")
    assert (late["answer"], late["pressed_at_ms"]) == ("not_seen", alert.issued_at_ms + 100_000)
    clock.advance(60)
    await hub.alerts.answered_elsewhere(press(alert, "m4", Answer.NOT_SEEN, ago_s=30))
    assert (await line(hub, alert)).answer is Answer.NOT_SEEN, "which was pressed last"


async def test_press_that_is_sent_twice_counts_once(hub: Hub) -> None:
    told = Told(hub)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    for _ in range(2):
        await hub.alerts.answered_elsewhere(press(alert, "m1", Answer.NEED_HELP))
    assert len(told.of(EventKind.REPORT_MADE)) == 1


async def test_radio_without_the_alert_gets_it_though_somebody_answered_elsewhere_and_after_a_restart(
    tmp_path: Path,
) -> None:
    async with open_hub(tmp_path) as hub:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
        await hub.alerts.answered_elsewhere(press(alert, "m1"))
    async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01") as radio:
        (heard,) = await radio.hear(Down.ALERT, wire.AlertMessage)
        assert heard.alert_id == alert.alert_id
        receipt = wire.Receipt(stamp=radio.stamp(), message_id="r1", alert_id=alert.alert_id)
        told = Told(hub)
        await radio.say(Up.RECEIPT, receipt)
        changed = await told.wait(EventKind.DELIVERY_CHANGED, alert.alert_id)
        (delivery,) = changed[-1]["deliveries"]
        assert delivery["state"] == "acknowledged", "the receipt takes nothing back"
        assert delivery["delivered_at_ms"] is not None
        under_way = hub.alerts._open[alert.alert_id].radios["R01"]
        await until(lambda: under_way.state is DeliveryState.ACKNOWLEDGED, "it is not sent again")


async def test_late_answer_counts_after_the_alert_was_cancelled(hub: Hub) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "duty")
    await hub.alerts.cancel(alert.alert_id, CancelAlert(), "duty")
    await hub.alerts.answered_elsewhere(press(alert, "m1", Answer.NOT_SEEN))
    assert (await line(hub, alert)).answer is Answer.NOT_SEEN


@pytest.mark.parametrize("status", [AlertStatus.TEST, AlertStatus.ACTUAL])
async def test_test_and_an_alert_elsewhere_are_not_answered(hub: Hub, status: AlertStatus) -> None:
    alert = await hub.alerts.issue(NewAlert(text="测试", status=status), "duty")
    said = AnswerElsewhere(message_id="m", alert_id=alert.alert_id, venue_ids=("V99",), by="g1", via=Via.PHONE)
    with pytest.raises(Refusal) as refused:
        await hub.alerts.answered_elsewhere(said)
    assert refused.value.code == ("is_test" if status is AlertStatus.TEST else "no_venue")
