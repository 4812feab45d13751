"""How late a dispatcher's words are heard: ``qianshao bench mouth-to-ear``. From the microphone of the real console
page to the loudspeaker of a real radio, over a hub and a broker in processes of their own.

In the delay: from the moment at which a sample was spoken, a block of the microphone (10 ms) before Chromium had it,
until it sounds, a block of the loudspeaker (20 ms) after that was asked for. So the blocks of both devices, the
browser's echo cancellation and noise suppression, coder, hub, broker and jitter buffer are in it. Not in it: converters
and their drivers, which the stand-ins do not have (DEVICES_ALLOWANCE_MS), and the air (3 ms a metre).
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import uvloop

from bench import mouth_to_ear_figures as figures
from bench import mouth_to_ear_radio as radio
from bench.community import PoliceRoom, enrol, police_room
from bench.mouth_to_ear_figures import Carried, Ear, Sentence
from bench.mouth_to_ear_page import ConsolePage, TapeClock
from bench.mouth_to_ear_speech import PRESSED_BEFORE_S, RATE_HZ, RELEASED_AFTER_S, Spoken, speak
from bench.voice_figures import BrokerKind, Goal
from devices.protocol import voice
from devices.protocol.voice import FRAME_MS, VoicePacket
from simulators.demo.parts import LinesPart, PartFailed

RADIO_ID = "R0000"
ANSWER_WITHIN_S = 30.0
GOAL_MS = 150.0
DEVICES_ALLOWANCE_MS = 15.0
"""For what the stand-ins do not have: a converter and its driver on each side, 5 ms and a USB frame or two."""
LAST_WORDS_S = 1.0
"""After the key is up: the jitter buffer plays what it has."""


@dataclass(frozen=True)
class Plan:
    """What is measured: so many sentences in each run, each in a burst of its own."""

    sentences: int
    runs: int
    broker: BrokerKind


class Report(msgspec.Struct, frozen=True):
    """Over all segments of half a second of all sentences of all runs."""

    runs: int
    sentences: int
    segments: int
    broker: BrokerKind
    mouth_to_ear_p50_ms: float
    mouth_to_ear_max_ms: float
    first_segment_p50_ms: float
    """Of the sentences' first half seconds."""
    devices_allowance_ms: float
    stages_p50_ms: dict[str, float]
    likeness_p50: float
    likeness_least: float
    segment_likeness_p50: float
    segment_likeness_least: float
    lost_packets: int
    missed_blocks: int
    goals: dict[str, Goal]


