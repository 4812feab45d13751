"""A hub's traces at a collector: from the press to the guard's key, from a picture to its hit; off unless it is set."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from devices.protocol import messages as wire
from devices.protocol.sightings import SightingMessage
from devices.protocol.topics import DeviceKind, Up
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, AnswerElsewhere, Delivery, NewAlert, Via
from hub.cases.messages import NewCase
from hub.events.messages import EventKind
from hub.settings import Settings
from hub.sightings.messages import Description, Query
from hub.tracing.steps import acknowledged
from tests.devices.room import until
from tests.hub import OFFICER, Told, open_hub, sighting
from tests.played import HandDevice
from tests.tracing.collecting import open_collector, said_of


async def delivered(told: Told, radio: HandDevice, alert: Alert) -> None:
    """The broker has it, the radio has it, sounds it, and its guard presses the key. ``told`` is from before it."""

    def has(time: str) -> bool:
        bodies = told.of(EventKind.DELIVERY_CHANGED, alert.alert_id)
        at_radio = (one for body in bodies for one in body["deliveries"] if one["radio_id"] == radio.device_id)
        return any(one[time] is not None for one in at_radio)

    await until(lambda: has("sent_at_ms"), "the broker has it")
    for what, word, time in (
        (Up.RECEIPT, wire.Receipt, "delivered_at_ms"),
        (Up.PLAYED, wire.Played, "played_at_ms"),
        (Up.ACKNOWLEDGEMENT, wire.Acknowledgement, "acknowledged_at_ms"),
    ):
        message_id = f"{what.value}-{alert.alert_id}"
        await radio.say(what, word(stamp=radio.stamp(), message_id=message_id, alert_id=alert.alert_id))
        await until(lambda time=time: has(time), time)  # type: ignore[misc]


def one_after_another(whole: Span, parts: list[Span]) -> bool:
    joined = all(before.end_time_unix_nano == after.start_time_unix_nano for before, after in pairwise(parts))
    first, last = parts[0].start_time_unix_nano, parts[-1].end_time_unix_nano
    return joined and (first, last) == (whole.start_time_unix_nano, whole.end_time_unix_nano)


async def test_alert_is_traced_from_the_press_to_the_guards_key_and_so_it_is_after_a_restart(tmp_path: Path) -> None:
    with open_collector() as collector:
        traced = {"traces_to": collector.url, "traces_token": SecretStr("of the collector")}
        async with open_hub(tmp_path, **traced) as hub, HandDevice.open(hub, "R01") as radio:
            await radio.be_born()
            began_us = hub.clock.wall_us()
            told = Told(hub)
            alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失，红上衣"), "officer")
            await delivered(told, radio, alert)
        async with open_hub(tmp_path, **traced) as hub:
            said = AnswerElsewhere(
                message_id="on a page", alert_id=alert.alert_id, venue_ids=("V02",), by="baoan", via=Via.PAGE
            )
            await hub.alerts.answered_elsewhere(said)
    (issued,) = collector.named("alert")
    assert (issued.start_time_unix_nano // 1000 - began_us) < 1_000_000, "the press"
    assert issued.end_time_unix_nano > issued.start_time_unix_nano
    assert said_of(issued)["alert.radios"] == 4
    at_radio, on_page = collector.below(issued)
    assert (said_of(at_radio)["radio.id"], said_of(at_radio)["alert.acknowledged_via"]) == ("R01", "radio")
    parts = collector.below(at_radio)
    assert [one.name for one in parts] == ["alert.sent", "alert.delivered", "alert.played", "alert.acknowledged"]
    assert one_after_another(at_radio, parts)
    assert (said_of(on_page)["venue.id"], said_of(on_page)["alert.acknowledged_via"]) == ("V02", "page")
    assert (collector.tokens, collector.services) == ({"Bearer of the collector"}, {"qianshao-hub"})
    assert "走失" not in str(collector.spans) and "baoan" not in str(collector.spans), "no words, and nobody's name"


async def test_hit_is_traced_from_the_picture_to_the_officers_console(tmp_path: Path) -> None:
    with open_collector() as collector:
        async with open_hub(tmp_path, traces_to=collector.url, vision_workers=1) as hub:
            await hub.vision.stop()
            case = await hub.cases.open_case(NewCase(title="走失", purpose="寻找走失儿童"), OFFICER)
            watch = await hub.cases.start_watch(case.case_id, Query(description=Description(upper=("red",))), OFFICER)
            told = Told(hub)
            async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
                for name, upper in (("in red", "red"), ("in green", "green")):
                    found = sighting(hub, name, upper, "blue")
                    message = SightingMessage(stamp=worker.stamp(), message_id=name, sighting=found)
                    await worker.say(Up.SIGHTING, message)
                await told.wait(EventKind.WATCH_HIT, watch.watch_id)
    (hit,) = collector.named("hit")
    parts = collector.below(hit)
    assert [one.name for one in parts] == [
        "sighting.said",
        "sighting.heard",
        "sighting.stored",
        "sighting.followed",
    ]
    assert one_after_another(hit, parts)
    assert said_of(hit)["sighting.id"] == "in red"
    assert 1.0 < (hit.end_time_unix_nano - hit.start_time_unix_nano) / 1e9 < 60, "it was taken a second ago"


async def test_collector_that_refuses_costs_its_spans_alone_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_collector() as collector, capture_logs() as lines:
        collector.answer = 401
        async with open_hub(tmp_path, traces_to=collector.url) as hub, HandDevice.open(hub, "R01") as radio:
            await radio.be_born()
            told = Told(hub)
            for _ in range(2):
                await delivered(told, radio, await hub.alerts.issue(NewAlert(text="点名"), "officer"))
                await asyncio.to_thread(hub.tracing.flush)
            assert (hub.tracing.exported, hub.tracing.lost) == (0, 12)
            assert 'qianshao_trace_spans_total{result="lost"} 12.0' in hub.metrics.text().decode()
            collector.answer = 200
            await hub.alerts.issue(NewAlert(text="点名"), "officer")
    assert [one.name for one in collector.spans] == ["alert"]
    assert [one["event"] for one in lines if one["event"].startswith("traces.")] == [
        "traces.not_taken",
        "traces.taken_again",
    ]
    assert not [one for one in caplog.records if one.name.startswith("opentelemetry")]


async def test_hub_without_a_collector_traces_nothing(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        await hub.alerts.issue(NewAlert(text="点名"), "officer")
        assert (hub.tracing.is_on, hub.tracing.exported, hub.tracing.lost) == (False, 0, 0)


def test_key_on_a_page_before_the_radio_has_it_ends_the_step_there() -> None:
    before = Delivery(
        radio_id="R01",
        venue_id="V01",
        state=DeliveryState.DELIVERED,
        attempts=1,
        queued_at_ms=1_000,
        sent_at_ms=1_010,
        delivered_at_ms=9_000,
        played_at_ms=9_100,
        acknowledged_at_ms=4_000,
        acknowledged_via=Via.PAGE,
        reported_at_ms=None,
        answer=None,
        report_text=None,
    )
    step = acknowledged("A1", before)
    assert step is not None
    assert [(one.name, one.ended_us) for one in step.parts] == [
        ("alert.sent", 1_010_000),
        ("alert.acknowledged", 4_000_000),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "http://collector:4318/v1/traces",
        "https://somebody:secret@collector:4318/v1/traces",
        "https://collector:4318",
        "collector:4318/v1/traces",
    ],
)
def test_address_that_is_no_collectors_or_would_show_something_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(traces_to=address)
