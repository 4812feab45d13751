"""NAL units of H.264 and H.265: which they are, how they stand in an MP4's configuration, a picture's fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

_START_CODE = re.compile(b"\x00\x00\x01")
_FINGERPRINT_BYTES = 8


class Coding(StrEnum):
    """By the name that FFmpeg gives it."""

    H264 = "h264"
    H265 = "hevc"


def kind(unit: bytes, coding: Coding) -> int:
    """Its nal_unit_type (ITU-T H.264, table 7-1; H.265, table 7-1)."""
    return unit[0] & 31 if coding is Coding.H264 else unit[0] >> 1 & 63


def is_picture(unit: bytes, coding: Coding) -> bool:
    """Whether it is a piece of a picture rather than what is told about pictures."""
    number = kind(unit, coding)
    return 1 <= number <= 5 if coding is Coding.H264 else number < 32


def is_told(unit: bytes, coding: Coding) -> bool:
    """Whether it says nothing to a receiver: delimiters and supplementary information, which encoders sign with."""
    return kind(unit, coding) in ((6, 9) if coding is Coding.H264 else (35, 39, 40))


def of_annex_b(data: bytes) -> list[bytes]:
    """The units between start codes."""
    units = (piece.rstrip(b"\x00") for piece in _START_CODE.split(data))
    return [unit for unit in units if unit]


def to_annex_b(units: Iterable[bytes]) -> bytes:
    """Each unit after a start code."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def fingerprint(units: Iterable[bytes], coding: Coding) -> bytes:
    """Of a picture's own units alone, whatever is told about them and however they are framed."""
    digest = hashlib.blake2b(digest_size=_FINGERPRINT_BYTES)
    for unit in units:
        if is_picture(unit, coding):
            digest.update(len(unit).to_bytes(4, "big") + unit)
    return digest.digest()


def configured(record: bytes, coding: Coding) -> tuple[int, Sequence[bytes]]:
    """The bytes of a sample's length fields, and the parameter sets of a decoder configuration record.

    ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1. Raises ValueError.
    """
    is_h264 = coding is Coding.H264
    if len(record) < (7 if is_h264 else 23) or record[0] != 1:
        raise ValueError("no decoder configuration record; write the film as MP4")
    length_bytes = (record[4 if is_h264 else 21] & 3) + 1
    sets: list[bytes] = []
    at = 5 if is_h264 else 23
    for _ in range(2 if is_h264 else record[22]):
        if is_h264:
            count, at = int.from_bytes(record[at : at + 1], "big") & 31, at + 1
        else:
            count, at = int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            sets.append(record[at + 2 : at + 2 + size])
            at += 2 + size
    sets = [one for one in sets if len(one) >= 2 and not is_told(one, coding)]
    if len(sets) < (2 if is_h264 else 3):
        raise ValueError("the decoder configuration record holds no parameter sets")
    return length_bytes, sets
