"""What the hub states about an exported file, at the file's own end: a signed manifest in a box that players pass over.

The box is ``uuid`` (ISO/IEC 14496-12, 11.1): size (4 bytes, big-endian), ``uuid``, USER_TYPE, then the signature
(Ed25519, RFC 8032, 64 bytes) and the manifest (JSON) to the end of the box and of the file. What is signed is SIGNED_AS
and the manifest, which holds the number and the SHA-256 of all bytes before the box.
"""

from __future__ import annotations

import struct
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.access.signing import fingerprint
from hub.footage.exports.blurring import Blur, Polygon
from hub.footage.exports.clip import Cut

USER_TYPE = bytes.fromhex("5a9c1d0e7b3f4e62a8d4716e9b0c2f58")
SIGNED_AS = b"qianshao-footage-1"
HEAD = struct.Struct(">I4s16s64s")
MOST_BYTES = 16 * 1024 * 1024
"""Of a box; a clip of an hour with a gap each four seconds names 900."""
_encoder = msgspec.json.Encoder()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the manifest. Times are in UTC and by the community's clock (RFC 3339)."""


class Time(Part, frozen=True, kw_only=True):
    """A moment."""

    utc: str
    local: str


class Stretch(Part, frozen=True, kw_only=True):
    """From one moment to before another."""

    begins: Time
    ends: Time


class FilmedBy(Part, frozen=True, kw_only=True):
    """The camera, as it was enrolled when the file was made."""

    camera_id: str
    name: str
    venue_id: str | None
    venue: str | None
    owner_id: str | None
    owner: str | None


class MadeFor(Part, frozen=True, kw_only=True):
    """The case that the file was made for."""

    case_id: str
    title: str
    purpose: str


class MadeBy(Part, frozen=True, kw_only=True):
    """Who asked for it."""

    person_id: str
    name: str


class Method(Part, frozen=True, kw_only=True):
    """How it was made. ``hidden``: how many tracks of others were blurred."""

    cut: Cut
    blur: Blur
    reason: str
    sought: tuple[str, ...]
    hidden: int
    not_looked_at_s: float | None
    """Of the clip's time, in which nobody looked for people (so nobody is blurred); None: it is not known."""
    still_in_view: int
    """Others of whom the tracker had not said its last word: from where they were last seen on, the whole picture is
    hidden but for who is sought."""
    blind_s: float
    """For how long the whole picture is hidden, but for who is sought: with these, where what was seen was deleted for
    its age, or nothing was heard from vision in the minutes before the clip was made."""
    masked: tuple[Polygon, ...]
    """Parts of the picture, in shares of its width and height, that are hidden all the time: the camera's masks."""
    pictures: int
    not_decoded: int
    breaks: int
    width_px: int
    height_px: int
    duration_s: float


class SourceSegment(Part, frozen=True, kw_only=True):
    """A file of the recording: the SHA-256 of its first ``bytes``, which were all of it when the clip was made."""

    file: str
    bytes: int
    sha256: str


class Manifest(Part, frozen=True, kw_only=True):
    """What is stated of the file."""

    export_id: str
    bytes: int
    """Before the box."""
    sha256: str
    """Of these bytes."""
    camera: FilmedBy
    asked: Stretch
    shown: Stretch
    """From the first picture to the last."""
    gaps: tuple[Stretch, ...]
    case: MadeFor
    by: MadeBy
    asked_at: Time
    made_at: Time
    method: Method
    segments: tuple[SourceSegment, ...]
    software: str
    key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """Fingerprint of the key that signs."""


_decoder = msgspec.json.Decoder(Manifest)


def box_of(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """The box to be put at the file's end. Raises ValueError where it would be too large, or names another key."""
    if manifest.key != fingerprint(key.public_key()):
        raise ValueError("the manifest names another key than the one that signs it")
    said = _encoder.encode(manifest)
    if HEAD.size + len(said) > MOST_BYTES:
        raise ValueError(f"a manifest of {len(said)} bytes")
    return HEAD.pack(HEAD.size + len(said), b"uuid", USER_TYPE, key.sign(SIGNED_AS + said)) + said


def read_manifest(said: bytes) -> Manifest:
    """What a box says. Raises ValueError (msgspec.ValidationError, DecodeError)."""
    return _decoder.decode(said)
