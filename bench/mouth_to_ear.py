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
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import uvloop
from playwright.async_api import Error as PlaywrightError

from bench import mouth_to_ear_figures as figures
from bench import mouth_to_ear_radio as radio
from bench.community import PoliceRoom, enrol, police_room
from bench.mouth_to_ear_figures import Carried, Ear, Sentence
from bench.mouth_to_ear_page import ConsolePage, TapeClock
from bench.mouth_to_ear_report import Measured, Plan, Report, report
from bench.mouth_to_ear_speech import PRESSED_BEFORE_S, RATE_HZ, RELEASED_AFTER_S, Spoken, speak
from devices.protocol import voice
from devices.protocol.voice import VoicePacket
from simulators.demo.parts import LinesPart, PartFailed

RADIO_ID = "R0000"
ANSWER_WITHIN_S = 30.0
LAST_WORDS_S = 0.6
"""After the key is up: the jitter buffer plays what it has."""


class RadioPart(LinesPart):
    """The radio's process."""

    def __init__(self, folder: Path) -> None:
        super().__init__("radio", folder / "mouth_to_ear_radio.log")
        self._tape = folder / "answer.wav"
        self._file = folder / "heard.npz"

    @contextlib.asynccontextmanager
    async def running(self, store: Path, spoken: Spoken) -> AsyncIterator[None]:
        """While the block runs."""
        spoken.save_answer(self._tape)
        files = (str(self._tape), str(self._file))
        await self._start([sys.executable, "-m", radio.__name__, str(store), RADIO_ID, *files])
        try:
            yield
        finally:
            await self.stop()

    async def on_line(self) -> None:
        """Return when it hears. Raises PartFailed, TimeoutError."""
        await self._told(radio.READY)

    async def answer(self) -> None:
        """Speak the first sentence to all. Raises PartFailed, TimeoutError."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self._told(radio.SPOKEN)

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


async def measure_run(room: PoliceRoom, spoken: Spoken, measured: Measured) -> None:
    """Add one run. Raises PartFailed, TimeoutError, OSError."""
    tape = room.folder / "tape.wav"
    spoken.save(tape)
    part = RadioPart(room.folder)
    async with part.running(room.store, spoken), ConsolePage.open(room, tape) as page:
        await part.on_line()
        await page.open_microphone()
        began_s = asyncio.get_running_loop().time()  # the tape plays for a moment already
        for begin, end in spoken.sentences:
            await _until(began_s + begin / RATE_HZ - PRESSED_BEFORE_S)
            await page.press()
            await _until(began_s + end / RATE_HZ + RELEASED_AFTER_S)
            await page.release()
        await asyncio.sleep(LAST_WORDS_S)
        clock = await page.clock()
        await part.answer()
        await asyncio.sleep(LAST_WORDS_S)
        origin_us = await page.origin_us()
        page_ear = await page.ear(origin_us)
        heard = await part.heard()
    bursts = _bursts([voice.decode(one) for one in page.packets])
    if len(bursts) != len(spoken.sentences):
        raise PartFailed(f"{len(bursts)} bursts were spoken where {len(spoken.sentences)} sentences were meant")
    ear = Ear(heard["sound"].astype(np.float64), float(heard["began_us"]))
    arrived_us = {(burst, sequence): float(at) for burst, sequence, at in heard["arrivals"].tolist()}
    for place, packets in zip(spoken.sentences, bursts, strict=True):
        carried = Carried.of(packets, origin_us, _of(arrived_us, packets[0].burst_id))
        measured.sentences.append(_sentence(spoken, place, clock, carried, ear))
    for spoken_us in heard["spoken_us"].tolist():
        measured.answers += figures.answer(spoken.answer.astype(np.float64), spoken_us, page_ear)
    measured.missed_blocks += int(heard["missed"])


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
    measured = Measured()
    with tempfile.TemporaryDirectory() as name:
        async with police_room(Path(name), plan.broker.choice, 1) as room:
            await enrol(room, [RADIO_ID])
            for number in range(plan.runs):
                print(f"… {number + 1}/{plan.runs}", file=sys.stderr, flush=True)
                await measure_run(room, spoken, measured)
    return report(plan, measured)


def run(plan: Plan) -> Report:
    """Measure. Raises PartFailed, EnrolError, TimeoutError, httpx.HTTPError, OSError for a program that is missing."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(measure(plan))
    except (PlaywrightError, AssertionError) as error:  # the second says what the page did not show
        raise PartFailed(f"the page: {error}") from error
