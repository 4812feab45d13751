"""Photos as phones and printers write them, made byte by byte where no encoder at hand does."""

from __future__ import annotations

import struct

import numpy as np

from hub.describing.photo import Pixels


def half_and_half() -> Pixels:
    """60 wide, 80 high: red above, blue below."""
    picture = np.zeros((80, 60, 3), np.uint8)
    picture[:40, :, 2] = 255
    picture[40:, :, 0] = 255
    return picture


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an Exif segment that says how the camera was held (Exif 2.3, 4.6.4, tag 274)."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 274, 3, 1, orientation, 0, 0)
    content = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def cmyk_jpeg(*, cyan: int, magenta: int, yellow: int, black: int) -> bytes:
    """64 x 64 pixels of one colour in four inks (0: none), as Adobe writes them, inverted: a baseline JPEG (T.81)."""
    side, components = 64, 4
    quantization = b"\xff\xdb" + struct.pack(">HB", 67, 0) + b"\x08" * 64
    frame = struct.pack(">BHHB", 8, side, side, components)
    frame += b"".join(bytes((number, 0x11, 0)) for number in range(1, components + 1))
    scan = bytes((components,)) + b"".join(bytes((number, 0)) for number in range(1, components + 1)) + b"\0\x3f\0"
    sizes = bytes([0, 1, 0, 11 - 1] + [0] * 12)  # one code of 2 bits, ten of 4
    dc = b"\xff\xc4" + struct.pack(">HB", 19 + 11, 0) + sizes + bytes(range(11))
    ac = b"\xff\xc4" + struct.pack(">HB", 19 + 1, 0x10) + bytes([1] + [0] * 15) + b"\0"
    adobe = b"\xff\xee" + struct.pack(">H", 14) + b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0)
    bits = ""
    for block in range((side // 8) ** 2):
        for ink in (cyan, magenta, yellow, black):
            step = round((255 - ink - 128) * 8 / 8) if block == 0 else 0
            bits += _difference(step) + "0"
    bits += "1" * (-len(bits) % 8)
    entropy = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return (
        b"\xff\xd8" + adobe + quantization
        + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + dc + ac
        + b"\xff\xda" + struct.pack(">H", len(scan) + 2) + scan + entropy + b"\xff\xd9"
    )  # fmt: skip


def _difference(step: int) -> str:
    """A DC difference: the code of its size, then its bits (T.81, F.1.2.1)."""
    size = abs(step).bit_length()
    code = "00" if size == 0 else format(0b0100 + size - 1, "04b")
    return code + (format(step if step > 0 else step + (1 << size) - 1, f"0{size}b") if size else "")
