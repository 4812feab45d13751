"""The SOS key of a radio whose line the test holds: what is said, and what the hub's words make of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from devices.link import BrokerAddress, Link
from devices.protocol import messages as wire
from devices.protocol.clock import SystemClock
from devices.protocol.sos import SosCancelAsked, SosRaised, SosState, SosTold, SosUp
from devices.radio.floor import FloorState
from devices.radio.sos import Emergency
from devices.radio.sound import FrameMicrophone
from devices.radio.talking import Talking
from tests.devices.room import by_hand, until

STAMP = wire.Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1)


class Carried:
    """A radio's SOS key; the hub is played by hand, and what waits for its confirmation is seen."""

    def __init__(self, store: Path | None = None) -> None:
        self.changes: list[SosState] = []
        credential = by_hand(BrokerAddress(host="127.0.0.1", port=1))
        self.link = Link(credential, clock=SystemClock(), software="test", rng=random.Random(1), store_dir=store)
        self.talking = Talking(self.link, SystemClock(), lambda state, why: None)
        self.emergency = Emergency(self.link, self.talking, lambda sos_id, state: self.changes.append(state))

    def press(self) -> SosRaised:
        """Press the key; what waits then."""
        self.emergency.press(FrameMicrophone([]))
        word = self.waiting[-1]
        assert isinstance(word, SosRaised)
        return word

    def cancel(self) -> SosCancelAsked:
        self.emergency.cancel()
        word = self.waiting[-1]
        assert isinstance(word, SosCancelAsked)
        return word

    @property
    def waiting(self) -> list[SosRaised | SosCancelAsked]:
        """What the radio says until it is confirmed."""
        kept = self.link._unconfirmed._messages.values()
        return [wire.decode(one.payload, SosUp) for one in kept]  # type: ignore[arg-type]

    async def speak(self, press: SosRaised, burst_id: int) -> None:
        """The hub gives the floor to this press, and the microphone is through."""
        await until(lambda: self.talking.floor.state is FloorState.ASKING, "it waits for the floor")
        grant = wire.FloorGranted(
            stamp=STAMP, group_id="grid-G1", request_id=press.sos_id, call_id=1, burst_id=burst_id, talk_limit_s=60
        )
        self.talking.hear_floor(grant)
        assert self.talking.is_own(burst_id), "the floor was awaited"
        await until(lambda: not self.emergency._is_speaking, "the microphone is closed")

    def told(self, state: SosState, sos_id: str, answers: SosRaised | SosCancelAsked | None) -> None:
        """The hub says how it stands after this word of the radio."""
        message_id = None if answers is None else answers.message_id
        told = SosTold(stamp=STAMP, sos_id=sos_id, state=state, group_id="grid-G1", answers=message_id)
        self.emergency._hear(wire.encode(told))


@pytest.fixture
async def radio() -> Carried:
    return Carried()


async def test_key_speaks_again_though_the_first_press_has_not_been_answered(radio: Carried) -> None:
    """P-11.3."""
    first = radio.press()
    radio.press()
    assert radio.waiting == [first], "the microphone is about to open: once is enough"
    await radio.speak(first, 1)
    again = radio.press()
    assert again.message_id != first.message_id
    await radio.speak(again, 2)
    assert radio.emergency.state is SosState.RAISED


async def test_last_word_stands_where_the_line_was_away_for_a_wish_to_cancel_and_a_press(radio: Carried) -> None:
    """P-11.3, P-11.4."""
    raised = radio.press()
    await radio.speak(raised, 1)
    radio.told(SosState.OPEN, raised.sos_id, raised)
    radio.link.take_back(raised.message_id)  # as its confirmation does
    cancel = radio.cancel()
    radio.told(SosState.OPEN, raised.sos_id, raised)
    assert radio.emergency.state is SosState.CANCEL_ASKED, "how it stood before he asked is not news"
    radio.cancel()
    assert radio.waiting == [cancel]

    pressed = radio.press()
    assert radio.waiting == [pressed], "the wish to cancel is said no longer"
    radio.told(SosState.CANCEL_ASKED, raised.sos_id, cancel)
    assert radio.emergency.state is SosState.RAISED
    await radio.speak(pressed, 2)
    radio.told(SosState.OPEN, raised.sos_id, pressed)
    assert radio.changes == [SosState.OPEN, SosState.OPEN], "he is told that police know of this press too"
    radio.told(SosState.CLOSED, raised.sos_id, pressed)
    assert radio.changes[2:] == [SosState.CLOSED]


async def test_press_in_an_open_sos_is_said_until_the_hub_has_it(radio: Carried) -> None:
    """P-11.3."""
    raised = radio.press()
    await radio.speak(raised, 1)
    radio.told(SosState.OPEN, raised.sos_id, raised)
    again = radio.press()
    assert radio.waiting[-1:] == [again]
    assert again.sos_id != raised.sos_id, "should it have been closed meanwhile, this is another one"
    radio.told(SosState.CLOSED, raised.sos_id, raised)
    assert radio.emergency.state is SosState.OPEN
    radio.told(SosState.OPEN, again.sos_id, again)
    assert radio.emergency.sos_id == again.sos_id


async def test_word_from_before_a_restart_is_the_guards_last_until_the_hub_has_it(tmp_path: Path) -> None:
    """P-11.5."""
    before = Carried(tmp_path)
    pressed = before.press()
    before.emergency.close_microphone()
    before.link._unconfirmed.close()
    after = Carried(tmp_path)
    assert after.emergency.is_open
    after.told(SosState.CLOSED, "yesterday", None)
    assert (after.changes, after.emergency.is_open) == ([], True), "the hub has not heard of today's yet"
    after.told(SosState.OPEN, pressed.sos_id, pressed)
    assert after.changes == [SosState.OPEN]
    after.link._unconfirmed.close()
    again = Carried(tmp_path)
    again.link.take_back(pressed.message_id)  # as its confirmation does
    again.told(SosState.OPEN, pressed.sos_id, None)
    assert again.changes == [SosState.OPEN], "what a hub says that was restarted after it confirmed"
    again.link._unconfirmed.close()
