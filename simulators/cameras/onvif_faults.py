"""What can be wrong with a simulated ONVIF device, and what it then says instead of its answer."""

from __future__ import annotations

from enum import StrEnum


class OnvifFault(StrEnum):
    """What is wrong with the device."""

    NONE = "none"
    SILENT = "silent"
    """Takes the connection and says nothing."""
    SLOW = "slow"
    """Answers a byte every tenth of a second, for ever."""
    BOMB = "bomb"
    """Entities within entities: some 700 bytes that would be 10 GB."""
    ZIPPED = "zipped"
    """Says that it is compressed, which nobody asked for."""
    NONSENSE = "nonsense"
    """Bytes that are no XML."""
    PAGE = "page"
    """A router's web page, with 200 OK."""
    DEEP = "deep"
    """Elements within elements, 10,000 deep."""
    HALF = "half"
    """Half of an answer, then nothing more."""
    ENDLESS = "endless"
    """An answer that does not end, as fast as it is read."""


def _bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "0123456789">{entities}]><b>&e9;</b>'.encode()


SPOILT: dict[OnvifFault, bytes] = {
    OnvifFault.BOMB: _bomb(),
    OnvifFault.NONSENSE: bytes(range(256)) * 4,
    OnvifFault.PAGE: b"<!DOCTYPE html><html><head><title>Login</title></head><body>&nbsp;</body></html>",
    OnvifFault.DEEP: b"<a>" * 10_000,
}
