"""The clauses of docs/protocol.md that the hub keeps, on both brokers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import ManualClock
from devices.protocol.seal import MAX_BODY_BYTES
from devices.protocol.sightings import Assign, CameraCondition, CameraState, SightingMessage
from devices.protocol.topics import DeviceKind, Down, Up
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, NewAlert, Target, TargetKind
from hub.app import Hub
from hub.events.messages import EventKind
from tests.devices.room import BROKERS, DEADLINE_S, by_hand, mqtt_client, open_broker, packet, until
from tests.hub import Told, address_of, open_hub, sighting
from tests.played import HandDevice, radio_on_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def alert(hub: Hub, radio_id: str) -> Alert:
    return await hub.alerts.issue(
        NewAlert(text="六岁男孩走失", target=Target(kind=TargetKind.RADIO, id=radio_id)), "duty"
    )


async def test_message_on_a_topic_of_another_form_is_refused(hub: Hub, told: Told) -> None:
    """P-1.1."""
    before = hub.refused.counts["bad_topic"]
    async with HandDevice.join(by_hand(hub.broker.hub_address, "R01")) as somebody:
        await somebody.publish("qs/1/radio/三号岗/status", b"x")
        await somebody.publish(f"qs/1/radio/{'R' * 65}/birth", b"x")
        body = await told.refusal("?", "bad_topic")
        await until(lambda: hub.refused.counts["bad_topic"] == before + 2, "both are counted")
    assert "三号岗" in body["detail"] or "RRR" in body["detail"]


async def test_field_of_a_newer_version_is_ignored_and_a_missing_one_refused(hub: Hub, told: Told) -> None:
    """P-1.4."""
    async with radio_on_line(hub, "R02") as radio:
        status = msgspec.to_builtins(wire.DeviceStatus(stamp=radio.stamp(), birth_count=1, battery=0.4))
        newer = msgspec.msgpack.encode({**status, "temperature_c": 21.5})
        await radio.publish("qs/1/radio/R02/status", newer)
        await until(lambda: hub.radios.view("R02").battery == 0.4, "the newer radio's status is taken")
        del status["birth_count"]
        await radio.publish("qs/1/radio/R02/status", msgspec.msgpack.encode({**status, "battery": 0.9}))
        body = await told.refusal("R02", "malformed")
    assert "birth_count" in body["detail"]
    assert hub.radios.view("R02").battery == 0.4


async def test_malformed_and_oversized_payloads_are_counted_and_shown(hub: Hub, told: Told) -> None:
    """P-1.7."""
    malformed, oversized = hub.refused.counts["malformed"], hub.refused.counts["oversized"]
    async with radio_on_line(hub, "R03") as radio:
        for junk in (b"\xc1", b"\x00" * MAX_BODY_BYTES, b"\x92" * 5000):
            await radio.publish("qs/1/radio/R03/status", junk)
        await radio.publish("qs/1/radio/R03/voice", b"no packet")
        await radio.publish("qs/1/radio/R03/status", b"\x00" * (MAX_BODY_BYTES + 1))
        await told.refusal("R03", "malformed")
        body = await told.refusal("R03", "oversized")
        assert str(topics.MAX_PAYLOAD_BYTES + 1) in body["detail"]
        await until(lambda: hub.refused.counts["malformed"] >= malformed + 4, "each malformed payload is counted")
        assert hub.refused.counts["oversized"] == oversized + 1
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=1, holder="张三"))
        await until(lambda: hub.radios.view("R03").holder == "张三", "the line goes on")


async def test_nothing_the_hub_says_is_retained(hub: Hub, told: Told) -> None:
    """P-1.8."""
    async with (
        radio_on_line(hub, "R04") as radio,
        HandDevice.open(hub, "worker-1", DeviceKind.WORKER),
    ):
        await alert(hub, "R04")
        await radio.hear(Down.ALERT, wire.AlertMessage)
        await radio.say(Up.FLOOR, wire.FloorRequest(stamp=radio.stamp(), group_id="all", request_id="r"))
        grant = (await radio.hear(Down.FLOOR_CONTROL, wire.FloorDown))[0]
        assert isinstance(grant, wire.FloorGranted)
        await radio.publish("qs/1/radio/R04/voice", packet(grant.burst_id, 0, last=True), qos=0)
        await radio.hear_group_floor("all", 2)
        await radio.say(Up.REPORT, wire.Report(stamp=radio.stamp(), message_id="said-and-confirmed"))
        await radio.hear(Down.CONFIRM, wire.Confirm)
        hub.vision.workers.reassign()
        left = wire.encode(wire.Receipt(stamp=radio.stamp(), message_id="left", alert_id="A1"))
        await radio.publish("qs/1/radio/R04/receipt", left, retain=True)
        assert await retained_topics(hub) <= {"radio/R04/receipt", *(f"radio/R{n:02}/birth" for n in range(1, 31))}
        await radio.publish_as_is("qs/1/radio/R04/receipt", b"", retain=True)


async def retained_topics(hub: Hub) -> set[str]:
    """What the broker holds; a fresh subscriber is sent it before anything else, so its own word marks the end."""
    found = set()
    async with mqtt_client(hub.broker.hub_address) as client:
        await client.subscribe("qs/1/#", qos=0)
        await client.publish("qs/1/hub/end-of-retained", b"")
        async with asyncio.timeout(DEADLINE_S):
            async for message in client.messages:
                if message.topic.value.endswith("end-of-retained"):
                    break
                if message.retain:
                    found.add(message.topic.value.removeprefix("qs/1/"))
    return found


async def test_command_that_somebody_left_is_dropped_by_the_hub(tmp_path: Path) -> None:
    """P-1.8."""
    async with open_hub(tmp_path / "hub"):
        pass  # the community is enrolled
    async with (
        open_broker("managed", tmp_path / "broker") as broker,
        HandDevice.join(by_hand(broker.hub_address, "R01")) as radio,
    ):
        left = wire.Report(stamp=radio.stamp(), message_id="old", text="昨天的")
        await radio.say(Up.REPORT, left, retain=True)
        password = broker.hub_address.password
        async with open_hub(tmp_path / "hub", address_of(broker), broker_password=password) as hub:
            await until(lambda: hub.refused.counts["retained"] == 1, "the hub refuses what was left")
            await hub.alerts.issue(NewAlert(text="后来"), "duty")  # written after anything the report would have made
            kinds = [item.kind for item in await hub.events.since(0)]
        assert (EventKind.ALERT_ISSUED in kinds, EventKind.REPORT_MADE in kinds) == (True, False)


async def test_unknown_device_is_refused_by_name(hub: Hub, told: Told) -> None:
    """P-1.9."""
    online = hub.radios.online
    async with HandDevice.open(hub, "R99") as stranger:
        await stranger.say(Up.BIRTH, wire.Birth(stamp=stranger.stamp(), birth_count=1, software="test"))
        await stranger.say(Up.REPORT, wire.Report(stamp=stranger.stamp(), message_id="m1", text="我是谁"))
        body = await told.refusal("R99", "unknown_device")
        await until(lambda: sum(b["count"] for b in told.of(EventKind.DEVICE_REFUSED, "R99")) == 2, "both are told")
    assert "qs/1/radio/R99/" in body["topic"]
    assert hub.radios.online == online
    assert told.of(EventKind.REPORT_MADE) == []


async def test_late_death_of_an_old_connection_is_ignored(hub: Hub, told: Told) -> None:
    """P-2.6."""
    async with radio_on_line(hub, "R06", birth_count=7) as radio:
        await radio.be_born(8)
        await radio.die(7)
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=8, holder="李四"))
        await until(lambda: hub.radios.view("R06").holder == "李四", "what came after the death was heard")
        assert hub.radios.is_online("R06")
        assert told.of(EventKind.RADIO_OFFLINE, "R06") == []
        await radio.die(8)
        await told.wait(EventKind.RADIO_OFFLINE, "R06")
        assert not hub.radios.is_online("R06")


@pytest.mark.parametrize("kind", BROKERS)
async def test_radio_not_heard_for_15_seconds_is_off_line(kind: str, tmp_path: Path) -> None:
    """P-2.7."""
    clock = ManualClock()
    async with (
        open_hub(tmp_path, kind, clock=clock) as hub,
        radio_on_line(hub, "R01") as silent,
        radio_on_line(hub, "R02") as alive,
    ):
        told = Told(hub)
        clock.advance(14)
        await alive.say(Up.STATUS, wire.DeviceStatus(stamp=alive.stamp(), birth_count=1, holder="在"))
        await until(lambda: hub.radios.view("R02").holder == "在", "the other radio's status")
        assert hub.radios.is_online("R01")
        clock.advance(1.5)
        await told.wait(EventKind.RADIO_OFFLINE, "R01")
        assert not hub.radios.is_online("R01")
        assert hub.radios.is_online("R02")
        await silent.say(Up.STATUS, wire.DeviceStatus(stamp=silent.stamp(), birth_count=1))
        await told.wait(EventKind.RADIO_ONLINE, "R01")


@pytest.mark.parametrize("kind", BROKERS)
async def test_hub_ticks_every_3_seconds(kind: str, tmp_path: Path) -> None:
    """P-3.1."""
    async with (
        open_broker(kind, tmp_path / "broker") as broker,
        HandDevice.join(by_hand(broker.hub_address, "R01")) as radio,
        open_hub(tmp_path / "hub", address_of(broker), broker_password=broker.hub_address.password) as hub,
    ):
        await until(lambda: len(radio.on_topic(topics.HUB_TICK, wire.HubTick)) == 2, "a second tick")
        first, second = radio.on_topic(topics.HUB_TICK, wire.HubTick)
        assert first.stamp.boot_id == second.stamp.boot_id == hub.bridge.stamper.boot_id
        assert (second.stamp.monotonic_us - first.stamp.monotonic_us) / 1e6 == pytest.approx(3.0, abs=0.5)
        ticks = [m for m in radio.heard if m.topic.value == topics.HUB_TICK]
        assert not any(m.retain for m in ticks)
        if kind == "managed":  # the embedded broker hands out at the subscriber's QoS
            assert not any(m.qos for m in ticks)


async def test_clock_offset_of_a_device_is_the_least_delayed(hub: Hub, told: Told) -> None:
    """P-3.5."""
    async with radio_on_line(hub, "R07") as radio:
        radio.clock = ManualClock(50_000_000, 1_700_000_000_000_000)  # it stands still: later words look delayed
        radio.boot_id = 12
        started_us = hub.clock.monotonic_us()
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=1, holder="first"))
        await until(lambda: hub.radios.view("R07").holder == "first", "the first status")
        heard_us = hub.clock.monotonic_us()
        first = hub.bridge.clocks.offset_us("R07")
        assert first is not None
        assert started_us - 50_000_000 <= first <= heard_us - 50_000_000
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(late_s=9), birth_count=1, holder="delayed"))
        await until(lambda: hub.radios.view("R07").holder == "delayed", "the delayed status")
        assert hub.bridge.clocks.offset_us("R07") == first
        behind_s = hub.radios.view("R07").clock_behind_s
        assert behind_s == pytest.approx((hub.clock.wall_us() - 1_700_000_000_000_000) / 1e6, abs=5)


async def test_repeated_message_is_confirmed_again_and_taken_once(hub: Hub, told: Told) -> None:
    """P-4.7."""
    async with radio_on_line(hub, "R08") as radio:
        report = wire.Report(stamp=radio.stamp(), message_id="m-1", answer=wire.Answer.NEED_HELP, text="楼下有人打架")
        await radio.say(Up.REPORT, report)
        await radio.hear(Down.CONFIRM, wire.Confirm, 1)
        assert len(told.of(EventKind.REPORT_MADE, "R08")) == 1, "it is confirmed after it is stored"
        await radio.say(Up.REPORT, report)
        await radio.say(Up.REPORT, report)
        await until(lambda: confirmed(radio).count("m-1") == 3, "each repeat is confirmed")
        assert len(told.of(EventKind.REPORT_MADE, "R08")) == 1


def confirmed(device: HandDevice) -> list[str]:
    return [one for confirm in device.said_to_me(Down.CONFIRM, wire.Confirm) for one in confirm.message_ids]


async def test_same_message_id_of_another_radio_is_another_message(hub: Hub, told: Told) -> None:
    """P-4.7: an id is unique over one device's life, not over all devices."""
    async with radio_on_line(hub, "R09") as one, radio_on_line(hub, "R10") as other:
        for radio in (one, other):
            await radio.say(Up.REPORT, wire.Report(stamp=radio.stamp(), message_id="same", text=radio.device_id))
            await radio.hear(Down.CONFIRM, wire.Confirm)
    assert [body["text"] for body in told.of(EventKind.REPORT_MADE)] == ["R09", "R10"]


