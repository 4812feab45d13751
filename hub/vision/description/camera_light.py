"""How bright one camera shows people, learned from those it saw in the last hours, nobody of whom is labelled.

A crop alone does not tell a white shirt in shade from a grey one in sun. But a camera exposes alike from one person to
the next, and the bare skin of many people has about one mean lightness wherever they are seen: by as much as their mean
is darker than usual, the camera shows everything darker. One person's skin tells little, and nothing of that person's
own clothes within a sighting: somebody is described by those who came before, of whom he may have been one if he
returns, or stays for so long that a second sighting begins.
"""

from __future__ import annotations

from math import exp, log

_USUAL_SKIN_LIGHTNESS = 46.0
"""L* of skin as such cameras show it, faces in shade and arms in sun together: the mean of market1501-subset's six."""
_PERSONS_AS_SURE = 8.0
"""As many people as must be seen until what they say counts as much as the belief that the camera is a usual one."""
_MOST_PER_PERSON, _MOST = 0.3, 0.3
"""Neither one person nor all together tell of more than this, as the logarithm of a ratio."""
_HALF_LIFE_S = 3600.0


class CameraLight:
    """One camera's; three numbers, which end with the worker that learned them."""

    def __init__(self) -> None:
        self._persons = 0.0
        self._sum = 0.0
        self._learned_s = 0.0

    def learn(self, skin_lightness: float, at_s: float) -> None:
        """The mean L* of one person's bare skin, who left at ``at_s`` (media seconds; none pass where they restart)."""
        kept = 0.5 ** (max(at_s - self._learned_s, 0.0) / _HALF_LIFE_S)
        told = log(max(skin_lightness, 1.0) / _USUAL_SKIN_LIGHTNESS)
        self._persons = self._persons * kept + 1
        self._sum = self._sum * kept + min(max(told, -_MOST_PER_PERSON), _MOST_PER_PERSON)
        self._learned_s = at_s

    @property
    def lightness_gain(self) -> float:
        """What L* of this camera's pictures is to be multiplied by; 1 while nobody was seen."""
        brighter = self._sum / (self._persons + _PERSONS_AS_SURE)
        return exp(-min(max(brighter, -_MOST), _MOST))
