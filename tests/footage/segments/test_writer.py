"""A segment as it is written: any player reads it, its pictures keep their times, little is added to them."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from hub.footage.segments.index import Index
from hub.footage.segments.names import index_of
from tests.footage.segments.films import START_US, film, write


@pytest.mark.parametrize(
    ("encoder", "reordered"), [("libx264", 0), ("libx264", 2), ("libx265", 0), ("libx265", 3), ("mjpeg", 0)]
)
def test_any_player_reads_a_segment_with_the_right_times(tmp_path: Path, encoder: str, reordered: int) -> None:
    filmed = film(encoder, reordered=reordered)
    path = write(tmp_path, filmed)
    assert path.relative_to(tmp_path) == Path("C01/2026-11-22/160000000-160004000.mp4")
    with av.open(str(path)) as opened:
        video = opened.streams.video[0]
        packets = [packet for packet in opened.demux(video) if packet.size]
        times_us = [round(packet.pts * video.time_base * 1_000_000) for packet in packets]
    assert times_us == [picture.wall_us - START_US for picture, _ in filmed.pictures]
    assert [packet.is_keyframe for packet in packets] == [picture.key for picture, _ in filmed.pictures]
    with av.open(str(path)) as opened:
        shown = [frame.time for frame in opened.decode(video=0)]
    assert shown == pytest.approx([number / 25 for number in range(100)], abs=1e-6)


def test_a_fragment_lasts_a_second_at_most_and_begins_at_a_key_picture(tmp_path: Path) -> None:
    entries = Index.read(index_of(write(tmp_path, film(group=30))))
    assert [(entry.wall_us - START_US) // 1000 for entry in entries] == [0, 1000, 1200, 2200, 2400, 3400, 3600]
    assert [entry.key for entry in entries] == [True, False, True, False, True, False, True]
    assert [entry.duration_ms for entry in entries] == [1000, 200, 1000, 200, 1000, 200, 400]
