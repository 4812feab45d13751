"""What a vision worker is told of its cameras."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from devices.protocol import messages, topics
from devices.protocol.sightings import Assign, CameraAssignment
from hub.footage.coded import StreamName
from hub.footage.service import Footage
from hub.footage.sources.address import RelayAddress, is_live, is_webcam
from hub.registry.records import Camera
from hub.settings import LOOPBACK_HOSTS
from hub.vision.calibrated_views import CalibratedViews

_MOST_KEPT = 5_000
"""Asked of every camera's two addresses each time that who is on line changes."""


def is_anywhere(camera: Camera) -> bool:
    """Whether it can be read from another machine than the hub's: no file, no webcam, nothing that is loopback's."""
    url = camera.url or ""
    return not camera.recording and _is_on_the_network(url) and _is_on_the_network(camera.sub_url or url)


@lru_cache(maxsize=_MOST_KEPT)
def _is_on_the_network(url: str) -> bool:
    return is_live(url) and not is_webcam(url) and not _is_this_machine(urlsplit(url).hostname or "")


def _is_this_machine(host: str) -> bool:
    """127.0.0.1 is only one of its addresses; another machine would connect to itself, with the camera's password."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in LOOPBACK_HOSTS
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    return address.is_loopback or address.is_unspecified


def assignment(camera: Camera, footage: Footage | None, views: CalibratedViews | None) -> CameraAssignment:
    """What is told of a camera to a worker of this machine, or (``footage`` and ``views`` None) of another.

    Here one that is recorded is looked at where it is, so that it is connected to once; elsewhere its smaller stream is
    read from the camera, and there is no picture of its calibration.
    """
    url = camera.url or ""
    if footage is None:
        url = camera.sub_url or url
    elif footage.takes(camera):
        url = str(RelayAddress(footage.relay_path or "", camera.camera_id, StreamName.SUB))
    return CameraAssignment(
        camera_id=camera.camera_id,
        url=url,
        calibration=camera.calibration,
        recording=camera.recording,
        started_at_us=camera.started_at_us,
        masks=tuple(mask.points for mask in camera.masks),
        view_file=views.of(camera.camera_id) if views is not None and camera.calibration is not None else None,
    )


def fitting(assign: Assign) -> tuple[Assign, int]:
    """As many of its cameras as one message can name, and how many are left out."""
    left_out = 0
    while (size := len(messages.encode(assign))) > topics.MAX_PAYLOAD_BYTES:
        fit = min(len(assign.cameras) - 1, len(assign.cameras) * topics.MAX_PAYLOAD_BYTES // size)
        left_out += len(assign.cameras) - fit
        assign = msgspec.structs.replace(assign, cameras=assign.cameras[:fit])
    return assign, left_out
