"""A gateway without its cables and its line: what is heard on either side, stepped each 20 ms, and what follows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from devices.gateway.duplex import DonorEvent, DonorState, Duplex
from devices.gateway.echo import Circle, Echo
from devices.gateway.held import SILENCE, Held
from devices.gateway.levels import Level
from devices.gateway.loops import Cadence, Quiet, Turn
from devices.gateway.settings import BLOCK_MS, GatewaySettings
from devices.gateway.uplink import Uplink, UplinkEvent, UplinkState
from devices.gateway.vox import Vox, level_dbfs, spectrum
from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import Samples
from devices.radio.tones import Tone, samples_of

Told = Callable[[str], None]
REFUSED_TONE_WITHIN_US = 5_000_000
"""Who was refused is told on the air within so long after he ended, or not at all."""
GROUP_ECHO_TOLD_EVERY_US = 60_000_000
DROPPED_TOLD_EVERY_US = 60_000_000


class Repeater:
    """One gateway's decisions. Pure but for ``next_samples``, which the sound card's thread may call."""

    def __init__(self, settings: GatewaySettings, told: Told, on_loop: Told) -> None:
        """``told(words)`` is for the log; ``on_loop(words)`` when a loop was found and nothing is passed on."""
        self.duplex = Duplex(settings.keying)
        self.vox = Vox(settings.vox)
        self.held = Held(settings.hold.for_air_s, settings.hold.for_air_s + settings.keying.rest_s)
        self.uplink = Uplink(settings.hold, settings.vox)
        self.quiet = Quiet()
        self._told = told
        self._on_loop = on_loop
        self._from_donor = Level(settings.levels.from_donor_db, _CUT_FROM_DONOR, told)
        self._to_donor = Level(settings.levels.to_donor_db, _CUT_TO_DONOR, told)
        self._cadence = Cadence()
        self._air_echo = Echo()
        """Of what the group said, in what the air says."""
        self._group_echo = Echo()
        """Of what the air said, in what the group says."""
        self._circle = Circle()
        self._group_is_on_air = False
        self._group_echo_told_us: int | None = None
        self._began_us: int | None = None
        self._loudest_dbfs = -math.inf
        self._peak = 0
        self._refused_tone_until_us: int | None = None
        self._dropped_told = 0
        self._dropped_told_us: int | None = None

    def hear(self, block: Samples, carrier: bool | None, now_us: int) -> None:
        """20 ms from the donor at 16 kHz; ``carrier`` where it has such a line."""
        if not self.duplex.hears:
            return
        block = self._from_donor.apply(block, now_us)
        is_open = self.vox.take(block, carrier)
        if is_open:
            self._began_us = now_us if self._began_us is None else self._began_us
            self._loudest_dbfs = max(self._loudest_dbfs, level_dbfs(block))
            self._peak = max(self._peak, int(np.max(np.abs(block.astype(np.int32)))))
            self._group_echo.remember(self.vox.spectrum, now_us)
        elif self._began_us is not None:
            self._air_ended(Turn(self._began_us, now_us))
        may_speak = not self.quiet.is_on(now_us)
        heard = np.zeros_like(block) if self.vox.is_burst else block
        if not self.uplink.hear(heard, is_open=is_open, may_speak=may_speak):
            self.refuse(now_us)
        if is_open:
            self._look_for_loop(may_speak, now_us)

    def _look_for_loop(self, may_speak: bool, now_us: int) -> None:
        is_echo = self._air_echo.hear(self.vox.spectrum, now_us)
        is_circle = self._circle.hear(self.vox.spectrum, now_us)
        if is_echo:
            self._do_not_send()
        if may_speak and (is_echo or is_circle):
            self._loop_found(_ECHO if is_echo else _CIRCLE, now_us)

    def hear_group(self, block: Samples | None, now_us: int) -> None:
        """20 ms of what the group says, at 48 kHz; None while nobody speaks."""
        if block is None:
            self._group_is_on_air = False
            self._group_echo.end()
            return
        power = spectrum(block)
        self._air_echo.remember(power, now_us)
        if not self._group_is_on_air and self._group_echo.hear(power, now_us):
            self._own_words_came_back(now_us)
        if not self._group_is_on_air:
            self.held.put(self._to_donor.apply(block, now_us), now_us)

    def sound(self, tone: Tone, now_us: int) -> None:
        """A tone goes on the air, after what waits."""
        samples = samples_of(tone)
        for number, start in enumerate(range(0, samples.size, DECODE_SAMPLES)):
            piece = samples[start : start + DECODE_SAMPLES]
            self.held.put(np.pad(piece, (0, DECODE_SAMPLES - piece.size)), now_us + number * BLOCK_MS * 1000)

    def step(self, now_us: int, *, can_hear: bool, can_send: bool) -> None:
        """The next 20 ms: whether the donor can be heard (a donor that is not is taken for busy), and keyed."""
        was_keyed = self.duplex.is_keyed
        self.held.drop_old(now_us)
        self._tell_refused(now_us)
        event = self.duplex.step(
            now_us, hears=self.vox.is_busy or not can_hear, wanted=bool(self.held), is_fit=can_send
        )
        if self.duplex.is_keyed and not was_keyed:
            self._keyed()
        if event is DonorEvent.TOO_LONG:
            self._told("连续发射已到上限，暂停 transmitted for as long as it may: a pause")
        self._tell_dropped(now_us)

    def next_samples(self) -> Samples:
        """The next 20 ms for the donor's microphone, at 48 kHz."""
        return self.held.take() if self.duplex.is_sending else SILENCE

    def refuse(self, now_us: int) -> None:
        """The floor is not given, or not any longer: the rest of the burst is dropped; its talker hears so, later."""
        if self.uplink.take(UplinkEvent.REFUSED):
            self._refused_tone_until_us = now_us + REFUSED_TONE_WITHIN_US

    def _tell_refused(self, now_us: int) -> None:
        until_us = self._refused_tone_until_us
        if until_us is None:
            return
        if self.uplink.state is UplinkState.REFUSED:
            self._refused_tone_until_us = now_us + REFUSED_TONE_WITHIN_US
        elif now_us > until_us or self.held:
            self._refused_tone_until_us = None  # too late, or he hears who speaks instead
        elif self.duplex.state is DonorState.LISTENING and not self.duplex.rests(now_us):
            self._refused_tone_until_us = None
            self.sound(Tone.DENIED, now_us)

    def _tell_dropped(self, now_us: int) -> None:
        told_us, new = self._dropped_told_us, self.held.dropped - self._dropped_told
        if new == 0 or (told_us is not None and now_us - told_us < DROPPED_TOLD_EVERY_US):
            return
        self._dropped_told, self._dropped_told_us = self.held.dropped, now_us
        self._told(
            f"组内语音等不到发射，已丢弃 {new * BLOCK_MS / 1000:.2f} s of the group's words dropped: "
            "the air is taken, or the donor's line or card is away"
        )

    def _keyed(self) -> None:
        self.vox.forget()
        self.uplink.keyed()
        self._burst_over()

    def _air_ended(self, turn: Turn) -> None:
        peak_dbfs = 20 * math.log10(max(1, self._peak) / 32768)
        self._told(
            f"空中 on the air: {(turn.ended_us - turn.began_us) / 1e6:.1f} s, {self._loudest_dbfs:.0f} dBFS, "
            f"峰值 peak {peak_dbfs:.0f} dBFS"
        )
        self._burst_over()
        if not self.quiet.is_on(turn.ended_us) and self._cadence.is_regular(turn):
            self._loop_found(_REGULAR, turn.ended_us)

    def _burst_over(self) -> None:
        self._began_us, self._loudest_dbfs, self._peak = None, -math.inf, 0
        self._air_echo.end()
        self._circle = Circle()

    def _loop_found(self, why: str, now_us: int) -> None:
        lasts_s = self.quiet.begin(now_us)
        self._cadence.forget()
        self.uplink.take(UplinkEvent.REFUSED)
        self._refused_tone_until_us = None
        words = f"{why}；{lasts_s:.0f} 秒内不转发空中语音 the air is not passed on for {lasts_s:.0f} s"
        self._told(words)
        self._on_loop(words)

    def _do_not_send(self) -> None:
        """What the group says is, or was, on the air already."""
        self._group_is_on_air = True
        self.held.clear()

    def _own_words_came_back(self, now_us: int) -> None:
        """Another gateway hears the same air: what this one hears too is neither sent there again nor passed on."""
        self._do_not_send()
        self.quiet.stand_by(now_us)
        self.uplink.take(UplinkEvent.REFUSED)
        self._refused_tone_until_us = None
        told_us = self._group_echo_told_us
        if told_us is None or now_us - told_us >= GROUP_ECHO_TOLD_EVERY_US:
            self._group_echo_told_us = now_us
            self._told(_SAME_AIR)


_CUT_FROM_DONOR = "来自对讲机的声音过大，请调低其音量 sound from the donor is cut off: turn its volume down"
_CUT_TO_DONOR = "送往对讲机的声音过大，请调低 to_donor_db sound to the donor is cut off: lower to_donor_db"
_ECHO = "检测到回声环路 a loop: the air says what the group has just said"
_CIRCLE = "检测到循环环路 a loop: what is on the air repeats itself without an end"
_REGULAR = "检测到往复环路 a loop: bursts of the same length go round in a circle"
_SAME_AIR = "组内语音来自同一空中频道，不再发射 the group says what this air has said: it is not sent there again"
