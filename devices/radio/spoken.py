"""The spoken messages of alerts at a radio: after the tone, again when it is louder, and never into a call."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av

from devices.link import Link
from devices.link.refusals import Refusal
from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage, Attachment
from devices.protocol.voice import FRAME_MS
from devices.radio.fetching import Fetching
from devices.radio.jitter import Play, Slot
from devices.radio.kept_media import KeptMedia
from devices.radio.sound import Speaker
from devices.radio.tones import lasts_s, tone_of

MOST_DUE = 8
"""Messages that wait to be spoken; past it the oldest is left out: its alert is on the screen."""
PAUSE_S = 0.7
"""Between what sounds and the message: after a tone, and after a call, whose last words are played later than they
come (jitter.py)."""
LOOK_EVERY_S = 0.1
MOST_FRAMES = 10_000
"""200 s; the hub sends at most 120."""
_OVER = Slot(Play.OVER)


class Frames:
    """A whole message as a loudspeaker pulls it; ``stop`` may be called from another thread."""

    def __init__(self, frames: tuple[bytes, ...]) -> None:
        self._frames = iter(frames)
        self._is_stopped = False

    def next_frame(self, now_us: int) -> Slot:
        """The next 20 ms."""
        frame = None if self._is_stopped else next(self._frames, None)
        return _OVER if frame is None else Slot(Play.FRAME, frame)

    def stop(self) -> None:
        """Nothing more of it."""
        self._is_stopped = True


@dataclass
class _Due:
    alert_id: str
    speech: Attachment
    from_us: int
    until_us: int


@dataclass(frozen=True)
class _Playing:
    due: _Due
    frames: Frames
    ends_us: int


class SpokenMessages:
    """One radio's. ``is_busy()`` says whether somebody speaks, ``is_over(alert_id)`` whether the alert is."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        speaker: Speaker,
        folder: Path | None,
        *,
        is_busy: Callable[[], bool],
        is_over: Callable[[str], bool],
    ) -> None:
        """``folder`` keeps them."""
        self._link = link
        self._clock = clock
        self._speaker = speaker
        self._is_busy = is_busy
        self._is_over = is_over
        self._kept = KeptMedia(folder)
        self._fetching = Fetching(link, clock, self._kept, is_busy, self._arrived)
        self._due: dict[str, _Due] = {}
        self._playing: _Playing | None = None
        self._is_silent = False
        self._played = 0
        self._beginning: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def alert(self, alert: AlertMessage) -> None:
        """An alert is shown, or louder: its message is spoken once more, when its tone has sounded."""
        if alert.speech is None:
            return
        now_us = self._clock.monotonic_us()
        tone_s = lasts_s(tone_of(alert.severity, alert.status, alert.reminder))
        until_us = now_us + round(alert.expires_in_s * 1e6)
        due = _Due(alert.alert_id, alert.speech, now_us + round((tone_s + PAUSE_S) * 1e6), until_us)
        if self._playing is not None and self._playing.due.alert_id == alert.alert_id:
            self._stop()
        self._due[alert.alert_id] = due
        if len(self._due) > MOST_DUE:
            del self._due[next(iter(self._due))]
        self._fetching.want(alert.speech, until_us)
        self._look_soon()

    def connected(self) -> None:
        """The line is there (again)."""
        self._fetching.connected()

    def keep_silent(self, is_silent: bool) -> None:
        """Whether nothing may sound; what was to be heard meanwhile is not made good."""
        self._is_silent = is_silent
        if is_silent:
            self._due.clear()
            self._stop()

    def look(self) -> None:
        """Somebody may have begun to speak: what is being spoken stops, and is spoken anew after the call."""
        now_us = self._clock.monotonic_us()
        playing = self._playing
        if playing is not None:
            if self._is_busy():
                self._stop()
                self._due.setdefault(playing.due.alert_id, playing.due)
            elif self._is_over(playing.due.alert_id):
                self._stop()
            elif now_us >= playing.ends_us:
                self._playing = None
        for due in list(self._due.values()):
            if due.until_us <= now_us or self._is_over(due.alert_id):
                del self._due[due.alert_id]
            elif self._is_busy() or self._playing is not None:
                due.from_us = max(due.from_us, now_us + round(PAUSE_S * 1e6))
            elif due.from_us <= now_us and self._beginning is None and self._kept.has(due.speech.media_id):
                del self._due[due.alert_id]
                self._beginning = asyncio.ensure_future(self._speak(due))
        if self._due or self._playing is not None:
            self._look_soon()

    def close(self) -> None:
        """The radio ends."""
        self._stop()
        self._fetching.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._beginning is not None:
            self._beginning.cancel()

    async def _speak(self, due: _Due) -> None:
        media_id = due.speech.media_id
        frames = await asyncio.to_thread(self._frames, media_id)
        self._beginning = None
        if frames is None:
            self._link.refusals.add(Refusal.STORE_DAMAGED, f"the spoken message {media_id} cannot be read")
            if not self._kept.has(media_id):  # the disk had damaged it; otherwise it came so
                self._due.setdefault(due.alert_id, due)
                self._fetching.want(due.speech, due.until_us)
        elif self._is_busy():
            self._due.setdefault(due.alert_id, due)
        elif not (self._is_silent or self._is_over(due.alert_id)):
            self._played += 1
            lasts_us = len(frames) * FRAME_MS * 1000
            self._playing = _Playing(due, Frames(frames), self._clock.monotonic_us() + lasts_us)
            self._speaker.begin(-self._played, self._playing.frames)
        self._look_soon()

    def _frames(self, media_id: str) -> tuple[bytes, ...] | None:
        data = self._kept.read(media_id)
        return None if data is None else frames_of(data)

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.frames.stop()
            self._playing = None

    def _arrived(self, media_id: str) -> None:
        self._look_soon()

    def _look_soon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self.look)


def frames_of(ogg: bytes) -> tuple[bytes, ...] | None:
    """The Opus frames of 20 ms in an Ogg file; None where it is no such file. Blocking."""
    try:
        with av.open(io.BytesIO(ogg), "r", format="ogg") as file:
            if not file.streams.audio or file.streams.audio[0].codec_context.name not in ("opus", "libopus"):
                return None
            packets = [bytes(packet) for packet in file.demux(file.streams.audio[0])]
    except (av.FFmpegError, IndexError):
        return None
    frames = tuple(packet for packet in packets if packet)
    return frames if 0 < len(frames) <= MOST_FRAMES else None
