"""A gateway from the hub to the donor's air and back: a real hub and broker, a virtual card, a simulated frequency."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from devices.gateway.donor_card import Card, DonorCard
from devices.gateway.gateway import Gateway
from devices.gateway.settings import GatewaySettings
from devices.protocol.clock import SystemClock
from devices.protocol.topics import DeviceKind
from devices.radio.opus import Decoder, Encoder, Samples
from devices.radio.radio import Radio
from devices.radio.sound import FrameMicrophone
from hub.app import Hub
from hub.events.messages import EventKind
from hub.tasks import end_tasks
from tests.devices.gateway.air import Air, Donor, RecordingLine
from tests.devices.gateway.voices import answer, call, short_answer
from tests.devices.radio.listener import Listener
from tests.devices.radio.test_soundcard import lag
from tests.devices.radio.virtual_card import DEVICE, RATE_HZ, heard, mouth_and_ear, seen_here, speak, virtual_card
from tests.devices.room import until
from tests.hub import Told, open_hub

SETTINGS = GatewaySettings(microphone=DEVICE, speaker=DEVICE, key="serial:/dev/null:rts")


def new_gateway(told: list[str]) -> Gateway:
    return Gateway(SETTINGS, SystemClock(), told.append)


@asynccontextmanager
async def on_line(hub: Hub, radio_id: str, gateway: Gateway, card: Card, line: RecordingLine) -> AsyncIterator[Gateway]:
    """A gateway that is the radio ``radio_id``."""
    credential = await hub.enrolment.issue(DeviceKind.RADIO, radio_id)
    clock = SystemClock()
    radio = Radio(credential, clock=clock, rng=random.Random(radio_id), events=gateway, speaker=gateway)
    gateway.radio = radio
    tasks = [asyncio.create_task(one) for one in (radio.run(), card.run(), gateway.run(card, line))]
    try:
        await until(lambda: bool(radio.groups.standing), f"{radio_id} knows its groups")
        yield gateway
    finally:
        await end_tasks(*tasks)


@asynccontextmanager
async def radio_of(hub: Hub, radio_id: str, ear: Listener) -> AsyncIterator[Radio]:
    credential = await hub.enrolment.issue(DeviceKind.RADIO, radio_id)
    radio = Radio(credential, clock=SystemClock(), rng=random.Random(radio_id), speaker=ear)
    running = asyncio.create_task(radio.run())
    try:
        await until(lambda: bool(radio.groups.standing), f"{radio_id} knows its groups")
        yield radio
    finally:
        await end_tasks(running)


def decoded(ear: Listener) -> Samples:
    """All that a radio heard, at 48 kHz."""
    (frames,) = ear.frames.values()
    decoder = Decoder()
    return np.concatenate([decoder.decode(frame) for frame in frames])


def at_48_khz(sound: Samples) -> Samples:
    return resample_poly(sound.astype(np.float64), 3, 1).clip(-32768, 32767).astype(np.int16)


async def test_words_on_the_air_are_heard_in_the_group_and_the_groups_words_on_the_air(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_air, in_group, told, ear, line = at_48_khz(short_answer()), call()[: 320 * 100], [], Listener(), RecordingLine()
    with virtual_card(tmp_path, monkeypatch) as plug, plug.plugged_in(), seen_here():
        gateway = new_gateway(told)
        card = DonorCard(
            SystemClock(),
            told.append,
            microphone=DEVICE,
            speaker=DEVICE,
            next_samples=gateway.repeater.next_samples,
            is_busy=lambda: gateway.is_busy,
        )
        async with (
            open_hub(tmp_path / "hub", "managed", venues=2) as hub,
            on_line(hub, "R01", gateway, card, line),
            radio_of(hub, "R02", ear) as radio,
        ):
            await until(lambda: card.hears and card.plays, f"the card is open {told}")
            with mouth_and_ear(plug, tmp_path, on_air) as donor:
                plug.connect("PortAudio-01:out_0", "PortAudio:in_0")
                plug.connect("PortAudio:out_0", "PortAudio-01:in_0")
                await asyncio.to_thread(speak, donor)
                await until(lambda: bool(ear.over_bursts), f"the air was heard in the group {told}")
                assert line.changes == []
                assert await radio.talking.talk("all", FrameMicrophone(Encoder().encode(in_group)))
                await until(lambda: len(line.changes) == 2, f"keyed and let go {told}")
                sound = await asyncio.to_thread(heard, donor, tmp_path)
    assert [is_keyed for _, is_keyed in line.changes] == [True, False]
    assert line.changes[1][0] - line.changes[0][0] >= in_group.size / 16_000
    begin, likeness = lag(at_48_khz(in_group), sound)
    assert likeness > 0.25, "other words are 0.1 like it"
    assert begin / RATE_HZ > on_air.size / RATE_HZ
    _, likeness = lag(on_air, decoded(ear))
    assert likeness > 0.25


async def test_two_gateways_on_one_frequency_in_one_group_do_not_go_round(tmp_path: Path) -> None:
    told: list[str] = []
    donors = [Donor(new_gateway(told)), Donor(new_gateway(told))]
    air, ear = Air(*donors), Listener()
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(tmp_path / "hub", "managed", venues=3))
        events = Told(hub)
        for radio_id, donor in zip(("R01", "R02"), donors, strict=True):
            await stack.enter_async_context(on_line(hub, radio_id, donor.gateway, donor, donor.line))
        radio = await stack.enter_async_context(radio_of(hub, "R03", ear))
        blowing = asyncio.create_task(air.run())
        stack.push_async_callback(end_tasks, blowing)
        air.say(answer()[: 320 * 150])
        await until(lambda: bool(ear.over_bursts), f"the air was heard in the group {told}")
        assert await radio.talking.talk("all", FrameMicrophone(Encoder().encode(short_answer())))
        await until(lambda: all(len(one.line.changes) >= 2 for one in donors), f"both sent the group's words {told}")
        silent_from = len(air.on_air)
        await until(lambda: len(air.on_air) > silent_from + 150, "3 s have passed")
    assert [len(one.line.changes) for one in donors] == [2, 2]
    assert len(await events.wait(EventKind.BURST_ENDED)) == 2, "one from the air, one from the radio"
    _, likeness = lag(at_48_khz(short_answer()), at_48_khz(np.concatenate(air.on_air)))
    assert likeness > 0.25
