"""What claims to be larger than any camera's picture is decoded nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.footage.coded import CodedPicture, StreamName
from hub.footage.errors import NotVideo, Unreadable
from hub.footage.exports.clip import Blur, Clip, Cut
from hub.footage.exports.decoding import Decoding
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.sources import decoding
from hub.footage.sources.frames import open_recording
from hub.footage.sources.opening import Patience
from hub.footage.sources.relay_stream import RelayStream
from hub.footage.stills.job import CannotDecode, still_of
from hub.footage.transcoding.job import Transcoder
from tests.footage.recorder.room import small_film
from tests.footage.segments.films import START_US, film

FILM = film(seconds=3, group=100)


def test_no_process_decodes_a_picture_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100 * 100)
    pictures = [one for one, _ in FILM.pictures]
    clip = Clip(
        camera_id="C01",
        from_us=START_US,
        until_us=START_US + 3_000_000,
        cut=Cut.EXACT,
        blur=Blur.NONE,
        others=(),
        sought=(),
        words="",
        zone="UTC",
    )
    export = Decoding(clip, iter((FILM.form, *pictures)))
    assert list(export.frames()) == []
    assert export.not_decoded > len(pictures) - 5, "decoders in threads tell later"

    transcoder = Transcoder()
    made = [one for record in (FILM.form, *pictures) for one in transcoder.take(record)]
    assert not [one for one in made if isinstance(one, CodedPicture)]

    with pytest.raises(CannotDecode):
        still_of([FILM.form, *pictures])

    server = RelayServer(tmp_path / "relay" / "socket")
    server.start()
    try:
        channel = server.offer("C01", (StreamName.SUB,))
        for record in (FILM.form, *pictures):
            channel.publish(record)
        stream = RelayStream(f"relay:{server.path}#C01/sub", Patience())
        with pytest.raises(Unreadable):
            next(stream.frames())
        stream.close()
    finally:
        server.close()


def test_neither_is_one_that_is_read_from_where_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_film(tmp_path / "gate.mp4", seconds=0.2)
    assert len(list(open_recording(str(path), started_at_us=START_US).frames())) == 5
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100 * 100)
    with pytest.raises(NotVideo):
        list(open_recording(str(path), started_at_us=START_US).frames())
