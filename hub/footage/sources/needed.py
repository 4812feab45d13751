"""Which coded pictures need decoding: those that are due to be looked at, and those that they are made of.

Pictures wait until one is due. When one comes that begins anew, nothing more is made of those that still wait: of 25 a
second with a key picture each second and 5 looks, 4 go undecoded, and more the more seldom the looks are. So do those
that no other refers to and that are not due themselves.
"""

from __future__ import annotations

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.pace import Pace

_MOST_WAITING = 250
"""Then they are decoded all the same: 10 s of a camera whose time stamps stand still, or which seldom begins anew."""
_PLENTY = 3.0
"""Where the order of display is another, pictures that no other refers to are left out with so many for each look."""


class Needed:
    """Of one stream, while its form stays."""

    def __init__(self, looks_per_s: float, form: Form) -> None:
        self._pace = Pace(looks_per_s)
        self._annexb = None if form.coding is Coding.MJPEG else Annexb(form.coding)
        self._has_plenty = form.frames_per_s is not None and form.frames_per_s > _PLENTY * looks_per_s
        self._waiting: list[CodedPicture] = []
        self._newest_us = -1
        self._in_order = True

    def take(self, picture: CodedPicture, *, reordered: bool) -> list[CodedPicture]:
        """What is to be decoded now, in order of decoding. ``reordered``: the decoder holds pictures back."""
        begins_anew = self._annexb is not None and picture.key and self._annexb.begins_anew(picture.data)
        if begins_anew and not reordered:
            self._in_order, self._newest_us = True, -1  # one whose stamp went back is the scar of a bad line
        elif reordered or picture.media_us < self._newest_us:
            self._in_order = False  # a picture that is due may come out of the decoder after others: none waits
        self._newest_us = max(self._newest_us, picture.media_us)
        due = self._pace.due(picture.media_us / 1e6)
        if self._annexb is None:
            return [picture] if due else []
        is_needed = due or self._annexb.is_referred_to(picture.data)
        if not self._in_order:
            ready, self._waiting = self._waiting, []
            return [*ready, picture] if is_needed or not self._has_plenty else ready
        if begins_anew:
            self._waiting = []
        if is_needed:
            self._waiting.append(picture)
        if not due and len(self._waiting) <= _MOST_WAITING:
            return []
        ready, self._waiting = self._waiting, []
        return ready
