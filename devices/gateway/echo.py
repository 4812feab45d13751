"""Finds in what is heard now what went by on the other side a moment ago: the mark of a loop.

Compared are not samples, which coders and radios change, but how the power in 12 bands of the speech band rises and
falls (as audio fingerprints do): each band's mean over the window is taken out, so that levels, filters and steady
sounds are alike to nothing.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from devices.gateway.vox import Spectrum

_BANDS = np.array([0, 1, 3, 5, 8, 11, 14, 19, 25, 31, 40, 50])
"""The first 50 Hz of each band above 300 Hz: equal steps of pitch."""
_QUIETEST = 4e-9
"""Power below it (a sine of -72 dB of full scale) is silence, whose changes mean nothing."""
WINDOW = 60
"""Blocks of 20 ms that are compared: 1.2 s."""
REMEMBERED_S = 20.0
ALIKE = 0.68
"""Correlation of an echo. Measured (espeak-ng, two languages, four voices): through Opus, a radio's band, clipping and
noise 15 dB below, at any shift, 0.74 to 0.86; of other words 99 % are below 0.6, the most like 0.70. So one look is not
enough: two, 0.2 s apart, must find it in the same place."""
LOOK_EVERY = 10
_SAME_PLACE = 2
_LEAST_CHANGE = 0.1
"""Mean square, in powers of ten, by which the bands must change: less is a steady sound, which is like any other."""

_Bands = npt.NDArray[np.float64]


class Echo:
    """One side listened to, the other remembered. Pure."""

    def __init__(self, looks: int = 2) -> None:
        """``looks`` in a row must find the echo in the same place."""
        self._looks = looks
        self._remembered: deque[tuple[int, _Bands]] = deque(maxlen=round(REMEMBERED_S * 50))
        self._remembered_count = 0
        self._heard: deque[_Bands] = deque(maxlen=WINDOW)
        self._heard_count = 0
        self._place: int | None = None
        self._found = 0

    def remember(self, power: Spectrum, now_us: int) -> None:
        """20 ms that went by on the other side."""
        self._remembered.append((now_us, _bands(power)))
        self._remembered_count += 1

    def hear(self, power: Spectrum, now_us: int) -> bool:
        """20 ms of the burst under way; True when it is an echo of what is remembered."""
        self._heard.append(_bands(power))
        self._heard_count += 1
        if len(self._heard) < WINDOW or self._heard_count % LOOK_EVERY:
            return False
        before, self._place = self._place, self._find(now_us)
        is_same = before is not None and self._place is not None and abs(self._place - before) <= _SAME_PLACE
        self._found = self._found + 1 if is_same else int(self._place is not None)
        return self._found >= self._looks

    def end(self) -> None:
        """The burst is over."""
        self._heard.clear()
        self._heard_count = 0
        self._place = None
        self._found = 0

    def _find(self, now_us: int) -> int | None:
        """Where, against the burst, what is remembered is like it; None where it is not."""
        while self._remembered and now_us - self._remembered[0][0] > REMEMBERED_S * 1e6:
            self._remembered.popleft()
        if len(self._remembered) < WINDOW:
            return None
        heard = np.array(self._heard)
        heard -= heard.mean(axis=0)
        change = float(np.sum(heard**2))
        if change < _LEAST_CHANGE * heard.size:
            return None
        likeness = _likeness(heard, np.array([bands for _, bands in self._remembered]), change)
        at = int(np.argmax(likeness))
        first = self._remembered_count - len(self._remembered)
        return first + at - self._heard_count if likeness[at] >= ALIKE else None


def _bands(power: Spectrum) -> _Bands:
    found: _Bands = np.log10(np.add.reduceat(power, _BANDS) + _QUIETEST)
    return found


def _likeness(heard: _Bands, remembered: _Bands, change: float) -> _Bands:
    """The correlation of ``heard``, whose bands have no mean, with each stretch of ``remembered`` of its length."""
    length, bands = heard.shape
    together = sum(np.correlate(remembered[:, band], heard[:, band], "valid") for band in range(bands))
    sums, squares = (_stretches(values, length) for values in (remembered, remembered**2))
    changes = np.sum(squares - sums**2 / length, axis=1)
    found: _Bands = together / np.sqrt(np.maximum(changes, _LEAST_CHANGE * heard.size) * change)
    return found


def _stretches(values: _Bands, length: int) -> _Bands:
    """The sum of each stretch of ``length`` rows."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    found: _Bands = total[length:] - total[:-length]
    return found


LONG_BURST_US = 6_000_000
_LATER = 25
"""What is heard is like itself; 0.5 s later it is so only where it repeats itself."""
_LOOKS_AT_ITSELF = 12


class Circle:
    """A burst from the air that repeats itself: each word comes round again before the burst can end. Pure.

    Only one that is long already, and for 3.4 s, is taken for that: an alarm bell near a talker repeats itself too.
    """

    def __init__(self) -> None:
        self._echo = Echo(_LOOKS_AT_ITSELF)
        self._recent: deque[Spectrum] = deque(maxlen=_LATER)
        self._began_us: int | None = None

    def hear(self, power: Spectrum, now_us: int) -> bool:
        """20 ms of the burst under way; True when it goes round in a circle."""
        self._began_us = now_us if self._began_us is None else self._began_us
        if len(self._recent) == _LATER:
            self._echo.remember(self._recent[0], now_us)
        self._recent.append(power)
        return self._echo.hear(power, now_us) and now_us - self._began_us >= LONG_BURST_US
