"""What a radio plays of a burst over good and bad links: in order, each frame once, nothing old."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.voice import MEDIA_TICKS_PER_FRAME
from devices.radio.jitter import MAX_CONCEALED, MAX_WAITING, Fate, JitterBuffer, Play
from devices.radio.timeline import FIRST_DELAY_US, MOST_DELAY_US, STALE_US
from tests.devices.radio.carried import FRAME_US, Heard, heard, number_of, over_tcp, packet, spoken


def counts(buffer: JitterBuffer) -> tuple[int, int, int]:
    return buffer.packets, buffer.lost, buffer.stale


def test_even_packets_are_played_whole_and_soon() -> None:
    """P-7.4, P-7.10."""
    buffer = JitterBuffer()
    told = heard(over_tcp(spoken(2)), buffer=buffer)
    assert told.numbers == list(range(100))
    assert max(told.ages_us(1_500_000)) <= 100_000
    assert (buffer.hurried + buffer.concealed) * FRAME_US <= FIRST_DELAY_US, "to come nearer once the link is known"


@pytest.mark.parametrize(("frames", "held_us"), [(1, 40_000), (3, 60_000)])
def test_on_an_unknown_link_a_radios_packet_of_three_frames_may_come_late_by_its_own_length(
    frames: int, held_us: int
) -> None:
    """P-7.10."""
    buffer = JitterBuffer()
    told = heard(over_tcp(spoken(0.3, frames)), buffer=buffer)
    first_us = frames * FRAME_US + 20_000
    assert held_us - FRAME_US // 2 <= told.frames[0][0] - first_us <= held_us + FRAME_US // 2


def test_last_packet_which_comes_before_its_time_makes_no_other_look_late() -> None:
    """P-7.10."""
    buffer = JitterBuffer()
    *arrivals, (at_us, last) = over_tcp(spoken(1))
    told = heard([*arrivals, (at_us - 15_000, last._replace(last=True))], buffer=buffer)
    assert told.numbers == list(range(50))
    assert buffer.timeline.delay_us(0) == 20_000


def test_packet_that_was_overtaken_is_played_in_its_place() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    for sequence, at_us in ((0, 0), (2, 40_000), (1, 45_000)):
        assert buffer.push(packet(sequence), at_us, 0) is Fate.IN_TIME
    told = heard([], buffer=buffer, pulled_from_us=70_000)
    assert told.numbers == [0, 1, 2]
    assert counts(buffer) == (3, 0, 0)


def test_missing_packet_is_concealed_with_the_frame_after_it_at_hand_and_counts_as_lost() -> None:
    """P-7.4, P-7.12."""
    buffer = JitterBuffer()  # which holds frames back by 40 ms until it knows the link
    told = heard([one for one in over_tcp(spoken(1)) if one[1].sequence != 8], buffer=buffer)
    assert told.numbers == [*range(8), *range(9, 50)]
    concealed = [slot for _, slot in told.slots if slot.play is Play.CONCEAL]
    assert [number_of(slot.frame) for slot in concealed if slot.frame] == [9]
    assert counts(buffer) == (49, 1, 0)


def test_packet_whose_time_is_over_is_not_played() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    arrivals = over_tcp(spoken(1))
    at_us, late = arrivals.pop(20)
    told = heard(sorted([*arrivals, (at_us + 300_000, late)]), buffer=buffer)
    assert 20 not in told.numbers
    assert counts(buffer) == (49, 1, 0)


def test_doubled_packet_is_played_once() -> None:
    """P-7.4."""
    buffer = JitterBuffer()
    assert [buffer.push(packet(n), 0, 0) for n in (0, 0, 2, 2)] == [
        *(Fate.IN_TIME, Fate.DOUBLED, Fate.IN_TIME, Fate.DOUBLED)
    ]
    assert buffer.packets == 2


def test_packet_older_than_400_ms_is_dropped_and_counted() -> None:
    """P-7.3."""
    buffer = JitterBuffer()
    assert buffer.push(packet(0), 5_000, 5_000) is Fate.IN_TIME
    assert buffer.push(packet(1), 20_000 + STALE_US, STALE_US) is Fate.IN_TIME
    assert buffer.push(packet(2), 40_001 + STALE_US, STALE_US + 1) is Fate.STALE
    assert counts(buffer) == (2, 0, 1)
    assert buffer.push(packet(20), 500_000, 100_000) is Fate.IN_TIME


def test_packet_of_unknown_age_is_old_by_its_media_time() -> None:
    """P-7.3."""
    buffer = JitterBuffer()
    assert buffer.push(packet(0), 0, None) is Fate.IN_TIME
    assert buffer.push(packet(1), 20_000 + STALE_US, None) is Fate.IN_TIME
    assert buffer.push(packet(2), 40_000 + STALE_US + 1, None) is Fate.STALE


def test_radio_that_joins_late_has_lost_nothing_and_begins_within_350_ms() -> None:
    """P-7.5."""
    buffer = JitterBuffer(delay_us=MOST_DELAY_US)
    arrivals = over_tcp(spoken(4))[100:]
    told = heard(arrivals, buffer=buffer, pulled_from_us=arrivals[0][0] - 7_000)
    assert told.frames[0][1] == 100
    assert told.frames[0][0] - arrivals[0][0] <= 350_000
    assert buffer.lost == 0


def test_pause_is_silent_and_no_loss() -> None:
    """P-7.12."""
    buffer = JitterBuffer()
    sent = [(at_us, packet(n, first_frame=n)) for n, (at_us, _) in enumerate(spoken(0.5))]
    sent += [(at_us + 3_000_000, packet(n, first_frame=n + 150)) for n, (at_us, _) in enumerate(spoken(1)) if n >= 25]
    told = heard(over_tcp(sent), buffer=buffer)
    assert told.numbers == [*range(25), *range(175, 200)]
    assert told.count(Play.CONCEAL) <= MAX_CONCEALED
    assert counts(buffer) == (50, 0, 0)


def test_media_time_that_wraps_around_is_no_pause() -> None:
    buffer = JitterBuffer()
    for n in range(3):
        media_time = (1 << 32) - MEDIA_TICKS_PER_FRAME + n * MEDIA_TICKS_PER_FRAME
        assert buffer.push(packet(n, media_time=media_time % (1 << 32)), n * FRAME_US, 0) is Fate.IN_TIME
    assert heard([], buffer=buffer, pulled_from_us=70_000).numbers == [0, 1, 2]


@pytest.mark.parametrize("knows_the_hub", [True, False])
@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("stall_us", [200_000, 1_000_000, 5_000_000])
def test_after_a_stall_nothing_old_is_heard_and_the_delay_is_back_within_a_second(
    stall_us: int, frames: int, knows_the_hub: bool
) -> None:
    """P-7.3, P-7.11."""
    buffer = JitterBuffer()
    over_us = 2_000_000 + stall_us
    arrivals = over_tcp(spoken(5 + stall_us / 1e6, frames), stall_us=(2_000_000, over_us))
    told = heard(arrivals, buffer=buffer, knows_the_hub=knows_the_hub)
    assert told.numbers == sorted(set(told.numbers))
    assert max(told.ages_us()) <= STALE_US + FRAME_US + 20_000, "spoken, 20 ms; the transit is unknown without the hub"
    assert max(told.ages_us(over_us + 1_000_000)) <= 300_000
    assert min(at_us for at_us, _ in told.frames if at_us >= over_us) <= over_us + FRAME_US, "speech goes on at once"
    missing = set(range(told.numbers[-1])) - set(told.numbers)
    assert len(missing) * FRAME_US <= max(0, stall_us - 200_000), "what was not old was heard"
    stale = max(0, stall_us - STALE_US) / FRAME_US / frames
    assert buffer.stale == pytest.approx(stale, abs=2)


def test_what_was_late_on_the_talkers_own_line_is_old_though_the_hub_sent_it_just_now() -> None:
    """P-7.3."""
    buffer = JitterBuffer()
    for at_us, one in over_tcp(spoken(4), stall_us=(1_000_000, 3_000_000)):
        buffer.push(one, at_us, 5_000)
    assert buffer.stale == pytest.approx((2_000_000 - STALE_US) / FRAME_US, abs=2)


@pytest.mark.parametrize("knows_the_hub", [True, False])
def test_line_slower_than_the_voice_is_heard_until_it_is_400_ms_behind_and_not_after(knows_the_hub: bool) -> None:
    """P-7.3."""
    buffer = JitterBuffer()
    told = heard(over_tcp(spoken(30), late_us=lambda n: n * 1_000), buffer=buffer, knows_the_hub=knows_the_hub)
    assert told.numbers[:350] == list(range(350)), "5 % slower: 8 s until it is 400 ms behind"
    assert max(told.ages_us()) <= STALE_US + 2 * FRAME_US
    assert counts(buffer)[2] > 1000


def test_delay_follows_the_jitter_of_the_link() -> None:
    """P-7.10."""
    rng = random.Random(1)
    calm, rough = JitterBuffer(), JitterBuffer()
    heard(over_tcp(spoken(4)), buffer=calm)
    told = heard(over_tcp(spoken(10), late_us=lambda _: rng.randrange(120_000)), buffer=rough)
    assert calm.delay_us == 20_000
    assert 60_000 <= rough.delay_us <= MOST_DELAY_US
    late = told.count(Play.CONCEAL, 2_000_000)
    assert late <= 0.08 * 400, f"{late} of 400 frames were made up though their packets came"
    assert max(told.ages_us(2_000_000)) <= 300_000


def test_talker_whose_media_clock_stood_still_is_heard_again_after_a_second() -> None:
    """P-7.3."""
    for step_us in (200_000, 600_000):
        sent = [(at_us if n < 100 else at_us + step_us, one) for n, (at_us, one) in enumerate(spoken(6))]
        told = heard(over_tcp(sent))
        assert told.numbers[-100:] == list(range(200, 300)), f"{step_us} us"


def test_what_nobody_pulls_is_bounded_and_counted_alike() -> None:
    """P-7.6."""
    buffer = JitterBuffer()
    for n in range(3000):
        buffer.push(packet(n), n * FRAME_US, 5_000)
    assert len(buffer._waiting) <= STALE_US // FRAME_US + 1
    for n in range(3000, 3500):
        buffer.push(packet(n, media_time=3000 * MEDIA_TICKS_PER_FRAME), 3000 * FRAME_US, 5_000)
    assert len(buffer._waiting) <= MAX_WAITING
    assert counts(buffer) == (3500, 0, 0)


ARRIVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60_000), st.one_of(st.none(), st.integers(0, 800_000))), max_size=120
)


@settings(deadline=None)
@given(arrivals=ARRIVALS, frames_each=st.integers(1, 6), media_shift=st.integers(0, (1 << 32) - 1))
def test_any_arrivals_play_each_frame_at_most_once_in_order_and_never_late(
    arrivals: list[tuple[int, int, int | None]], frames_each: int, media_shift: int
) -> None:
    """P-7.3, P-7.4, P-7.10."""
    buffer = JitterBuffer()
    now_us = pulled_us = 0
    told = Heard()

    def pull(until_us: int) -> None:
        nonlocal pulled_us
        while pulled_us <= until_us:
            told.slots.append((pulled_us, buffer.next_frame(pulled_us)))
            if told.slots[-1][1].play is Play.FRAME:
                for number in [number for at_us, number in told.frames if at_us == pulled_us]:
                    media_us = (media_shift + number * MEDIA_TICKS_PER_FRAME) * 1_000_000 // 48_000
                    assert buffer.timeline.age_us(media_us, pulled_us) <= STALE_US
            pulled_us += FRAME_US

    fates = []
    for sequence, pause_us, age_us in arrivals:
        pull(now_us + pause_us)
        now_us += pause_us
        media_time = media_shift + sequence * frames_each * MEDIA_TICKS_PER_FRAME
        fates.append(buffer.push(packet(sequence, frames=frames_each, media_time=media_time), now_us, age_us))
        assert 20_000 <= buffer.delay_us <= MOST_DELAY_US
    buffer.finish()
    pull(now_us + STALE_US + 2 * FRAME_US)
    assert told.numbers == sorted(set(told.numbers))
    assert buffer.packets == fates.count(Fate.IN_TIME)
    assert buffer.lost >= 0
    assert not told.slots or told.slots[-1][1].play is Play.OVER, "a burst that is over says so within 400 ms"
