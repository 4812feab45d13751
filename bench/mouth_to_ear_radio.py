"""The radio of ``qianshao bench mouth-to-ear``: a real one whose loudspeaker is a file at the pace of a device's clock.

``python -m bench.mouth_to_ear_radio STORE RADIO TAPE FILE``: comes on line, says so, speaks what is on TAPE for each
line of standard input, and at its end writes what it played, when each packet arrived and when it spoke into FILE.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import numpy as np

from devices.link.credential import Credential
from devices.protocol.clock import SystemClock
from devices.protocol.groups import GroupName
from devices.protocol.voice import VoicePacket
from devices.radio.jitter import Pulled
from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import Samples
from devices.radio.playout import PlayOut
from devices.radio.radio import Radio, RadioEvents
from devices.radio.sound import speech_from_wav
from devices.radio.timeline import FRAME_US

READY, SPOKEN, DONE = "ready", "spoken", "done"
GROUP = "all"


@dataclass
class Ear:
    """What sounded: block ``n`` of 20 ms begins to sound at ``began_us + n * 20 ms`` of the monotonic clock."""

    began_us: int = 0
    blocks: list[Samples] = field(default_factory=list)
    missed: int = 0
    """Blocks of a burst that were not there when their time came: silence."""


class DeviceSpeaker:
    """A loudspeaker with a clock of its own, which asks for 20 ms in a thread, as PortAudio does for a sound card.

    While a device plays one block it holds the next: a block begins to sound one block after it was asked for. One that
    is asked for after its time has passed is not made good, as on a device.
    """

    def __init__(self) -> None:
        self.ear = Ear()
        self._clock = SystemClock()
        self._playout = PlayOut()
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        self._playout.begin(burst_id, buffer)

    def stop(self) -> None:
        """Play no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        asks_us = self._clock.monotonic_us()
        self.ear.began_us = asks_us + FRAME_US
        silence: Samples = np.zeros(DECODE_SAMPLES, dtype=np.int16)
        while not self._stopped.is_set():
            time.sleep(max(0, asks_us - self._clock.monotonic_us()) / 1e6)
            late = (self._clock.monotonic_us() - asks_us) // FRAME_US
            self.ear.blocks += [silence] * late
            self.ear.missed += late if self._playout.is_playing else 0
            asks_us += late * FRAME_US
            self.ear.blocks.append(self._playout.next_samples(self._clock.monotonic_us()))
            asks_us += FRAME_US


class TapeMicrophone:
    """A tape for a microphone: a frame can be coded once its last sample has been spoken, when it is asked for."""

    def __init__(self, frames: list[bytes]) -> None:
        self.began_us: int | None = None
        """When the tape's first sample was spoken."""
        self._frames = iter(frames)
        self._clock = SystemClock()

    def next_frame(self) -> bytes | None:
        if self.began_us is None:
            self.began_us = self._clock.monotonic_us() - FRAME_US
        return next(self._frames, None)


class Notes(RadioEvents):
    """When each packet came."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[int, int, int]] = []
        """Burst, sequence number, monotonic microseconds."""
        self.is_in_a_group = asyncio.Event()
        self._clock = SystemClock()

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        self.arrivals.append((packet.burst_id, packet.sequence, self._clock.monotonic_us()))

    def groups_changed(self, groups: tuple[GroupName, ...]) -> None:
        self.is_in_a_group.set()


async def run(store: Path, radio_id: str, tape: Path, file: Path) -> None:
    """Be the radio until standard input ends. Raises CredentialError, OSError, ValueError for another kind of tape."""
    credential = Credential.load(store / radio_id)
    if credential is None:
        raise SystemExit(f"{radio_id} has no credential: enrol it first")
    frames = await asyncio.to_thread(speech_from_wav, tape)
    spoken_us: list[int] = []
    notes, speaker = Notes(), DeviceSpeaker()
    radio = Radio(credential, clock=SystemClock(), rng=random.Random(), events=notes, speaker=speaker)
    running = asyncio.create_task(radio.run())
    try:
        await notes.is_in_a_group.wait()
        print(READY, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            microphone = TapeMicrophone(frames)
            await radio.talking.talk(GROUP, microphone)
            spoken_us.append(microphone.began_us or 0)
            print(SPOKEN, flush=True)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        speaker.stop()
    ear = speaker.ear
    np.savez(
        file,
        began_us=ear.began_us,
        sound=np.concatenate(ear.blocks),
        missed=ear.missed,
        spoken_us=np.array(spoken_us, dtype=np.int64),
        arrivals=np.array(notes.arrivals, dtype=np.int64).reshape(-1, 3),
    )
    print(DONE, flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
