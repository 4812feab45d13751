"""A virtual sound card: a JACK server with its dummy driver, real to PortAudio, and in real time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from devices.radio import portaudio
from devices.radio.opus import Samples
from devices.radio.portaudio import PortAudioMissing

DEVICE = "system"
"""What PortAudio calls the server's own microphone and loudspeaker, which are silent."""
RATE_HZ = 48_000
_NAMES = 4
"""JACK has room for 8 names on a machine, and keeps that of a killed server until one of the same name comes."""
_ONE_CHANNEL = ("-r", str(RATE_HZ), "-p", "960", "-C", "1", "-P", "1")
MOUTH_AND_EAR = """
import sys
import numpy as np
import sounddevice
speech, blocks, at = np.load(sys.argv[1]), [], -1
def sound(heard, spoken, frames, time, status):
    global at
    blocks.append(heard[:, 0].copy())
    piece = speech[at : at + frames] if at >= 0 else speech[:0]
    spoken[:] = 0
    spoken[: piece.size, 0] = piece
    at += frames if at >= 0 else 0
with sounddevice.Stream(
    samplerate=48000, blocksize=960, channels=1, dtype="int16", device="system", callback=sound, latency="low"
):
    print("open", flush=True)
    sys.stdin.readline()
    began, at = len(blocks) * 960, 0
    print("speaks", flush=True)
    sys.stdin.readline()
np.save(sys.argv[2], np.concatenate(blocks)[began:])
"""
"""A person beside the card in a program of its own: speaks the first file once told to, notes what is heard since."""


class VirtualCard:
    """``start`` and ``stop`` are the plug."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = os.environ["JACK_DEFAULT_SERVER"]
        self._server = subprocess.Popen(
            ["jackd", "-n", name, "--no-realtime", "--no-mlock", "-d", "dummy", *_ONE_CHANNEL],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        subprocess.run(
            ["jack_wait", "-s", name, "-w", "-t", "10"], env=self.environment, check=True, capture_output=True
        )

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(10)
            finally:
                self._server.kill()
                self._server = None

    @contextmanager
    def plugged_in(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()

    def connect(self, source: str, sink: str) -> None:
        self._run("jack_connect", source, sink)

    def _run(self, *command: str) -> None:
        subprocess.run(command, env=self.environment, check=True, capture_output=True)


@contextmanager
def virtual_card(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualCard]:
    """One that does not run yet. Skips the test where jackd or PortAudio is missing."""
    for program in ("jackd", "jack_connect", "jack_wait"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing (Debian's jackd2)")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"qianshao{os.getpid() % _NAMES}")
    try:
        portaudio.load()
    except PortAudioMissing as error:
        pytest.skip(str(error))
    card = VirtualCard(folder)
    try:
        yield card
    finally:
        card.stop()


@contextmanager
def seen_here() -> Iterator[None]:
    """PortAudio of this process sees the card that runs, and lets it go."""
    portaudio.look_again()
    try:
        yield
    finally:
        portaudio.load()._terminate()


@contextmanager
def mouth_and_ear(card: VirtualCard, folder: Path, speech: Samples) -> Iterator[subprocess.Popen[str]]:
    """The person; ``speak`` and ``heard`` below talk to it."""
    np.save(folder / "spoken.npy", speech)
    with subprocess.Popen(
        [sys.executable, "-c", MOUTH_AND_EAR, str(folder / "spoken.npy"), str(folder / "heard.npy")],
        env=card.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as person:
        try:
            assert person.stdout is not None
            assert person.stdout.readline() == "open\n"
            yield person
        finally:
            person.kill()


def speak(person: subprocess.Popen[str]) -> None:
    """Begin to speak, and to listen."""
    assert person.stdin is not None
    assert person.stdout is not None
    print(file=person.stdin, flush=True)
    assert person.stdout.readline() == "speaks\n"


def heard(person: subprocess.Popen[str], folder: Path) -> Samples:
    """All that was heard since ``speak``, sample for sample of the same clock as what was spoken."""
    assert person.stdin is not None
    print(file=person.stdin, flush=True)
    assert person.wait(10) == 0
    sound: Samples = np.load(folder / "heard.npy")
    return sound
