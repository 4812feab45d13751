"""Which files of a hub's folder a backup holds. What is not named here is in it: a room's new files are, unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.footage.disk import MARKER
from hub.footage.holds.messages import Hold
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.names import MOTION, index_of
from hub.storage.upgrading import KEPT_BEFORE_UPGRADE

FOOTAGE = "footage"
DATABASE = "hub.sqlite3"
FIRST = ("access", "certificates", "broker")
"""Copied before the database: no checkpoint of the audit log may be in its file that is not in the database."""
_ELSEWHERE = frozenset({DATABASE, FOOTAGE})
"""Taken by ways of their own."""
_OF_THE_RUN = frozenset(
    {
        *("lock", "port", "address", "watchdog.lock", "reserve", "telephone", "fallback"),
        *(f"{DATABASE}-wal", f"{DATABASE}-shm", KEPT_BEFORE_UPGRADE),
        *("access/local-token", "broker/passwords", "broker/access", "broker/rumqttd.toml", "broker/mosquitto.conf"),
    }
)
"""Of this run or this machine alone, or made anew from the rest by the next start (docs/backup.md)."""
_OF_WORKERS = "workers/"
_KEPT_OF_WORKERS = "workers/hub_off.json"
"""When nobody looked at any camera; beside it lies what workers have said and was not confirmed yet."""
_HALF_WRITTEN = (".new", ".part", ".tmp", ".anew")


def of_rooms(data_dir: Path, footage_folder: Path) -> list[str]:
    """The files of all rooms but database and footage, named from ``data_dir``. Raises OSError.

    Each folder is listed after the ones before it in the alphabet: sightings move from ``open`` to ``sealed``, and are
    found in one or both.
    """
    skipped = _OF_THE_RUN | _ELSEWHERE
    if footage_folder.is_relative_to(data_dir):
        skipped |= {footage_folder.relative_to(data_dir).as_posix()}
    found = _below(data_dir, "", skipped)
    return [name for name in found if name == _KEPT_OF_WORKERS or not name.startswith(_OF_WORKERS)]


def _below(root: Path, folder: str, skipped: frozenset[str]) -> Iterator[str]:
    try:
        with os.scandir(root / folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:  # it was empty and has just been taken away
        return
    for entry in found:
        name = f"{folder}/{entry.name}" if folder else entry.name
        if name in skipped or entry.name.endswith(_HALF_WRITTEN):
            continue
        if entry.is_dir():
            yield from _below(root, name, skipped)
        elif entry.is_file():
            yield name


def all_footage(footage_folder: Path) -> list[str]:
    """Everything recorded, and the marker, named from ``footage_folder``. Raises OSError."""
    return list(_below(footage_folder, "", frozenset()))


def footage_marker(footage_folder: Path) -> list[str]:
    """The file by which the hub knows the disk again: with it the restored hub records at once."""
    return [MARKER] if (footage_folder / MARKER).is_file() else []


def held_footage(footage_folder: Path, holds: Iterable[Hold]) -> list[str]:
    """The marker, and the segments that ``holds`` name with what lies beside them. Raises OSError."""
    catalogue, found = Catalogue(footage_folder), dict.fromkeys(footage_marker(footage_folder))
    for hold in holds:
        for camera_id in hold.camera_ids:
            for span in catalogue.spans(camera_id, hold.from_ms * 1000, hold.until_ms * 1000):
                for path in (span.path, index_of(span.path), span.path.parent / MOTION):
                    if path.is_file():
                        found[path.relative_to(footage_folder).as_posix()] = None
    return list(found)
