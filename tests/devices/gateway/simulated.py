"""Gateways on one or several frequencies and in one talk group, in virtual time: air, floor and network simulated."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from devices.gateway.repeater import Repeater
from devices.gateway.settings import GatewaySettings
from devices.gateway.uplink import UplinkEvent, UplinkState
from devices.radio.opus import Samples

STEP_US = 20_000
AIR_BLOCK = 320
NETWORK_STEPS = 3
SETTINGS = GatewaySettings(microphone="-", speaker="-", key="serial:/dev/null:rts")


@dataclass(eq=False)
class Spoken:
    """Somebody says something from a moment on, on a frequency or (``group``) in the talk group."""

    at_s: float
    samples: Samples
    """At 16 kHz, in whole blocks."""
    where: str = "f1"

    def block(self, now_us: int) -> Samples | None:
        first = round((now_us / 1e6 - self.at_s) * 50) * AIR_BLOCK
        return self.samples[first : first + AIR_BLOCK] if 0 <= first < self.samples.size else None


@dataclass(eq=False)
class Simulated:
    """One gateway, and what was seen of it."""

    frequency: str = "f1"
    settings: GatewaySettings = SETTINGS
    told: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    keyed: list[bool] = field(default_factory=list)
    heard_busy: list[bool] = field(default_factory=list)
    """Whether somebody else was on its frequency."""
    to_air: list[Samples] = field(default_factory=list)
    to_group: list[tuple[int, Samples]] = field(default_factory=list)
    from_group: deque[Samples | None] = field(default_factory=lambda: deque([None] * NETWORK_STEPS))

    def __post_init__(self) -> None:
        self.repeater = Repeater(self.settings, self.told.append, self.loops.append)

    @property
    def keyed_s(self) -> float:
        return sum(self.keyed) / 50


class World:
    """Stepped each 20 ms: who transmits is heard a step later by all others on the frequency; one speaks in the group.

    ``noise`` is the receivers' (int16, rms). ``repeats`` is something beyond the gateways: what gateways send on the
    first frequency is heard on the second so many seconds later.
    """

    def __init__(
        self,
        gateways: list[Simulated],
        said: list[Spoken],
        *,
        noise: float = 0.0,
        repeats: tuple[str, str, float] | None = None,
    ) -> None:
        self.now_us = 0
        self._gateways = gateways
        self._said = said
        self._noise = noise
        self._random = np.random.default_rng(1)
        self._repeats = repeats
        self._floor: Simulated | str | None = None
        self._waiting: list[Simulated] = []

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self._step()

    def _step(self) -> None:
        now_us = self.now_us
        said = self._speak_in_group()
        for one in self._gateways:
            one.from_group.append(None if said is None or said[0] is one else said[1])
        on_air = {one.frequency: self._people(one.frequency) for one in self._gateways}
        for one in self._gateways:
            others = [
                o.to_air[-1] for o in self._gateways if o is not one and o.frequency == one.frequency and o.to_air
            ]
            sounds = [*on_air[one.frequency], *(sound for sound in others if sound.any())]
            one.heard_busy.append(bool(sounds))
            heard = self._random.normal(0, self._noise, AIR_BLOCK) if self._noise else np.zeros(AIR_BLOCK)
            heard = heard + (sounds[0] if sounds else 0)  # FM: the strongest alone is heard
            one.repeater.hear(np.clip(heard, -32768, 32767).astype(np.int16), None, now_us)
            group = one.from_group.popleft()
            one.repeater.hear_group(None if group is None else np.repeat(group, 3), now_us)
            one.repeater.step(now_us, can_hear=True, can_send=True)
        for one in self._gateways:
            one.keyed.append(one.repeater.duplex.is_keyed)
            sound = one.repeater.next_samples()
            one.to_air.append(sound[::3] if one.keyed[-1] else np.zeros(AIR_BLOCK, dtype=np.int16))
        self.now_us += STEP_US

    def _people(self, frequency: str) -> list[Samples]:
        blocks = [one.block(self.now_us) for one in self._said if one.where == frequency]
        if self._repeats is not None and self._repeats[1] == frequency:
            ago = round(self._repeats[2] * 50)
            senders = [one for one in self._gateways if one.frequency == self._repeats[0] and len(one.to_air) > ago]
            blocks += [sound for one in senders if (sound := one.to_air[-ago]).any()]
        return [block for block in blocks if block is not None]

    def _speak_in_group(self) -> tuple[Simulated | str, Samples] | None:
        """One talker in the group at a time; who asks meanwhile waits; the console's takes the floor from gateways."""
        console = next(
            (b for one in self._said if one.where == "group" and (b := one.block(self.now_us)) is not None), None
        )
        if self._floor == "console" and console is None:
            self._floor = None
        for one in self._gateways:
            if one.repeater.uplink.state is UplinkState.ASKING and one not in self._waiting:
                self._waiting.append(one)
        self._waiting = [one for one in self._waiting if one.repeater.uplink.state is UplinkState.ASKING]
        if console is not None and self._floor != "console":
            if isinstance(self._floor, Simulated):
                self._floor.repeater.refuse(self.now_us)
            self._floor = "console"
        if self._floor is None and self._waiting:
            self._floor = self._waiting.pop(0)
            self._floor.repeater.uplink.take(UplinkEvent.GRANTED)
        if isinstance(self._floor, Simulated):
            return self._block_of(self._floor)
        return ("console", console) if console is not None and self._floor == "console" else None

    def _block_of(self, one: Simulated) -> tuple[Simulated | str, Samples] | None:
        uplink = one.repeater.uplink
        block = uplink.next_block() if uplink.state is UplinkState.SPEAKING else None
        if uplink.state is not UplinkState.SPEAKING or (block is None and uplink.is_sent):
            uplink.take(UplinkEvent.SENT)
            self._floor = None
            return None
        block = np.zeros(AIR_BLOCK, dtype=np.int16) if block is None else block
        one.to_group.append((self.now_us, block))
        return one, block
