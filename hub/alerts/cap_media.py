"""The pictures and spoken messages of alerts as resources of CAP 1.2 (section 3.2.3): named outwards, read inwards.

Nothing is fetched from an address that a message names: what is taken stands in the message itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import msgspec
import structlog

from hub.alerts.messages import Alert, AlertMedia, NewAlert
from hub.errors import Refusal
from hub.media.service import MOST_IN_BYTES, MediaRoom

_log = structlog.get_logger()
_PICTURES = frozenset({"image/jpeg", "image/png"})
_VOICES = "audio/"


@dataclass(frozen=True)
class Resource:
    """One that the hub keeps."""

    words: str
    media: AlertMedia
    uri: str
    sha1: str
    """Section 3.2.3, digest: SHA-1, in hexadecimal."""


@dataclass(frozen=True)
class Brought:
    """What stands in a message: files as they came, the first picture and the first voice of each."""

    picture: bytes | None = None
    voice: bytes | None = None


async def resources_of(alert: Alert, media: MediaRoom, base_url: str) -> tuple[Resource, ...]:
    """Of those that are still kept; ``base_url`` is the hub's address as whoever asks calls it."""
    found = []
    for words, one in (("图片 picture", alert.picture), ("语音 spoken message", alert.speech)):
        data = await media.read(one.media_id) if one is not None else None
        if one is not None and data is not None:
            uri = f"{base_url.rstrip('/')}/api/media/{one.media_id}"
            sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            found.append(Resource(words, one, uri, sha1))
    return tuple(found)


def write_resource(info: ET.Element, namespace: str, resource: Resource) -> None:
    """After the info's texts and before its areas, as the schema has it."""
    element = ET.SubElement(info, f"{{{namespace}}}resource")
    for name, text in (
        ("resourceDesc", resource.words),
        ("mimeType", resource.media.type.value),
        ("size", str(resource.media.bytes)),
        ("uri", resource.uri),
        ("digest", resource.sha1),
    ):
        ET.SubElement(element, f"{{{namespace}}}{name}").text = text


def read_resources(info: ET.Element, namespace: str) -> Brought:
    """What an info carries in ``derefUri``; an address alone is passed over. Raises Refusal for what is no base64."""
    picture = voice = None
    for element in info.findall(f"{{{namespace}}}resource"):
        kind = (element.findtext(f"{{{namespace}}}mimeType") or "").strip().lower()
        coded = element.findtext(f"{{{namespace}}}derefUri")
        if coded is None:
            continue
        try:
            data = base64.b64decode("".join(coded.split()), validate=True)
        except binascii.Error:
            words = ("资源不是有效的 base64", "a resource is not base64")
            raise Refusal("not_cap", *words, field="derefUri") from None
        if kind in _PICTURES and picture is None:
            picture = data
        elif kind.startswith(_VOICES) and voice is None:
            voice = data
    return Brought(picture, voice)


async def with_media(new: NewAlert, brought: Brought, media: MediaRoom, by: str) -> NewAlert:
    """The alert with what its message carries; what cannot be read keeps no alert from going out, and is logged."""
    kept = {}
    for field, data, keep in (
        ("picture", brought.picture, media.keep_picture),
        ("speech", brought.voice, media.keep_voice),
    ):
        if data is None:
            continue
        try:
            if len(data) > MOST_IN_BYTES:
                raise Refusal("too_large", f"超过 {MOST_IN_BYTES} 字节", f"over {MOST_IN_BYTES} bytes")
            kept[field] = (await keep(data, by)).media_id
        except Refusal as refusal:
            _log.warning("cap.resource_not_taken", resource=field, code=refusal.code, error=str(refusal))
    return msgspec.structs.replace(new, **kept)
