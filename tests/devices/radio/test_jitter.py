"""Packets of a burst in order, each frame once, nothing stale."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from devices.radio.jitter import HOLD_US, MAX_FILL_FRAMES, Fate, Frames, JitterBuffer


def packet(sequence: int, *, media_time: int | None = None, frames: int = 1) -> VoicePacket:
    at = sequence * frames * MEDIA_TICKS_PER_FRAME if media_time is None else media_time
    body = tuple(b"%d.%d" % (sequence, index) for index in range(frames))
    return VoicePacket(1, 9, sequence, at % (1 << 32), 5, 0, 0, False, body)


def test_packets_in_order_are_played_as_they_come() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    assert [buffer.push(packet(n), n * 20_000, 5_000) for n in range(3)] == [
        (Fate.IN_ORDER, [b"0.0"]),
        (Fate.IN_ORDER, [b"1.0"]),
        (Fate.IN_ORDER, [b"2.0"]),
    ]


def test_packet_that_was_overtaken_is_played_in_its_place() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    buffer.push(packet(0), 0, 0)
    assert buffer.push(packet(2), 20_000, 0) == (Fate.HELD, [])
    assert buffer.push(packet(1), 30_000, 0) == (Fate.IN_ORDER, [b"1.0", b"2.0"])
    assert buffer.lost == 0


def test_missing_packet_is_given_up_after_60_ms_and_counted() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    buffer.push(packet(0), 0, 0)
    buffer.push(packet(2), 20_000, 0)
    assert buffer.wait(20_000 + HOLD_US - 1) == []
    assert buffer.wait(20_000 + HOLD_US) == [None, b"2.0"]
    assert buffer.lost == 1
    assert buffer.push(packet(1), 100_000, 0) == (Fate.TOO_LATE, [])


def test_doubled_packet_is_played_once() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    buffer.push(packet(0), 0, 0)
    assert buffer.push(packet(0), 1, 0) == (Fate.TOO_LATE, [])
    buffer.push(packet(2), 2, 0)
    assert buffer.push(packet(2), 3, 0) == (Fate.DOUBLED, [])
    assert buffer.packets == 2


def test_packet_older_than_400_ms_is_dropped_and_counted() -> None:
    """P-7.3."""
    buffer = JitterBuffer()
    buffer.push(packet(0), 0, 400_000)
    assert buffer.push(packet(1), 20_000, 400_001) == (Fate.STALE, [])
    assert (buffer.packets, buffer.stale, buffer.lost) == (1, 1, 0)
    assert buffer.push(packet(2), 40_000, 100_000) == (Fate.IN_ORDER, [b"2.0"])


def test_packet_of_unknown_age_is_played() -> None:
    """P-7.3."""
    assert JitterBuffer().push(packet(0), 0, None) == (Fate.IN_ORDER, [b"0.0"])


def test_radio_that_joins_late_has_lost_nothing() -> None:
    """P-7.5."""
    buffer = JitterBuffer()
    buffer.push(packet(100), 0, 0)
    buffer.push(packet(101), 20_000, 0)
    assert (buffer.packets, buffer.lost) == (2, 0)


def test_long_pause_is_filled_with_one_second_at_most() -> None:
    buffer = JitterBuffer()
    buffer.push(packet(0), 0, 0)
    _, frames = buffer.push(packet(1, media_time=48_000 * 3600), 20_000, 0)
    assert len(frames) == MAX_FILL_FRAMES + 1


def test_media_time_that_wraps_around_is_no_pause() -> None:
    buffer = JitterBuffer()
    buffer.push(packet(0, media_time=(1 << 32) - MEDIA_TICKS_PER_FRAME), 0, 0)
    assert buffer.push(packet(1, media_time=0), 20_000, 0) == (Fate.IN_ORDER, [b"1.0"])


ARRIVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 40_000), st.one_of(st.none(), st.integers(0, 800_000))), max_size=120
)


@settings(deadline=None)
@given(arrivals=ARRIVALS, frames_each=st.integers(1, 6))
def test_any_arrivals_play_each_frame_at_most_once_and_in_order(
    arrivals: list[tuple[int, int, int | None]], frames_each: int
) -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    now_us = 0
    played: Frames = []
    accepted = 0
    for sequence, pause_us, age_us in arrivals:
        now_us += pause_us
        fate, frames = buffer.push(packet(sequence, frames=frames_each), now_us, age_us)
        accepted += fate in (Fate.IN_ORDER, Fate.HELD)
        played += frames
    played += buffer.finish(now_us)
    heard = [tuple(map(int, frame.split(b"."))) for frame in played if frame is not None]
    assert heard == sorted(set(heard))
    assert len(heard) == accepted * frames_each == buffer.packets * frames_each


@settings(deadline=None)
@given(order=st.permutations(list(range(8))))
def test_any_order_within_the_hold_time_loses_nothing_after_the_first(order: list[int]) -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    played: Frames = []
    for place, sequence in enumerate(order):
        played += buffer.push(packet(sequence), place * 1000, 0)[1]
    played += buffer.finish(10_000)
    assert played == [b"%d.0" % sequence for sequence in range(order[0], 8)]
    assert buffer.lost == 0
