"""The versions that were learned: each judged, those taken kept as files, one of them or the shipped one in use."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import msgspec
import structlog

from devices.private_file import write_private
from hub.teaching.judging import Verdict
from hub.teaching.learning import Learned, read
from hub.vision.description.naming import LEARNED

SHIPPED = "auto"
"""As description/choice.py names the built-in projection."""
MOST_TOLD = 60
MOST_KEPT = 14
"""Projections that one can go back through, and the latest that were taken: others' files, 0.4 MB each, are deleted."""
_FILE = "versions.json"
_log = structlog.get_logger()


class Lessons(msgspec.Struct, frozen=True, kw_only=True):
    """What a version was learned and judged from; ``half_hours`` are those of which anything is known."""

    tracks: int
    views: int
    cameras: int
    half_hours: int


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt; ``file`` in the folder of learned projections, None where it was not ``verdict.is_better``."""

    number: int
    learned_at_ms: int
    lessons: Lessons
    verdict: Verdict
    before: str
    """The file it was compared with, or SHIPPED."""
    file: str | None


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told of them, the oldest first; ``current`` is a file or SHIPPED.

    ``is_held``: somebody went back, so nothing is learned until somebody has it learn.
    """

    current: str = SHIPPED
    told: tuple[Version, ...] = ()
    is_held: bool = False

    def with_version(self, version: Version) -> Versions:
        """One more; it is in use if it was taken. Of the oldest those alone are told whose file is kept."""
        versions = Versions(current=version.file or self.current, told=(*self.told, version))
        kept, latest = versions.kept, versions.told[-MOST_TOLD:]
        former = tuple(one for one in versions.told[:-MOST_TOLD] if one.file in kept)
        return msgspec.structs.replace(versions, told=(*former, *latest))

    def gone_back(self) -> Versions:
        """To what was in use before ``current``; the shipped one is before the first."""
        return Versions(current=self._before.get(self.current, SHIPPED), told=self.told, is_held=True)

    @property
    def kept(self) -> frozenset[str]:
        """Files of projections that are in use, that one can go back to, or that were taken lately."""
        kept = {version.file for version in [one for one in self.told if one.file is not None][-MOST_KEPT:]}
        before, file = self._before, self.current
        for _ in range(MOST_KEPT):
            kept.add(file)
            file = before.get(file, SHIPPED)
        return frozenset(file for file in kept if file not in (None, SHIPPED))

    @property
    def _before(self) -> dict[str, str]:
        """By file; of one that was learned twice the first time, so that there is always a way to the shipped one."""
        return {version.file: version.before for version in reversed(self.told) if version.file is not None}


@dataclass(frozen=True)
class VersionFolder:
    """Where versions and what is known of them lie. Methods raise OSError."""

    folder: Path

    def open(self) -> Versions:
        """As they were saved; the shipped one is in use where that file, or the one it names, cannot be read."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            versions = msgspec.json.decode((self.folder / _FILE).read_bytes(), type=Versions)
            if versions.current != SHIPPED:
                read(self.folder / versions.current)
        except FileNotFoundError:
            return Versions()
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:  # msgspec's errors are ValueErrors
            _log.error("teaching.versions_unreadable", why=str(error))
            return Versions()
        return versions

    def save(self, versions: Versions) -> None:
        """Whole or not at all."""
        write_private(self.folder / _FILE, msgspec.json.format(msgspec.json.encode(versions), indent=1))

    def delete_others(self, versions: Versions) -> None:
        """Delete files of projections that these keep no more."""
        for file in self.folder.glob(f"*{LEARNED}"):
            if file.name not in versions.kept:
                file.unlink()

    def gone_back(self, versions: Versions) -> Versions:
        """To what was in use before ``current``, of what is still there."""
        versions = versions.gone_back()
        while versions.current != SHIPPED and not (self.folder / versions.current).exists():
            versions = versions.gone_back()
        return versions

    def choice(self, versions: Versions) -> str:
        """As description/choice.py wants it."""
        return SHIPPED if versions.current == SHIPPED else str((self.folder / versions.current).absolute())

    def keep(self, learned: Learned) -> str:
        """Write a projection; its file is named by what is in it."""
        making = self.folder / f"making{LEARNED}"
        learned.write(making)
        name = f"{hashlib.sha256(making.read_bytes()).hexdigest()[:16]}{LEARNED}"
        with making.open("rb") as written:
            os.fsync(written.fileno())  # before anything names it
        making.replace(self.folder / name)
        return name
