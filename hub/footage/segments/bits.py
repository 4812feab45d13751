"""Reading the first fields of an H.265 sequence parameter set, bit by bit."""

from __future__ import annotations


class TooShort(ValueError):
    """The parameter set ends before what is looked for."""


class Bits:
    """Bits of a raw byte sequence payload, from the first on."""

    def __init__(self, unit: bytes) -> None:
        """``unit`` with its escapes (ITU-T H.265, 7.4.2: 00 00 03), which are taken out."""
        payload = unit.replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(payload)
        self._left = len(payload) * 8

    def take(self, count: int) -> int:
        """The next bits as a number. Raises TooShort."""
        self._left -= count
        if self._left < 0:
            raise TooShort("a parameter set that is cut off")
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """The next unsigned Exp-Golomb number (ITU-T H.265, 9.2). Raises TooShort."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)
