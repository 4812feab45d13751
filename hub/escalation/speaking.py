"""An alert as it is spoken: to a radio, and on a telephone with the words that ask for the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Samples
from hub.alerts.attaching import as_spoken
from hub.alerts.messages import Alert
from hub.speech.service import MOST_SPOKEN_S, NotSpoken, Speech, Why
from hub.speech.sound import NoSound, Spoken, TooLong, read_sound

_ASKS_FOR_KEY = "听到请按，1，确认。"
_PAUSE = np.zeros(ENCODE_RATE_HZ // ENCODE_SAMPLES // 2 * ENCODE_SAMPLES, np.int16)
"""Half a second."""
TONE_HZ = 900
_TONE_S, _TONES = 0.5, 6


class Speaking:
    """The spoken message that an alert carries, else its words spoken; the speech room remembers the latest."""

    def __init__(self, speech: Speech, recording: Callable[[str], Awaitable[bytes | None]]) -> None:
        """``recording`` reads a spoken message that is kept, by its id."""
        self._speech = speech
        self._recording = recording

    async def of(self, alert: Alert) -> Spoken:
        """As a radio hears it. Raises NotSpoken."""
        recording = None if alert.speech is None else await self._recording(alert.speech.media_id)
        if recording is not None:
            try:
                return await asyncio.to_thread(read_sound, recording, MOST_SPOKEN_S)
            except (NoSound, TooLong):
                raise NotSpoken(Why.FAILED) from None
        return await self._speech.spoken(as_spoken(alert.status, alert.text))

    async def by_phone(self, alert: Alert) -> Spoken:
        """The alert and the words that ask for the key, twice; tones in the place of what cannot be spoken.

        Nothing but tones where that is the alert.
        """
        try:
            alert_spoken = await self.of(alert)
        except NotSpoken:
            return Spoken(_tones())
        try:
            asks = (await self._speech.spoken(_ASKS_FOR_KEY)).pcm
        except NotSpoken:
            asks = _tones()
        once = (alert_spoken.pcm, _PAUSE, asks, _PAUSE)
        return Spoken(np.concatenate((*once, *once)))


def _tones() -> Samples:
    """Somebody who picks up knows that something is asked: there is a text to read."""
    size = round(_TONE_S * ENCODE_RATE_HZ) // ENCODE_SAMPLES * ENCODE_SAMPLES
    tone = (8_000 * np.sin(2 * np.pi * TONE_HZ * np.arange(size) / ENCODE_RATE_HZ)).astype(np.int16)
    return np.concatenate([part for _ in range(_TONES) for part in (tone, np.zeros(size, np.int16))])
