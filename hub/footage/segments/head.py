"""The head of a segment: the boxes before its first fragment, with the form of its pictures and when it begins."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from typing import Annotated

import msgspec

from hub.footage.coded import Coding, Form
from hub.footage.segments.boxes import box, full_box, head
from hub.footage.segments.decoder_setup import NoSetup, entry_of, parameter_sets_of, sample_entry

TIMESCALE = 1_000_000
"""Ticks a second: microseconds, so that a time in the file is a wall time less ``zero_us`` to the digit."""
MOST_BYTES = 256 * 1024
"""Of a head; parameter sets take some hundred bytes."""
TRACK = 1
_OURS = uuid.UUID("5c1f5e0a-9d0f-5b57-9e4b-0d3c0c6f7a11").bytes
"""The box of ISO/IEC 14496-12, 11.1, in which the form and the beginning stand; players pass over it."""
_MOST_ZERO_US = 2**52
"""The year 2112."""
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_KEY_FLAGS, _OTHER_FLAGS = 0x02000000, 0x01010000


class _Beginning(msgspec.Struct, frozen=True):
    zero_us: Annotated[int, msgspec.Meta(ge=0, le=_MOST_ZERO_US)]
    delay_us: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    form: Form


@dataclass(frozen=True)
class Head:
    """What stands before the first fragment.

    ``zero_us``: the wall time that is 0 in the file. ``delay_us``: how far decoding times in the file are late against
    it, so that none is below 0 where pictures are reordered (an edit list says so to players).
    """

    form: Form
    zero_us: int
    delay_us: int
    parameter_sets: list[bytes]
    size: int


def make_head(form: Form, zero_us: int, delay_us: int, parameter_sets: list[bytes]) -> bytes:
    """The bytes of a head. Raises NoSetup where the form cannot be recorded."""
    entry = sample_entry(form, parameter_sets)
    beginning = msgspec.json.encode(_Beginning(zero_us, delay_us, form))
    return b"".join(
        (
            box(b"ftyp", b"iso6", struct.pack(">I", 512), b"iso6", b"mp41"),
            box(b"uuid", _OURS, beginning),
            _movie(form, delay_us, entry),
        )
    )


def read_head(data: bytes) -> Head:
    """The head at the beginning of a file's bytes. Raises NoSetup where there is none or it is not whole."""
    beginning: _Beginning | None = None
    at = 0
    while found := head(data, at):
        size, kind = found
        if at + size > len(data):
            break
        if kind == b"uuid" and data[at + 8 : at + 24] == _OURS:
            try:
                beginning = msgspec.json.decode(data[at + 24 : at + size], type=_Beginning)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise NoSetup(f"a head that does not read: {error}") from None
        at += size
        if kind == b"moov" and beginning is not None:
            sets = parameter_sets_of(entry_of(data[at - size : at]))
            return Head(beginning.form, beginning.zero_us, beginning.delay_us, sets, at)
    raise NoSetup("a file without a whole head")


def _movie(form: Form, delay_us: int, entry: bytes) -> bytes:
    size = struct.pack(">II", form.width_px << 16, form.height_px << 16)
    mvhd = full_box(
        b"mvhd", 0, 0, struct.pack(">IIIIIH10x", 0, 0, TIMESCALE, 0, 0x10000, 0x100), _MATRIX, bytes(24), b"\0\0\0\2"
    )
    tkhd = full_box(b"tkhd", 0, 3, struct.pack(">III4xI16x", 0, 0, TRACK, 0), _MATRIX, size)
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, TIMESCALE, 0, 0x55C4, 0))
    hdlr = full_box(b"hdlr", 0, 0, b"\0\0\0\0vide", bytes(12), b"\0")
    dinf = box(b"dinf", full_box(b"dref", 0, 0, b"\0\0\0\1", full_box(b"url ", 0, 1)))
    empty = [full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    stsd, stsz = full_box(b"stsd", 0, 0, b"\0\0\0\1", entry), full_box(b"stsz", 0, 0, bytes(8))
    stbl = box(b"stbl", stsd, *empty, stsz)
    minf = box(b"minf", full_box(b"vmhd", 0, 1, bytes(8)), dinf, stbl)
    elst = full_box(b"elst", 0, 0, struct.pack(">IIiI", 1, 0, delay_us, 0x10000))
    edits = box(b"edts", elst) if delay_us else b""
    trak = box(b"trak", tkhd, edits, box(b"mdia", mdhd, hdlr, minf))
    flags = _KEY_FLAGS if form.coding is Coding.MJPEG else _OTHER_FLAGS
    mvex = box(b"mvex", full_box(b"trex", 0, 0, struct.pack(">IIIII", TRACK, 1, 0, 0, flags)))
    return box(b"moov", mvhd, trak, mvex)
