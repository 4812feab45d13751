"""Alerts from the dispatcher to the guard and back: who gets them, when again, when no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down, Up
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, Delivery, NewAlert, Target, TargetKind
from hub.app import Hub
from hub.cases.messages import CloseCase, NewCase
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.registry.importing import read_venues
from tests.devices.room import DEADLINE_S, until
from tests.hub import OFFICER, Told, open_hub
from tests.played import HandDevice, Person, radio_on_line, real_radio


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    monkeypatch.setattr("hub.alerts.redelivery.LOOK_EVERY_S", 0.05)
    async with open_hub(tmp_path / "hub", clock=clock) as opened:
        yield opened


@pytest.fixture
def told(hub: Hub) -> Told:
    return Told(hub)


async def issue(hub: Hub, kind: TargetKind = TargetKind.ALL, name: str | None = None, **given: Any) -> Alert:
    return await hub.alerts.issue(NewAlert(text="六岁男孩走失", target=Target(kind=kind, id=name), **given), "duty")


async def delivery(hub: Hub, alert: Alert, radio_id: str) -> Delivery:
    found = await hub.alerts.find(alert.alert_id)
    return next(one for one in found.deliveries if one.radio_id == radio_id)


async def answer(radio: HandDevice, what: Up, message_id: str, alert: Alert, **given: Any) -> None:
    """The radio says something about an alert; returns when the hub has confirmed it."""
    kind: Any = {
        Up.RECEIPT: wire.Receipt,
        Up.PLAYED: wire.Played,
        Up.ACKNOWLEDGEMENT: wire.Acknowledgement,
        Up.REPORT: wire.Report,
    }[what]
    await radio.say(what, kind(stamp=radio.stamp(), message_id=message_id, alert_id=alert.alert_id, **given))
    await until(
        lambda: any(message_id in c.message_ids for c in radio.said_to_me(Down.CONFIRM, wire.Confirm)),
        f"{message_id} is confirmed",
    )


@pytest.mark.parametrize(
    ("kind", "name", "radio_ids"),
    [
        (TargetKind.ALL, None, ["R01", "R02", "R03", "R04"]),
        (TargetKind.GROUP, "all", ["R01", "R02", "R03", "R04"]),
        (TargetKind.GROUP, "kind-school", ["R02", "R04"]),
        (TargetKind.GROUP, "grid-G1", ["R01", "R02"]),
        (TargetKind.VENUE, "V03", ["R03"]),
        (TargetKind.RADIO, "R04", ["R04"]),
    ],
)
async def test_alert_is_for_the_radios_of_its_target(
    hub: Hub, told: Told, kind: TargetKind, name: str | None, radio_ids: list[str]
) -> None:
    alert = await issue(hub, kind, name)
    assert [one.radio_id for one in alert.deliveries] == radio_ids
    assert {one.state for one in alert.deliveries} == {DeliveryState.QUEUED}
    (event,) = told.of(EventKind.ALERT_ISSUED, alert.alert_id)
    assert [one["radio_id"] for one in event["deliveries"]] == radio_ids


@pytest.mark.parametrize(
    ("kind", "name"),
    [(TargetKind.GROUP, "x"), (TargetKind.VENUE, "R01"), (TargetKind.RADIO, "V01"), (TargetKind.RADIO, None)],
)
async def test_target_that_does_not_exist_is_refused_and_nothing_is_stored(
    hub: Hub, told: Told, kind: TargetKind, name: str | None
) -> None:
    with pytest.raises(Refusal) as refused:
        await issue(hub, kind, name)
    assert (refused.value.code, refused.value.field) == ("unknown_target", "target")
    assert told.of(EventKind.ALERT_ISSUED) == []
    assert await hub.alerts.latest() == ()


async def test_venue_without_a_radio_is_refused(hub: Hub) -> None:
    heading = "venue_id,name,kind,grid_id,latitude,longitude,radio_id,radio_name\n"
    await hub.registry.import_venues(read_venues(heading + "V50,新店,hotel,G1,25.1,105.4,,\n", frozenset({"G1"})))
    with pytest.raises(Refusal, match="nobody there has a radio"):
        await issue(hub, TargetKind.VENUE, "V50")


async def test_alert_goes_from_queued_to_reported_with_its_times(hub: Hub, told: Told, clock: ManualClock) -> None:
    """P-5.12"""
    async with radio_on_line(hub, "R01") as radio:
        alert = await issue(hub, TargetKind.RADIO, "R01", severity=wire.Severity.EXTREME)
        heard = (await radio.hear(Down.ALERT, wire.AlertMessage))[0]
        assert (heard.text, heard.severity) == ("六岁男孩走失", wire.Severity.EXTREME)
        assert heard.issued_wall_us // 1000 == alert.issued_at_ms
        await told.wait(EventKind.DELIVERY_CHANGED, alert.alert_id, 1)
        for what, message_id, given in (
            (Up.RECEIPT, "m1", {}),
            (Up.PLAYED, "m2", {}),
            (Up.ACKNOWLEDGEMENT, "m3", {"holder": "张三"}),
            (Up.REPORT, "m4", {"answer": wire.Answer.CHILD_IS_WITH_ME, "text": "在前台"}),
        ):
            clock.advance(1)
            await answer(radio, what, message_id, alert, **given)
        changed = await told.wait(EventKind.DELIVERY_CHANGED, alert.alert_id, 5)
    states = [body["deliveries"][0]["state"] for body in changed]
    assert states == ["sent", "delivered", "played", "acknowledged", "reported"]
    last = await delivery(hub, alert, "R01")
    times = (last.sent_at_ms, last.delivered_at_ms, last.played_at_ms, last.acknowledged_at_ms, last.reported_at_ms)
    assert [at_ms - alert.issued_at_ms for at_ms in times if at_ms is not None] == [0, 1000, 2000, 3000, 4000]
    assert (last.answer, last.report_text, last.attempts) == (wire.Answer.CHILD_IS_WITH_ME, "在前台", 1)
    (report,) = told.of(EventKind.REPORT_MADE, "R01")
    assert (report["venue_id"], report["alert_id"], report["answer"]) == ("V01", alert.alert_id, "child_is_with_me")
    assert step_seconds(hub) == {"delivered": 1.0, "played": 2.0, "acknowledged": 3.0, "reported": 4.0}


def step_seconds(hub: Hub) -> dict[str, float]:
    """The summed times of each step, from the metrics."""
    families = {family.name: family for family in text_string_to_metric_families(hub.metrics.text().decode())}
    samples = families["qianshao_alert_step_seconds"].samples
    return {sample.labels["step"]: sample.value for sample in samples if sample.name.endswith("_sum")}


async def test_acknowledgement_that_overtakes_its_receipt_counts_as_both(hub: Hub) -> None:
    async with radio_on_line(hub, "R01") as radio:
        alert = await issue(hub, TargetKind.RADIO, "R01")
        await answer(radio, Up.ACKNOWLEDGEMENT, "m2", alert)
        await answer(radio, Up.RECEIPT, "m1", alert)
        await answer(radio, Up.PLAYED, "m3", alert)
        found = await delivery(hub, alert, "R01")
    assert found.state is DeliveryState.ACKNOWLEDGED
    assert found.delivered_at_ms == found.played_at_ms == found.acknowledged_at_ms is not None


async def test_second_report_is_kept_beside_the_first(hub: Hub, told: Told) -> None:
    async with radio_on_line(hub, "R01") as radio:
        alert = await issue(hub, TargetKind.RADIO, "R01")
        await answer(radio, Up.REPORT, "m1", alert, answer=wire.Answer.SEEN)
        await answer(radio, Up.REPORT, "m2", alert, text="往东门走了")
        found = await delivery(hub, alert, "R01")
    assert (found.answer, found.report_text) == (wire.Answer.SEEN, "往东门走了")
    assert [body["text"] for body in told.of(EventKind.REPORT_MADE)] == ["", "往东门走了"]


async def test_report_of_a_guards_own_needs_no_alert(hub: Hub, told: Told) -> None:
    async with radio_on_line(hub, "R02") as radio:
        report = wire.Report(stamp=radio.stamp(), message_id="m1", answer=wire.Answer.NEED_HELP, text="有人受伤")
        await radio.say(Up.REPORT, report)
        (body,) = await told.wait(EventKind.REPORT_MADE, "R02")
    assert body == {
        "radio_id": "R02",
        "venue_id": "V02",
        "alert_id": None,
        "answer": "need_help",
        "text": "有人受伤",
        "by": None,
        "via": "radio",
        "pressed_at_ms": None,
    }


async def test_radio_off_line_gets_the_alert_when_it_comes_back(hub: Hub, clock: ManualClock) -> None:
    alert = await issue(hub, TargetKind.RADIO, "R03")
    assert (await delivery(hub, alert, "R03")).attempts == 0
    clock.advance(600)
    async with radio_on_line(hub, "R03") as radio:
        heard = (await radio.hear(Down.ALERT, wire.AlertMessage))[0]
        assert (heard.alert_id, heard.attempt, heard.expires_in_s) == (alert.alert_id, 1, 1200)


async def test_radio_that_connects_anew_gets_what_its_old_connection_may_have_lost(hub: Hub) -> None:
    async with radio_on_line(hub, "R03") as radio:
        await issue(hub, TargetKind.RADIO, "R03")
        await radio.hear(Down.ALERT, wire.AlertMessage)
        await radio.be_born(2)
        assert [one.attempt for one in await radio.hear(Down.ALERT, wire.AlertMessage, 2)] == [1, 2]


async def test_alert_expires_once_and_goes_to_nobody_who_comes_later(hub: Hub, told: Told, clock: ManualClock) -> None:
    async with radio_on_line(hub, "R01") as early:
        alert = await issue(hub, expires_in_s=60)
        await early.hear(Down.ALERT, wire.AlertMessage)
        await answer(early, Up.RECEIPT, "m1", alert)
        clock.advance(61)
        await until(lambda: expired(told) == ["R02", "R03", "R04"], "the others' time ran out")
        async with radio_on_line(hub, "R02") as late:
            later = await issue(hub, TargetKind.RADIO, "R02")
            heard = await late.hear(Down.ALERT, wire.AlertMessage)
            assert [one.alert_id for one in heard] == [later.alert_id]
    assert (await delivery(hub, alert, "R01")).state is DeliveryState.DELIVERED


def expired(told: Told) -> list[str]:
    bodies = told.of(EventKind.DELIVERY_CHANGED)
    return [one["radio_id"] for body in bodies for one in body["deliveries"] if one["state"] == "expired"]


async def test_word_that_comes_after_the_time_ran_out_still_counts(hub: Hub, told: Told, clock: ManualClock) -> None:
    async with radio_on_line(hub, "R01") as radio:
        alert = await issue(hub, TargetKind.RADIO, "R01", expires_in_s=60)
        clock.advance(61)
        await until(lambda: expired(told) == ["R01"], "the alert's time ran out")
        await answer(radio, Up.ACKNOWLEDGEMENT, "m1", alert)
        assert (await delivery(hub, alert, "R01")).state is DeliveryState.ACKNOWLEDGED


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
async def test_wall_clock_that_jumps_neither_ends_nor_lengthens_an_alert(
    hub: Hub, told: Told, clock: ManualClock, jump_s: float
) -> None:
    await issue(hub, TargetKind.RADIO, "R01", expires_in_s=60)
    clock.jump_wall(jump_s)
    clock.advance(30)
    async with radio_on_line(hub, "R01") as radio:
        assert (await radio.hear(Down.ALERT, wire.AlertMessage))[0].expires_in_s == 30
    clock.advance(31)
    await until(lambda: expired(told) == ["R01"], "the alert's time ran out")


async def test_alert_goes_on_after_a_restart_where_it_was_not_received(tmp_path: Path, clock: ManualClock) -> None:
    async with open_hub(tmp_path, clock=clock) as before, radio_on_line(before, "R01") as radio:
        alert = await issue(before, severity=wire.Severity.MINOR)  # what is severe would be said again for its silence
        short = await issue(before, severity=wire.Severity.MINOR, expires_in_s=10)
        await radio.hear(Down.ALERT, wire.AlertMessage, 2)
        await answer(radio, Up.RECEIPT, "m1", alert)
    clock.advance(100)
    async with (
        open_hub(tmp_path, clock=clock) as after,
        radio_on_line(after, "R01", 2) as delivered,
        radio_on_line(after, "R02") as waiting,
    ):
        heard = await waiting.hear(Down.ALERT, wire.AlertMessage)
        assert [(one.alert_id, one.expires_in_s) for one in heard] == [(alert.alert_id, 1700)]
        states = {one.state for one in (await after.alerts.find(short.alert_id)).deliveries}
        async with asyncio.timeout(DEADLINE_S):
            while states != {DeliveryState.EXPIRED}:
                states = {one.state for one in (await after.alerts.find(short.alert_id)).deliveries}
        assert delivered.said_to_me(Down.ALERT, wire.AlertMessage) == []


async def test_unknown_alert_is_refused_by_name(hub: Hub) -> None:
    with pytest.raises(Refusal) as refused:
        await hub.alerts.find("A9")
    assert (refused.value.code, refused.value.status) == ("unknown_alert", 404)


async def test_picture_has_the_alerts_that_run_and_the_latest_others_newest_first(
    hub: Hub, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.alerts.service.SHOWN_RUNNING", 3)
    monkeypatch.setattr("hub.alerts.service.SHOWN_ENDED", 2)
    issued = {}
    for name, expires_in_s in (("long", 900), ("a", 5), ("b", 5), ("c", 5), ("longer", 900)):
        issued[(await issue(hub, TargetKind.RADIO, "R01", expires_in_s=expires_in_s)).alert_id] = name
        clock.advance(1)

    async def shown() -> list[str]:
        return [issued[alert.alert_id] for alert in await hub.alerts.latest()]

    assert await shown() == ["longer", "c", "b"]
    clock.advance(10)
    assert await shown() == ["longer", "long", "c", "b"]
    clock.jump_wall(86_400)
    assert await shown() == ["longer", "long", "c", "b"]


async def test_alert_belongs_to_an_open_case_or_to_none(hub: Hub) -> None:
    case = await hub.cases.open_case(NewCase(title="六岁女孩走失", purpose="寻找走失儿童"), OFFICER)
    kept = await hub.alerts.issue(NewAlert(text="走失", case_id=case.case_id), "duty", "key")
    assert kept.case_id == case.case_id
    await hub.cases.close_case(case.case_id, CloseCase(outcome="找到了"), OFFICER)
    for case_id in (case.case_id, "K-none"):
        with pytest.raises(Refusal) as refused:
            await issue(hub, case_id=case_id)
        assert (refused.value.code, refused.value.field) == ("unknown_case", "case_id")
    assert await hub.alerts.issue(NewAlert(text="走失", case_id=case.case_id), "duty", "key") == kept


@pytest.mark.parametrize("broker", ["managed", "embedded"])
async def test_guards_with_real_radios_see_an_all_venue_alert_once_and_answer(tmp_path: Path, broker: str) -> None:
    guards = {f"R{n:02}": Person() for n in range(1, 5)}
    async with open_hub(tmp_path / "hub", broker) as hub:
        async with (
            real_radio(hub, "R01", guards["R01"], tmp_path / "R01") as first,
            real_radio(hub, "R02", guards["R02"], tmp_path / "R02"),
            real_radio(hub, "R03", guards["R03"], tmp_path / "R03"),
            real_radio(hub, "R04", guards["R04"], tmp_path / "R04"),
        ):
            told = Told(hub)
            alert = await issue(hub)
            await until(lambda: all(guard.shown for guard in guards.values()), "all four radios show it")
            first.acknowledge(alert.alert_id)
            first.report(wire.Answer.SEEN, "", alert.alert_id)
            await told.wait(EventKind.REPORT_MADE, "R01")
            await until(lambda: delivered(told) == set(guards), "all four have it")
            await until(lambda: first.link.unconfirmed == 0, "everything the first said is confirmed")
        assert (await delivery(hub, alert, "R01")).state is DeliveryState.REPORTED
        assert [guard.shown for guard in guards.values()] == [[alert.alert_id]] * 4


async def test_130_acknowledgements_in_one_moment_are_a_few_transactions(tmp_path: Path) -> None:
    async with open_hub(tmp_path, venues=130) as hub, AsyncExitStack() as opened:
        told = Told(hub)
        joining = (opened.enter_async_context(HandDevice.open(hub, radio_id)) for radio_id in hub.registry.radios)
        radios = await asyncio.gather(*joining)
        alert = await issue(hub)
        before = hub.database.writer.counts.batches
        words = [
            wire.Acknowledgement(stamp=one.stamp(), message_id=f"of {one.device_id}", alert_id=alert.alert_id)
            for one in radios
        ]
        await asyncio.gather(*(one.say(Up.ACKNOWLEDGEMENT, word) for one, word in zip(radios, words, strict=True)))
        await until(lambda: len(delivered(told)) == 130, "all 130 are told of")
        assert hub.database.writer.counts.batches - before < 65
        assert len(told.of(EventKind.DELIVERY_CHANGED)) < 65, "they travel together"
        found = await hub.alerts.find(alert.alert_id)
    assert {one.state for one in found.deliveries} == {DeliveryState.ACKNOWLEDGED}


def delivered(told: Told) -> set[str]:
    bodies = told.of(EventKind.DELIVERY_CHANGED)
    return {one["radio_id"] for body in bodies for one in body["deliveries"] if one["delivered_at_ms"] is not None}