async def test_report_on_an_unknown_alert_is_confirmed_and_shown_as_refused(hub: Hub, told: Told) -> None:
    """P-4.8."""
    issued = await alert(hub, "R12")
    async with radio_on_line(hub, "R11") as radio:
        for n, alert_id in enumerate(("A-never-issued", issued.alert_id)):
            report = wire.Report(stamp=radio.stamp(), message_id=f"lost-{n}", alert_id=alert_id)
            await radio.say(Up.REPORT, report)
        await until(lambda: set(confirmed(radio)) == {"lost-0", "lost-1"}, "both are confirmed")
        await told.refusal("R11", "unknown_alert")
        assert (await hub.alerts.find(issued.alert_id)).deliveries[0].state is DeliveryState.QUEUED


async def test_alert_says_to_the_radio_whether_it_is_real(hub: Hub) -> None:
    """P-5.9."""
    async with radio_on_line(hub, "R21") as radio:
        target = Target(kind=TargetKind.RADIO, id="R21")
        for count, status in enumerate(wire.AlertStatus, start=1):
            issued = await hub.alerts.issue(NewAlert(text="点名", target=target, status=status), "duty")
            assert issued.status is status
            heard = (await radio.hear(Down.ALERT, wire.AlertMessage, count))[-1]
            assert (heard.status, bool(heard.answers)) == (status, status is not wire.AlertStatus.TEST)
            await radio.say(Up.RECEIPT, wire.Receipt(stamp=radio.stamp(), message_id=status, alert_id=issued.alert_id))


