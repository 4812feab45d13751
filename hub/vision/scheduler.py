"""Sharing one detector among many cameras: in turn, the newest frame of each live one, every frame of a recording."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Generic, TypeVar

_MOST_WAITING_RECORDED = 2
LIVE_TURNS = 3
"""Of so many turns and one more, the one is a recording's while both kinds wait: however many are imported."""

Camera = TypeVar("Camera")
Work = TypeVar("Work")


class LookScheduler(Generic[Camera, Work]):
    """A queue from camera threads to the one that looks.

    A live camera has one waiting frame: a newer one takes its place, and the older is shed and counted by the caller;
    so a backlog costs every camera alike and nobody is looked at late. A recording's thread waits instead. Live
    cameras take turns among themselves, recordings among themselves.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: OrderedDict[Camera, deque[tuple[Work, bool]]] = OrderedDict()
        self._recorded: OrderedDict[Camera, deque[tuple[Work, bool]]] = OrderedDict()
        self._live_turns = 0
        self._closed = False

    def offer(self, camera: Camera, work: Work) -> bool:
        """Put in a live frame; whether an older one of the same camera was shed for it."""
        with self._changed:
            waiting = self._waiting(camera, self._live)
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
                waiting = self._live.get(camera) or self._recorded.get(camera) or ()
                return self._closed or len(waiting) < _MOST_WAITING_RECORDED

            if not self._changed.wait_for(room, patience_s):
                return False
            self._waiting(camera, self._recorded).append((work, False))
            self._changed.notify_all()
            return True

    def _waiting(self, camera: Camera, kind: OrderedDict[Camera, deque[tuple[Work, bool]]]) -> deque[tuple[Work, bool]]:
        """What waits of a camera: all of it in one queue, also the end of a live stream, which is not shed."""
        other = self._recorded if kind is self._live else self._live
        return other[camera] if camera in other else kind.setdefault(camera, deque())

    def take(self) -> tuple[Camera, Work] | None:
        """The next camera's turn; waits for one. None when closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._live or self._recorded)
            if not self._live and not self._recorded:
                return None
            is_live = not self._recorded or (bool(self._live) and self._live_turns < LIVE_TURNS)
            self._live_turns = self._live_turns + 1 if is_live else 0
            kind = self._live if is_live else self._recorded
            camera, waiting = kind.popitem(last=False)
            work, _ = waiting.popleft()
            if waiting:
                kind[camera] = waiting
            self._changed.notify_all()
            return camera, work

    def close(self) -> None:
        """Let ``take`` run dry and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
