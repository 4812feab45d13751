"""When a radio makes no sound: from its SOS key on until the police room has closed the SOS, over restarts too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from devices.link.refusals import Refusal, Refusals
from devices.protocol.sos import SosState

UNTOLD_S = 10.0
"""A hub says at once how the SOS of a radio that comes on line stands (P-11.5). One that was there for so long and has
said nothing knows of none: no radio is silent for ever for an SOS that the hub has forgotten."""


class Silence:
    """One radio's; ``changed(is_silent)`` is told of each change.

    A file that is there while an SOS is not closed says it after a restart. A radio without a disk cannot know, and is
    silent at first. A disk that fails is counted; until the radio ends it is silent all the same.
    """

    def __init__(
        self,
        mark: Path | None,
        refusals: Refusals,
        *,
        is_sos_open: Callable[[], bool],
        changed: Callable[[bool], None],
    ) -> None:
        """``mark`` is the file; ``is_sos_open()``: whether the radio knows now of an SOS that is not closed."""
        self._mark = mark
        self._refusals = refusals
        self._is_sos_open = is_sos_open
        self._changed = changed
        self._is_silent = mark is None or mark.exists()
        self._waiting: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The radio starts; before anything is told that sounds."""
        if self._is_sos_open():
            self._keep(True)
        if self._is_silent or self._is_sos_open():
            self._is_silent = True
            self._changed(True)

    def sos_pressed(self) -> None:
        """Silent in this moment; the file is forced to the disk by ``force``."""
        self._become(True)

    def sos_told(self, state: SosState) -> None:
        """The hub's word, where it is not older than the guard's."""
        self._become(state is not SosState.CLOSED)

    def hub_changed(self, is_there: bool) -> None:
        """The line to the hub is there, or not: both the broker's and the hub's own ticks."""
        self.end()
        if is_there and self._is_silent:
            self._waiting = asyncio.get_running_loop().call_later(UNTOLD_S, self._is_untold)

    async def force(self) -> None:
        """Return when a power cut does not undo what the file says."""
        if self._mark is not None:
            try:
                await asyncio.to_thread(_sync_folder, self._mark.parent)
            except OSError as error:
                self._refusals.add(Refusal.STORE_FAILED, str(error))

    def end(self) -> None:
        """Wait for no word any more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _is_untold(self) -> None:
        if self._is_sos_open():
            self.hub_changed(True)
        else:
            self._become(False)

    def _become(self, is_silent: bool) -> None:
        if is_silent is not self._is_silent:
            self._is_silent = is_silent
            self._changed(is_silent)
        self._keep(is_silent)

    def _keep(self, is_silent: bool) -> None:
        """Survives the program from now on; also where nothing has changed, for the disk may have failed before."""
        if self._mark is None:
            return
        try:
            if is_silent:
                self._mark.touch(0o600)
            else:
                self._mark.unlink(missing_ok=True)
        except OSError as error:
            self._refusals.add(Refusal.STORE_FAILED, str(error))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
