"""One burst's file while somebody speaks: packets into their places, pages onto the disk. Of the writer's thread."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from hub.storage.files import write_all
from hub.talk.recording.files import open_new
from hub.talk.recording.ogg import OggOpus, seconds_of
from hub.talk.recording.timeline import Timeline


class BurstFile:
    """Begun without a file. What raises OSError leaves the file as it was synced last; ``give_up`` then."""

    def __init__(self, burst_id: int, folder: Path, name: str, comments: tuple[str, ...]) -> None:
        self.burst_id = burst_id
        self.name = name
        """Below ``folder``; another one beside it once the file is made, if there was one."""
        self._folder = folder
        self._comments = comments
        self._timeline = Timeline()
        self._stream = OggOpus(secrets.randbits(32))
        self._descriptor: int | None = None
        self._is_made = False
        self._synced_bytes = 0
        self._synced_packets = 0

    @property
    def hearable_bytes(self) -> int:
        """How much of it is on disk, in whole pages; 0 before the first page with voice."""
        return self._synced_bytes if self._synced_packets > 0 else 0

    @property
    def duration_s(self) -> float:
        """How long plays what is on disk."""
        return seconds_of(self._synced_packets * MEDIA_TICKS_PER_FRAME)

    @property
    def packets(self) -> int:
        """Voice packets that were kept."""
        return self._timeline.packets

    @property
    def lost(self) -> int:
        """Voice packets that never came, or too late."""
        return self._timeline.lost

    def make(self) -> None:
        """Make the file, with its head. Raises OSError."""
        self._descriptor, self.name = open_new(self._folder, self.name)
        self._is_made = True
        self._write(self._stream.head(self._comments))

    def add(self, packet: VoicePacket, at_us: int) -> None:
        """Take up what came at ``at_us``, unless the disk takes no more."""
        if self._descriptor is not None:
            self._timeline.add(packet, at_us)

    def write_due(self, now_us: int) -> None:
        """Write the page that is due. Raises OSError."""
        frames = self._timeline.due(now_us)
        if frames:
            self._write(self._stream.pages(frames))

    def write_rest(self) -> None:
        """Write all that waits and mark the end. Raises OSError."""
        if self.packets > 0:
            self._write(self._stream.last_pages(self._timeline.rest() or [self._timeline.filling()]))

    def give_up(self) -> None:
        """Write no more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def end(self) -> None:
        """Write no more, and delete a file without voice; one that stays goes with its day (keeping.py)."""
        self.give_up()
        if self._is_made and self._synced_packets == 0:
            with contextlib.suppress(OSError):
                (self._folder / self.name).unlink()

    def _write(self, pages: bytes) -> None:
        if self._descriptor is None:
            return
        write_all(self._descriptor, pages)
        self._synced_bytes += len(pages)
        self._synced_packets = self._stream.packets
