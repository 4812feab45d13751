"""Sharing one detector among many cameras: in turn, the newest frame of each live one, every frame of a recording."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Generic, TypeVar

_MOST_WAITING_RECORDED = 2

Camera = TypeVar("Camera")
Work = TypeVar("Work")


class LookScheduler(Generic[Camera, Work]):
    """A queue from camera threads to the one that looks.

    A live camera has one waiting frame: a newer one takes its place, and the older is shed and counted by the caller;
    so a backlog costs every camera alike and nobody is looked at late. A recording's thread waits instead.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: OrderedDict[Camera, deque[tuple[Work, bool]]] = OrderedDict()
        self._closed = False

    def offer(self, camera: Camera, work: Work) -> bool:
        """Put in a live frame; whether an older one of the same camera was shed for it."""
        with self._changed:
            waiting = self._waiting.setdefault(camera, deque())
            shed = bool(waiting) and waiting[-1][1]
            if shed:
                waiting.pop()
            waiting.append((work, True))
            self._changed.notify_all()
            return shed

    def put(self, camera: Camera, work: Work, *, patience_s: float) -> bool:
        """Put in what must not be shed; false when there was no room within ``patience_s``: try again."""
        with self._changed:

            def room() -> bool:
                return self._closed or len(self._waiting.get(camera, ())) < _MOST_WAITING_RECORDED

            if not self._changed.wait_for(room, patience_s):
                return False
            self._waiting.setdefault(camera, deque()).append((work, False))
            self._changed.notify_all()
            return True

    def take(self) -> tuple[Camera, Work] | None:
        """The next camera's turn; waits for one. None when closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if not self._waiting:
                return None
            camera, waiting = self._waiting.popitem(last=False)
            work, _ = waiting.popleft()
            if waiting:
                self._waiting[camera] = waiting
            self._changed.notify_all()
            return camera, work

    def close(self) -> None:
        """Let ``take`` run dry and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
