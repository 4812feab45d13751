"""Nobody speaks for a device but itself, and nothing it said is taken twice, on both brokers."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from devices.link import Credential, LinkTiming
from devices.protocol import messages as wire
from devices.protocol.clock import SystemClock
from devices.protocol.topics import DeviceKind, Down
from devices.radio.radio import Radio, RadioEvents
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.events.messages import EventKind
from hub.tasks import end_tasks
from tests.devices.room import BROKERS, by_hand, open_broker, until
from tests.hub import Told, address_of, open_hub
from tests.played import HandDevice, radio_on_line

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUICK = LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.3, longest_repeat_s=1.0)


def report(radio: HandDevice, text: str) -> bytes:
    return wire.encode(wire.Report(stamp=radio.stamp(), message_id=secrets.token_hex(8), text=text))


@asynccontextmanager
async def somebody(hub: Hub) -> AsyncIterator[HandDevice]:
    """One who may write where he likes and has no device's key: what he says is sealed with a key of his own."""
    async with HandDevice.join(by_hand(hub.broker.hub_address, "R01")) as opened:
        yield opened


async def heard_next(hub: Hub, radio: HandDevice, told: Told) -> list[str]:
    """The reports told of so far, once a further one of this radio, which came after them, is told of."""
    count = len(told.of(EventKind.REPORT_MADE, radio.device_id))
    await radio.publish(f"qs/1/radio/{radio.device_id}/report", report(radio, f"then {count}"))
    await told.wait(EventKind.REPORT_MADE, radio.device_id, count + 1)
    return [body["text"] for body in told.of(EventKind.REPORT_MADE) if not body["text"].startswith("then ")]


async def test_device_that_speaks_for_another_is_not_heard(hub: Hub, told: Told) -> None:
    """P-10.3: mosquitto's access list drops it, and on the embedded broker the hub refuses it."""
    forged = hub.refused.counts["forged"]
    async with radio_on_line(hub, "R02"), radio_on_line(hub, "R01") as radio:
        topic = "qs/1/radio/R02/report"
        await radio.publish(topic, report(radio, "R01 for R02"))
        assert await heard_next(hub, radio, told) == []
        if hub.broker.kind == "embedded":
            body = await told.refusal("R02", "forged")
            assert (body["topic"], "somebody spoke for R02" in body["detail"]) == (topic, True)
            assert hub.refused.counts["forged"] == forged + 1
        else:
            assert hub.refused.counts["forged"] == forged


async def test_words_without_the_devices_seal_are_refused_counted_and_shown(hub: Hub, told: Told) -> None:
    """P-10.3."""
    forged = hub.refused.counts["forged"]
    async with radio_on_line(hub, "R03") as radio, somebody(hub) as stranger:
        topic = "qs/1/radio/R03/report"
        await stranger.publish(topic, report(stranger, "sealed with another key"))
        await stranger.publish_as_is(topic, report(stranger, "not sealed"))
        await stranger.publish_as_is("qs/1/radio/R03/voice", b"x", qos=0)
        await until(lambda: hub.refused.counts["forged"] == forged + 3, "each is counted")
        assert (await told.refusal("R03", "forged"))["topic"].startswith("qs/1/radio/R03/")
        assert await heard_next(hub, radio, told) == []
        assert hub.radios.is_online("R03"), "the radio itself is heard"


async def test_words_that_are_played_again_are_refused_and_change_nothing(hub: Hub, told: Told) -> None:
    """P-10.4."""
    async with radio_on_line(hub, "R05") as radio, somebody(hub) as stranger:
        topic = "qs/1/radio/R05/report"
        said = radio.seal(topic, report(radio, "门口有人"))
        await radio.publish_as_is(topic, said)
        assert await heard_next(hub, radio, told) == ["门口有人"]
        replayed = hub.refused.counts["replayed"]
        await stranger.publish_as_is(topic, said)
        body = await told.refusal("R05", "replayed")
        assert "were said before" in body["detail"]
        assert await heard_next(hub, radio, told) == ["门口有人"]
        assert hub.refused.counts["replayed"] == replayed + 1


async def test_acknowledgement_of_an_older_birth_that_is_played_again_is_refused(hub: Hub, told: Told) -> None:
    """P-10.4."""
    async with radio_on_line(hub, "R07", birth_count=3) as radio, somebody(hub) as stranger:
        issued = await hub.alerts.issue(NewAlert(text="走失"), "duty")
        topic = "qs/1/radio/R07/acknowledgement"
        word = wire.Acknowledgement(stamp=radio.stamp(), message_id="m1", alert_id=issued.alert_id)
        never_came = radio.seal(topic, wire.encode(word))
        await radio.be_born(4)
        await radio.hear(Down.ALERT, wire.AlertMessage)
        await heard_next(hub, radio, told)
        await stranger.publish_as_is(topic, never_came)
        await told.refusal("R07", "replayed")
        found = await hub.alerts.find(issued.alert_id)
        assert next(one for one in found.deliveries if one.radio_id == "R07").acknowledged_at_ms is None


async def test_birth_that_is_played_again_does_not_bring_a_radio_on_line(hub: Hub, told: Told) -> None:
    """P-10.4."""
    async with radio_on_line(hub, "R09") as radio, somebody(hub) as stranger:
        topic = "qs/1/radio/R09/birth"
        born = radio.seal(topic, wire.encode(wire.Birth(stamp=radio.stamp(), birth_count=1, software="test")))
        await radio.publish_as_is(topic, born, retain=True)
        await radio.die(1)
        await told.wait(EventKind.RADIO_OFFLINE, "R09")
        await stranger.publish_as_is(topic, born, retain=True)
        await told.refusal("R09", "replayed")
        assert not hub.radios.is_online("R09")


