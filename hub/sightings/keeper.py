"""Sees in the background to what can wait: compiles the scan, checks sealed columns, seals the hours that are over."""

from __future__ import annotations

import threading

import structlog

from devices.protocol.clock import Clock
from hub.sightings.scan import prepare
from hub.sightings.store import Store
from hub.sightings.turns import lower_priority

_CHECK_EVERY_S = 2.0
"""A sealed hour's columns are read this long after another's, from the start on until all were: 720 take 24 minutes."""
_SEAL_EVERY_S = 60.0
_log = structlog.get_logger()


class Keeper:
    """A thread of low priority, from ``start`` to ``end``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sightings-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Return when the thread has ended; an hour that is being sealed stays open."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        lower_priority()
        prepare()
        seal_from_us, is_more = 0, True
        while not self._ending.wait(_CHECK_EVERY_S if is_more else _SEAL_EVERY_S):
            try:
                is_more = self._store.check_next()
                if self._clock.monotonic_us() >= seal_from_us:
                    seal_from_us = self._clock.monotonic_us() + round(_SEAL_EVERY_S * 1e6)
                    self._store.seal_due(self._clock.wall_us(), self._ending)
            except OSError as error:  # the open hour has all that would be sealed, and is sealed when the disk can
                _log.error("sightings.keeping_failed", why=str(error))
