"""The enrolment room's HTTP face: for the administrator who makes codes, and for devices with a code or a proof."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from devices.enrol.client import Enrolling
from devices.enrol.invitation import Invitation
from devices.protocol.topics import DeviceKind
from hub.access.gate import EnteringForAll
from hub.access.joining import Certified, reachable
from hub.console.http import LIST_BYTES, PUBLIC_DOOR_BYTES, answer, read
from hub.enrolment import messages
from hub.enrolment.messages import DeviceView, NewCodes
from hub.enrolment.service import Enrolment
from hub.errors import Refusal
from hub.listening.addresses import address_of
from hub.registry.radios import RadioRoll
from hub.registry.service import Registry


def routes(
    enrolment: Enrolment,
    registry: Registry,
    radios: RadioRoll,
    is_worker_online: Callable[[str], bool],
    certified: Certified | None,
) -> APIRouter:
    """Codes, list and revocation; enrolment and rotation. ``certified`` is None without TLS."""
    router = APIRouter()

    @router.post("/api/devices/codes")
    async def make_codes(request: Request, entrant: EnteringForAll) -> Response:
        new = await read(request, NewCodes, LIST_BYTES)
        codes = await enrolment.make_codes(new.devices, entrant.person)
        fingerprint = certified.fingerprint if certified else None
        hub_url = reachable(_hub_url(request), certified)
        return answer(
            [
                messages.Invitation(
                    device_id=code.device_id,
                    join=str(Invitation(hub_url, code.code, fingerprint)),
                    expires_at_ms=code.expires_at_ms,
                )
                for code in codes
            ],
            201,
        )

    @router.get("/api/devices")
    async def devices(_entrant: EnteringForAll) -> Response:
        return answer(_views(enrolment, registry, radios, is_worker_online))

    @router.post("/api/devices/{device_id}/revoke")
    async def revoke(device_id: str, entrant: EnteringForAll) -> Response:
        await enrolment.revoke(device_id, entrant.person)
        return Response(status_code=204)

    @router.post("/api/devices/enrol")
    async def enrol(request: Request) -> Response:
        asked = await read(request, Enrolling, PUBLIC_DOOR_BYTES)
        hub_url = _hub_url(request)
        return answer(
            await enrolment.enrol(asked.code, address_of(request.scope), hub_url, _host(hub_url), asked.software), 201
        )

    @router.post("/api/devices/rotate")
    async def rotate(request: Request) -> Response:
        device_id, proof = _basic(request)
        hub_url = _hub_url(request)
        return answer(await enrolment.rotate(device_id, proof, address_of(request.scope), hub_url, _host(hub_url)))

    @router.post("/api/devices/rotate/confirm")
    async def confirm(request: Request) -> Response:
        await enrolment.confirm(*_basic(request), address_of(request.scope))
        return Response(status_code=204)

    return router


def _views(
    enrolment: Enrolment, registry: Registry, radios: RadioRoll, is_worker_online: Callable[[str], bool]
) -> list[DeviceView]:
    """Enrolled devices and those with a code, by name."""
    standings = {one.device_id: one for one in enrolment.standings()}
    codes = {code.device_id: code for code in enrolment.waiting_codes()}
    views = []
    for device_id in sorted(standings.keys() | codes.keys()):
        standing, code = standings.get(device_id), codes.get(device_id)
        kind = standing.kind if standing else codes[device_id].kind
        radio = radios.view(device_id) if kind is DeviceKind.RADIO and device_id in registry.radios else None
        online = radio.online if radio else is_worker_online(device_id) if kind is DeviceKind.WORKER else None
        views.append(
            DeviceView(
                device_id=device_id,
                kind=kind,
                enrolled_at_ms=standing.made_at_us // 1000 if standing else None,
                revoked_at_ms=standing.revoked_at_us // 1000 if standing and standing.revoked_at_us else None,
                code_expires_at_ms=code.expires_at_us // 1000 if code else None,
                online=online,
                heard_at_ms=radio.heard_at_ms if radio else None,
            )
        )
    return views


def _hub_url(request: Request) -> str:
    """Where the request came to; its host is one of the hub's own, or the origin guard had refused it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _host(hub_url: str) -> str:
    host = urlsplit(hub_url).hostname
    assert host is not None
    return host


def _basic(request: Request) -> tuple[str, str]:
    """The device and its proof (RFC 7617). Raises Refusal (401)."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    try:
        device_id, separator, proof = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        device_id, separator, proof = "", "", ""
    if scheme.lower() != "basic" or not separator:
        raise Refusal("not_this_device", "需要设备凭证", "a device's own credential is needed", status=401)
    return device_id, proof
