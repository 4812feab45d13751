"""A burst's packets in their place in time: order, gaps, clocks that jump, and bounds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.voice import VoicePacket
from hub.talk.recording.timeline import HOLD_US, MOST_AHEAD, MOST_FILLED, PAGE_US, Timeline, is_20_ms

FRAME_US = 20_000
FILLED = b"\x48"


def frame(number: int) -> bytes:
    """A wideband frame of 20 ms that can be told from others."""
    return b"\x48" + number.to_bytes(4, "big")


def packet(sequence: int, place: int, frames: int = 1, base: int = 0) -> VoicePacket:
    body = tuple(frame(place + n) for n in range(frames))
    return VoicePacket(1, 2, sequence, (base + place * 960) % (1 << 32), 5, 0, 0, False, body)


def heard(timeline: Timeline, packets: Sequence[VoicePacket]) -> None:
    """Each comes when it was spoken."""
    for one in packets:
        timeline.add(one, one.media_time // 48 * 1000)


def test_packets_come_back_in_order_whatever_order_they_came_in() -> None:
    timeline = Timeline()
    heard(timeline, [packet(n, n) for n in (1, 0, 3, 2, 4)])
    assert timeline.rest() == [frame(n) for n in range(5)]
    assert (timeline.packets, timeline.lost) == (5, 0)


def test_packet_of_six_frames_and_one_that_comes_twice() -> None:
    timeline = Timeline()
    heard(timeline, [packet(0, 0, 6), packet(1, 6, 6), packet(0, 0, 6)])
    assert timeline.rest() == [frame(n) for n in range(12)]
    assert (timeline.packets, timeline.lost) == (2, 0)


def test_lost_packet_and_a_pause_are_filled_and_only_what_was_lost_is_counted() -> None:
    timeline = Timeline()
    heard(timeline, [packet(0, 0), packet(2, 2), packet(3, 53)])
    assert timeline.rest() == [frame(0), FILLED, frame(2), *[FILLED] * 50, frame(53)]
    assert timeline.lost == 1


def test_packet_that_comes_after_its_page_is_lost() -> None:
    timeline = Timeline()
    heard(timeline, [packet(0, 0), packet(2, 2)])
    timeline.rest()
    heard(timeline, [packet(1, 1), packet(3, 3)])
    assert timeline.rest() == [frame(3)]
    assert timeline.lost == 1


def test_media_clock_that_begins_anywhere_and_turns_over_is_followed() -> None:
    timeline = Timeline()
    for n in range(20):
        timeline.add(packet(n, n, base=(1 << 32) - 5 * 960), n * FRAME_US)
    assert timeline.rest() == [frame(n) for n in range(20)]


@pytest.mark.parametrize("jump", [MOST_FILLED + 2, 10_000_000, -10_000])
def test_clock_that_jumps_leaves_no_gap(jump: int) -> None:
    timeline = Timeline()
    timeline.add(packet(0, 20_000), 0)
    timeline.add(packet(1, 20_001 + jump), FRAME_US)
    timeline.add(packet(2, 20_002 + jump), 2 * FRAME_US)
    assert len(timeline.rest()) == 3


def test_who_speaks_faster_than_time_is_cut_off_at_three_seconds() -> None:
    timeline = Timeline()
    for n in range(10_000):
        timeline.add(packet(n, n * 100), n * 1000)  # 2 s of voice each millisecond
    assert len(timeline.rest()) <= MOST_AHEAD + 10_000 * 1000 // FRAME_US


def test_page_is_due_after_its_time_and_the_youngest_wait_for_others() -> None:
    timeline, came = Timeline(), 0
    for n in range(36):
        timeline.add(packet(n, n), n * FRAME_US)
        came = n * FRAME_US
        if came < PAGE_US:
            assert timeline.due(came) == []
    first = timeline.due(came)
    assert first == [frame(n) for n in range(31)]
    assert timeline.due(came + PAGE_US - HOLD_US - 1) == []
    assert timeline.due(came + PAGE_US - HOLD_US) == [frame(n) for n in range(31, 36)]


def test_nothing_waits_longer_than_its_page_when_the_talker_is_silent() -> None:
    timeline = Timeline()
    timeline.add(packet(0, 0), 0)
    assert timeline.due(PAGE_US) == [frame(0)]
    assert timeline.due(2 * PAGE_US) == []


@pytest.mark.parametrize(
    ("first_bytes", "is_one"),
    [
        (b"\x08", True),  # SILK narrow band, 20 ms
        (b"\x00", False),  # 10 ms
        (b"\x01", True),  # two of 10 ms
        (b"\x18", False),  # 60 ms
        (b"\x78", True),  # hybrid, 20 ms
        (b"\xf8", True),  # CELT, 20 ms
        (b"\xf9", False),  # two of 20 ms
        (b"\xe3\x08", True),  # eight of 2.5 ms
        (b"\xe3", False),  # says how many nowhere
        (b"\xfc\xff\xfe", True),  # two channels
    ],
)
def test_frame_says_how_long_it_is(first_bytes: bytes, is_one: bool) -> None:
    assert is_20_ms(first_bytes) is is_one


def test_frame_of_another_length_is_filled_and_not_kept() -> None:
    timeline = Timeline()
    bad = packet(1, 1)._replace(frames=(b"\x18 60 ms",))
    heard(timeline, [packet(0, 0), bad, packet(2, 2)])
    assert timeline.rest() == [frame(0), FILLED, frame(2)]
    assert timeline.lost == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 6), st.integers(0, 60_000), st.integers(-3, 3)), max_size=120
    )
)
def test_any_packets_leave_each_at_its_place_or_nowhere(came: list[tuple[int, int, int, int]]) -> None:
    """Of any places, sizes, delays and jumps: pages follow without a gap, bounded by time, each frame at most once."""
    timeline, taken, now_us = Timeline(), list[bytes](), 0
    for sequence, (place, frames, later_us, jump) in enumerate(came):
        now_us += later_us
        timeline.add(packet(sequence, place, frames, base=max(0, jump) << 29), now_us)
        page = timeline.due(now_us)
        assert len(page) <= MOST_AHEAD + now_us // FRAME_US + 6
        taken += page
    taken += timeline.rest()
    assert timeline.packets + timeline.lost == len(came)
    assert len(taken) <= now_us // FRAME_US + MOST_AHEAD + 6
    assert all(one == FILLED or len(one) == 5 for one in taken)
    assert timeline.rest() == []


@given(st.permutations(range(40)), st.sets(st.integers(1, 38), max_size=15))
def test_any_order_within_a_page_loses_nothing_but_what_never_came(order: list[int], gone: set[int]) -> None:
    timeline = Timeline()
    timeline.add(packet(0, 0), 0)
    for n in order:
        if n not in gone and n != 0:
            timeline.add(packet(n, n), n)
    assert timeline.rest() == [FILLED if n in gone else frame(n) for n in range(40)]
    assert timeline.lost == len(gone)
