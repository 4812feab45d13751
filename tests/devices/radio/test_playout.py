"""What a loudspeaker is given: bursts decoded at its pace and mixed, also into files."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np

from devices.protocol.clock import SystemClock
from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from devices.radio.jitter import JitterBuffer, Play, Slot
from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import ENCODE_SAMPLES, Encoder
from devices.radio.playout import MAX_BURSTS, PlayOut, Sound
from devices.radio.sound import FileSpeaker
from tests.devices.room import until

FRAME_US = 20_000


def tone(pitch_hz: float, frames: int) -> list[bytes]:
    time_s = np.arange(frames * ENCODE_SAMPLES) / 16_000
    return Encoder().encode((8000 * np.sin(2 * np.pi * pitch_hz * time_s)).astype(np.int16))


def full_buffer(frames: list[bytes], at_us: int = 0) -> JitterBuffer:
    """A burst that has all come, its latest frame just now."""
    buffer = JitterBuffer(delay_us=20_000)
    for number, frame in enumerate(frames):
        media_time = number * MEDIA_TICKS_PER_FRAME
        buffer.push(VoicePacket(1, 9, number, media_time, 5, 0, 0, False, (frame,)), at_us + number * FRAME_US, None)
    buffer.finish()
    return buffer


def test_bursts_at_the_same_time_are_heard_together_and_each_ends() -> None:
    playout = PlayOut()
    playout.begin(1, full_buffer(tone(440, 15)))
    playout.begin(2, full_buffer(tone(1500, 18)))
    now_us = 280_000
    sound = []
    while playout._playing:
        sound.append(playout.next_samples(now_us))
        now_us += FRAME_US
    spectrum = np.abs(np.fft.rfft(np.concatenate(sound)))
    pitches_hz = np.fft.rfftfreq(len(sound) * DECODE_SAMPLES, 1 / 48_000)
    for pitch_hz in (440, 1500):
        assert spectrum[np.abs(pitches_hz - pitch_hz) < 15].max() > 50 * np.median(spectrum)
    assert not playout.next_samples(now_us).any()


def test_loud_bursts_are_limited_and_too_many_are_bounded() -> None:
    playout = PlayOut()
    loud = Encoder().encode((30_000 * np.sign(np.sin(np.arange(10 * ENCODE_SAMPLES) / 10))).astype(np.int16))
    for burst_id in range(MAX_BURSTS + 5):
        playout.begin(burst_id, full_buffer(loud))
    assert len(playout._playing) == MAX_BURSTS
    samples = np.concatenate([playout.next_samples(200_000 + number * FRAME_US) for number in range(8)])
    assert samples.dtype == np.int16
    assert samples.max() == 32767
    assert samples.min() == -32768


def test_two_frames_played_in_the_time_of_one_have_no_step_between_them() -> None:
    frames = tone(440, 30)
    sound = Sound()
    pieces = [sound.render(Slot(Play.FRAME, frame)) for frame in frames[:10]]
    pieces.append(sound.render(Slot(Play.FRAME, frames[11], frames[10])))
    pieces += [sound.render(Slot(Play.FRAME, frame)) for frame in frames[12:20]]
    steps = np.abs(np.diff(np.concatenate(pieces[3:]).astype(np.int32)))
    assert steps.max() < 2 * 8000 * 2 * np.pi * 440 / 48_000


async def test_file_speaker_writes_what_was_heard_at_its_own_pace(tmp_path: Path) -> None:
    clock = SystemClock()
    speaker = FileSpeaker(tmp_path, clock)
    for _ in range(2):
        speaker.begin(7, full_buffer(tone(440, 15), clock.monotonic_us() - 280_000))
        await until(lambda: not speaker._pulled, "the burst was played")
    for name in ("7.wav", "7-2.wav"):
        with wave.open(str(tmp_path / name), "rb") as file:
            assert file.getframerate() == 48_000
            assert 8 * DECODE_SAMPLES <= file.getnframes() <= 16 * DECODE_SAMPLES
            assert np.frombuffer(file.readframes(-1), dtype=np.int16).std() > 2000


async def test_burst_that_cannot_be_written_is_dropped_and_the_others_are_heard(tmp_path: Path) -> None:
    clock, folder = SystemClock(), tmp_path / "heard"
    speaker = FileSpeaker(folder, clock)
    speaker.begin(1, full_buffer(tone(440, 15), clock.monotonic_us() - 280_000))  # its folder is not there
    folder.mkdir()
    speaker.begin(2, full_buffer(tone(440, 15), clock.monotonic_us() - 280_000))
    await until(lambda: not speaker._pulled, "all is over", deadline_s=2.0)
    assert [path.name for path in folder.iterdir()] == ["2.wav"]
    with wave.open(str(folder / "2.wav"), "rb") as file:
        assert file.getnframes() >= 8 * DECODE_SAMPLES


async def test_file_speaker_goes_on_after_the_disk_was_full(tmp_path: Path) -> None:
    clock = SystemClock()
    speaker = FileSpeaker(tmp_path, clock)
    for burst_id in (1, 2):
        speaker.begin(burst_id, full_buffer(tone(440, 15), clock.monotonic_us() - 280_000))
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, speaker._open[1][1].fileno())
    os.close(full)
    await until(lambda: not speaker._pulled, "all is over", deadline_s=2.0)
    with wave.open(str(tmp_path / "2.wav"), "rb") as written:
        assert written.getnframes() >= 8 * DECODE_SAMPLES