@pytest.mark.parametrize("kind", BROKERS)
async def test_alert_without_receipt_is_sent_again_with_the_next_attempt(kind: str, tmp_path: Path) -> None:
    """P-5.8."""
    clock = ManualClock()
    async with open_hub(tmp_path, kind, clock=clock) as hub, radio_on_line(hub, "R01") as radio:
        issued = await alert(hub, "R01")
        first = (await radio.hear(Down.ALERT, wire.AlertMessage))[0]
        assert (first.attempt, first.expires_in_s) == (1, 1800)
        clock.advance(2.9)
        await radio.say(Up.STATUS, wire.DeviceStatus(stamp=radio.stamp(), birth_count=1))
        clock.advance(0.2)
        second = (await radio.hear(Down.ALERT, wire.AlertMessage, 2))[1]
        assert (second.attempt, second.alert_id, second.expires_in_s) == (2, first.alert_id, pytest.approx(1796.9))
        assert second.stamp.monotonic_us - first.stamp.monotonic_us == 3_100_000
        await radio.say(Up.RECEIPT, wire.Receipt(stamp=radio.stamp(), message_id="m", alert_id=issued.alert_id))
        await radio.hear(Down.CONFIRM, wire.Confirm)
        later = await alert(hub, "R01")
        clock.advance(7)
        await until(lambda: attempts(radio, later) == [1, 2], "a later alert is sent again")
        assert attempts(radio, issued) == [1, 2], "the received one is not"


