"""The tones of a radio: what a guard hears who does not look at the screen, made here and mixed into the loudspeaker.

A tone never sounds into the own open microphone: those that belong to talking (permit, warning) mute it for as long as
they sound, an alert's waits until the talk is over, the rest are left out. From the SOS key on until the police room
has closed the SOS nothing sounds at all: a guard in danger must not be given away by the own radio.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

import numpy as np

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertStatus, Reminder, Severity
from devices.radio.floor import FloorState
from devices.radio.libopus import DECODE_RATE_HZ
from devices.radio.opus import Samples

TAIL_US = 80_000
"""The microphone stays muted for so long after a tone: the loudspeaker's own delay and the room's echo."""
MAX_WAITING = 20
"""Alerts that wait until the talk is over; past it the least urgent is left out: one is heard."""
_RAMP_S = 0.005


class Beep(NamedTuple):
    """One pitch; 0 Hz is a pause."""

    pitch_hz: float
    lasts_s: float


class Tone(StrEnum):
    """What is told by ear."""

    PERMIT = "permit"
    """Speak now."""
    DENIED = "denied"
    """Refused, unanswered, taken away: what is said is not heard."""
    QUEUED = "queued"
    WARNING = "warning"
    """The talk limit is near."""
    IDLE = "idle"
    """Nobody speaks any more ("roger")."""
    TEST = "alert_test"
    """A test or an exercise: gentle, so that nobody takes it for an alarm."""
    MINOR = "alert_minor"
    MODERATE = "alert_moderate"
    SEVERE = "alert_severe"
    EXTREME = "alert_extreme"
    CANCELLED = "alert_cancelled"
    """It is over."""
    LOUDER = "alert_louder"
    """Nobody has pressed the key."""
    REPORT = "alert_report"
    """The key was pressed: what has been seen?"""
    CONFIRMED = "confirmed"
    """The police room has the guard's key or report."""


_PAUSE = Beep(0, 0.06)
_MELODIES: dict[Tone, tuple[float, tuple[Beep, ...]]] = {
    Tone.PERMIT: (0.25, (Beep(880, 0.05), Beep(1320, 0.07))),
    Tone.DENIED: (0.3, (Beep(330, 0.12), _PAUSE) * 3),
    Tone.QUEUED: (0.25, (Beep(660, 0.06), _PAUSE) * 2),
    Tone.WARNING: (0.25, (Beep(1320, 0.04), Beep(880, 0.04))),
    Tone.IDLE: (0.12, (Beep(600, 0.05),)),
    Tone.TEST: (0.2, (Beep(523, 0.15), Beep(659, 0.15), Beep(523, 0.25))),
    Tone.MINOR: (0.4, (Beep(780, 0.2),)),
    Tone.MODERATE: (0.5, (Beep(780, 0.15), _PAUSE) * 2),
    Tone.SEVERE: (0.6, (Beep(780, 0.12), Beep(1040, 0.12), _PAUSE) * 3),
    Tone.EXTREME: (0.7, (Beep(1040, 0.1), Beep(1560, 0.1)) * 8),
    Tone.CANCELLED: (0.3, (Beep(659, 0.2), Beep(523, 0.3))),
    Tone.LOUDER: (1.0, (Beep(1040, 0.1), Beep(1560, 0.1), Beep(2080, 0.1)) * 10),
    Tone.REPORT: (0.4, (Beep(780, 0.12), Beep(1040, 0.2))),
    Tone.CONFIRMED: (0.15, (Beep(523, 0.04), Beep(659, 0.04), Beep(784, 0.06))),
}
"""Loudness as a share of full scale, and the beeps: the more urgent, the louder, the longer and the more restless."""
_ALERTS = {
    Severity.MINOR: Tone.MINOR,
    Severity.MODERATE: Tone.MODERATE,
    Severity.SEVERE: Tone.SEVERE,
    Severity.EXTREME: Tone.EXTREME,
}
_URGENCY = {tone: order for order, tone in enumerate((Tone.REPORT, Tone.TEST, *_ALERTS.values(), Tone.LOUDER), start=1)}
_WHILE_TALKING = (Tone.PERMIT, Tone.WARNING)


_REMINDERS = {Reminder.LOUDER: Tone.LOUDER, Reminder.REPORT: Tone.REPORT}


def tone_of(severity: Severity, status: AlertStatus, reminder: Reminder | None = None) -> Tone:
    """An alert's; only an actual one sounds as urgent as it says."""
    if status is not AlertStatus.ACTUAL:
        return Tone.TEST
    return _ALERTS[severity] if reminder is None else _REMINDERS[reminder]


def samples_of(tone: Tone) -> Samples:
    """The whole tone at 48 kHz, each beep faded in and out over 5 ms so that it does not click."""
    loudness, beeps = _MELODIES[tone]
    return np.concatenate([_beep(one, loudness) for one in beeps])


def lasts_s(tone: Tone) -> float:
    """How long it sounds."""
    return sum(beep.lasts_s for beep in _MELODIES[tone][1])


def _beep(beep: Beep, loudness: float) -> Samples:
    time_s = np.arange(round(beep.lasts_s * DECODE_RATE_HZ)) / DECODE_RATE_HZ
    ramp = np.clip(np.minimum(time_s, time_s[::-1]) / _RAMP_S, 0.0, 1.0)
    return (32767 * loudness * ramp * np.sin(2 * np.pi * beep.pitch_hz * time_s)).astype(np.int16)


