"""A text becomes sound that is heard, within its bounds, by the engine that there is; without one it is said so."""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from devices.radio.opus import Decoder
from hub.speech import service
from hub.speech.service import NotSpoken, Speech, Why, engine
from hub.speech.sound import NoSound, TooLong, read_sound

MISSING_CHILD = "孩子走失，七岁男孩，红色上衣，请各场所留意。"


@pytest.fixture
def espeak() -> Speech:
    command = engine(None)
    if command is None:
        pytest.skip("espeak-ng is missing")
    return Speech(command)


def _program(*lines: str) -> Speech:
    return Speech((sys.executable, "-c", "\n".join(lines)))


async def _why(speech: Speech, text: str = MISSING_CHILD) -> Why:
    with pytest.raises(NotSpoken) as refused:
        await speech.spoken(text)
    assert refused.value.message
    return refused.value.why


async def test_chinese_text_is_heard_and_longer_text_longer(espeak: Speech) -> None:
    short, long = await espeak.spoken("走失"), await espeak.spoken(MISSING_CHILD)
    assert 0.3 < short.duration_s < 2.5
    assert 2 * short.duration_s < long.duration_s < 15
    assert np.sqrt(np.mean(long.pcm.astype(float) ** 2)) > 500
    other = await espeak.spoken("演习结束，谢谢大家。")
    assert other.ogg != long.ogg


async def test_packets_and_file_hold_the_same_sound_of_20_ms_each(espeak: Speech) -> None:
    spoken = await espeak.spoken(MISSING_CHILD)
    assert len(spoken.packets) == round(spoken.duration_s / 0.02)
    read_again = read_sound(spoken.ogg, 60)
    assert abs(read_again.duration_s - spoken.duration_s) <= 0.021
    decoder = Decoder()
    heard = np.concatenate([decoder.decode(packet) for packet in spoken.packets])[::3].astype(float)
    late = 104  # the coder's look-ahead of 6.5 ms at 16 kHz
    likeness = np.corrcoef(heard[late:], spoken.pcm[: heard.size - late].astype(float))[0, 1]
    assert likeness > 0.8


async def test_same_text_is_spoken_once_for_all_who_ask_at_once(tmp_path: Path, espeak: Speech) -> None:
    count = tmp_path / "count"
    speech = Speech(("sh", "-c", f"echo x >> {count}; exec espeak-ng -v cmn --stdin --stdout"))
    spoken = await asyncio.gather(*(speech.spoken(MISSING_CHILD) for _ in range(30)))
    assert all(one is spoken[0] for one in spoken)
    assert await speech.spoken(MISSING_CHILD) is spoken[0]
    assert count.read_text() == "x\n"


async def test_without_an_engine_it_is_said_so() -> None:
    assert engine("none") is None
    assert await _why(Speech(None)) is Why.NO_ENGINE
    assert await _why(Speech(("/no/such/engine",))) is Why.FAILED


async def test_engine_that_is_silent_or_breaks_is_no_spoken_message() -> None:
    silent = _program(
        "import sys, wave",
        "sys.stdin.read()",
        "file = wave.open(sys.stdout.buffer, 'wb')",
        "file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)",
        "file.writeframes(bytes(32000))",
    )
    assert await _why(silent) is Why.FAILED
    assert await _why(_program("print('no sound at all')")) is Why.FAILED
    assert await _why(_program("raise SystemExit(3)")) is Why.FAILED


async def test_engine_that_hangs_or_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PATIENCE_S", 0.3)
    assert await _why(_program("import time", "time.sleep(60)")) is Why.TOO_SLOW
    monkeypatch.setattr(service, "PATIENCE_S", 10.0)
    endless = _program("import sys", "while True: sys.stdout.buffer.write(bytes(65536))")
    assert await _why(endless) is Why.TOO_LONG


async def test_text_that_is_too_long_is_refused_at_once(espeak: Speech) -> None:
    assert await _why(espeak, "走" * 501) is Why.TOO_LONG


async def test_more_texts_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 2)
    monkeypatch.setattr(service, "PATIENCE_S", 0.5)
    slow = _program("import time", "time.sleep(60)")
    waiting = [asyncio.ensure_future(_why(slow, text)) for text in ("一", "二")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await _why(slow, "三") is Why.TOO_BUSY
    assert await asyncio.gather(*waiting) == [Why.TOO_SLOW, Why.TOO_SLOW]


async def test_playlist_that_names_other_files_is_not_read(tmp_path: Path, espeak: Speech) -> None:
    wav = tmp_path / "other.ogg"
    wav.write_bytes((await espeak.spoken(MISSING_CHILD)).ogg)
    assert read_sound(wav.read_bytes(), 60).duration_s > 1
    for playlist in (f"#EXTM3U\n#EXTINF:1,\nfile://{wav}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile {wav}\n"):
        with pytest.raises(NoSound):
            read_sound(playlist.encode(), 30)


async def test_sound_longer_than_it_may_be_is_refused_while_it_is_read(espeak: Speech) -> None:
    spoken = await espeak.spoken(MISSING_CHILD)
    with pytest.raises(TooLong):
        read_sound(spoken.ogg, 1.0)


def _aac(rate_hz: int, layout: str) -> bytes:
    """A second of silence, as frames that say their own form."""
    written = io.BytesIO()
    with av.open(written, "w", format="adts") as file:
        stream = file.add_stream("aac", rate=rate_hz, layout=layout)
        planes = np.zeros((len(av.AudioLayout(layout).channels), rate_hz), np.float32)
        frame = av.AudioFrame.from_ndarray(planes, "fltp", layout)
        frame.sample_rate = rate_hz
        for part in av.AudioResampler("fltp", layout, rate_hz, frame_size=1024).resample(frame):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return written.getvalue()


def test_recording_that_changes_its_form_in_the_middle_is_read_to_its_end() -> None:
    mono, stereo = _aac(44_100, "mono"), _aac(48_000, "stereo")
    both = read_sound(mono + stereo, 30).duration_s
    assert both == pytest.approx(read_sound(mono, 30).duration_s + read_sound(stereo, 30).duration_s, abs=0.1)
