"""Reading XML that a camera sent: bounded, without document types, by local names since many have wrong namespaces."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MAX_BYTES = 1024 * 1024
"""A recorder with 64 channels lists its profiles in some 400 KB."""
MAX_DEPTH = 64
MAX_ELEMENTS = 50_000


class Unreadable(Exception):
    """What came is no XML that a camera may send; the text says why, and repeats nothing of it."""


def read_xml(text: bytes) -> Element:
    """The document's root; names are without their namespaces.

    A document type is refused before anything of it is expanded: SOAP forbids it (SOAP 1.2 part 1, section 5), and it
    is what XML bombs are made of. Raises Unreadable.
    """
    if len(text) > MAX_BYTES:
        raise Unreadable(f"over {MAX_BYTES} bytes")
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # an encoding that nobody knows is a LookupError
        raise Unreadable(f"no XML: {type(error).__name__}") from None
    return reader.builder.close()


class _Reader:
    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.builder.data
        self._depth = self._elements = 0

    def _refuse(self, *_declared: object) -> None:
        raise Unreadable("a document type, which SOAP forbids")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise Unreadable(f"over {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")
        self.builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(_local(name))


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def text_of(element: Element | None, path: str) -> str | None:
    """The text at ``path`` below ``element``, without the space around it; None where there is none."""
    found = None if element is None else element.findtext(path)
    return found.strip() or None if found else None


def number_of(element: Element | None, path: str) -> float | None:
    """The number at ``path``; None for anything else."""
    try:
        number = float(text_of(element, path) or "")
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None  # also not for what is no number and what is infinite
