"""What a file says to the decoder before the first picture: the sample entry with its avcC, hvcC or esds."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from hub.footage.coded import Coding, Form
from hub.footage.segments.bits import Bits, TooShort
from hub.footage.segments.boxes import box, children, find, full_box
from hub.footage.segments.nal import is_parameter_set

_JPEG_OBJECT = 0x6C
"""Visual ISO/IEC 10918-1, from the register of ISO/IEC 14496-1 object types."""
_H264_SPS, _H264_PPS = 7, 8
_H264_HIGH = frozenset({100, 110, 122, 144})
"""Profiles whose avcC says chroma and depths too (ISO/IEC 14496-15, 5.3.3.1)."""
_H265_SETS = (32, 33, 34)
_ENTRY_BYTES = 78
"""A visual sample entry (ISO/IEC 14496-12, 12.1.3) before its boxes."""


class NoSetup(ValueError):
    """Pictures of which a file cannot say how they are coded."""


def sample_entry(form: Form, parameter_sets: Sequence[bytes]) -> bytes:
    """The box of ``stsd`` for pictures of this form. Raises NoSetup."""
    if form.coding is Coding.MJPEG:
        return box(b"mp4v", _visual(form), _esds())
    try:
        if form.coding is Coding.H264:
            return box(b"avc1", _visual(form), _avcc(parameter_sets))
        if form.coding is Coding.H265:
            return box(b"hvc1", _visual(form), _hvcc(parameter_sets))
    except TooShort as error:
        raise NoSetup(str(error)) from None
    raise NoSetup(f"pictures coded as {form.codec or form.coding.value} cannot be recorded")


def parameter_sets_of(entry: bytes) -> list[bytes]:
    """The parameter sets in a sample entry (its body), in order; none for JPEG. Raises NoSetup."""
    for kind, start, end in children(entry, _ENTRY_BYTES, len(entry)):
        if kind == b"avcC":
            return _of_avcc(entry[start:end])
        if kind == b"hvcC":
            return _of_hvcc(entry[start:end])
        if kind == b"esds":
            return []
    raise NoSetup("a file that does not say how its pictures are coded")


def entry_of(head: bytes) -> bytes:
    """The body of the sample entry in a file's head. Raises NoSetup."""
    found = find(head, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"))
    entries = () if found is None else children(head, found[0] + 8, found[1])
    for _, start, end in entries:
        return head[start:end]
    raise NoSetup("a file without a sample entry")


def _visual(form: Form) -> bytes:
    return struct.pack(
        ">6xH16xHHIIIH32sHh", 1, form.width_px, form.height_px, 0x480000, 0x480000, 0, 1, b"", 0x18, -1
    )  # fmt: skip


def _avcc(sets: Sequence[bytes]) -> bytes:
    """ISO/IEC 14496-15, 5.3.3.1."""
    sps = [one for one in sets if one[0] & 0x1F == _H264_SPS and len(one) >= 4]
    pps = [one for one in sets if one[0] & 0x1F == _H264_PPS]
    if not sps or not pps or len(sps) > 31 or len(pps) > 255:
        raise NoSetup("an H.264 stream whose first key picture brings no parameter sets")
    told = [b"\1" + sps[0][1:4] + b"\xff", bytes((0xE0 | len(sps),)), _sized(sps), bytes((len(pps),)), _sized(pps)]
    if sps[0][1] in _H264_HIGH:
        bits = Bits(sps[0][4:])
        bits.golomb()
        chroma = bits.golomb()
        bits.take(1 if chroma == 3 else 0)
        told.append(bytes((0xFC | chroma & 3, 0xF8 | bits.golomb() & 7, 0xF8 | bits.golomb() & 7, 0)))
    return box(b"avcC", *told)


def _of_avcc(body: bytes) -> list[bytes]:
    sps, at = _take(body, 6, body[5] & 0x1F) if len(body) > 6 else ([], 0)
    pps, _ = _take(body, at + 1, body[at]) if 0 < at < len(body) else ([], 0)
    return sps + pps


def _hvcc(sets: Sequence[bytes]) -> bytes:
    """ISO/IEC 14496-15, 8.3.3; the profile stands in the first sequence parameter set (ITU-T H.265, 7.3.2.2)."""
    arrays = [(kind, [one for one in sets if one[0] >> 1 & 0x3F == kind]) for kind in _H265_SETS]
    if not all(units for _, units in arrays):
        raise NoSetup("an H.265 stream whose first key picture brings no parameter sets")
    bits = Bits(arrays[1][1][0])
    bits.take(16 + 4)
    sub_layers = bits.take(3)
    nested = bits.take(1)
    profile = bits.take(96).to_bytes(12)
    present = [(bits.take(1), bits.take(1)) for _ in range(sub_layers)]
    bits.take(2 * (8 - sub_layers) if sub_layers else 0)
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    bits.golomb()
    chroma = bits.golomb()
    bits.take(1 if chroma == 3 else 0)
    for _ in range(2):
        bits.golomb()
    for _ in range(4 * bits.take(1)):
        bits.golomb()
    luma_depth, chroma_depth = bits.golomb(), bits.golomb()
    return box(
        b"hvcC",
        b"\1" + profile + b"\xf0\0\xfc",
        bytes((0xFC | chroma & 3, 0xF8 | luma_depth & 7, 0xF8 | chroma_depth & 7, 0, 0)),
        bytes(((sub_layers + 1) << 3 | nested << 2 | 3, len(arrays))),
        *[part for kind, units in arrays for part in (bytes((0x80 | kind,)), _count(units), _sized(units))],
    )


def _of_hvcc(body: bytes) -> list[bytes]:
    sets: list[bytes] = []
    at = 23
    for _ in range(body[22] if len(body) > 22 else 0):
        if at + 3 > len(body):
            break
        units, at = _take(body, at + 3, int.from_bytes(body[at + 1 : at + 3]))
        sets += units
    return sets


def _esds() -> bytes:
    """The least that names the object type (ISO/IEC 14496-1, 7.2.6.5)."""
    decoder = b"\x04\x0d" + bytes((_JPEG_OBJECT, 0x11)) + bytes(11)
    return full_box(b"esds", 0, 0, b"\x03" + bytes((3 + len(decoder) + 3,)) + b"\0\1\0" + decoder + b"\x06\x01\x02")


def _count(units: Sequence[bytes]) -> bytes:
    return struct.pack(">H", len(units))


def _sized(units: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">H", len(unit)) + unit for unit in units)


def _take(body: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        size = int.from_bytes(body[at : at + 2])
        units.append(body[at + 2 : at + 2 + size])
        at += 2 + size
    return units, at


def split_parameter_sets(units: Sequence[bytes], coding: Coding) -> tuple[list[bytes], list[bytes]]:
    """A picture's parameter sets, and the rest."""
    sets = [unit for unit in units if is_parameter_set(unit, coding)]
    return sets, [unit for unit in units if not is_parameter_set(unit, coding)] if sets else list(units)
