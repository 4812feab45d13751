"""Vision's looks over one tile of a wall: they go where its pictures go, and end where those do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

MOST_WAITING = 5
"""Looks that wait for one console, a second of them; beyond it the oldest goes."""


class LookViewer(Protocol):
    """Who watches a camera's looks."""

    def take_look(self, look: bytes) -> None:
        """A look as JSON. Called on the event loop; must return at once."""


class Looks(Protocol):
    """Where looks come from."""

    def join(self, camera_id: str, viewer: LookViewer) -> bool:
        """Have a camera's looks shown to ``viewer`` until it leaves; false where too many are watched already."""

    def leave(self, camera_id: str, viewer: LookViewer) -> None:
        """``viewer``, which joined, watches no longer."""


class TileLooks:
    """The looks of at most one tile of one wall, as the messages that its console gets."""

    def __init__(self, looks: Looks, wake: Callable[[], None]) -> None:
        """``wake`` is called when there is something in ``waiting``."""
        self.waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._looks = looks
        self._wake = wake
        self._shown: tuple[int, str] | None = None
        self._refused: tuple[int, str] | None = None

    def show(self, tile: int, camera_id: str) -> None:
        """Have this tile's looks, and no other's; tried again each time while too many are watched."""
        if self._shown == (tile, camera_id):
            return
        self._leave()
        if self._looks.join(camera_id, self):
            self._shown, self._refused = (tile, camera_id), None
        elif self._refused != (tile, camera_id):
            self._refused = (tile, camera_id)
            self._say(tile, "null")

    def end(self) -> None:
        """Have none."""
        self._leave()
        self._refused = None

    def take_look(self, look: bytes) -> None:
        """One of the camera's."""
        if self._shown is not None:
            self._say(self._shown[0], look.decode())

    def _say(self, tile: int, look: str) -> None:
        self.waiting.append(f'{{"tile":{tile},"look":{look}}}')
        self._wake()

    def _leave(self) -> None:
        if self._shown is not None:
            self._looks.leave(self._shown[1], self)
            self._shown = None
            self.waiting.clear()
