"""Which radios there are: read from a community's file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.protocol.topics import TopicError, check_id


class RosterError(ValueError):
    """A community file that names no usable radios; says what is wrong."""


class _Radio(msgspec.Struct):
    radio_id: str


class _Community(msgspec.Struct):
    radios: list[_Radio]


def read_roster(path: Path, count: int | None = None) -> list[str]:
    """The first ``count`` radios of a community file (all without ``count``).

    The file is JSON with ``radios`` (radio_id). Raises RosterError, also when it has fewer radios than asked for, and
    OSError.
    """
    try:
        community = msgspec.json.decode(path.read_bytes(), type=_Community)
    except msgspec.MsgspecError as error:
        raise RosterError(f"{path} is not a community with radios: {error}") from None
    try:
        radio_ids = [check_id(radio.radio_id) for radio in community.radios[:count]]
    except TopicError as error:
        raise RosterError(f"{path}: {error}") from None
    if len(radio_ids) < (count or 1):
        raise RosterError(f"{path} has {len(radio_ids)} radios; {count or 1} are asked for")
    return radio_ids
