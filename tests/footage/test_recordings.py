"""Files and folders of pictures as dated frames, and what is said of those that cannot be read."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from hub.footage.errors import NoSuchFile, NotVideo, SourceError, Unreadable
from hub.footage.sources.frames import VideoStream, open_recording
from tests.vision.drawn import Walker, film, scene, street

STARTED_US = 1_767_225_600_000_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clip") / "street.mp4", [Walker(100, 400, 80, 150)], seconds=2)


def test_every_frame_is_dated_from_the_start_of_the_recording(clip: Path) -> None:
    frames = list(open_recording(str(clip), started_at_us=STARTED_US).frames())
    assert [frame.media_us for frame in frames] == [number * 100_000 for number in range(20)]
    assert frames[7].wall_us == STARTED_US + 700_000


def test_picture_comes_back_as_it_was_drawn(clip: Path) -> None:
    frame = next(iter(open_recording(str(clip), started_at_us=0).frames()))
    drawn = scene([Walker(100, 400, 80, 150)], 0.0)
    assert np.abs(frame.pixels.bgr().astype(int) - drawn).mean() < 6
    grey = cv2.cvtColor(frame.pixels.bgr(), cv2.COLOR_BGR2GRAY).astype(float)
    assert np.corrcoef(frame.pixels.grey().ravel(), grey.ravel())[0, 1] > 0.99


def test_progress_reaches_the_end(clip: Path) -> None:
    stream = open_recording(str(clip), started_at_us=0)
    shares = [stream.progress or 0.0 for _ in stream.frames()]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] > 0.9


def test_packets_of_the_same_demux_are_the_whole_coded_video(clip: Path) -> None:
    stream = open_recording(str(clip), started_at_us=0)
    assert isinstance(stream, VideoStream)
    packets = list(stream.packets())
    assert sum(packet.size for packet in packets) > 0.8 * clip.stat().st_size
    assert sum(1 for packet in packets for _ in stream.decode(packet)) == 20


def test_missing_file_is_named() -> None:
    with pytest.raises(NoSuchFile, match=r"/nowhere/yard\.mp4 does not exist"):
        open_recording("/nowhere/yard.mp4", started_at_us=0)


def test_file_that_is_not_video_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "letter.mp4"
    file.write_bytes(b"Dear Sir, " * 500)
    with pytest.raises(NotVideo, match=r"letter\.mp4 is not video"):
        open_recording(str(file), started_at_us=0)


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "song.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with pytest.raises(NotVideo, match="holds no video"):
        open_recording(str(file), started_at_us=0)


def test_recording_cut_short_gives_the_frames_it_has(clip: Path, tmp_path: Path) -> None:
    remuxed = tmp_path / "cut.ts"
    _as_transport_stream(clip, remuxed)
    remuxed.write_bytes(remuxed.read_bytes()[: remuxed.stat().st_size // 2])
    frames = list(open_recording(str(remuxed), started_at_us=0).frames())
    assert 5 <= len(frames) <= 15


def test_scarred_recording_goes_on_after_the_scar(clip: Path, tmp_path: Path) -> None:
    scarred = tmp_path / "scarred.ts"
    _as_transport_stream(clip, scarred)
    coded = bytearray(scarred.read_bytes())
    middle = len(coded) // 2
    coded[middle : middle + 2000] = bytes(2000)
    scarred.write_bytes(coded)
    frames = list(open_recording(str(scarred), started_at_us=0).frames())
    assert frames[-1].media_us >= 1_800_000


def test_recording_of_noise_is_refused(clip: Path, tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    coded = bytearray(clip.read_bytes())
    start = coded.index(b"mdat") + 4
    end = coded.index(b"moov", start) - 4
    coded[start:end] = np.random.default_rng(1).bytes(end - start)
    noise.write_bytes(coded)
    with pytest.raises(NotVideo, match="no picture that can be decoded"):
        list(open_recording(str(noise), started_at_us=0).frames())


def test_folder_of_pictures_runs_at_the_rate_its_sequence_names(tmp_path: Path) -> None:
    folder = tmp_path / "img1"
    folder.mkdir()
    for number in (1, 2, 3):
        cv2.imwrite(str(folder / f"{number:06d}.jpg"), street(64, 48, seed=number))
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nframeRate=4\n", encoding="utf-8")
    stream = open_recording(str(folder), started_at_us=STARTED_US)
    frames = list(stream.frames())
    assert [frame.wall_us - STARTED_US for frame in frames] == [0, 250_000, 500_000]
    assert frames[0].pixels.bgr().shape == (48, 64, 3)
    assert frames[0].pixels.grey().shape == (48, 64)
    assert stream.progress == 1.0


def test_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotVideo, match="holds no pictures"):
        open_recording(str(tmp_path), started_at_us=0)


def test_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(NotVideo, match="neither a file nor a folder"):
        open_recording(str(tmp_path / "pipe.mp4"), started_at_us=0)


def test_pipe_among_pictures_is_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "000001.jpg")
    with pytest.raises(NotVideo, match="holds no pictures"):
        open_recording(str(tmp_path), started_at_us=0)


def test_broken_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "000001.jpg").write_bytes(b"not a picture")
    with pytest.raises(Unreadable, match=r"000001\.jpg is not a picture"):
        list(open_recording(str(tmp_path), started_at_us=0).frames())


@pytest.mark.parametrize("rate", ["0", "fast"])
def test_impossible_frame_rate_is_refused(tmp_path: Path, rate: str) -> None:
    folder = tmp_path / "img1"
    folder.mkdir()
    cv2.imwrite(str(folder / "000001.jpg"), street(64, 48))
    (tmp_path / "seqinfo.ini").write_text(f"[Sequence]\nframeRate={rate}\n", encoding="utf-8")
    with pytest.raises(SourceError, match="frameRate"):
        open_recording(str(folder), started_at_us=0)


def _as_transport_stream(source: Path, target: Path) -> None:
    """The same coded video in a container that can be read from any point."""
    import av

    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        stream = write.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                write.mux(packet)
