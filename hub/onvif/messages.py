"""What is asked of the ONVIF room, what it answers, and what is noted of it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.onvif.records import FoundDevice, Ipv4, Password, Probed, User


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """The request to look for cameras: in the network of this interface, or at these addresses alone."""

    interface: Ipv4 | None = None
    """This machine's own address there; None: the system's choice."""
    addresses: Annotated[tuple[Probed, ...], msgspec.Meta(max_length=256)] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The request to ask a device what it is."""

    url: Annotated[str, msgspec.Meta(max_length=500)]
    user: User
    password: Password

    def __repr__(self) -> str:
        return f"Look({self.user!r})"


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record: which network was searched, or which addresses were asked."""

    interface: str | None
    addresses: tuple[str, ...]


class Enrolled(FoundDevice, frozen=True, kw_only=True):
    """A device that was found; ``camera_ids`` are the cameras that are enrolled from its host already."""

    camera_ids: tuple[str, ...]


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a search."""

    devices: tuple[Enrolled, ...]
    not_understood: tuple[str, ...]
