"""Spans of footage put together: what is one stretch, what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from hub.footage.segments.catalogue import GAP_US


class Span(Protocol):
    """A stretch of footage without a gap; UTC, microseconds."""

    @property
    def start_us(self) -> int: ...

    @property
    def end_us(self) -> int: ...


def joined(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Start and end of each stretch, in order: a segment ends where the next begins."""
    return merged(((span.start_us, span.end_us) for span in spans), GAP_US)


def merged(stretches: Iterable[tuple[int, int]], apart_us: int = 0) -> list[tuple[int, int]]:
    """In order, those as one that lie not further apart."""
    found: list[tuple[int, int]] = []
    for start_us, end_us in sorted(stretches):
        if found and start_us - found[-1][1] <= apart_us:
            found[-1] = (found[-1][0], max(found[-1][1], end_us))
        else:
            found.append((start_us, end_us))
    return found


def within(stretches: Sequence[tuple[int, int]], since_us: int, until_us: int) -> list[tuple[int, int]]:
    """As much of each as lies between two times."""
    return [(max(a, since_us), min(b, until_us)) for a, b in stretches if b > since_us and a < until_us]


def between(stretches: Sequence[tuple[int, int]], since_us: int, until_us: int) -> list[tuple[int, int]]:
    """The gaps between two times."""
    gaps = []
    at_us = since_us
    for start_us, end_us in within(stretches, since_us, until_us):
        if start_us > at_us:
            gaps.append((at_us, start_us))
        at_us = end_us
    if until_us > at_us:
        gaps.append((at_us, until_us))
    return gaps
