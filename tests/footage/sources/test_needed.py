"""What is due to be looked at is decoded as if everything were, and what nobody needs is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from devices.protocol.clock import SystemClock
from hub.footage.coded import CodedPicture, StreamName
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.sources.decoding import DECODERS, decoder_of
from hub.footage.sources.frames import open_live
from hub.footage.sources.needed import Needed
from hub.footage.sources.pace import Pace
from tests.footage.segments.films import Film, film

LOOKS_PER_S = 5.0


def decoded(told: Film, needed: Needed | None) -> tuple[dict[int, bytes], int]:
    """The pixels of each picture that comes out, by media time, and how many pictures went in."""
    decoder, shown, count = decoder_of(told.form.coding), {}, 0
    for one, _ in told.pictures:
        for picture in [one] if needed is None else needed.take(one, reordered=decoder.has_b_frames):
            packet = av.Packet(picture.data)
            packet.pts = picture.media_us
            count += 1
            for frame in decoder.decode(packet):
                assert isinstance(frame, av.VideoFrame) and frame.pts is not None
                shown[frame.pts] = np.asarray(frame.to_ndarray()).tobytes()
    for frame in decoder.decode(None):
        assert isinstance(frame, av.VideoFrame) and frame.pts is not None
        shown[frame.pts] = np.asarray(frame.to_ndarray()).tobytes()
    return shown, count


def due(media_us: list[int], looks_per_s: float = LOOKS_PER_S) -> list[int]:
    pace = Pace(looks_per_s)
    return [one for one in sorted(media_us) if pace.due(one / 1e6)]


@pytest.mark.parametrize(("encoder", "group", "left"), [("libx264", 25, 8), ("libx264", 12, 8), ("libx265", 25, 4)])
def test_pictures_that_are_due_are_as_if_all_were_decoded_and_the_last_before_a_key_picture_are_not(
    encoder: str, group: int, left: int
) -> None:
    told = film(encoder, seconds=2, group=group)
    every, _ = decoded(told, None)
    some, count = decoded(told, Needed(LOOKS_PER_S, told.form))
    wanted = due(list(every))
    assert {at: some.get(at) for at in wanted} == {at: every[at] for at in wanted}
    assert 50 - count >= left, "pictures that were left out (of H.265 the last: its key pictures may not begin anew)"


def test_at_seldom_looks_most_of_a_stream_is_not_decoded() -> None:
    told = film(seconds=4, group=25)
    every, _ = decoded(told, None)
    some, count = decoded(told, Needed(0.5, told.form))
    wanted = due(list(every), 0.5)
    assert {at: some.get(at) for at in wanted} == {at: every[at] for at in wanted}
    assert count <= 3


@pytest.mark.parametrize("open_groups", [False, True])
def test_where_the_order_of_display_is_another_every_picture_that_others_refer_to_is_decoded(open_groups: bool) -> None:
    told = film(seconds=2, group=25, reordered=2, open_groups=open_groups)
    every, _ = decoded(told, None)
    some, count = decoded(told, Needed(LOOKS_PER_S, told.form))
    assert 15 <= count < 50
    assert all(every[at] == pixels for at, pixels in some.items())
    gaps = [later - at for at, later in zip(sorted(some), sorted(some)[1:], strict=False)]
    assert max(gaps) <= 1e6 / LOOKS_PER_S


def test_one_picture_whose_stamp_goes_back_costs_the_saving_until_the_next_key_picture_alone() -> None:
    told = film(seconds=4, group=25)
    scarred = list(told.pictures)
    scarred[7] = (replace(scarred[7][0], media_us=scarred[5][0].media_us - 1), scarred[7][1])
    some, count = decoded(replace(told, pictures=scarred), Needed(LOOKS_PER_S, told.form))
    assert 100 - count >= 12, "the last of each second but the first"
    assert set(due([one.media_us for one, _ in scarred if one.media_us >= 1_000_000])) <= set(some)


async def test_relayed_stream_that_is_looked_at_is_decoded_where_it_is_due(tmp_path: Path) -> None:
    told = film(seconds=2, group=25)
    server = RelayServer(tmp_path / "relay" / "socket")
    server.start()
    channel = server.offer("C01", (StreamName.SUB,))
    channel.publish(told.form)
    address = f"relay:{server.path}#C01/sub"
    stream = await asyncio.to_thread(open_live, address, clock=SystemClock(), looks_per_s=LOOKS_PER_S)
    for picture, _ in told.pictures:
        channel.publish(picture)
    server.withdraw(channel)
    shown = [frame.media_us for frame in await asyncio.to_thread(list, stream.frames())]
    stream.close()
    server.close()
    wanted = due([picture.media_us for picture, _ in told.pictures])
    assert set(wanted) <= set(shown)
    assert len(shown) <= 42


def test_webcams_pictures_need_no_other() -> None:
    told = film("mjpeg", seconds=1)
    assert told.form.coding in DECODERS
    needed = Needed(LOOKS_PER_S, told.form)
    taken: list[CodedPicture] = [one for each, _ in told.pictures for one in needed.take(each, reordered=False)]
    assert len(taken) == LOOKS_PER_S
