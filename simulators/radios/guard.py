"""A venue's guard: reads alerts, presses keys after a human while, answers a call by voice, drains the battery."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage, Answer, FloorIdle, FloorTaken, Reminder
from devices.protocol.voice import VoicePacket
from devices.radio.floor import FloorState
from devices.radio.hearing import Burst
from devices.radio.jitter import Play, Slot
from devices.radio.playout import Sound
from devices.radio.radio import Radio, RadioEvents
from devices.radio.sound import FrameMicrophone, PacedSpeaker
from simulators.radios.figures import Tally

REPORT_AFTER_S = (1.0, 6.0)
REPORT_SHARE = 0.3
SEEN_SHARE = 0.2
REPLY_S = (1.0, 2.0)
_SHIFT_S = 12 * 3600.0
"""A battery lasts one shift."""


class Listening(PacedSpeaker):
    """A loudspeaker that decodes what it plays, so that somebody makes sure that it is sound."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.frames = 0
        self.loudness = 0.0
        self._sounds: dict[int, Sound] = {}
        self._undecodable = 0

    @property
    def undecodable(self) -> int:
        """Frames that were not Opus."""
        return self._undecodable + sum(sound.decoder.undecodable for sound in self._sounds.values())

    def play(self, burst_id: int, slot: Slot) -> None:
        sound = self._sounds.get(burst_id)
        if sound is None:
            sound = self._sounds[burst_id] = Sound()
        self.loudness = max(self.loudness, float(sound.render(slot).std()))
        self.frames += (slot.play is Play.FRAME) + bool(slot.hurried)

    def over(self, burst_id: int) -> None:
        sound = self._sounds.pop(burst_id, None)
        if sound is not None:
            self._undecodable += sound.decoder.undecodable


class Guard(RadioEvents):
    """Plays the person at one radio. ``call_over(guard, group_id, burst_id)`` is told when a call from outside ends."""

    def __init__(
        self,
        tally: Tally,
        clock: Clock,
        rng: random.Random,
        *,
        silent: bool,
        acknowledge_s: tuple[float, float],
        radio_ids: frozenset[str],
        call_over: Callable[[Guard, str, int], None],
    ) -> None:
        self.radio: Radio
        self.connected = False
        self.silent = silent
        self._acknowledge_s = acknowledge_s
        self._tally = tally
        self._clock = clock
        self._rng = rng
        self._radio_ids = radio_ids
        self._call_over = call_over
        self._outside_bursts: dict[str, int] = {}
        self._full_us = clock.monotonic_us()
        self._charge = rng.uniform(0.5, 1.0)

    def take(self, radio: Radio) -> None:
        """Pick up the radio."""
        self.radio = radio
        radio.holder = f"guard-{radio.radio_id}"
        radio.signal = round(self._rng.uniform(0.4, 1.0), 2)
        self.look_at_battery()

    def hears(self, group_id: str) -> bool:
        """Whether the radio is in the talk group."""
        return group_id in self.radio.groups.ids

    def look_at_battery(self) -> None:
        """Let the charge follow the clock."""
        used = (self._clock.monotonic_us() - self._full_us) / 1e6 / _SHIFT_S
        self.radio.battery = round(max(0.05, self._charge - used), 3)

    def alert_shown(self, alert: AlertMessage) -> None:
        if not self._tally.show(self.radio.radio_id, alert.alert_id) or self.silent:
            return
        loop = asyncio.get_running_loop()
        loop.call_later(self._rng.uniform(*self._acknowledge_s), self._acknowledge, alert)

    def _acknowledge(self, alert: AlertMessage) -> None:
        self.radio.acknowledge(alert.alert_id)
        self._tally.acknowledged += 1
        if self._rng.random() < REPORT_SHARE:
            answer = Answer.SEEN if self._rng.random() < SEEN_SHARE else Answer.NOT_SEEN
            if answer in alert.answers:
                loop = asyncio.get_running_loop()
                loop.call_later(self._rng.uniform(*REPORT_AFTER_S), self._report, alert.alert_id, answer)

    def alert_reminded(self, alert: AlertMessage) -> None:
        if alert.reminder is Reminder.REPORT and not self.silent:
            asyncio.get_running_loop().call_later(
                self._rng.uniform(*REPORT_AFTER_S), self._report, alert.alert_id, Answer.NOT_SEEN
            )

    def _report(self, alert_id: str, answer: Answer) -> None:
        self.radio.report(answer, alert_id=alert_id)
        self._tally.reported += 1

    def group_floor_changed(self, message: FloorTaken | FloorIdle) -> None:
        if isinstance(message, FloorTaken):
            if message.talker_id not in self._radio_ids:
                self._outside_bursts[message.group_id] = message.burst_id
        elif self._outside_bursts.get(message.group_id) == message.burst_id:
            del self._outside_bursts[message.group_id]
            self._call_over(self, message.group_id, message.burst_id)

    async def reply(self, group_id: str, frames: list[bytes]) -> None:
        """Answer a call by voice after a moment, unless the key is down already."""
        await asyncio.sleep(self._rng.uniform(*REPLY_S))
        if self.radio.talking.floor.state is FloorState.SILENT:
            self._tally.replies += await self.radio.talking.talk(group_id, FrameMicrophone(frames))

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        self._tally.ages.add(self._clock.monotonic_us() - packet.monotonic_us)

    def burst_began(self, burst: Burst) -> None:
        self._tally.burst(burst.burst_id).radios_heard += 1

    def burst_ended(self, burst: Burst) -> None:
        heard = self._tally.burst(burst.burst_id)
        heard.radios_ended += 1
        heard.packets += burst.buffer.packets
        heard.lost += burst.buffer.lost
        heard.stale += burst.buffer.stale
        self._tally.packets += burst.buffer.packets
        self._tally.lost += burst.buffer.lost
        self._tally.stale += burst.buffer.stale

    def connection_changed(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._tally.online += 1 if connected else -1
