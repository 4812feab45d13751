"""A camera as consoles see it: what is enrolled, how it is recorded, and how it is looked at."""

from __future__ import annotations

import msgspec

from devices.protocol.sightings import CameraCondition, CameraState, PictureCondition
from hub.footage.standing import CameraStand
from hub.registry.records import Camera, Mask, Terms

DEFAULT_VIEW_DEG = 60.0
DEFAULT_RANGE_M = 20.0
AGREEMENT_OVER = "与权属单位的协议已到期，不录像也不查看 (the agreement is over: neither recorded nor watched)"
NOT_RECORDED = "按权属单位的协议不录像、不分析 (by the owner's agreement neither recorded nor looked at)"
NO_ADDRESS = "没有视频地址 (no address)"


class CameraView(msgspec.Struct, frozen=True, kw_only=True):
    """A camera as the console sees it: never its address, which may hold a password."""

    camera_id: str
    name: str
    venue_id: str | None
    owner_id: str | None
    agreement_over: bool
    """The owner's agreement has ended: neither recorded nor watched."""
    latitude: float | None
    longitude: float | None
    heading_deg: float | None
    view_deg: float
    range_m: float
    calibrated: bool
    recording: bool
    """It is a recording that was enrolled as a camera."""
    has_sub: bool
    masks: tuple[Mask, ...]
    condition: str
    """Of the stream: of a live one by the recorder's word where this hub records, else by vision's."""
    detail: str
    picture: PictureCondition
    looked_at: bool
    """Vision sees its pictures now."""
    recorded: bool | None
    """Its pictures are kept now; None: they need not be, or must not be by the owner's terms."""
    disk: str
    clock_offset_s: float | None
    """The camera's clock less the hub's."""
    packets_lost: int
    bytes_per_s: int
    progress: float | None
    frames_decoded: int
    frames_looked_at: int
    frames_shed: int
    detections: int
    sightings: int
    since_at_ms: int | None


def view_of(
    camera: Camera,
    terms: Terms,
    state: CameraState | None,
    since_at_ms: int | None,
    *,
    finished: bool,
    taken: bool,
    stand: CameraStand | None,
) -> CameraView:
    """``state``, since ``since_at_ms``: vision's last word; ``stand``: the recorder's on a camera that it took."""
    waiting = CameraCondition.CONNECTING if camera.url else CameraCondition.REFUSED
    if finished:
        waiting = CameraCondition.FINISHED
    condition = state.condition.value if state else waiting.value
    detail = state.detail if state else ("" if camera.url else NO_ADDRESS)
    looked_at = state is not None and state.condition is CameraCondition.ONLINE and terms.records
    if taken:
        condition = stand.condition.value if stand is not None else waiting.value
        blind = state.detail if state is not None and not looked_at else ""
        detail = (stand.detail if stand is not None else "") or blind
        since_at_ms = stand.since_us // 1000 if stand is not None and stand.since_us else None
    if terms.agreement_over and not finished:
        condition, detail, since_at_ms = CameraCondition.REFUSED.value, AGREEMENT_OVER, None
    elif not terms.records:
        detail = detail or NOT_RECORDED
    return CameraView(
        camera_id=camera.camera_id,
        name=camera.name,
        venue_id=camera.venue_id,
        owner_id=camera.owner_id,
        agreement_over=terms.agreement_over,
        latitude=camera.latitude,
        longitude=camera.longitude,
        heading_deg=camera.heading_deg,
        view_deg=camera.view_deg or DEFAULT_VIEW_DEG,
        range_m=camera.range_m or DEFAULT_RANGE_M,
        calibrated=camera.calibration is not None,
        recording=camera.recording,
        has_sub=camera.sub_url is not None,
        masks=camera.masks,
        condition=condition,
        detail=detail,
        picture=state.picture if state and looked_at else PictureCondition.CLEAR,
        looked_at=looked_at,
        recorded=(stand is not None and stand.recorded) if taken and terms.records else None,
        disk=stand.disk.value if stand else "ok",
        clock_offset_s=stand.clock_offset_s if stand else None,
        packets_lost=stand.packets_lost if stand else 0,
        bytes_per_s=stand.bytes_per_s if stand else 0,
        progress=state.progress if state else (1.0 if finished else None),
        frames_decoded=state.frames_decoded if state else 0,
        frames_looked_at=state.frames_looked_at if state else 0,
        frames_shed=state.frames_shed if state else 0,
        detections=state.detections if state else 0,
        sightings=state.sightings if state else 0,
        since_at_ms=since_at_ms,
    )
