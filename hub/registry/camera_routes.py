"""The cameras' HTTP face: add one, take one out, what of its picture is not looked at or not stored."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.entrant import Entrant
from hub.access.gate import Entering
from hub.access.people import COMMUNITY, Place
from hub.access.permissions import Right
from hub.console.http import answer, read
from hub.onvif.service import Onvif
from hub.registry.new_camera import NewCamera, make_camera
from hub.registry.places import venue_place
from hub.registry.records import Mask, Masks
from hub.registry.service import Registry
from hub.vision.camera_view import CameraView
from hub.vision.service import Vision


class NewMasks(msgspec.Struct, frozen=True, kw_only=True):
    """The request to mask a camera's picture: all its masks, and those that it had when they were drawn.

    Those before stand for a version: masks that an import or another person gave it meanwhile are not lost.
    """

    before: Masks
    masks: Masks


class NamedCamera(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a camera."""

    camera_id: str


class MaskedCamera(NamedCamera, frozen=True, kw_only=True):
    """Detail of an audit record on a camera's masks, as they are from then on."""

    masks: tuple[Mask, ...]


def routes(registry: Registry, vision: Vision, onvif: Onvif) -> APIRouter:
    """Add and remove cameras, mask their pictures."""
    router = APIRouter(prefix="/api/cameras")

    @router.post("")
    async def add_camera(request: Request, entrant: Entering) -> Response:
        new = await read(request, NewCamera)
        entrant.require(Right.ENROL_CAMERAS, (_place(new.venue_id),))
        camera = await make_camera(new, onvif)
        detail = NamedCamera(camera_id=camera.camera_id)
        noting = audit.noting(entrant.person.person_id, audit.Action.ADD_CAMERA, detail)
        view: CameraView = await vision.put_camera(camera, noting)
        return answer(view, 201)

    @router.delete("/{camera_id}")
    async def remove_camera(camera_id: str, entrant: Entering) -> Response:
        _require(registry, entrant, camera_id)
        detail = NamedCamera(camera_id=camera_id)
        await vision.remove_camera(
            camera_id, audit.noting(entrant.person.person_id, audit.Action.REMOVE_CAMERA, detail)
        )
        return Response(status_code=204)

    @router.put("/{camera_id}/masks")
    async def put_masks(camera_id: str, request: Request, entrant: Entering) -> Response:
        _require(registry, entrant, camera_id)
        new = await read(request, NewMasks)
        detail = MaskedCamera(camera_id=camera_id, masks=new.masks)
        noting = audit.noting(entrant.person.person_id, audit.Action.PUT_MASKS, detail)
        return answer(await vision.put_masks(camera_id, new.before, new.masks, noting))

    return router


def _require(registry: Registry, entrant: Entrant, camera_id: str) -> None:
    """Raises Refusal for who may not enrol this camera; one that is unknown is the whole community's."""
    camera = registry.cameras.get(camera_id)
    entrant.require(Right.ENROL_CAMERAS, (_place(camera.venue_id if camera else None),))


def _place(venue_id: str | None) -> Place:
    """Whose a camera is: of none of the venues, the whole community's."""
    return COMMUNITY if venue_id is None else venue_place(venue_id)
