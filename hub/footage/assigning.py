"""What the recorder is told of the cameras: which streams, whether they are kept, what of them is never stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hub.footage.recorder.control import Assigned, RecordedCamera, StreamAddress, Transport
from hub.registry.records import Camera, MaskKind, Terms


def assigned(
    cameras: Iterable[Camera], terms_of: Callable[[Camera], Terms], may_be_taken_over: Callable[[Camera], bool]
) -> Assigned:
    """Those that have an address, by id, each by its owner's terms of this moment; recordings that may be taken over.

    One whose agreement has ended is not among them: nothing is read of it.
    """
    told = []
    for camera in sorted(cameras, key=lambda one: one.camera_id):
        terms = terms_of(camera)
        wanted = is_taken(camera) or (is_import(camera) and terms.records and may_be_taken_over(camera))
        if wanted and not terms.agreement_over:
            told.append(_recorded(camera, terms))
    return Assigned(cameras=tuple(told))


def is_taken(camera: Camera) -> bool:
    """Whether the recorder is the one that reads this camera; a recording is read by vision too."""
    return bool(camera.url) and not camera.recording


def is_import(camera: Camera) -> bool:
    """Whether it is a recording that is dated."""
    return bool(camera.url) and camera.recording and camera.started_at_us is not None


def _recorded(camera: Camera, terms: Terms) -> RecordedCamera:
    assert camera.url is not None
    transport = Transport(camera.transport.value)
    started_at_us = camera.started_at_us if camera.recording else None
    return RecordedCamera(
        camera_id=camera.camera_id,
        main=StreamAddress(url=camera.url, transport=transport, started_at_us=started_at_us),
        sub=StreamAddress(url=camera.sub_url, transport=transport) if camera.sub_url and not camera.recording else None,
        recorded=terms.records,
        unstored=tuple(mask.points for mask in camera.masks if mask.kind is MaskKind.UNSTORED),
    )
