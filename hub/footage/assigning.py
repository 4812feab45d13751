"""What the recorder is told of the cameras: which streams, whether they are kept, what of them is never stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hub.footage.recorder.control import Assigned, RecordedCamera, StreamAddress, Transport
from hub.registry.records import Camera, MaskKind, Terms


def assigned(cameras: Iterable[Camera], terms_of: Callable[[Camera], Terms]) -> Assigned:
    """The live ones among ``cameras`` that have an address, by id, each by its owner's terms of this moment.

    One whose agreement has ended is not among them: nothing is read of it.
    """
    taken = ((one, terms_of(one)) for one in sorted(cameras, key=lambda one: one.camera_id) if is_taken(one))
    return Assigned(cameras=tuple(_recorded(one, terms) for one, terms in taken if not terms.agreement_over))


def is_taken(camera: Camera) -> bool:
    """Whether the recorder is the one that reads this camera; a recording is read by vision alone."""
    return bool(camera.url) and not camera.recording


def _recorded(camera: Camera, terms: Terms) -> RecordedCamera:
    assert camera.url is not None
    transport = Transport(camera.transport.value)
    return RecordedCamera(
        camera_id=camera.camera_id,
        main=StreamAddress(url=camera.url, transport=transport),
        sub=StreamAddress(url=camera.sub_url, transport=transport) if camera.sub_url is not None else None,
        recorded=terms.records,
        unstored=tuple(mask.points for mask in camera.masks if mask.kind is MaskKind.UNSTORED),
    )
