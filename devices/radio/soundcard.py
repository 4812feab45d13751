"""A radio's real microphone and loudspeaker: speech in, bursts and tones out, and what happens when one goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devices.protocol.clock import Clock
from devices.protocol.messages import Acknowledgement, AlertMessage, Report
from devices.radio.card_lines import Captured, CardLines, Decimator
from devices.radio.floor import FloorState
from devices.radio.jitter import Pulled
from devices.radio.opus import SILENT_FRAME, Encoder, Samples
from devices.radio.playout import PlayOut
from devices.radio.portaudio import Block, Direction
from devices.radio.radio import RadioEvents
from devices.radio.tones import Tone, Tones


class SoundCard(RadioEvents):
    """The Speaker of one radio, maker of its Microphones, and its tones: give it the radio's events.

    Devices are named as ``CardLines`` says; a program has one.
    """

    def __init__(
        self, clock: Clock, told: Callable[[str], None], *, microphone: str | None = None, speaker: str | None = None
    ) -> None:
        """``told(words)`` is called when a device is missing, lost or back. Raises PortAudioMissing."""
        self.tones = Tones(clock, self._sounded)
        self.alert_sounded: Callable[[str], None] = lambda alert_id: None
        """Called in the event loop when an alert's tone has sounded to its end: the radio's method of that name."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clock = clock
        self._playout = PlayOut()
        self._was_playing = False
        self._is_open = False
        self._captured = Captured()
        self._lines = CardLines(
            clock,
            told,
            names={Direction.INPUT: microphone, Direction.OUTPUT: speaker},
            takes={Direction.INPUT: self._capture, Direction.OUTPUT: self._play},
            is_busy=self._is_busy,
        )

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        self._playout.begin(burst_id, buffer)

    def microphone(self, speak: Callable[[bytes], None]) -> LiveMicrophone:
        """For one press of a key of the radio that speaks with ``speak``."""
        return LiveMicrophone(self, speak)

    @property
    def sounds_alerts(self) -> bool:
        """One that is lost sounds when it is back."""
        return self._lines.is_wanted(Direction.OUTPUT)

    def alert_shown(self, alert: AlertMessage) -> None:
        for earlier in alert.updates:
            self.tones.drop(earlier)
        self.tones.alert(alert.severity, alert.status, alert.reminder, alert_id=alert.alert_id)

    def alert_reminded(self, alert: AlertMessage) -> None:
        self.alert_shown(alert)

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        for earlier in cancel.updates:
            self.tones.drop(earlier)
        self.tones.cancel(cancel.cancels or "")

    def confirmed(self, said: Acknowledgement | Report) -> None:
        self.tones.play(Tone.CONFIRMED)

    def floor_changed(self, state: FloorState, why: str) -> None:
        talks = state in (FloorState.TALKING, FloorState.WARNED)
        if talks and not self._is_open:
            self._captured.clear()
        self._is_open = talks
        self.tones.floor_changed(state, why)

    def silence_changed(self, is_silent: bool) -> None:
        self.tones.keep_silent(is_silent)

    @property
    def has_microphone(self) -> bool:
        """Whether it is to have one, there or not."""
        return self._lines.is_wanted(Direction.INPUT)

    @property
    def captures(self) -> bool:
        """Whether the microphone is there, or may be in a moment."""
        return self._lines.may_come(Direction.INPUT)

    @property
    def plays(self) -> bool:
        """Whether the loudspeaker is there."""
        return self._lines.is_there(Direction.OUTPUT)

    @property
    def dropped(self) -> int:
        """Blocks of the open microphone that nobody took in time."""
        return self._captured.dropped

    def take_captured(self) -> list[Samples]:
        """The blocks of 20 ms, at its own rate, that the open microphone gave since this was last asked."""
        return self._captured.take()

    async def run(self) -> None:
        """Have the devices open until cancelled; returns where PortAudio has hung, and no sound comes any more."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._lines.run()
        finally:
            self._loop = None

    def _is_busy(self) -> bool:
        """Whether a word would be cut by closing what is there in order to look for what is not."""
        return (self._is_open and self.captures) or (self._playout.is_playing and self.plays)

    def _sounded(self, alert_id: str) -> None:
        """By PortAudio's thread, while ``run`` has the devices open."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.alert_sounded, alert_id)

    def _capture(self, block: Block) -> None:
        """By PortAudio's thread: only keeps the block, and only while the key is down."""
        if self._is_open:
            self._captured.put(block)

    def _play(self, block: Block) -> None:
        """By PortAudio's thread."""
        samples = self._playout.next_samples(self._clock.monotonic_us())
        is_playing = self._playout.is_playing
        if self._was_playing and not is_playing:
            self.tones.play(Tone.IDLE)
        self._was_playing = is_playing
        block[:, 0] = self.tones.add_to(samples)


class LiveMicrophone:
    """The card's microphone for one press: speech as it is spoken, from the end of the talk-permit tone on.

    The microphone's own clock sets the pace: a tick at which it has given nothing is left out, one at which several
    blocks have come takes them all, so that speech is never older for a thread that was late once.
    """

    def __init__(self, card: SoundCard, speak: Callable[[bytes], None]) -> None:
        """``speak`` takes the frames of a tick before its last."""
        self._card = card
        self._speak = speak
        self._encoder = Encoder()
        self._decimator = Decimator()

    def next_frame(self) -> bytes | None:
        """The latest 20 ms; silence while a tone sounds; empty when nothing has come; None without a microphone."""
        if not self._card.captures:
            return None
        blocks = self._card.take_captured()
        if self._card.plays and self._card.tones.mutes:
            return SILENT_FRAME
        frames = [self._code(block) for block in blocks]
        for frame in frames[:-1]:
            self._speak(frame)
        return frames[-1] if frames else b""

    def _code(self, block: Samples) -> bytes:
        (frame,) = self._encoder.encode(self._decimator.take(block))
        return frame
