"""The built-in home of sightings: the store of segments, what sees to it in the background, and the compiled scan."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting
from hub.sightings.columns import Table
from hub.sightings.home import Kept, Others, Ranked, Ranking, Sizes
from hub.sightings.keeper import Keeper
from hub.sightings.records import RecordError
from hub.sightings.scoring import Wanted
from hub.sightings.search import Ranked as RankedRow
from hub.sightings.search import latest_of, rank
from hub.sightings.span import Span
from hub.sightings.store import Store
from hub.sightings.turns import GivenUp


@dataclass(frozen=True)
class OtherRows:
    """Others, of one table."""

    table: Table
    rows: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def hour(self) -> int:
        return self.table.hour

    def read(self, row: int) -> Sighting:
        return self.table.read(row)


class SegmentHome:
    """A SightingHome in one folder of this machine."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        """Open the store, replaying what a kill left unsealed. Raises OSError."""
        self._store = Store(directory)
        self._keeper = Keeper(self._store, clock)
        self._keeper.start()

    @property
    def damaged_bytes(self) -> int:
        return self._store.damaged_bytes

    def add(self, sightings: Iterable[Sighting], now_us: int) -> list[Kept]:
        return self._store.add(sightings, now_us)

    def search(
        self,
        cameras: frozenset[str],
        span: Span,
        wanted: Wanted,
        limit: int,
        given_up: threading.Event | None = None,
    ) -> Ranking:
        ranking = rank(self._store.tables(span.since_us, span.until_us), cameras, span, wanted, limit, given_up)
        for ranked in ranking.best:
            ranked.table.foresee(ranked.row)
        return Ranking(self._heads(ranking.best, given_up), ranking.considered, ranking.looks_unknown)

    def latest(self, camera_id: str, span: Span, most: int) -> list[Sighting]:
        found = []
        for table, row in latest_of(self._store.tables(span.since_us, span.until_us), camera_id, span, most):
            try:
                found.append(table.read(row))
            except RecordError:
                self._store.damaged()
        return found

    def get(self, sighting_id: str) -> Sighting | None:
        return self._store.get(sighting_id)

    def drop_before(self, oldest_us: int, is_held: Callable[[int, int], bool]) -> int:
        return self._store.drop_before(oldest_us, is_held)

    def forgotten(self, since_us: int, until_us: int) -> list[tuple[int, int]]:
        return self._store.forgotten(since_us, until_us)

    def seal_due(self, now_us: int) -> int:
        return self._store.seal_due(now_us)

    def sizes(self) -> Sizes:
        return Sizes(*self._store.sizes())

    def describers(self) -> Counter[str]:
        return self._store.describers()

    def sealed_names(self) -> frozenset[str]:
        return self._store.sealed_names()

    def made_by_others(self, describer: str, first_rows: Mapping[str, int], least: int) -> Others | None:
        found = self._store.made_by_others(describer, first_rows, least)
        return None if found is None else OtherRows(*found)

    def describe_anew(self, of: Others, describer: str, descriptors: Mapping[int, bytes]) -> bool:
        assert isinstance(of, OtherRows)
        return self._store.describe_anew(of.table, describer, descriptors)

    def close(self) -> None:
        self._keeper.end()
        self._store.close()

    def _heads(self, best: Iterable[RankedRow], given_up: threading.Event | None) -> Generator[Ranked, None, None]:
        told_in: dict[str, int] = {}
        try:
            for ranked in best:
                if given_up is not None and given_up.is_set():
                    raise GivenUp
                try:
                    sighting = ranked.table.head(ranked.row)
                except RecordError:
                    self._store.damaged()
                    continue
                told_in[sighting.sighting_id] = ranked.table.hour
                yield Ranked(sighting, ranked.score, ranked.parts)
        finally:
            self._store.told(told_in)