class RadioPart(LinesPart):
    """The radio's process."""

    def __init__(self, folder: Path) -> None:
        super().__init__("radio", folder / "mouth_to_ear_radio.log")
        self._file = folder / "heard.npz"

    @contextlib.asynccontextmanager
    async def on_line(self, store: Path) -> AsyncIterator[None]:
        """While the block runs. Raises PartFailed, TimeoutError."""
        await self._start([sys.executable, "-m", radio.__name__, str(store), RADIO_ID, str(self._file)])
        try:
            await self._told(radio.READY)
            yield
        finally:
            await self.stop()

    async def heard(self) -> dict[str, np.ndarray]:
        """All that it heard; it goes. Raises PartFailed, TimeoutError."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self._told(radio.DONE)
        with np.load(self._file) as file:
            return dict(file)

    async def _told(self, word: str) -> None:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            line = (await self._line()).decode().strip()
        if line != word:
            raise PartFailed(f"the radio said {line!r} where {word!r} was awaited")


async def measure_run(room: PoliceRoom, spoken: Spoken) -> tuple[list[Sentence], int]:
    """The sentences, and the blocks that the loudspeaker missed. Raises PartFailed, TimeoutError, OSError."""
    tape = room.folder / "tape.wav"
    spoken.save(tape)
    part = RadioPart(room.folder)
    async with part.on_line(room.store), ConsolePage.open(room, tape) as page:
        await page.open_microphone()
        began_s = asyncio.get_running_loop().time()  # the tape plays for a moment already
        for begin, end in spoken.sentences:
            await _until(began_s + begin / RATE_HZ - PRESSED_BEFORE_S)
            await page.press()
            await _until(began_s + end / RATE_HZ + RELEASED_AFTER_S)
            await page.release()
        await asyncio.sleep(LAST_WORDS_S)
        origin_us, clock = await page.origin_us(), await page.clock()
        heard = await part.heard()
    bursts = _bursts([voice.decode(one) for one in page.packets])
    if len(bursts) != len(spoken.sentences):
        raise PartFailed(f"{len(bursts)} bursts were spoken where {len(spoken.sentences)} sentences were meant")
    ear = Ear(heard["sound"].astype(np.float64), float(heard["began_us"]))
    arrived_us = {(burst, sequence): float(at) for burst, sequence, at in heard["arrivals"].tolist()}
    sentences = [
        _sentence(spoken, place, clock, Carried.of(packets, origin_us, _of(arrived_us, packets[0].burst_id)), ear)
        for place, packets in zip(spoken.sentences, bursts, strict=True)
    ]
    return sentences, int(heard["missed"])


def _sentence(spoken: Spoken, place: tuple[int, int], clock: TapeClock, carried: Carried, ear: Ear) -> Sentence:
    begin, end = place
    return figures.sentence(
        spoken.tape[begin:end].astype(np.float64),
        lambda sample: clock.spoken_us((begin + sample) / RATE_HZ * 1e6),
        carried,
        ear,
    )


def _of(arrived_us: dict[tuple[int, int], float], burst_id: int) -> dict[int, float]:
    return {sequence: at_us for (burst, sequence), at_us in arrived_us.items() if burst == burst_id}


def _bursts(packets: list[VoicePacket]) -> list[list[VoicePacket]]:
    """In the order in which they were spoken."""
    found: dict[int, list[VoicePacket]] = defaultdict(list)
    for packet in packets:
        found[packet.burst_id].append(packet)
    return list(found.values())


async def _until(at_s: float) -> None:
    await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))


async def measure(plan: Plan) -> Report:
    """All runs. Raises PartFailed, TimeoutError, OSError, httpx.HTTPError."""
    spoken = await asyncio.to_thread(speak, plan.sentences)
    sentences: list[Sentence] = []
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        async with police_room(Path(name), plan.broker.choice, 1) as room:
            await enrol(room, [RADIO_ID])
            for number in range(plan.runs):
                print(f"… {number + 1}/{plan.runs}", file=sys.stderr, flush=True)
                found, missed_blocks = await measure_run(room, spoken)
                sentences += found
                missed += missed_blocks
    return report(plan, sentences, missed)


def report(plan: Plan, sentences: list[Sentence], missed_blocks: int) -> Report:
    """The figures, and each goal."""
    heard = [segment for one in sentences for segment in one.segments]
    delays_ms = [one.delay_ms for one in heard]
    p50_ms = round(statistics.median(delays_ms), 1)
    most_ms = GOAL_MS - DEVICES_ALLOWANCE_MS
    lost = sum(one.lost for one in sentences)
    return Report(
        runs=plan.runs,
        sentences=len(sentences),
        segments=len(heard),
        broker=plan.broker,
        mouth_to_ear_p50_ms=p50_ms,
        mouth_to_ear_max_ms=round(max(delays_ms), 1),
        first_segment_p50_ms=round(statistics.median(one.segments[0].delay_ms for one in sentences), 1),
        devices_allowance_ms=DEVICES_ALLOWANCE_MS,
        stages_p50_ms={
            "microphone_and_coder": _median([one.captured_ms for one in heard]),
            "hub_and_broker": _median([one.carried_ms for one in heard]),
            "jitter_buffer": _median([one.held_ms for one in heard]),
            "loudspeaker": float(FRAME_MS),
        },
        likeness_p50=round(statistics.median(one.likeness for one in sentences), 3),
        likeness_least=round(min(one.likeness for one in sentences), 3),
        segment_likeness_p50=_median([one.likeness for one in heard], 3),
        segment_likeness_least=round(min(one.likeness for one in heard), 3),
        lost_packets=lost,
        missed_blocks=missed_blocks,
        goals={
            "mouth_to_ear_p50_ms": Goal(p50_ms, most_ms, p50_ms <= most_ms),
            "mouth_to_ear_max_ms": Goal(round(max(delays_ms), 1), most_ms, max(delays_ms) <= most_ms),
            "lost_packets": Goal(lost, 0, lost == 0),
        },
    )


def _median(values: list[float], digits: int = 1) -> float:
    return round(float(np.nanmedian(values)), digits)


def run(plan: Plan) -> Report:
    """Measure. Raises PartFailed, EnrolError, TimeoutError, httpx.HTTPError, OSError for a program that is missing."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
