"""How many cameras may have parts that are never stored: each is decoded and encoded before it is handed on."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import Refusal
from hub.registry.records import Camera, MaskKind

MAX_MASKED_CAMERAS = 4
"""A camera of 1080p takes a core when it is decoded and encoded."""


def check_room(camera: Camera, enrolled: Mapping[str, Camera]) -> None:
    """Raises Refusal where ``camera`` is to be one more of them than this machine can do; one that is already stays."""
    before = enrolled.get(camera.camera_id)
    names = [one.name for one in enrolled.values() if _is_masked(one)]
    if _is_masked(camera) and (before is None or not _is_masked(before)) and len(names) >= MAX_MASKED_CAMERAS:
        raise Refusal(
            "too_many_masked",
            f"本机最多处理 {MAX_MASKED_CAMERAS} 路有“不存储”遮挡的摄像头，现有：{'、'.join(names)}；"
            "请先去掉其中一路的遮挡，或改用“不分析”遮挡",
            f"this machine can do {MAX_MASKED_CAMERAS} cameras with parts that are never stored: take them from one of "
            f"{', '.join(names)} first, or have the part not looked at instead",
            field="masks",
            status=409,
        )


def _is_masked(camera: Camera) -> bool:
    """Whether a live camera has a part that is never stored; recordings are read once, one such at a time."""
    unstored = any(mask.kind is MaskKind.UNSTORED for mask in camera.masks)
    return unstored and camera.url is not None and not camera.recording