class Tones:
    """One loudspeaker's. ``add_to`` is called by the sound card's thread, the rest by the radio's."""

    def __init__(self, clock: Clock, sounded: Callable[[str], None] = lambda alert_id: None) -> None:
        """``clock`` is the radio's; the sound card's thread calls ``sounded(alert_id)`` when its tone has ended."""
        self._clock = clock
        self._sounded = sounded
        self._samples = {tone: samples_of(tone) for tone in Tone}
        self._lock = Lock()
        self._left: Samples = np.zeros(0, dtype=np.int16)
        self._sounding = Tone.IDLE
        self._of_alert = ""
        """The alert whose tone sounds."""
        self._waiting: dict[str, Tone] = {}
        """The tone of each alert that came while this radio talks."""
        self._floor = FloorState.SILENT
        self._is_silent = False
        self._muted_until_us = 0

    @property
    def mutes(self) -> bool:
        """Whether the microphone must be closed, since a tone sounds."""
        return self._clock.monotonic_us() < self._muted_until_us

    def keep_silent(self, is_silent: bool) -> None:
        """Whether nothing must sound; what sounds is cut off, and what is not heard meanwhile is not made good."""
        with self._lock:
            self._is_silent = is_silent
            if is_silent:
                self._left, self._waiting, self._muted_until_us = self._left[:0], {}, 0

    def floor_changed(self, state: FloorState, why: str) -> None:
        """Push-to-talk came into this state; ``why`` as Talking tells it."""
        before, self._floor = self._floor, state
        waiting = self._take_waiting()
        if state is FloorState.TALKING:
            self.play(Tone.PERMIT)
        elif state is FloorState.WARNED:
            self.play(Tone.WARNING)
        elif state is FloorState.QUEUED and before is not FloorState.QUEUED:
            self.play(Tone.QUEUED)
        elif waiting is not None:
            alert_id, tone = waiting
            self._play(tone, alert_id)
        elif state is FloorState.SILENT and why:
            self.play(Tone.DENIED)

    def alert(
        self,
        severity: Severity,
        status: AlertStatus = AlertStatus.ACTUAL,
        reminder: Reminder | None = None,
        *,
        alert_id: str = "",
    ) -> None:
        """An alert is shown, or what it still asks for."""
        self._play(tone_of(severity, status, reminder), alert_id)

    def drop(self, alert_id: str) -> None:
        """This alert is over: its tone sounds no longer, and will not."""
        with self._lock:
            self._waiting.pop(alert_id, None)
            if self._of_alert == alert_id:
                self._left = self._left[:0]

    def cancel(self, alert_id: str) -> None:
        """This alert is over, which is told."""
        self.drop(alert_id)
        self.play(Tone.CANCELLED)

    def play(self, tone: Tone) -> None:
        """Let it sound at once; while this radio talks, or a more urgent one sounds, as the module says."""
        self._play(tone, "")

    def _play(self, tone: Tone, alert_id: str) -> None:
        with self._lock:
            if self._is_silent:
                return
            sounding = self._sounding if self._left.size else None
            if self._is_talking and tone not in _WHILE_TALKING:
                self._wait(tone, alert_id)
                return
            if not self._is_talking and _urgency(tone) < _urgency(sounding):
                return
            if self._is_talking:
                self._wait(sounding, self._of_alert)
                lasts_us = self._samples[tone].size * 1_000_000 // DECODE_RATE_HZ
                self._muted_until_us = self._clock.monotonic_us() + lasts_us + TAIL_US
            self._sounding, self._of_alert, self._left = tone, alert_id, self._samples[tone]

    def add_to(self, samples: Samples) -> Samples:
        """The loudspeaker's next samples with what sounds in them, limited."""
        with self._lock:
            tone, self._left = self._left[: samples.size], self._left[samples.size :]
            alert_id = self._of_alert if not self._left.size else ""
        if not tone.size:
            return samples
        if alert_id:
            self._sounded(alert_id)
        mixed = samples.astype(np.int32)
        mixed[: tone.size] += tone
        return np.clip(mixed, -32768, 32767).astype(np.int16)

    @property
    def _is_talking(self) -> bool:
        return self._floor in (FloorState.TALKING, FloorState.WARNED)

    def _wait(self, tone: Tone | None, alert_id: str) -> None:
        """The most urgent alert is heard once the talk is over; other tones mean nothing by then."""
        if tone is not None and _urgency(tone) > _urgency(self._waiting.get(alert_id)):
            self._waiting[alert_id] = tone
            if len(self._waiting) > MAX_WAITING:
                del self._waiting[min(self._waiting, key=lambda one: _urgency(self._waiting[one]))]

    def _take_waiting(self) -> tuple[str, Tone] | None:
        """The most urgent alert that has waited, once this radio does not talk; the others are left out."""
        with self._lock:
            if self._is_talking or not self._waiting:
                return None
            waiting, self._waiting = self._waiting, {}
        return max(waiting.items(), key=lambda one: _urgency(one[1]))


def _urgency(tone: Tone | None) -> int:
    return _URGENCY.get(tone, 0) if tone is not None else 0
