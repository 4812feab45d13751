"""The times of each coded picture, from what the camera's packets say and when they came."""

from __future__ import annotations

from dataclasses import dataclass

from hub.footage.sources.dating import ArrivalDating, RecordedDating

LEAP_US = 5_000_000
"""Time stamps that go further ahead than this begin anew."""
_BACK_US = 500_000
"""Stamps that go back less than this are the scars of a bad line, not a clock that was set."""
_STEP_US = 2_000_000
"""The hub's own clock was set when wall time moves so much further, or less, than the camera's."""
_SILENT_US = 2_000_000
"""A picture without a stamp that comes so much later than it should follows upon a silence: the library gives the
first after one none."""
_LEAST_US = 1_000
_USUAL_STEP_US = 40_000


@dataclass(frozen=True)
class Placed:
    """``decode_us`` is on the axis of ``wall_us``, and equal to it where pictures come as they are shown.

    ``jumped``: time does not go on from the picture before.
    """

    wall_us: int
    media_us: int
    decode_us: int
    jumped: bool


class Timeline:
    """Places the pictures of one stream, in decoding order; call once for each, when it comes."""

    def __init__(self, dating: ArrivalDating | RecordedDating, frames_per_s: float | None, behind_us: int = 0) -> None:
        """``behind_us``: how long after its last byte a picture is handed on."""
        self._behind_us = behind_us
        self._dating = dating
        self._step_us = round(1e6 / frames_per_s) if frames_per_s else _USUAL_STEP_US
        self._origin_us: int | None = None
        self._stamp_us: int | None = None
        self._media_us: int | None = None
        self._decode_us = 0

    def place(self, pts_us: int | None, dts_us: int | None) -> Placed:
        """Stamps in microseconds by the camera's count; None where the packet bears none."""
        stamp_us = dts_us if dts_us is not None else pts_us
        before_us = self._media_us
        jumped = False
        if stamp_us is None:
            media_us = 0 if before_us is None else before_us + self._step_us
            if before_us is not None and isinstance(self._dating, ArrivalDating):
                jumped = self._dating.late_us(media_us) > _SILENT_US
                if jumped:
                    self._dating.restart()
                    self._origin_us = self._stamp_us = None
        else:
            if self._stamp_us is not None:
                ahead_us = stamp_us - self._stamp_us
                jumped = ahead_us < -_BACK_US or ahead_us > LEAP_US
            if self._origin_us is None or (jumped and self._counts_anew(stamp_us)):
                self._origin_us = stamp_us - (0 if before_us is None else before_us + self._step_us)
            media_us = stamp_us - self._origin_us
            self._stamp_us = stamp_us
        if before_us is not None:
            media_us = max(media_us, before_us + _LEAST_US)
        self._media_us = media_us
        return self._dated(media_us, self._shown_later_us(pts_us, dts_us), jumped, before_us)

    def _counts_anew(self, stamp_us: int) -> bool:
        """A live stream is dated by arrival again; in a recording a leap ahead is a real gap."""
        if isinstance(self._dating, ArrivalDating):
            self._dating.restart()
            return True
        return self._stamp_us is not None and stamp_us < self._stamp_us

    def _shown_later_us(self, pts_us: int | None, dts_us: int | None) -> int:
        later_us = pts_us - dts_us if pts_us is not None and dts_us is not None else 0
        return later_us if 0 < later_us < LEAP_US else 0

    def _dated(self, media_us: int, later_us: int, jumped: bool, before_us: int | None) -> Placed:
        decode_us = self._dating.wall_us(media_us + later_us) - later_us - self._behind_us
        if before_us is not None:
            strayed_us = (decode_us - self._decode_us) - (media_us - before_us)
            if jumped or abs(strayed_us) > _STEP_US:
                jumped = True
            else:
                decode_us = max(decode_us, self._decode_us + _LEAST_US)
        self._decode_us = decode_us
        return Placed(decode_us + later_us, media_us + later_us, decode_us, jumped)
