"""When each picture of a clip is shown: as far apart as they were taken, but times without footage are cut out."""

from __future__ import annotations

import msgspec

GAP_S = 1.5
"""Pictures that lie further apart have a gap between them, which is named; a slow camera sends one a second."""
GAP_SHOWN_S = 1.0
"""What a gap takes in the clip."""
_BACK_SHOWN_S = 0.04
"""What a clock that was set back takes."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A time without footage."""

    from_us: int
    until_us: int


class Pacing:
    """Times of pictures, one after the other."""

    def __init__(self, from_us: int, until_us: int, reordered_s: float) -> None:
        """``reordered_s``: how far a picture may lie before one that came earlier, without the clock being set back."""
        self.gaps: list[Gap] = []
        """Those passed so far, the first perhaps before the first picture."""
        self._until_us = until_us
        self._reordered_us = round(reordered_s * 1e6)
        self._last_us = from_us
        self._shown_us: int | None = None
        self._less_us = 0

    def gap_before(self, wall_us: int) -> Gap | None:
        """The gap between the picture before and the one taken then, noted; None where there is none."""
        if wall_us - self._last_us <= GAP_S * 1e6:
            return None
        gap = Gap(from_us=self._last_us, until_us=wall_us)
        self.gaps.append(gap)
        return gap

    def shown_us(self, wall_us: int) -> int:
        """When the picture taken then is shown, after the clip's beginning."""
        if self._shown_us is None:
            self._less_us, self._shown_us = wall_us, 0
        elif self.gaps and self.gaps[-1].until_us == wall_us:
            self._less_us = wall_us - self._shown_us - round(GAP_SHOWN_S * 1e6)
        elif wall_us - self._less_us <= self._shown_us - self._reordered_us:
            self._less_us = wall_us - self._shown_us - round(_BACK_SHOWN_S * 1e6)
        self._last_us = wall_us
        shown_us = wall_us - self._less_us
        self._shown_us = max(shown_us, self._shown_us)
        return shown_us

    def end(self) -> None:
        """Note the gap after the last picture, if there is one."""
        self.gap_before(self._until_us)
