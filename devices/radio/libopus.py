"""libopus as PyAV's wheel brings it, called directly: PyAV itself cannot make up a frame that was lost."""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

DECODE_RATE_HZ = 48_000
"""Opus decoders work at 48 kHz whatever was coded (RFC 7845, section 5.1)."""
DECODE_SAMPLES = 960
_MONO = 1
_PLACES = ("av.libs/libopus*.so*", "av/.dylibs/libopus*.dylib", "av.libs/*opus*.dll")
"""Where wheels keep the libraries they bring: auditwheel, delocate, delvewheel."""


class OpusMissing(OSError):
    """There is no libopus that can be called; says where it was looked for and what to do."""


class OpusError(ValueError):
    """Bytes that are not an Opus frame of 20 ms; libopus's own words."""


class NativeDecoder:
    """A decoder of one burst, mono at 48 kHz."""

    def __init__(self) -> None:
        """Raises OpusMissing."""
        self._library = load()
        self._state = ctypes.create_string_buffer(self._library.opus_decoder_get_size(_MONO))
        self._sound = (ctypes.c_int16 * DECODE_SAMPLES)()
        failed = self._library.opus_decoder_init(self._state, DECODE_RATE_HZ, _MONO)
        if failed:
            raise OpusMissing(f"libopus makes no decoder: {self._words(failed)}")

    def decode(self, frame: bytes) -> bytes:
        """The samples of a frame: 960 of 16 bits, the machine's order. Raises OpusError."""
        return self._decode(frame, 0)

    def conceal(self, following: bytes = b"") -> bytes:
        """The samples of a missing frame: from the copy in the frame after it (FEC, RFC 6716 section 2.1.7) where there
        is one, else made up from the frames before. Raises OpusError."""
        return self._decode(following or None, 1 if following else 0)

    def _decode(self, frame: bytes | None, from_copy: int) -> bytes:
        size = len(frame) if frame else 0
        samples = self._library.opus_decode(self._state, frame, size, self._sound, DECODE_SAMPLES, from_copy)
        if samples < 0:
            raise OpusError(self._words(samples))
        return bytes(self._sound)[: 2 * samples].ljust(2 * DECODE_SAMPLES, b"\0")

    def _words(self, code: int) -> str:
        words: bytes = self._library.opus_strerror(code)
        return words.decode()


@cache
def load() -> ctypes.CDLL:
    """libopus in the folder that PyAV's wheel brings. Raises OpusMissing."""
    spec = find_spec("av")
    folder = Path(spec.origin).parent.parent if spec and spec.origin else None
    if folder is None:
        raise OpusMissing("PyAV is not installed (package av), whose wheel brings libopus")
    return load_from(folder)


def load_from(folder: Path) -> ctypes.CDLL:
    """libopus of an ``av`` in this folder. Raises OpusMissing."""
    found = [path for place in _PLACES for path in sorted(folder.glob(place))]
    if not found:
        raise OpusMissing(f"no libopus in {folder / 'av.libs'}: install PyAV (package av) as a wheel, not from source")
    try:
        library = ctypes.CDLL(str(found[0]))
        library.opus_decoder_get_size.argtypes = [ctypes.c_int]
        library.opus_decoder_init.argtypes = [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int]
        library.opus_strerror.argtypes = [ctypes.c_int]
        library.opus_strerror.restype = ctypes.c_char_p
        library.opus_decode.argtypes = [
            *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int32),
            *(ctypes.POINTER(ctypes.c_int16), ctypes.c_int, ctypes.c_int),
        ]
    except (OSError, AttributeError) as error:
        raise OpusMissing(f"{found[0]} is no libopus that can be called: {error}") from None
    return library
