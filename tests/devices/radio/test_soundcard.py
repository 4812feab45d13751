"""Real sound: from one radio's microphone to another's loudspeaker, through PortAudio, over a real hub."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate, resample_poly

from devices.protocol.clock import SystemClock
from devices.protocol.messages import Acknowledgement, Birth
from devices.protocol.topics import DeviceKind, Up
from devices.radio.floor import FloorState
from devices.radio.opus import Samples
from devices.radio.portaudio import Direction
from devices.radio.radio import Radio
from devices.radio.soundcard import SoundCard
from hub.app import Hub
from hub.bridge.broker import Broker
from hub.tasks import end_tasks
from tests.devices.radio.spoken import speech
from tests.devices.radio.virtual_card import DEVICE, RATE_HZ, heard, mouth_and_ear, seen_here, speak, virtual_card
from tests.devices.room import DEADLINE_S, Room, by_hand, until
from tests.hub import open_hub


@asynccontextmanager
async def radio_with(hub: Hub, radio_id: str, card: SoundCard) -> AsyncIterator[Radio]:
    """A real radio on line with this sound card."""
    credential = await hub.enrolment.issue(DeviceKind.RADIO, radio_id)
    radio = Radio(credential, clock=SystemClock(), rng=random.Random(radio_id), events=card, speaker=card)
    tasks = [asyncio.create_task(radio.run()), asyncio.create_task(card.run())]
    try:
        await until(lambda: bool(radio.groups.standing), f"{radio_id} knows its groups")
        yield radio
    finally:
        await end_tasks(*tasks)


def lag(spoken: Samples, sound: Samples) -> tuple[int, float]:
    """By how many samples the speech comes later in the sound, and how like it is there (1: the same)."""
    spoken, sound = spoken.astype(np.float64), sound.astype(np.float64)
    found = correlate(sound, spoken, "full")
    at = int(np.argmax(found))
    begin = at - (spoken.size - 1)
    piece = sound[max(0, begin) : begin + spoken.size]
    part = spoken[max(0, -begin) :][: piece.size]
    return begin, float(piece @ part / (np.linalg.norm(piece) * np.linalg.norm(part)))


async def test_words_at_one_radios_microphone_come_out_of_anothers_loudspeaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = resample_poly(speech()[: 3 * 16_000].astype(np.float64), 3, 1).astype(np.int16)
    told: list[str] = []
    with virtual_card(tmp_path, monkeypatch) as card, card.plugged_in(), seen_here():
        mouth = SoundCard(SystemClock(), told.append, microphone=DEVICE)
        ear = SoundCard(SystemClock(), told.append, speaker=DEVICE)
        async with (
            open_hub(tmp_path / "hub", "managed", venues=2) as hub,
            radio_with(hub, "R01", mouth) as talker,
            radio_with(hub, "R02", ear),
        ):
            await until(lambda: mouth._lines.is_there(Direction.INPUT) and ear.plays, f"the sound card is open {told}")
            with mouth_and_ear(card, tmp_path, spoken) as person:
                card.connect("PortAudio-01:out_0", "PortAudio:in_0")
                card.connect("PortAudio:out_0", "PortAudio-01:in_0")
                talking = asyncio.create_task(talker.talking.talk("all", mouth.microphone(talker.talking.speak)))
                await until(lambda: talker.talking.floor.state is FloorState.TALKING, "the radio may speak")
                await asyncio.to_thread(speak, person)
                await asyncio.sleep(spoken.size / RATE_HZ + 0.5)
                talker.talking.release()
                assert await talking
                await until(lambda: not ear._playout.is_playing, "all was played")
                sound = await asyncio.to_thread(heard, person, tmp_path)
    begin, likeness = lag(spoken, sound)
    print(f"mouth to ear {begin / RATE_HZ:.3f} s, likeness {likeness:.2f}, {mouth.dropped} blocks dropped")
    assert told == []
    assert likeness > 0.25, "other words are 0.1 like it"
    assert 0 < begin / RATE_HZ < 1


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
async def test_radio_goes_on_while_its_sound_card_is_absent_comes_and_is_torn_out(
    broker: Broker, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtual_card(tmp_path, monkeypatch) as card:
        by_hand(broker.hub_address, "R001").save(tmp_path / "r")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devices.radio", "--store", str(tmp_path / "r")),
            *("--microphone", DEVICE, "--speaker", DEVICE),
            env={**card.environment, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdin is not None
        assert process.stdout is not None

        async def is_told(words: str) -> None:
            assert process.stdout is not None
            async with asyncio.timeout(DEADLINE_S):
                while words not in (await process.stdout.readline()).decode():
                    continue

        try:
            await is_told("no such loudspeaker")
            await asyncio.to_thread(card.start)
            await is_told("the loudspeaker is back")
            await asyncio.to_thread(card.stop)
            await is_told("is gone")
            await room.hear("R001", Up.BIRTH, Birth)
            await room.alert("R001", "A1")
            await is_told("六岁男孩走失")
            process.stdin.write(b"\n")
            assert (await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement))[0].alert_id == "A1"
            process.stdin.write(b"q\n")
            assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
