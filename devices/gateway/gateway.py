"""The gateway: a radio of the hub whose microphone, loudspeaker and key are a donor handset."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from devices.gateway.deadman import Deadman
from devices.gateway.donor_card import Card
from devices.gateway.donor_lines import Lines
from devices.gateway.repeater import Repeater
from devices.gateway.settings import BLOCK_MS, GatewaySettings
from devices.gateway.uplink import Uplink, UplinkEvent, UplinkState
from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage
from devices.radio.floor import FloorState
from devices.radio.jitter import Pulled
from devices.radio.opus import Encoder
from devices.radio.playout import PlayOut
from devices.radio.radio import Radio, RadioEvents
from devices.radio.tones import Tone, tone_of

_STEP_US = BLOCK_MS * 1000
MOST_STEPS_AT_ONCE = 10
"""A program that was held up makes good so much of what the group said meanwhile; the rest is stale."""


class AirMicrophone:
    """What is heard on the air, as the microphone of one burst."""

    def __init__(self, uplink: Uplink) -> None:
        self._uplink = uplink
        self._encoder = Encoder()

    def next_frame(self) -> bytes | None:
        """The next 20 ms; empty when they have not come yet; None when nothing more of this burst is to be sent."""
        self._uplink.take(UplinkEvent.GRANTED)
        if self._uplink.state is not UplinkState.SPEAKING or self._uplink.is_sent:
            return None
        block = self._uplink.next_block()
        if block is None:
            return b""
        (frame,) = self._encoder.encode(block)
        return frame


class Gateway(RadioEvents):
    """One gateway: give it to its radio as its events and as its speaker, then the radio to it."""

    def __init__(self, settings: GatewaySettings, clock: Clock, told: Callable[[str], None]) -> None:
        """``told(words)`` is for the log."""
        self.repeater = Repeater(settings, told, self._loop_found)
        self.radio: Radio | None = None
        self._group_id = settings.group
        self._clock = clock
        self._told = told
        self._playout = PlayOut()
        self._talk: asyncio.Task[None] | None = None
        self._group_us = clock.monotonic_us()

    @property
    def is_busy(self) -> bool:
        """Whether a word is on its way in either direction."""
        return self.repeater.duplex.is_keyed or self.repeater.vox.is_open

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        self._playout.begin(burst_id, buffer)

    @property
    def sounds_alerts(self) -> bool:
        """On the air; what the handsets there play is not known here, so that it says of no alert that it sounded."""
        return True

    def alert_shown(self, alert: AlertMessage) -> None:
        self._told(f"警报 alert {alert.severity.value}: {alert.text}")
        self.repeater.sound(tone_of(alert.severity, alert.status, alert.reminder), self._clock.monotonic_us())

    def alert_reminded(self, alert: AlertMessage) -> None:
        self.alert_shown(alert)

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        self._told(f"警报取消 alert cancelled: {cancel.text}")
        self.repeater.sound(Tone.CANCELLED, self._clock.monotonic_us())

    def floor_changed(self, state: FloorState, why: str) -> None:
        self._told(f"talk: {state.value} {why}".rstrip())

    def hub_changed(self, present: bool) -> None:
        self._told("hub: present" if present else "hub: gone")

    def connection_changed(self, connected: bool) -> None:
        self._told("line: up" if connected else "line: down")

    async def run(self, card: Card, lines: Lines) -> None:
        """Pass on, both ways, until cancelled; push-to-talk is let go of however this ends."""
        deadman = Deadman(self._clock, lambda: lines.key(False))
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        try:
            with deadman.watching():
                while True:
                    deadman.beat()
                    self._step(card, lines)
                    next_s = max(next_s + BLOCK_MS / 1000, loop.time())
                    await asyncio.sleep(next_s - loop.time())
        finally:
            lines.key(False)
            if self._talk is not None:
                self._talk.cancel()
                with suppress(asyncio.CancelledError):
                    await self._talk

    def _step(self, card: Card, lines: Lines) -> None:
        now_us = self._clock.monotonic_us()
        lines.look(now_us)
        carrier = lines.carrier()
        for block in card.take_heard():
            self.repeater.hear(block, carrier, now_us)
        self._hear_group(now_us)
        self.repeater.step(now_us, can_hear=card.hears, can_send=card.plays and lines.is_there)
        lines.key(self.repeater.duplex.is_keyed)
        self._follow_uplink()

    def _hear_group(self, now_us: int) -> None:
        self._group_us = max(self._group_us, now_us - MOST_STEPS_AT_ONCE * _STEP_US)
        while self._group_us <= now_us:
            samples = self._playout.next_samples(self._group_us) if self._playout.is_playing else None
            self.repeater.hear_group(samples, now_us)
            self._group_us += _STEP_US

    def _follow_uplink(self) -> None:
        """Ask for the floor when somebody talks on the air; ask no longer when he has waited too long."""
        state, talks = self.repeater.uplink.state, self._talk is not None and not self._talk.done()
        if state is UplinkState.ASKING and not talks and self.radio is not None:
            self._talk = asyncio.ensure_future(self._speak(self.radio))
        elif state is UplinkState.REFUSED and talks and self.radio is not None:
            self.radio.talking.let_go()

    async def _speak(self, radio: Radio) -> None:
        uplink = self.repeater.uplink
        await radio.talking.talk(self._group_id, AirMicrophone(uplink))
        if not uplink.is_sent or not uplink.take(UplinkEvent.SENT):
            self.repeater.refuse(self._clock.monotonic_us())

    def _loop_found(self, words: str) -> None:
        if self.radio is not None:
            self.radio.report(text=f"网关 gateway: {words}")
