"""What is missing of real speech is made up by libopus, not left out."""

from __future__ import annotations

import ctypes
import logging
import random
from pathlib import Path

import numpy as np
import pytest

from devices.radio import libopus, opus
from devices.radio.libopus import DECODE_SAMPLES, NativeDecoder, OpusMissing, load_from
from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Decoder, Encoder, Samples
from tests.devices.radio.spoken import speech

_APPLICATION_VOIP, _SET_BITRATE, _SET_INBAND_FEC, _SET_LOSS_PERCENT, _SET_BANDWIDTH = 2048, 4002, 4012, 4014, 4008
_WIDEBAND = 1103


def lost_share(count: int, share: float = 0.1, seed: int = 7) -> set[int]:
    """The frames that are lost at random; the first few are heard."""
    rng = random.Random(seed)
    return {number for number in range(10, count) if rng.random() < share}


def likeness(one: Samples, other: Samples) -> float:
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])


def decoded(frames: list[bytes], lost: set[int], *, made_up: bool, with_copies: bool = False) -> Samples:
    decoder = Decoder()
    pieces = []
    for number, frame in enumerate(frames):
        if number not in lost:
            pieces.append(decoder.decode(frame))
        elif made_up:
            following = frames[number + 1] if with_copies and number + 1 not in lost | {len(frames)} else b""
            pieces.append(decoder.conceal(following))
        else:
            pieces.append(np.zeros(DECODE_SAMPLES, dtype=np.int16))
    return np.concatenate(pieces)


def with_copies(samples: Samples) -> list[bytes]:
    """Frames of a coder that puts a copy of each frame into the next one (in-band FEC), which PyAV's does not."""
    library = libopus.load()
    failed = ctypes.c_int()
    library.opus_encoder_create.restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.opus_encoder_create(ENCODE_RATE_HZ, 1, _APPLICATION_VOIP, ctypes.byref(failed)))
    for setting, value in (
        *((_SET_BITRATE, 32_000), (_SET_BANDWIDTH, _WIDEBAND)),
        *((_SET_INBAND_FEC, 1), (_SET_LOSS_PERCENT, 20)),
    ):
        assert library.opus_encoder_ctl(encoder, ctypes.c_int(setting), ctypes.c_int(value)) == 0
    room = ctypes.create_string_buffer(1275)
    frames = []
    for block in samples.reshape(-1, ENCODE_SAMPLES):
        size = library.opus_encode(encoder, block.ctypes.data_as(ctypes.c_void_p), ENCODE_SAMPLES, room, 1275)
        frames.append(room.raw[:size])
    library.opus_encoder_destroy(encoder)
    return frames


def test_a_tenth_of_real_speech_that_is_lost_is_made_up_nearer_to_it_than_silence() -> None:
    """P-7.12."""
    frames = Encoder().encode(speech())
    lost = lost_share(len(frames))
    whole = decoded(frames, set(), made_up=False)
    made_up, silent = (likeness(whole, decoded(frames, lost, made_up=how)) for how in (True, False))
    assert made_up > silent + 0.01
    gaps = np.repeat([number in lost for number in range(len(frames))], DECODE_SAMPLES)
    assert likeness(whole[gaps], decoded(frames, lost, made_up=True)[gaps]) > 0.2, "silence is like nothing at all"


def test_copy_in_the_next_frame_is_nearer_still_where_the_coder_sends_it() -> None:
    """P-7.12."""
    frames = with_copies(speech())
    lost = lost_share(len(frames))
    whole = decoded(frames, set(), made_up=False)
    copied = likeness(whole, decoded(frames, lost, made_up=True, with_copies=True))
    assert copied > likeness(whole, decoded(frames, lost, made_up=True)) + 0.01


def test_made_up_voice_fades_and_then_is_silent() -> None:
    decoder = Decoder()
    for frame in Encoder().encode(speech())[20:60]:
        decoder.decode(frame)
    loudness = [float(np.abs(decoder.conceal().astype(np.int32)).max()) for _ in range(20)]
    assert loudness[0] > 500
    assert max(loudness[10:]) < loudness[0] / 5


def test_wheel_without_libopus_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OpusMissing, match=r"no libopus in .*av\.libs: install PyAV"):
        load_from(tmp_path)


def test_file_that_is_no_libopus_is_named(tmp_path: Path) -> None:
    (tmp_path / "av.libs").mkdir()
    (tmp_path / "av.libs" / "libopus-0.so").write_bytes(b"no library")
    with pytest.raises(OpusMissing, match=r"libopus-0\.so is no libopus that can be called"):
        load_from(tmp_path)


def test_without_libopus_voice_is_heard_and_what_is_missing_is_silence_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> NativeDecoder:
        raise OpusMissing("no libopus in /nowhere")

    monkeypatch.setattr(opus, "NativeDecoder", missing)
    with caplog.at_level(logging.WARNING):
        decoder = Decoder()
    frames = Encoder().encode(speech())
    sound = np.concatenate([decoder.decode(frame) for frame in frames])
    assert sound.std() > 500
    assert not decoder.conceal(frames[1]).any()
    assert (decoder.silenced, decoder.undecodable) == (1, 0)
    assert caplog.messages == ["missing voice is heard as silence: no libopus in /nowhere"]