def attempts(radio: HandDevice, issued: Alert) -> list[int]:
    """The attempts of one alert that the radio has heard."""
    heard = radio.said_to_me(Down.ALERT, wire.AlertMessage)
    return [message.attempt for message in heard if message.alert_id == issued.alert_id]


async def test_worker_that_comes_on_line_is_given_its_cameras(hub: Hub, told: Told) -> None:
    """P-8.1."""
    camera = msgspec.structs.replace(hub.registry.cameras["C01"], camera_id="C02", url="rtsp://127.0.0.1:9/门口")
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        await worker.be_born()
        assert (await worker.hear(Down.ASSIGN, Assign))[0].cameras == (), "a camera without an address is not given"
        await hub.vision.put_camera(camera)
        given = (await worker.hear(Down.ASSIGN, Assign, 2))[1].cameras
        assert [(one.camera_id, one.url) for one in given] == [("C02", "rtsp://127.0.0.1:9/门口")]
        await hub.vision.remove_camera("C02")
        assert (await worker.hear(Down.ASSIGN, Assign, 3))[2].cameras == ()


async def test_state_of_a_camera_is_shown(hub: Hub, told: Told) -> None:
    """P-8.2."""
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        for condition in (CameraCondition.ONLINE, CameraCondition.ONLINE, CameraCondition.STALLED):
            state = CameraState(
                stamp=worker.stamp(), camera_id="C01", condition=condition, detail="12 秒没有画面", frames_looked_at=41
            )
            await worker.say(Up.CAMERA_STATE, state)
        shown = await told.wait(EventKind.CAMERA_CHANGED, "C01", 2)
        view = hub.vision.view("C01")
    assert [body["condition"] for body in shown] == ["online", "stalled"], "what did not change is not told"
    assert (view.condition, view.detail, view.frames_looked_at) == ("stalled", "12 秒没有画面", 41)


async def test_sighting_is_stored_once_and_then_confirmed(hub: Hub, told: Told) -> None:
    """P-8.3."""
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        first = msgspec.structs.replace(sighting(hub, "S1", "red", "blue"), ended=False)
        last = msgspec.structs.replace(first, ended=True, ended_at_us=first.started_at_us + 4_000_000)
        for message_id, found in (("m1", first), ("m2", last), ("m2", last)):
            said = SightingMessage(stamp=worker.stamp(), message_id=message_id, sighting=found)
            await worker.say(Up.SIGHTING, said)
        foreign = msgspec.structs.replace(first, sighting_id="S2", camera_id="C77")
        await worker.say(Up.SIGHTING, SightingMessage(stamp=worker.stamp(), message_id="m3", sighting=foreign))
        await until(lambda: sorted(confirmed(worker)) == ["m1", "m2", "m2", "m3"], "all are confirmed")
        await told.refusal("worker-1", "unknown_camera")
    assert hub.sightings.get("S1") == last
    assert hub.sightings.get("S2") is None
    assert hub.sightings.counts().sightings_kept + hub.sightings.counts().sightings_live == 1
