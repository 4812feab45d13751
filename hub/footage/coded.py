"""Coded pictures as they go between processes, over HTTP and the websocket: records of a head and a body.

A head is 24 bytes, big-endian: kind, flags, two bytes of 0, the body's size, ``wall_us``, ``media_us``
(docs/footage.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import msgspec

HEAD = struct.Struct(">BBHIqq")
MAX_BODY_BYTES = 8 * 1024 * 1024
"""A key picture of a 4K camera takes 1 to 2 MiB."""
_KEY = 1
_BROKEN = 2


class RecordError(ValueError):
    """These bytes are no record."""


class Kind(IntEnum):
    """The first byte of a record."""

    FORM = 1
    PICTURE = 2
    WORD = 3


class Coding(StrEnum):
    """How pictures are coded, as far as it matters to who decodes them."""

    H264 = "h264"
    H265 = "h265"
    MJPEG = "mjpeg"
    OTHER = "other"


class StreamName(StrEnum):
    """A camera's streams: the large one, which is recorded, and the small one, which is looked at."""

    MAIN = "main"
    SUB = "sub"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a decoder must know. ``codec`` is in the words of RFC 6381, ``avc1.64001f``; empty where it has none."""

    camera_id: str
    stream: StreamName
    coding: Coding
    codec: str
    width_px: int
    height_px: int
    frames_per_s: float | None = None


@dataclass(frozen=True)
class CodedPicture:
    """One picture in decoding order: Annex B with the parameter sets before each key picture (a JPEG of ``mjpeg``).

    ``wall_us``: when it was taken, UTC since 1970, by the hub's clock; ``media_us``: after the
    first picture of one opening; a form begins anew, also one equal to the last.
    ``broken``: something is missing between it and the picture before.
    """

    wall_us: int
    media_us: int
    key: bool
    broken: bool
    data: bytes


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is nothing, or no more; ``code`` "end" is the ordinary end."""

    code: str
    message: str
    message_en: str


Record = Form | CodedPicture | Word

_encoder = msgspec.json.Encoder()
_forms = msgspec.json.Decoder(Form)
_words = msgspec.json.Decoder(Word)


def encode(record: Record) -> bytes:
    """Its bytes. Raises RecordError where the body is too large."""
    if isinstance(record, CodedPicture):
        flags = _KEY * record.key | _BROKEN * record.broken
        return _pack(Kind.PICTURE, record.data, flags, record.wall_us, record.media_us)
    return _pack(Kind.FORM if isinstance(record, Form) else Kind.WORD, _encoder.encode(record))


def _pack(kind: Kind, body: bytes, flags: int = 0, wall_us: int = 0, media_us: int = 0) -> bytes:
    if len(body) > MAX_BODY_BYTES:
        raise RecordError(f"a picture of {len(body)} bytes; at most {MAX_BODY_BYTES}")
    return HEAD.pack(kind, flags, 0, len(body), wall_us, media_us) + body


class RecordReader:
    """Records out of bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, piece: bytes) -> Iterator[Record]:
        """The records that ``piece`` completes. Raises RecordError; nothing can be read after that."""
        self._waiting += piece
        start = 0
        try:
            while len(self._waiting) - start >= HEAD.size:
                kind, flags, _, size, wall_us, media_us = HEAD.unpack_from(self._waiting, start)
                if size > MAX_BODY_BYTES:
                    raise RecordError(f"a record of {size} bytes; at most {MAX_BODY_BYTES}")
                end = start + HEAD.size + size
                if len(self._waiting) < end:
                    break
                body = bytes(memoryview(self._waiting)[start + HEAD.size : end])
                start = end
                yield _record(kind, flags, wall_us, media_us, body)
        finally:
            del self._waiting[:start]


def _record(kind: int, flags: int, wall_us: int, media_us: int, body: bytes) -> Record:
    if kind == Kind.PICTURE:
        return CodedPicture(wall_us, media_us, bool(flags & _KEY), bool(flags & _BROKEN), body)
    try:
        if kind == Kind.FORM:
            return _forms.decode(body)
        if kind == Kind.WORD:
            return _words.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordError(f"a record of kind {kind} that does not read: {error}") from None
    raise RecordError(f"there is no record of kind {kind}")
