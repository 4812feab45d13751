"""A relayed stream in which the recorder's connection to the camera ends and comes back at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from hub.footage.coded import StreamName
from hub.footage.errors import Unreadable
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.sources.frame import Frame
from hub.footage.sources.opening import Patience
from hub.footage.sources.pace import Pace
from hub.footage.sources.relay_stream import RelayStream
from tests.footage.segments.films import film

LOOKS_PER_S = 5.0
SILENT_US = 1_500_000


async def frames_of_two_connections(folder: Path, later_us: int, looks_per_s: float | None) -> list[Frame]:
    """2 s of a camera and, ``later_us`` after its first, 2 s of it again: the same form, media time counted anew."""
    told = film(seconds=2, group=25)
    server = RelayServer(folder / "relay" / "socket")
    server.start()
    channel = server.offer("C01", (StreamName.SUB,))
    channel.publish(told.form)
    stream = await asyncio.to_thread(RelayStream, f"relay:{server.path}#C01/sub", Patience(), looks_per_s)
    for by_us in (0, later_us):
        channel.publish(told.form)
        for picture, _ in told.pictures:
            channel.publish(replace(picture, wall_us=picture.wall_us + by_us))
    server.withdraw(channel)
    frames = await asyncio.to_thread(list, stream.frames())
    stream.close()
    server.close()
    return frames


@pytest.mark.parametrize("looks_per_s", [None, LOOKS_PER_S])
async def test_camera_that_ends_its_stream_and_comes_back_is_looked_at_as_before(
    tmp_path: Path, looks_per_s: float | None
) -> None:
    again_us = 2_000_000 + SILENT_US
    frames = await frames_of_two_connections(tmp_path, again_us, looks_per_s)
    pace = Pace(LOOKS_PER_S)
    due = [frame for frame in frames if pace.due(frame.media_us / 1e6)]
    began_us = frames[0].wall_us
    assert {frame.wall_us - frame.media_us for frame in frames} == {began_us}, "media time goes on as wall time does"
    assert len([frame for frame in due if frame.wall_us < began_us + again_us]) == 10
    assert len([frame for frame in due if frame.wall_us >= began_us + again_us]) == 10


@pytest.mark.parametrize(("later_us", "gap_us"), [(-3_600_000_000, 40_000), (86_400_000_000, 60_000_000)])
async def test_media_time_goes_on_where_the_hubs_clock_was_set_in_between(
    tmp_path: Path, later_us: int, gap_us: int
) -> None:
    frames = await frames_of_two_connections(tmp_path, later_us, None)
    gaps_us = [later.media_us - frame.media_us for frame, later in pairwise(frames)]
    assert gaps_us == [*[40_000] * 49, gap_us, *[40_000] * 49]


async def test_media_time_that_cannot_be_is_told_of_the_stream(tmp_path: Path) -> None:
    server = RelayServer(tmp_path / "relay" / "socket")
    server.start()
    channel = server.offer("C01", (StreamName.SUB,))
    told = film(seconds=2, group=25)
    channel.publish(told.form)
    stream = await asyncio.to_thread(RelayStream, f"relay:{server.path}#C01/sub", Patience())
    for media_us in (1 << 62, 0):
        channel.publish(told.form)
        channel.publish(replace(told.pictures[0][0], media_us=media_us))
    with pytest.raises(Unreadable):
        await asyncio.to_thread(list, stream.frames())
    stream.close()
    server.close()
