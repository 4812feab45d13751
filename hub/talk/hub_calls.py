"""Calls that the hub itself makes to one radio: it takes the floor of the private group and says what it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devices.protocol import voice
from devices.protocol.clock import Clock
from devices.protocol.topics import private_group
from hub.storage.identifiers import new_number
from hub.talk.effects import Burst, Denied, Granted, Press, Priority, Queued, Revoked
from hub.talk.floors import Floors
from hub.talk.wording import ToTalker

AT_ONCE = 20
"""Such calls: each is 50 messages a second to the broker."""
HUB_NAME = "黔哨自动呼叫"
_PREFIX = "hub/"  # no radio's name has a slash
_FRAME_US = voice.FRAME_MS * 1000


def is_hub(talker_id: str) -> bool:
    """Whether the hub itself speaks."""
    return talker_id.startswith(_PREFIX)


@dataclass(eq=False)
class HubCall:
    """One call, from the press on."""

    talker_id: str
    group_id: str
    burst: Burst | None = None
    is_over: bool = False
    """The floor was taken from it or never came, or nothing more is to be said."""


class HubCalls:
    """Those under way. Each is a talker of its own, so that one that ran too long locks out no other."""

    def __init__(
        self, floors: Floors, is_engaged: Callable[[str], bool], boot_id: int, clock: Clock, talk_limit_s: float
    ) -> None:
        """``is_engaged`` says whether a radio speaks, or somebody speaks in a group of its own."""
        self._floors = floors
        self._is_engaged = is_engaged
        self._boot_id = boot_id
        self._clock = clock
        self._most_frames = max(1, round((talk_limit_s - 1) * 1000 / voice.FRAME_MS))
        self._calls: dict[str, HubCall] = {}

    @property
    def room(self) -> int:
        """How many more there may be at once."""
        return AT_ONCE - len(self._calls)

    def is_spoken_with(self, radio_id: str) -> bool:
        """Whether somebody speaks with the radio now, or its private call is still open."""
        own = self._floors.by_group.get(private_group(radio_id))
        return self._is_engaged(radio_id) or (own is not None and own.is_in_call(self._clock.monotonic_us()))

    def press(self, radio_id: str) -> HubCall | None:
        """Take the floor with a dispatcher's priority; None where it cannot be had at once."""
        if not self.room or self.is_spoken_with(radio_id):
            return None
        call = HubCall(f"{_PREFIX}{new_number():x}", private_group(radio_id))
        self._calls[call.talker_id] = call
        self._floors.request(call.group_id, Press(call.talker_id, "1", Priority.DISPATCHER))
        if call.burst is None:
            self.let_go(call)
            return None
        return call

    def told(self, effect: ToTalker) -> None:
        """What a floor decided about one of them."""
        if isinstance(effect, Granted):
            self._calls[effect.press.talker_id].burst = effect.burst
        elif isinstance(effect, Queued | Denied):
            self._calls[effect.press.talker_id].is_over = True
        elif isinstance(effect, Revoked) and effect.burst.talker_id in self._calls:
            self._calls[effect.burst.talker_id].is_over = True

    def end(self, radio_id: str) -> None:
        """Say nothing more to this radio."""
        for call in self._calls.values():
            call.is_over = call.is_over or call.group_id == private_group(radio_id)

    def let_go(self, call: HubCall) -> None:
        """It is over, whatever was said of it."""
        if self._calls.pop(call.talker_id, None) is not None:
            self._floors.leave(call.talker_id)

    async def say(self, call: HubCall, frames: Sequence[bytes], speak: Callable[[str, bytes], None]) -> bool:
        """Say Opus frames of 20 ms by the clock, at most as long as one may talk; whether all was said.

        Where the loop was late it goes on from now: nothing is made up for by a burst. Whoever waits for the floor has
        it at once: a person goes before what a machine says.
        """
        burst, said = call.burst, frames[: self._most_frames]
        assert burst is not None
        due_us = self._clock.monotonic_us()
        try:
            for number, frame in enumerate(said):
                if call.is_over or self._somebody_waits(call):
                    return False
                speak(call.talker_id, self._packet(burst, number, frame, number == len(said) - 1))
                due_us = max(due_us + _FRAME_US, self._clock.monotonic_us())
                await asyncio.sleep((due_us - self._clock.monotonic_us()) / 1e6)
        finally:
            self.let_go(call)
        return len(said) == len(frames)

    def _somebody_waits(self, call: HubCall) -> bool:
        floor = self._floors.by_group.get(call.group_id)
        return floor is not None and len(floor.waiting) > 0

    def _packet(self, burst: Burst, number: int, frame: bytes, last: bool) -> bytes:
        return voice.encode(
            voice.VoicePacket(
                call_id=burst.call_id,
                burst_id=burst.burst_id,
                sequence=number,
                media_time=number * voice.MEDIA_TICKS_PER_FRAME,
                boot_id=self._boot_id,
                monotonic_us=self._clock.monotonic_us(),
                wall_us=self._clock.wall_us(),
                last=last,
                frames=(frame,),
            )
        )
