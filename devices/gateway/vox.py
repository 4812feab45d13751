"""Voice-operated transmit: whether what the donor's loudspeaker gives is somebody who talks.

Level against a learned noise floor, and the shape of the spectrum: a receiver's noise (an open squelch, its burst when
a carrier falls) is flat however loud it is, voices and tones are not.
"""

from __future__ import annotations

import math
from collections import deque
from functools import cache

import numpy as np
import numpy.typing as npt

from devices.gateway.settings import VoxSettings, blocks
from devices.radio.opus import Samples

Spectrum = npt.NDArray[np.float64]
LOWEST_DBFS = -90.0
_FULL_SCALE = 32768.0
_BIN_HZ = 50
_FIRST_BIN, _END_BIN = 6, 69
"""300 to 3400 Hz, what a radio's channel carries."""
NOISE_IS_FLATTER_THAN = 0.65
"""Spectral flatness (geometric to arithmetic mean) of 60 ms, the greater of it as it comes and raised by 6 dB an
octave, as receivers lower it. Measured on espeak-ng's English and Chinese: 90 % of loud blocks of speech are below it
20 dB above noise, three quarters 10 dB above; of white, band-passed and lowered noise 99 % are above."""
_FLAT_OVER = 3
_FLOOR_WINDOW_S = 3.0
_FLOOR_PIECES = 6
_STAYS_OPEN = 2 / 3
_LOUD_FOR = 10
"""Blocks for which something loud keeps the air taken, be it speech or not."""
_SPEECH_FALLS_DB = 0.02
"""By which the loudness of speech is forgotten each block: 1 dB a second."""
_BURST_BELOW_SPEECH_DB = 6.0
"""Flat noise at least so near the loudness of speech is a squelch's; hissing consonants are 10 dB and more below."""

_TILT = (np.arange(_FIRST_BIN, _END_BIN) * (_BIN_HZ / 1000)) ** 2
_TILT_MEAN_LOG = float(np.mean(np.log(_TILT)))


def level_dbfs(samples: Samples) -> float:
    """The root mean square in decibels of full scale."""
    mean = float(np.mean(samples.astype(np.float64) ** 2)) if samples.size else 0.0
    return max(LOWEST_DBFS, 10 * math.log10(mean / _FULL_SCALE**2)) if mean else LOWEST_DBFS


def spectrum(samples: Samples) -> Spectrum:
    """The power in each 50 Hz from 300 to 3400 Hz of a block of 20 ms, at any rate, a sine's power alike at all."""
    power = np.abs(np.fft.rfft(samples * _window(samples.size))[_FIRST_BIN:_END_BIN]) / (samples.size * _FULL_SCALE)
    found: Spectrum = power**2 + 1e-14
    return found


@cache
def _window(size: int) -> Spectrum:
    return np.hanning(size)


def flatness(power: Spectrum) -> float:
    """From 0 (a tone) to 1; the greater of the spectrum's own and that raised by 6 dB an octave."""
    mean_log = float(np.log(power).sum()) / power.size
    own, raised = float(power.sum()) / power.size, float(power @ _TILT) / power.size
    return max(math.exp(mean_log) / own, math.exp(mean_log + _TILT_MEAN_LOG) / raised)


class NoiseFloor:
    """The least level of the last 3 s (minimum statistics, Martin 2001): speech has pauses, noise has none."""

    def __init__(self, lowest_dbfs: float) -> None:
        self._lowest_dbfs = lowest_dbfs
        self._piece = blocks(_FLOOR_WINDOW_S * 1000 / _FLOOR_PIECES)
        self._least: deque[float] = deque([lowest_dbfs], maxlen=_FLOOR_PIECES)
        self._now = math.inf
        self._count = 0

    @property
    def dbfs(self) -> float:
        """As learned so far."""
        return max(self._lowest_dbfs, min(self._least))

    def take(self, level: float) -> None:
        """The level of the next block."""
        self._now = min(self._now, level)
        self._count += 1
        if self._count == self._piece:
            self._least.append(self._now)
            self._now, self._count = math.inf, 0


class Vox:
    """One donor's. Pure; takes the blocks of 20 ms that count, in order."""

    def __init__(self, settings: VoxSettings) -> None:
        self.is_open = False
        self.is_busy = False
        """Whether the air is taken: open, or something loud a moment ago, though it be noise."""
        self.is_burst = False
        """Whether the latest block is a squelch's noise as loud as speech: not to be sent."""
        self.spectrum: Spectrum = np.full(_END_BIN - _FIRST_BIN, 1e-14)
        self._settings = settings
        self._attack = blocks(settings.attack_ms)
        self._hang = blocks(settings.hang_ms)
        self._floor = NoiseFloor(settings.least_dbfs - settings.above_noise_db)
        self._spectra: deque[Spectrum] = deque(maxlen=_FLAT_OVER)
        self._run: deque[bool] = deque(maxlen=self._attack + 2)
        """Speech or not, of the latest blocks; two may be missing in it: a stop consonant."""
        self._speech_dbfs = LOWEST_DBFS
        self._left = 0
        self._loud_left = 0

    def take(self, samples: Samples, carrier: bool | None = None) -> bool:
        """The next 20 ms, at 16 kHz; ``carrier`` decides where the donor has such a line. Returns ``is_open``."""
        level = level_dbfs(samples)
        self.spectrum = spectrum(samples)
        self._spectra.append(self.spectrum)
        flat = flatness(np.sum(self._spectra, axis=0)) > NOISE_IS_FLATTER_THAN
        opens_at = self._floor.dbfs + self._settings.above_noise_db
        stays_at = self._floor.dbfs + self._settings.above_noise_db * _STAYS_OPEN
        is_loud = level >= (stays_at if self.is_open else opens_at)
        self._floor.take(level)
        is_speech = is_loud and not flat
        self.is_burst = flat and is_loud and level >= self._speech_dbfs - _BURST_BELOW_SPEECH_DB
        self._speech_dbfs = max(level if is_speech else LOWEST_DBFS, self._speech_dbfs - _SPEECH_FALLS_DB)
        self._loud_left = _LOUD_FOR if is_loud else max(0, self._loud_left - 1)
        if carrier is not None:
            self.is_open = self.is_busy = carrier
            return carrier
        self._run.append(is_speech)
        if is_speech and (self.is_open or sum(self._run) >= self._attack):
            self._left = self._hang
        else:
            self._left = max(0, self._left - 1)
        self.is_open = self._left > 0
        self.is_busy = self.is_open or self._loud_left > 0
        return self.is_open

    def forget(self) -> None:
        """The donor was keyed meanwhile: what came before is not followed by what comes now; the noise is the same."""
        self.is_open = self.is_busy = self.is_burst = False
        self._left = self._loud_left = 0
        self._run.clear()
        self._spectra.clear()
