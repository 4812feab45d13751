"""What a vision worker is told of its cameras."""

from __future__ import annotations

from devices.protocol.sightings import CameraAssignment
from hub.footage.coded import StreamName
from hub.footage.service import Footage
from hub.footage.sources.address import RelayAddress
from hub.registry.records import Camera
from hub.vision.calibrated_views import CalibratedViews


def assignment(camera: Camera, footage: Footage, views: CalibratedViews) -> CameraAssignment:
    """A camera that is recorded is looked at where it is, so that it is connected to once."""
    url = camera.url or ""
    if footage.takes(camera):
        url = str(RelayAddress(footage.relay_path or "", camera.camera_id, StreamName.SUB))
    return CameraAssignment(
        camera_id=camera.camera_id,
        url=url,
        calibration=camera.calibration,
        recording=camera.recording,
        started_at_us=camera.started_at_us,
        masks=tuple(mask.points for mask in camera.masks),
        view_file=views.of(camera.camera_id) if camera.calibration is not None else None,
    )
