"""How many cameras may have parts that are never stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.access.people import Role
from hub.errors import Refusal
from hub.registry.masked_cameras import MAX_MASKED_CAMERAS, check_room
from hub.registry.records import Camera, Mask, MaskKind
from tests.hub import open_console, open_hub

CORNER = {"kind": "unstored", "points": [[0, 0], [0.5, 0], [0, 0.5]]}


def camera(camera_id: str, kind: MaskKind | None = MaskKind.UNSTORED, url: str = "rtsp://127.0.0.1:9/1") -> Camera:
    masks = () if kind is None else (Mask(kind=kind, points=((0, 0), (0.5, 0), (0, 0.5))),)
    return Camera(camera_id=camera_id, name=f"门{camera_id}", url=url, recording=url.startswith("/"), masks=masks)


def test_recordings_and_what_is_only_not_looked_at_take_no_place() -> None:
    most = [camera(f"C{number}") for number in range(1, MAX_MASKED_CAMERAS)]
    others = [camera("C7", MaskKind.UNSEEN), camera("C8", None), camera("C9", url="/films/gate.mp4")]
    enrolled = {one.camera_id: one for one in (*most, *others)}
    check_room(camera("C5"), enrolled)
    enrolled["C5"] = camera("C5")
    check_room(camera("C5"), enrolled)
    check_room(camera("C6", MaskKind.UNSEEN), enrolled)
    check_room(camera("C9", url="/films/gate.mp4"), enrolled)
    with pytest.raises(Refusal, match="C1"):
        check_room(camera("C6"), enrolled)


async def test_fifth_camera_with_a_part_that_is_never_stored_is_refused_with_the_names_of_the_others(
    tmp_path: Path,
) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        for number in range(11, 11 + MAX_MASKED_CAMERAS):
            await hub.vision.put_camera(camera(f"C{number}"))
        await hub.vision.put_camera(camera("C05", None))
        with pytest.raises(Refusal):
            await hub.vision.put_camera(camera("C06"))
        refused = await console.put("/api/cameras/C05/masks", json={"before": [], "masks": [CORNER]})
        before = [{"kind": "unstored", "points": [[0, 0], [0.5, 0], [0, 0.5]]}]
        anew = await console.put("/api/cameras/C11/masks", json={"before": before, "masks": [CORNER]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_masked")
    assert "门C11" in refused.json()["error"]["message"]
    assert anew.status_code == 200
    assert (hub.registry.cameras["C05"].masks, "C06" in hub.registry.cameras) == ((), False)
