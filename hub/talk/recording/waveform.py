"""A recording's loudness over time, as the console draws it: decoded once, in a thread."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from hub.talk.recording.messages import PEAKS


class UnreadableRecording(RuntimeError):
    """A file that is no Opus recording (any more); says why."""


def peaks_of(file: Path) -> bytes:
    """PEAKS values from 0 to 255, the greatest amplitude of each part. 0.2 s for a minute of voice.

    Raises UnreadableRecording.
    """
    try:
        with av.open(str(file)) as opened:
            loudness = [float(np.abs(frame.to_ndarray()).max(initial=0.0)) for frame in opened.decode(audio=0)]
    except (av.FFmpegError, OSError, IndexError) as error:
        raise UnreadableRecording(f"{file.name}: {error}") from None
    if not loudness:
        raise UnreadableRecording(f"{file.name}: no voice")
    edges = np.linspace(0, len(loudness), PEAKS + 1)
    parts = [max(loudness[int(a) : max(int(a) + 1, int(b))]) for a, b in pairwise(edges)]
    return bytes(min(255, round(part * 255)) for part in parts)