async def test_late_death_is_void_and_nobody_is_alarmed(hub: Hub, told: Told) -> None:
    """P-10.5."""
    async with radio_on_line(hub, "R11", birth_count=5) as radio:
        before = dict(hub.refused.counts)
        await radio.be_born(6)
        await radio.die(5)
        await heard_next(hub, radio, told)
        assert hub.radios.is_online("R11")
        assert dict(hub.refused.counts) == before


async def test_device_without_a_credential_is_refused_whoever_lets_it_in(hub: Hub, told: Told) -> None:
    """P-10.7."""
    async with somebody(hub) as stranger:
        await stranger.publish("qs/1/radio/R30/report", report(stranger, "never enrolled"))
        assert "enrol it" in (await told.refusal("R30", "unknown_device"))["detail"]


async def test_radios_key_does_not_speak_for_a_worker_of_that_name(hub: Hub, told: Told) -> None:
    """P-10.7."""
    credential = await hub.enrolment.issue(DeviceKind.RADIO, "R13")
    as_worker = msgspec.structs.replace(by_hand(hub.broker.hub_address, "R13"), seal_key=credential.seal_key)
    async with HandDevice.join(as_worker) as radio:
        await radio.publish("qs/1/worker/R13/birth", b"x")
        await told.refusal("R13", "unknown_device")


@pytest.mark.parametrize("kind", BROKERS)
async def test_restarted_hub_refuses_old_words_and_hears_new_ones(kind: str, tmp_path: Path) -> None:
    """P-10.6."""
    topic = "qs/1/radio/R01/report"
    async with open_hub(tmp_path, kind) as hub:
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
        async with HandDevice.join(credential) as radio:
            told = Told(hub)
            await radio.be_born()
            said = radio.seal(topic, report(radio, "昨天的"))
            await radio.publish_as_is(topic, said)
            assert await heard_next(hub, radio, told) == ["昨天的"]
    async with open_hub(tmp_path, kind) as hub, HandDevice.join(credential) as played:
        told = Told(hub)
        await played.publish_as_is(topic, said)
        await until(lambda: hub.refused.counts["replayed"] == 1, "the old words are refused")
        await played.be_born(2)
        assert await heard_next(hub, played, told) == []


class Hears(RadioEvents):
    """Notes whether the radio shows a hub, and since when by the loop's clock."""

    def __init__(self) -> None:
        self.shown: list[tuple[bool, float]] = []

    def hub_changed(self, present: bool) -> None:
        self.shown.append((present, asyncio.get_running_loop().time()))


@asynccontextmanager
async def radio_with(credential: Credential, events: RadioEvents, store: Path) -> AsyncIterator[Radio]:
    radio = Radio(
        credential,
        clock=SystemClock(),
        rng=random.Random(1),
        events=events,
        store_dir=store,
        timing=QUICK,
    )
    running = asyncio.create_task(radio.run())
    try:
        yield radio
    finally:
        await end_tasks(running)


@pytest.mark.parametrize("kind", BROKERS)
async def test_radio_is_heard_again_after_the_broker_and_the_hub_were_gone(kind: str, tmp_path: Path) -> None:
    """P-10.5: nothing of it is refused, neither what is repeated nor what the broker says late."""
    async with open_hub(tmp_path / "hub", kind) as hub:
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
    async with radio_with(credential, RadioEvents(), tmp_path / "R01") as radio:
        for _ in range(2):
            async with open_hub(tmp_path / "hub", kind) as hub:
                await until(lambda hub=hub: hub.radios.is_online("R01"), "on line")  # type: ignore[misc]
                births = radio.link.birth_count
                radio.report(text="之前")
                assert hub.broker.pid is not None
                os.kill(hub.broker.pid, signal.SIGKILL)
                radio.report(text="其间")
                await until(lambda births=births: radio.link.birth_count > births, "connects anew")  # type: ignore[misc]
                await until(lambda: radio.link.unconfirmed == 0, "all is confirmed")
                refused = {reason: hub.refused.counts[reason] for reason in ("forged", "replayed", "unknown_device")}
                assert set(refused.values()) == {0}, refused
            radio.report(text="没有中心时")


@pytest.mark.parametrize("kind", BROKERS)
async def test_radio_shows_that_there_is_no_hub_within_10_seconds_of_its_end(kind: str, tmp_path: Path) -> None:
    """P-3.4: the broker lives, so that the ticks alone tell."""
    async with open_broker(kind, tmp_path / "broker") as broker:
        address = broker.hub_address
        hears = Hears()
        credential = by_hand(address, "R01")
        async with radio_with(credential, hears, tmp_path / "R01") as radio:
            async with open_hub(tmp_path / "hub", address_of(broker), broker_password=address.password) as hub:
                await until(lambda: [present for present, _ in hears.shown] == [True], "the radio shows the hub")
                await hub._loops.end()  # the hub stops dead, in the middle of its work
                ended_s = asyncio.get_running_loop().time()
            await until(lambda: len(hears.shown) == 2, "the radio shows that there is no hub")
            assert radio.link.connected, "its line to the broker stands"
        present, noticed_s = hears.shown[1]
        assert not present
        assert 5.0 < noticed_s - ended_s < 10.0
