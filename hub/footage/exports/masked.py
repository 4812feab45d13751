"""What of a camera's picture is hidden in a clip whatever else is shown: its masks of that time, and those of now."""

from __future__ import annotations

from hub.footage.exports.blurring import Polygon
from hub.registry.mask_history import masks_between
from hub.rooms import Rooms

CUT_SHOWS, CUT_SHOWS_EN = (
    "这路摄像头有屏蔽区，原样剪辑会显示出来：请选“精确”剪辑",
    "the camera has masks, which pictures that are copied would show: take an exact cut",
)


async def masked_parts(rooms: Rooms, camera_id: str, from_us: int, until_us: int) -> tuple[Polygon, ...]:
    """Each once. Of what was not looked at then nobody knows who is there; what is masked now should not be seen."""
    held = await rooms.database.read(lambda connection: masks_between(connection, camera_id, from_us, until_us))
    camera = rooms.registry.cameras.get(camera_id)
    present = camera.masks if camera is not None else ()
    return tuple(dict.fromkeys(mask.points for mask in held + present))
