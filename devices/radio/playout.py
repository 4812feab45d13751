"""What is heard, as samples: each burst decoded frame by frame at the pace of whoever pulls, bursts mixed."""

from __future__ import annotations

from threading import Lock

import numpy as np

from devices.radio.jitter import Play, Pulled, Slot
from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import Decoder, Samples

_FADE_IN = np.linspace(0.0, 1.0, DECODE_SAMPLES, dtype=np.float32)
_SILENCE: Samples = np.zeros(DECODE_SAMPLES, dtype=np.int16)
_SILENCE.flags.writeable = False
MAX_BURSTS = 16
"""Bursts mixed at once, as many as a radio remembers (hearing.py); the oldest gives way."""


class Sound:
    """One burst's decoder."""

    def __init__(self) -> None:
        self.decoder = Decoder()

    def render(self, slot: Slot) -> Samples:
        """The 960 samples at 48 kHz of 20 ms that the burst's buffer gave."""
        if slot.play is Play.FRAME and slot.hurried:
            before, after = self.decoder.decode(slot.hurried), self.decoder.decode(slot.frame)
            return (before + (after.astype(np.float32) - before) * _FADE_IN).astype(np.int16)
        if slot.play is Play.FRAME:
            return self.decoder.decode(slot.frame)
        return self.decoder.conceal(slot.frame) if slot.play is Play.CONCEAL else _SILENCE


class PlayOut:
    """All that one loudspeaker plays. A sound card's callback pulls it, also in a thread of its own."""

    def __init__(self) -> None:
        self._playing: dict[int, tuple[Pulled, Sound]] = {}
        self._lock = Lock()

    @property
    def is_playing(self) -> bool:
        """Whether a burst is under way, be it silent at the moment."""
        return bool(self._playing)

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        """A burst is to be heard until it says that it is over."""
        sound = Sound()
        with self._lock:
            self._playing.pop(burst_id, None)
            self._playing[burst_id] = (buffer, sound)
            if len(self._playing) > MAX_BURSTS:
                del self._playing[next(iter(self._playing))]

    def next_samples(self, now_us: int) -> Samples:
        """The 960 samples for the 20 ms from now on: the sum of all bursts, limited; silence when there are none."""
        with self._lock:
            playing = list(self._playing.items())
        sounds: list[Samples] = []
        for burst_id, (buffer, sound) in playing:
            slot = buffer.next_frame(now_us)
            if slot.play is Play.OVER:
                self._forget(burst_id, buffer)
            else:
                sounds.append(sound.render(slot))
        if not sounds:
            return _SILENCE
        return np.clip(np.sum(sounds, axis=0, dtype=np.int32), -32768, 32767).astype(np.int16)

    def _forget(self, burst_id: int, buffer: Pulled) -> None:
        with self._lock:
            if burst_id in self._playing and self._playing[burst_id][0] is buffer:
                del self._playing[burst_id]
