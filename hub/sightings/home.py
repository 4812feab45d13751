"""Where sightings live: what a search, a watch and the describing ask of it, whichever engine keeps them.

The built-in home is ``segment_home.py``; ``clickhouse/`` is another, for many machines.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from devices.protocol.sightings import Sighting
from hub.sightings.errors import SightingsError
from hub.sightings.scoring import Wanted
from hub.sightings.span import Span

MAY_STAY_US = 600_000_000
"""Who was seen last in an hour may be in view so long after it (vision's LONGEST_SIGHTING_S)."""

Kept = bool | SightingsError | OSError
"""Whether a sighting told anything new, or why it is not kept: it cannot be, or the disk did not take it."""


@dataclass(frozen=True)
class Ranked:
    """One found: the sighting without path, picture and stripes, its score, and the score of each part in the order of
    ``Wanted.fields``, 0..1."""

    sighting: Sighting
    score: float
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Ranking:
    """``best`` first, newer first among equals, read one after the other as they are asked for; how many sightings were
    compared, and of how many of these the looks could not be, since another describer made them."""

    best: Generator[Ranked, None, None]
    considered: int
    looks_unknown: int


class HomeAway(OSError):
    """The server that keeps the sightings does not answer; says why."""


class Sizes(NamedTuple):
    """Sightings kept, of these live, files they are in, bytes on disk."""

    kept: int
    live: int
    segments: int
    bytes_on_disk: int


class Others(Protocol):
    """Sightings of one hour by other describers, by their ``rows``, in order; ``name``: as long as an hour's is the
    same, its rows keep their numbers."""

    @property
    def name(self) -> str: ...

    @property
    def hour(self) -> int: ...

    @property
    def rows(self) -> tuple[int, ...]: ...

    def read(self, row: int) -> Sighting:
        """The whole sighting. Raises RecordError."""


class SightingHome(Protocol):
    """Any method may be called from any thread. Those that reach the disk, or the server, raise OSError."""

    @property
    def damaged_bytes(self) -> int:
        """What the disk has not kept."""

    def add(self, sightings: Iterable[Sighting], now_us: int) -> list[Kept]:
        """Keep these; for each, whether it told anything new, or why it is not kept. Kept for good when this returns.

        A sighting whose id is known is new only when it continues or ends one that had not ended.
        """

    def search(
        self,
        cameras: frozenset[str],
        span: Span,
        wanted: Wanted,
        limit: int,
        given_up: threading.Event | None = None,
    ) -> Ranking:
        """Compare every sighting of these cameras within the span, exactly. Raises GivenUp once ``given_up`` is set."""

    def latest(self, camera_id: str, span: Span, most: int) -> list[Sighting]:
        """The latest so many of one camera within the span, newest first, whole."""

    def get(self, sighting_id: str) -> Sighting | None:
        """The newest word on a sighting, whole; None when it is not kept."""

    def drop_before(self, oldest_us: int, is_held: Callable[[int, int], bool]) -> int:
        """Delete the hours that ended before, but those with somebody in held time; how many."""

    def forgotten(self, since_us: int, until_us: int) -> list[tuple[int, int]]:
        """The hours from one time to before another whose sightings were deleted for their age."""

    def seal_due(self, now_us: int) -> int:
        """Do now what is done in the background with hours that are over; of how many."""

    def sizes(self) -> Sizes:
        """For the metrics."""

    def describers(self) -> Counter[str]:
        """How many sightings each describer made the descriptor of."""

    def sealed_names(self) -> frozenset[str]:
        """``Others.name`` of each hour that is over."""

    def made_by_others(self, describer: str, first_rows: Mapping[str, int], least: int) -> Others | None:
        """The newest hour that is over with sightings by another describer, and some of them, about ``least``.

        Of hours whose name has one of ``first_rows`` those from that row on; None when there is none.
        """

    def describe_anew(self, of: Others, describer: str, descriptors: Mapping[int, bytes]) -> bool:
        """Give rows descriptors by ``describer``: all or none of them; false when the hour is not as it was."""

    def close(self) -> None:
        """It cannot be used afterwards."""
