"""When a stream that broke off, or could not be had, is tried again."""

from __future__ import annotations

from hub.footage.errors import SourceError, WrongPassword

LASTED_S = 10.0
"""A stream that came for so long is tried again at once."""
FIRST_S = 1.0
LONGEST_S = 30.0
WRONG_PASSWORD_S = 30.0
"""Cameras lock out who tries oftener."""


class Retry:
    """The waits of one stream."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def wait_s(self, lasted_s: float, error: SourceError | None) -> float:
        """How long to wait after an attempt that brought pictures for ``lasted_s``."""
        if isinstance(error, WrongPassword):
            return WRONG_PASSWORD_S
        if lasted_s >= LASTED_S:
            self._next_s = FIRST_S
            return 0.0
        wait_s, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_S)
        return wait_s
