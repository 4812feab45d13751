"""What is known of a device that speaks ONVIF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import msgspec

ONVIF = "onvif://"
"""How the address of a device begins that tells where its streams are."""
DEFAULT_PORT = 80
DEFAULT_PATH = "/onvif/device_service"
"""Where the device service is by the standard (ONVIF Core Specification, section 5.1.1)."""
_ADDRESS = re.compile(
    r"onvif://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]{0,200})?\Z"
)


@dataclass(frozen=True)
class DeviceAddress:
    """Where a device listens."""

    host: str
    """A name or number; of IPv6 with its brackets."""
    port: int = DEFAULT_PORT
    path: str = DEFAULT_PATH

    def url_of(self, path: str) -> str:
        """Another service of the device, at this address whatever the device calls itself."""
        return f"http://{self.host}:{self.port}{path}"

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        return f"onvif://{self.host}{port}{'' if self.path == DEFAULT_PATH else self.path}"


def read_address(text: str) -> DeviceAddress | None:
    """``onvif://host[:port][/path]``; None for anything else, and for what holds a password."""
    found = _ADDRESS.match(text)
    if found is None or not 0 < (port := int(found["port"] or DEFAULT_PORT)) < 65536:
        return None
    path = found["path"] or ""
    return DeviceAddress(found["host"], port, path if len(path) > 1 else DEFAULT_PATH)


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One stream that a device offers. ``url`` holds no password."""

    coding: str
    """``h264``, ``h265``, ``mjpeg`` or ``other``."""
    width_px: int
    height_px: int
    frames_per_s: float | None
    kbit_per_s: float | None
    url: str


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """What a device said of itself to somebody with the right password."""

    address: str
    name: str
    """Its maker and model."""
    firmware: str
    clock_offset_s: float | None
    """Its clock less the hub's; None: it does not tell UTC."""
    main: Stream
    sub: Stream | None
    """None: it has one stream, or no smaller one."""


User = Annotated[str, msgspec.Meta(pattern=r"^[^:\x00-\x1f]{1,64}\Z")]
"""A name on a device: a colon ends it where the password follows (RFC 7617, section 2)."""
Password = Annotated[str, msgspec.Meta(max_length=128)]
Ipv4 = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")]
Probed = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?\Z")]
"""Where one device is probed: an IPv4 address, and perhaps a port."""


class FoundDevice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to a probe: words that anybody in the network can say."""

    address: str
    name: str
    hardware: str
    location: str
