"""Addresses of streams, by what they say: a camera on the network, a webcam, the recorder's relay, a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.footage.coded import StreamName

_RELAY = "relay:"


class Transport(StrEnum):
    """How RTP comes from an RTSP camera."""

    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True)
class RelayAddress:
    """A stream at the relay: ``relay:<socket path>#<camera_id>/<stream>``."""

    socket_path: str
    camera_id: str
    stream: StreamName

    def __str__(self) -> str:
        return f"{_RELAY}{self.socket_path}#{self.camera_id}/{self.stream}"


def relay_address(url: str) -> RelayAddress | None:
    """What a relay's address says; None for another or a broken one."""
    socket_path, found, named = url.removeprefix(_RELAY).rpartition("#")
    camera_id, slash, stream = named.rpartition("/")
    if not url.startswith(_RELAY) or not found or not slash or not socket_path or stream not in set(StreamName):
        return None
    return RelayAddress(socket_path, camera_id, StreamName(stream))


def is_relay(url: str) -> bool:
    return url.startswith(_RELAY)


def is_rtsp(url: str) -> bool:
    return url.lower().startswith(("rtsp://", "rtsps://"))


def is_webcam(url: str) -> bool:
    """``v4l2:/dev/video0``."""
    return url.lower().startswith("v4l2:")


def is_live(url: str) -> bool:
    """Whether pictures come from there as they are taken, rather than from a file or folder."""
    return is_rtsp(url) or is_relay(url) or is_webcam(url) or url.lower().startswith(("http://", "https://"))
