"""Bursts as a radio hears them: how each begins and ends."""

from __future__ import annotations

from devices.protocol.voice import VoicePacket
from devices.radio.hearing import MAX_BURSTS, SILENT_AFTER_US, Burst, Hearing
from devices.radio.jitter import Play


class Heard:
    """A hearing and what it told."""

    def __init__(self) -> None:
        self.began: list[int] = []
        self.heard: list[int] = []
        self.ended: list[Burst] = []
        self.hearing = Hearing(
            on_begin=lambda burst: self.began.append(burst.burst_id),
            on_heard=lambda burst: self.heard.append(burst.buffer.packets),
            on_end=self.ended.append,
        )


def packet(burst_id: int, sequence: int, *, last: bool = False) -> VoicePacket:
    return VoicePacket(1, burst_id, sequence, sequence * 960, 5, 0, 0, last, (b"f",))


def test_burst_begins_with_its_first_packet_and_ends_with_its_last() -> None:
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 30_000)
    heard.hearing.hear(packet(1, 1, last=True), 20_000, 30_000)
    assert heard.began == [1]
    assert [(burst.burst_id, burst.late_us, burst.buffer.packets) for burst in heard.ended] == [(1, 30_000, 2)]
    assert [heard.ended[0].buffer.next_frame(at_us).play for at_us in (60_000, 80_000, 100_000)] == [
        *(Play.FRAME, Play.FRAME, Play.OVER)
    ]


def test_packet_after_the_end_changes_nothing() -> None:
    heard = Heard()
    heard.hearing.hear(packet(1, 0, last=True), 0, 0)
    heard.hearing.hear(packet(1, 0), 10_000, 0)
    assert (heard.began, len(heard.ended), heard.ended[0].buffer.packets) == ([1], 1, 1)


def test_burst_whose_end_was_lost_ends_after_a_second_of_silence() -> None:
    """P-7.6."""
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 0)
    assert heard.hearing.look(SILENT_AFTER_US - 1)
    assert not heard.hearing.look(SILENT_AFTER_US)
    assert len(heard.ended) == 1


def test_burst_whose_first_packets_were_stale_is_heard_from_the_first_in_time() -> None:
    """P-7.6."""
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 900_000)
    heard.hearing.hear(packet(1, 1), 1_000, 900_000)
    assert (heard.began, heard.heard) == ([1], [])
    late = packet(1, 150)
    heard.hearing.hear(late, 2_200_000, 30_000)
    heard.hearing.hear(packet(1, 151), 2_220_000, 30_000)
    assert heard.heard == [1], "once, when it can be heard"


def test_idle_floor_ends_a_burst_only_after_what_is_under_way_has_come() -> None:
    """P-7.6."""
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 0)
    heard.hearing.floor_idle(1, 10_000)
    assert heard.hearing.look(300_000)
    heard.hearing.hear(packet(1, 1), 350_000, 0)
    assert not heard.hearing.look(410_000)
    assert heard.ended[0].buffer.packets == 2


def test_packet_missing_before_the_end_is_lost_and_its_place_filled() -> None:
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 0)
    heard.hearing.hear(packet(1, 2, last=True), 40_000, 0)
    plays = [heard.ended[0].buffer.next_frame(at_us).play for at_us in range(40_000, 120_000, 20_000)]
    assert plays == [Play.FRAME, Play.CONCEAL, Play.FRAME, Play.OVER]
    assert heard.ended[0].buffer.lost == 1


def test_burst_that_fell_silent_goes_on_with_its_next_packet() -> None:
    """P-7.9."""
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 0)
    heard.hearing.line_lost()
    heard.hearing.hear(packet(1, 0), 600_000, 0)
    heard.hearing.hear(packet(1, 35), 700_000, 0)
    assert heard.hearing.look(710_000)
    heard.hearing.hear(packet(1, 36, last=True), 720_000, 0)
    assert heard.began == [1, 1]
    assert [burst.buffer.packets for burst in heard.ended] == [1, 2]


def test_burst_that_is_over_by_word_of_the_floor_does_not_go_on() -> None:
    heard = Heard()
    heard.hearing.hear(packet(1, 0), 0, 0)
    heard.hearing.line_lost()
    heard.hearing.floor_idle(1, 600_000)
    heard.hearing.hear(packet(1, 1), 700_000, 0)
    assert (heard.began, len(heard.ended)) == ([1], 1)


def test_bursts_that_never_end_are_bounded() -> None:
    heard = Heard()
    for burst_id in range(MAX_BURSTS + 5):
        heard.hearing.hear(packet(burst_id, 0), burst_id, 0)
    assert [burst.burst_id for burst in heard.ended] == [0, 1, 2, 3, 4]
