"""Which radios there are, and which talk groups each is in: read from a community's file, or made up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from devices.protocol.topics import TopicError, check_id


class RosterError(ValueError):
    """A community file that names no usable radios; says what is wrong."""


class _Venue(msgspec.Struct):
    venue_id: str
    kind: str
    grid_id: str


class _Radio(msgspec.Struct):
    radio_id: str
    venue_id: str


class _Community(msgspec.Struct):
    venues: list[_Venue]
    radios: list[_Radio]


@dataclass(frozen=True)
class Member:
    """One radio and its talk groups."""

    radio_id: str
    group_ids: tuple[str, ...]


def read_roster(path: Path, count: int | None = None) -> list[Member]:
    """The first ``count`` radios of a community file (all without ``count``).

    The file is JSON with ``venues`` (venue_id, kind, grid_id) and ``radios`` (radio_id, venue_id). Raises RosterError,
    also when it has fewer radios than asked for, and OSError.
    """
    try:
        community = msgspec.json.decode(path.read_bytes(), type=_Community)
    except msgspec.MsgspecError as error:
        raise RosterError(f"{path} is not a community with venues and radios: {error}") from None
    venues = {venue.venue_id: venue for venue in community.venues}
    members = []
    for radio in community.radios[:count]:
        venue = venues.get(radio.venue_id)
        if venue is None:
            raise RosterError(
                f"{path}: radio {radio.radio_id} is in venue {radio.venue_id!r}, which is not in the file"
            )
        groups = ("all", f"kind-{venue.kind}", f"grid-{venue.grid_id}")
        try:
            members.append(Member(check_id(radio.radio_id), tuple(check_id(group) for group in groups)))
        except TopicError as error:
            raise RosterError(f"{path}: radio {radio.radio_id}: {error}") from None
    if len(members) < (count or 1):
        raise RosterError(f"{path} has {len(members)} radios; {count or 1} are asked for")
    return members
