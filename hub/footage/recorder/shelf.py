"""Where segments are begun: on the footage disk alone, and only once what was left open there is mended."""

from __future__ import annotations

import threading

from hub.footage.coded import Form
from hub.footage.disk import FootageDisk
from hub.footage.segments.mending import mend
from hub.footage.segments.writer import SegmentWriter


class Shelf:
    """Called by any writer. A disk that is away is asked for again with each segment that is to begin."""

    def __init__(self, disk: FootageDisk) -> None:
        """Raises OSError where no disk is known and the folder cannot be had."""
        if disk.disk_id is None:
            disk.folder.mkdir(parents=True, exist_ok=True)
        self._disk = disk
        self._mending = threading.Lock()
        self._mended = False

    def mend(self) -> None:
        """Mend it, once. Raises DiskMissing, OSError."""
        self._disk.check()
        with self._mending:
            if not self._mended:
                mend(self._disk.folder)
                self._mended = True

    def begin(self, form: Form, at_us: int) -> SegmentWriter:
        """A segment that starts at a wall time. Raises DiskMissing, OSError."""
        self.mend()
        return SegmentWriter(self._disk.folder, form, at_us)
