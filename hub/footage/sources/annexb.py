"""Coded pictures of H.264 and H.265 as they lie in Annex B: parameter sets, sense or nonsense, the codec's words."""

from __future__ import annotations

from collections.abc import Iterator

from hub.footage.coded import Coding

_START = b"\x00\x00\x01"


class Annexb:
    """What must be known of one coding's NAL units (ITU-T H.264 and H.265, table 7-1 of each)."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self._is_h265 = coding is Coding.H265
        self._sets = frozenset({32, 33, 34}) if self._is_h265 else frozenset({7, 8})
        self._sequence = 33 if self._is_h265 else 7

    def makes_sense(self, data: bytes) -> bool:
        """Whether a picture begins with a unit that a camera sends; noise mostly does not."""
        start = data.find(_START, 0, 6)
        if start < 0 or len(data) < start + 6:
            return False
        header = data[start + 3]
        if header & 0x80:  # forbidden_zero_bit
            return False
        if self._is_h265:
            kind, temporal_id = header >> 1, data[start + 4] & 7
            return (kind <= 9 or 16 <= kind <= 21 or 32 <= kind <= 40) and temporal_id > 0
        return 1 <= header & 31 <= 12

    def begins_whole(self, data: bytes) -> bool:
        """Whether a picture that makes sense begins with its first slice, where it begins with a slice at all.

        H.264: first_mb_in_slice is 0 (7.3.3); H.265: first_slice_segment_in_pic_flag (7.3.6.1).
        """
        start = data.find(_START, 0, 6) + 3
        return not self._is_picture(data[start]) or data[start + (2 if self._is_h265 else 1)] & 0x80 != 0

    def parameter_sets(self, data: bytes) -> bytes:
        """The parameter sets that stand before a picture, with their start codes; empty where a kind is missing."""
        found, kinds = [], set()
        for unit in self._before_picture(data):
            kind = self._kind(unit)
            if kind in self._sets:
                kinds.add(kind)
                found.append(b"\x00" + _START + unit)
        return b"".join(found) if kinds == self._sets else b""

    def sequence_set(self, sets: bytes) -> bytes:
        """The first sequence parameter set among ``sets``, which says size and profile."""
        return next((unit for unit in self._before_picture(sets) if self._kind(unit) == self._sequence), b"")

    def codec(self, sequence_set: bytes) -> str:
        """In the words of RFC 6381 (ISO/IEC 14496-15, annex E): ``avc1.64001f``, ``hvc1.1.6.L93.B0``."""
        plain = sequence_set.replace(b"\x00\x00\x03", b"\x00\x00")
        if not self._is_h265:
            return f"avc1.{plain[1:4].hex()}" if len(plain) >= 4 else ""
        if len(plain) < 15:
            return ""
        general = plain[3:15]  # profile_tier_level follows two bytes of header and one of layers
        space, tier, profile = general[0] >> 6, general[0] >> 5 & 1, general[0] & 31
        compatible = int(f"{int.from_bytes(general[1:5], 'big'):032b}"[::-1], 2)
        constraints = general[5:11].rstrip(b"\x00")
        parts = [
            f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}",
            f"{compatible:X}",
            f"{'LH'[tier]}{general[11]}",
            *(f"{byte:X}" for byte in constraints),
        ]
        return ".".join(parts)

    def begins_anew(self, data: bytes) -> bool:
        """Whether nothing after this picture refers to one before it (an IDR picture, whose decoding forgets all)."""
        kind = self._picture_kind(data)
        return kind in (19, 20) if self._is_h265 else kind & 31 == 5

    def is_referred_to(self, data: bytes) -> bool:
        """Whether another picture may be made of this one (nal_ref_idc; H.265: not a sub-layer non-reference one)."""
        kind = self._picture_kind(data)
        return kind >= 16 or kind % 2 == 1 if self._is_h265 else kind & 0x60 != 0

    def _picture_kind(self, data: bytes) -> int:
        """What the first slice's header says: H.264's whole byte, H.265's nal_unit_type; -1 (all bits) without one."""
        start = data.find(_START)
        while 0 <= start < len(data) - 3:
            header = data[start + 3]
            if self._is_picture(header):
                return header >> 1 & 63 if self._is_h265 else header
            start = data.find(_START, start + 3)
        return -1

    def _kind(self, unit: bytes) -> int:
        return unit[0] >> 1 & 63 if self._is_h265 else unit[0] & 31

    def _is_picture(self, header: int) -> bool:
        return header >> 1 & 63 < 32 if self._is_h265 else 1 <= header & 31 <= 5

    def _before_picture(self, data: bytes) -> Iterator[bytes]:
        """The units up to the first slice, without start codes; a key picture's slices are never walked through."""
        start = data.find(_START)
        while 0 <= start < len(data) - 3 and not self._is_picture(data[start + 3]):
            following = data.find(_START, start + 3)
            unit = data[start + 3 : following if following >= 0 else len(data)].rstrip(b"\x00")
            if unit:
                yield unit
            start = following
