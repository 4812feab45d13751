"""The spoken messages that a radio keeps: files named by their SHA-256, whole ones and the one under way."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 16 * 1024 * 1024
"""Past it the oldest is deleted: an hour and more of speech."""
_UNDER_WAY = ".part"


class KeptMedia:
    """A folder, made with the first, or memory where there is none or the disk fails. One is fetched at a time.

    OSError is the caller's to count: what came is here all the same, as long as the program is.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._whole: dict[str, bytes] = {}
        self._part: tuple[str, bytearray] | None = None

    def begin(self, media_id: str) -> int:
        """This one is fetched from now on, and what is there of any other under way is dropped; returns what of it is
        there already, in bytes. Raises OSError."""
        if self._part is None or self._part[0] != media_id:
            self._part = (media_id, bytearray())
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                mine = self._folder / f"{media_id}{_UNDER_WAY}"
                for other in self._folder.glob(f"*{_UNDER_WAY}"):
                    if other != mine:
                        other.unlink()
                with suppress(FileNotFoundError):
                    self._part[1].extend(mine.read_bytes())
        return len(self._part[1])

    def add(self, data: bytes) -> int:
        """What follows; returns how much is there. Raises OSError."""
        assert self._part is not None, "begin() first"
        media_id, part = self._part
        part.extend(data)
        if self._folder is not None:
            with (self._folder / f"{media_id}{_UNDER_WAY}").open("ab") as file:
                file.write(data)
        return len(part)

    def drop(self) -> None:
        """What is under way is wrong or not wanted. Raises OSError."""
        if self._part is not None:
            media_id, self._part = self._part[0], None
            if self._folder is not None:
                (self._folder / f"{media_id}{_UNDER_WAY}").unlink(missing_ok=True)

    def finish(self) -> bool:
        """Keep what is under way, whole; false where its hash is another. Blocking. Raises OSError."""
        assert self._part is not None, "begin() first"
        media_id, part = self._part
        if hashlib.sha256(part).hexdigest() != media_id:
            return False
        self._part = None
        try:
            if self._folder is not None:
                self._write(self._folder, media_id, part)
                return True
        except OSError:
            self._remember(media_id, bytes(part))
            raise
        self._remember(media_id, bytes(part))
        return True

    def has(self, media_id: str) -> bool:
        """Whether it is here whole."""
        return media_id in self._whole or (self._folder is not None and (self._folder / media_id).exists())

    def read(self, media_id: str) -> bytes | None:
        """The whole of it, if it is here and undamaged. Blocking."""
        if self._folder is None or media_id in self._whole:
            return self._whole.get(media_id)
        path = self._folder / media_id
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() == media_id:
            return data
        with suppress(OSError):
            path.unlink()
        return None

    def _remember(self, media_id: str, data: bytes) -> None:
        self._whole[media_id] = data
        while sum(map(len, self._whole.values())) > MOST_BYTES:
            del self._whole[next(iter(self._whole))]

    def _write(self, folder: Path, media_id: str, part: bytes | bytearray) -> None:
        under_way = folder / f"{media_id}{_UNDER_WAY}"
        with under_way.open("wb") as file:
            file.write(part)
            file.flush()
            os.fsync(file.fileno())
        under_way.rename(folder / media_id)
        self._bound(folder)

    def _bound(self, folder: Path) -> None:
        files = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in folder.iterdir())
        too_much = sum(size for _, size, _ in files) - MOST_BYTES
        for _, size, path in files[:-1]:
            if too_much <= 0:
                return
            path.unlink()
            too_much -= size
