"""The whole gateway without cables: never keyed while it receives, nothing of its own passed on, everything bounded."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from devices.gateway.repeater import Repeater
from devices.gateway.settings import BLOCK_MS, GatewaySettings, KeyingSettings
from devices.gateway.uplink import UplinkEvent, UplinkState
from devices.radio.opus import Samples
from devices.radio.tones import Tone, samples_of
from tests.devices.gateway.simulated import SETTINGS, Simulated, Spoken, World
from tests.devices.gateway.voices import BLOCK, answer, call, noise, short_answer

STEP_US = BLOCK_MS * 1000


def heard_on_air(one: Simulated) -> float:
    """For how many seconds it was keyed with sound."""
    return sum(bool(sound.any()) for sound in one.to_air) / 50


def test_what_the_group_says_goes_on_the_air_whole_while_the_line_is_keyed_around_it() -> None:
    one = Simulated()
    World([one], [Spoken(1, call(), "group")]).run(9)
    first = np.flatnonzero([sound.any() for sound in one.to_air])
    keyed = np.flatnonzero(one.keyed)
    assert (first[0] - keyed[0]) * 20 >= SETTINGS.keying.lead_ms
    assert (keyed[-1] - first[-1]) * 20 >= SETTINGS.keying.tail_ms - 20
    air = np.concatenate(one.to_air)[first[0] * BLOCK :][: call().size].astype(float)
    begin = np.flatnonzero(np.abs(call()) > 0)[0] // BLOCK * BLOCK
    said = call()[begin:].astype(float)
    assert np.corrcoef(air[: said.size], said)[0, 1] > 0.99


def test_what_the_group_says_while_the_donor_receives_waits_for_it() -> None:
    one = Simulated()
    World([one], [Spoken(1, answer()[: 100 * BLOCK]), Spoken(1.5, short_answer(), "group")]).run(8)
    assert not any(keyed and busy for keyed, busy in zip(one.keyed, one.heard_busy, strict=True))
    assert heard_on_air(one) > 1.5


def test_what_waits_longer_than_it_may_is_dropped_from_its_beginning_and_told() -> None:
    one = Simulated()
    World([one], [Spoken(0.5, answer()), Spoken(0.6, call(), "group")]).run(15)
    assert 4 < heard_on_air(one) < 5.2
    assert any("dropped" in words for words in one.told)


def test_words_that_the_donor_could_not_take_are_never_sent_as_if_they_were_said_now() -> None:
    told: list[str] = []
    repeater = Repeater(SETTINGS, told.append, lambda words: None)
    for at in range(3 * 50):  # push-to-talk's line is away
        words = np.repeat(call()[at * BLOCK : (at + 1) * BLOCK], 3)
        repeater.hear_group(words, at * STEP_US)
        repeater.step(at * STEP_US, can_hear=True, can_send=False)
    assert repeater.held and not told
    for at in range(150, 30 * 50):
        repeater.hear_group(None, at * STEP_US)
        repeater.step(at * STEP_US, can_hear=True, can_send=False)
    assert not repeater.held
    for at in range(1500, 100 * 50):  # it is back
        repeater.step(at * STEP_US, can_hear=True, can_send=True)
        assert not repeater.duplex.is_keyed
    assert [words.split()[1] for words in told] == ["0.02", f"{repeater.held.dropped / 50 - 0.02:.2f}"]
    assert repeater.held.dropped > 100


def test_long_words_are_sent_in_stretches_with_a_pause_between() -> None:
    one = Simulated(
        settings=GatewaySettings(microphone="-", speaker="-", key="-", keying=KeyingSettings(longest_s=5.0))
    )
    World([one], [Spoken(1, np.concatenate([call(), answer()]), "group")]).run(25)
    changes = np.flatnonzero(np.diff(np.array(one.keyed, dtype=int))) / 50
    stretches = [(float(begin), float(end)) for begin, end in zip(changes[::2], changes[1::2], strict=True)]
    assert len(stretches) >= 3
    assert all(end - begin <= 5.0 for begin, end in stretches)
    assert stretches[1][0] - stretches[0][1] >= 3.0
    assert heard_on_air(one) > 10.5, "nothing is lost for the pause"


def test_air_that_is_denied_hears_a_tone_once_it_is_free() -> None:
    one = Simulated()
    world = World([one], [Spoken(0.5, short_answer())])
    world.run(1.5)
    one.repeater.refuse(world.now_us)
    world.run(4)
    first = int(np.flatnonzero([sound.any() for sound in one.to_air])[0])
    tone = samples_of(Tone.DENIED)[::3]
    assert np.array_equal(np.concatenate(one.to_air[first:])[: tone.size], tone)
    assert heard_on_air(one) < 1
    assert not any(keyed and busy for keyed, busy in zip(one.keyed, one.heard_busy, strict=True))


def test_words_that_wait_too_long_for_the_floor_are_given_up() -> None:
    repeater, refused_at = Simulated().repeater, []
    for at in range(200):  # nobody grants the floor
        repeater.hear(call()[at * BLOCK : (at + 1) * BLOCK], True, at * STEP_US)
        if repeater.uplink.state is UplinkState.REFUSED:
            refused_at.append(at / 50)
    assert 1.9 <= refused_at[0] <= 2.5


MARK: Samples = (12_000 * np.sin(np.arange(BLOCK) * 2 * np.pi / 16)).astype(np.int16)
"""1 kHz, which opens the gateway when it comes from the air."""


class Gateway(RuleBasedStateMachine):
    """Anything on either side; what the donor's receiver gives while it is keyed and deaf is marked."""

    def __init__(self) -> None:
        super().__init__()
        keying = KeyingSettings(longest_s=5.0, rest_s=1.0)
        self.repeater = Repeater(
            GatewaySettings(microphone="-", speaker="-", key="-", keying=keying), lambda words: None, lambda words: None
        )
        self.now_us = 0
        self.keyed_us = 0
        self.at = 0
        self.passed: list[Samples] = []

    @rule(
        air=st.sampled_from(["nobody", "somebody", "noise"]),
        group=st.booleans(),
        granted=st.booleans(),
        fit=st.sampled_from([(True, True), (True, True), (True, False), (False, True)]),
        count=st.integers(1, 60),
    )
    def go_on(self, air: str, group: bool, granted: bool, fit: tuple[bool, bool], count: int) -> None:
        for _ in range(count):
            self.at = (self.at + 1) % 250
            self._step(air, group, granted, *fit)

    def _step(self, air: str, group: bool, granted: bool, can_hear: bool, can_send: bool) -> None:
        repeater, now_us = self.repeater, self.now_us
        sounds = {"nobody": np.zeros(BLOCK, dtype=np.int16), "noise": noise(0.02, 4000, seed=self.at)}
        heard = sounds.get(air, call()[self.at * BLOCK : (self.at + 1) * BLOCK])
        repeater.hear(heard if repeater.duplex.hears else MARK, None, now_us)
        is_busy, was_keyed = repeater.vox.is_busy, repeater.duplex.is_keyed
        repeater.hear_group(np.repeat(answer()[self.at * BLOCK : (self.at + 1) * BLOCK], 3) if group else None, now_us)
        repeater.step(now_us, can_hear=can_hear, can_send=can_send)
        if repeater.duplex.is_keyed and not was_keyed:
            assert not is_busy, "never keyed while it receives"
            assert can_hear and can_send, "nor where nobody could know"
        if not repeater.duplex.is_sending:
            assert not repeater.next_samples().any()
        repeater.next_samples()
        self.keyed_us = self.keyed_us + STEP_US if repeater.duplex.is_keyed else 0
        assert self.keyed_us <= 5_000_000
        self._pass_on(granted)
        assert len(repeater.uplink._waiting) <= 150
        assert len(repeater.held._waiting) <= 250
        self.now_us += STEP_US

    def _pass_on(self, granted: bool) -> None:
        uplink = self.repeater.uplink
        if granted:
            uplink.take(UplinkEvent.GRANTED)
        if uplink.state is UplinkState.SPEAKING:
            block = uplink.next_block()
            assert block is None or not np.array_equal(block, MARK), "what it said itself is not passed on"
            if block is None and uplink.is_sent:
                uplink.take(UplinkEvent.SENT)


Gateway.TestCase.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)
TestGateway = Gateway.TestCase
