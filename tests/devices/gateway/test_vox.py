"""Voice-operated transmit: people open it, noise does not, and the first syllable is not cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.gateway.settings import VoxSettings
from devices.gateway.vox import Vox
from devices.radio.opus import Samples
from tests.devices.gateway.simulated import Simulated, Spoken, World
from tests.devices.gateway.voices import answer, blocks, call, noise, silence


def opened(sound: Samples, carrier: bool | None = None) -> list[tuple[float, float]]:
    """From when to when (seconds) it was open."""
    vox = Vox(VoxSettings())
    open_at = [False, *(vox.take(block, carrier) for block in blocks(sound)), False]
    turns = [at / 50 for at in range(1, len(open_at)) if open_at[at] != open_at[at - 1]]
    return [((begin - 0.02), end - 0.02) for begin, end in zip(turns[::2], turns[1::2], strict=True)]


@pytest.mark.parametrize("louder_than_noise_db", [15, 25, 60])
@pytest.mark.parametrize("spoken", [call, answer])
def test_speech_opens_it_once_from_its_first_syllable_to_its_end(
    spoken: Callable[[], Samples], louder_than_noise_db: float
) -> None:
    speech = spoken()
    rms = np.sqrt(np.mean(speech.astype(float) ** 2)) * 10 ** (-louder_than_noise_db / 20)
    padded = np.concatenate([silence(1), speech, silence(2)])
    ((begin, end),) = opened(padded + noise(padded.size / 16_000, rms))
    first = np.flatnonzero(np.abs(padded) > 500)[0] / 16_000
    last = np.flatnonzero(np.abs(padded) > 500)[-1] / 16_000
    assert begin < first + 0.2, "the pre-roll of 0.3 s holds the first syllable"
    assert last < end < last + 0.75


@pytest.mark.parametrize("kind", ["white", "lowered", "band"])
@pytest.mark.parametrize("rms", [100, 1000, 8000])
def test_noise_does_not_open_it_however_loud(kind: str, rms: float) -> None:
    assert opened(np.concatenate([silence(1), noise(4, rms, kind), silence(1)])) == []


def test_clicks_do_not_open_it() -> None:
    clicks = silence(4)
    clicks[::4000] = 25_000
    assert opened(clicks) == []


@given(levels=st.lists(st.integers(0, 9000), min_size=1, max_size=12), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_noise_that_comes_and_goes_does_not_open_it(levels: list[int], seed: int) -> None:
    assert opened(np.concatenate([noise(0.4, max(rms, 1), seed=seed) for rms in levels])) == []


def test_noise_takes_the_air_until_it_is_learned() -> None:
    vox = Vox(VoxSettings())
    taken = [(vox.take(block), vox.is_busy)[1] for block in blocks(noise(5, 2000))]
    assert taken[10], "something is there"
    assert not taken[-1], "an open squelch does not close the gateway for ever"


def test_pauses_between_words_do_not_close_it_and_longer_ones_do() -> None:
    piece = call()[: 320 * 50]
    assert len(opened(np.concatenate([piece, silence(0.4), piece, silence(1)]))) == 1
    assert len(opened(np.concatenate([piece, silence(1.2), piece, silence(1)]))) == 2


def test_carrier_decides_where_the_donor_has_such_a_line() -> None:
    assert opened(call(), carrier=False) == []
    assert len(opened(noise(1, 100), carrier=True)) == 1


def test_all_words_from_the_first_on_reach_the_group() -> None:
    one = Simulated()
    World([one], [Spoken(1, call())]).run(9)
    sent = np.concatenate([block for _, block in one.to_group])
    first = sent.size and int(np.argmax(np.correlate(sent.astype(float), call()[:1600].astype(float), "valid")))
    words = blocks(call())
    got = blocks(sent[first : first + call().size])
    same = [bool(np.array_equal(a, b)) for a, b in zip(words, got, strict=True)]
    assert all(same[:50])
    assert same.count(False) <= 3, "what is taken for a squelch's noise"


def test_burst_of_noise_at_the_end_of_a_transmission_is_not_sent() -> None:
    one = Simulated()
    speech = call()[: 320 * 100]
    World([one], [Spoken(1, np.concatenate([speech, noise(0.2, 8000)]))]).run(6)
    sent = np.concatenate([block for _, block in one.to_group])
    tail = sent[-round(0.55 * 16_000) :]
    assert np.abs(tail.astype(int)).max() < 1000
