"""The home of sightings on ClickHouse: one row of a ReplacingMergeTree for each, partitions of an hour.

Rows hold what a search looks at as the columns of ``rows.py``; head and rest of the sighting, as a record has them, are
columns of their own, which no search reads but for its hits. A partition goes as a whole. What was said of a sighting
is told by ``add`` alone, so that of two hubs each adds its own cameras'.
"""

from __future__ import annotations

import errno
import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from devices.protocol.clock import Clock
from devices.protocol.messages import decode
from devices.protocol.sightings import Sighting
from hub.sightings.clickhouse.score_sql import ClickHouseHomeRows
from hub.sightings.home import MAY_STAY_US, HomeAway, Kept, Others, Ranked, Ranking, Sizes
from hub.sightings.records import joined, parted
from hub.sightings.rows import CODES, DESCRIPTOR_BYTES, HOUR_US, codes_of, hour_of, lasted_ms, lasted_of
from hub.sightings.scoring import SCALE, WHOLE, Wanted, looks_of, plan_of, score
from hub.sightings.span import Span
from hub.sightings.turns import GivenUp

LONGEST_HOURS = 25
"""Nobody is in view for longer (rows.check), from an hour's end on."""
HOURS_AT_ONCE = 24
"""Of one query; between two it is asked whether anybody still waits."""
LONGEST_QUERY_S = 60
MOST_MEMORY_BYTES = 4 << 30
"""Of one query on the server."""

MOST_ANEW = 512
"""Sightings that are described anew at once: some 10 MB."""
OVER_AFTER_US = 10 * 60 * 1_000_000
"""An hour is over so long after its end."""

_CODES = ", ".join(f"c{line} UInt8" for line in range(CODES))
TABLES = (
    f"""CREATE TABLE IF NOT EXISTS sightings (
  hour UInt32, camera LowCardinality(String), id String, ended UInt8, ended_us Int64,
  started_ms Int64, ended_ms Int64, {_CODES}, describer LowCardinality(String),
  descriptor Array(Int8), square Int32, head String CODEC(ZSTD), rest String CODEC(NONE),
  version UInt64 MATERIALIZED toUInt64(ended_us) + bitShiftLeft(toUInt64(ended), 63),
  INDEX by_id id TYPE bloom_filter GRANULARITY 1
) ENGINE = ReplacingMergeTree(version) PARTITION BY hour ORDER BY (camera, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    """CREATE TABLE IF NOT EXISTS forgotten_hours (hour UInt32) ENGINE = ReplacingMergeTree ORDER BY hour
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
)
"""``started_ms`` and ``ended_ms`` since 1970, as the built-in home's columns say them. Inserted is on the disk."""
_COLUMNS = (
    *("hour", "camera", "id", "ended", "ended_us", "started_ms", "ended_ms"),
    *(f"c{line}" for line in range(CODES)),
    *("describer", "descriptor", "square", "head", "rest"),
)
INSERTING = {"max_partitions_per_insert_block": 0, "insert_deduplicate": 0}
"""A batch after days without the server may be of more than the 100 hours allowed otherwise; a row described as it was
before once more is none too many."""
Asked = TypeVar("Asked")
_FORMATS: dict[str, str | dict[str, str]] = {"head": "bytes", "rest": "bytes"}


class _Word(NamedTuple):
    """What was said last of a sighting."""

    hour: int
    ended: bool
    ended_at_us: int


class _Line(NamedTuple):
    """One found: the higher the better."""

    score: int
    started_ms: int
    hour: int
    camera: str
    sighting_id: str


@dataclass(frozen=True)
class OtherRows:
    """Others, read already."""

    name: str
    hour: int
    rows: tuple[int, ...]
    sightings: Mapping[int, Sighting]

    def read(self, row: int) -> Sighting:
        return self.sightings[row]


class ClickHouseHome:
    """A SightingHome. Writers wait for one another; of several hubs each tells of its own cameras."""

    damaged_bytes = 0

    def __init__(self, connect: Callable[[], Client], clock: Clock) -> None:
        """``connect`` to the database that has the tables, or is to have them: when something is first asked, and again
        until the server answers, so that a hub whose server is away starts and does everything else."""
        self._connect, self._clock = connect, clock
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._writing = threading.Lock()

    def add(self, sightings: Iterable[Sighting], now_us: int) -> list[Kept]:
        """As SightingHome."""
        batch = list(sightings)
        with self._writing:
            known = self._words(batch)
            told: list[Kept] = []
            new: dict[str, Sighting] = {}
            moved: dict[int, list[str]] = {}
            for sighting in batch:
                word, hour = known.get(sighting.sighting_id), hour_of(sighting)
                says_more = word is None or (
                    not word.ended and (sighting.ended or sighting.ended_at_us > word.ended_at_us)
                )
                told.append(says_more)
                if says_more:
                    if word is not None and word.hour != hour:
                        moved.setdefault(word.hour, []).append(sighting.sighting_id)
                    known[sighting.sighting_id] = _Word(hour, sighting.ended, sighting.ended_at_us)
                    new[sighting.sighting_id] = sighting
            if new:
                self._insert([_row(one, one.describer, one.descriptor) for one in new.values()])
            for hour, ids in moved.items():
                gone = [sighting_id for sighting_id in ids if hour_of(new[sighting_id]) != hour]  # it may be back
                self._command(
                    "DELETE FROM sightings WHERE hour = {hour:UInt32} AND id IN {ids:Array(String)}",
                    {"hour": hour, "ids": gone},
                )
        return told

    def search(
        self,
        cameras: frozenset[str],
        span: Span,
        wanted: Wanted,
        limit: int,
        given_up: threading.Event | None = None,
    ) -> Ranking:
        """As SightingHome; given up between two queries of HOURS_AT_ONCE hours."""
        plan = plan_of(wanted)
        whole = ClickHouseHomeRows().score(plan)
        fits, asked = _fits(cameras, span)
        asked["describers"] = list(plan.describers)
        unknown = "NOT has({describers:Array(String)}, describer)" if plan.describers else "0"
        best: list[_Line] = []
        considered = looks_unknown = 0
        for hours in _chunks(self._hours_in(span), HOURS_AT_ONCE):
            if given_up is not None and given_up.is_set():
                raise GivenUp
            of = {**asked, "hours": hours}
            ((count, not_known),) = self._query(f"SELECT count(), countIf({unknown}) FROM sightings FINAL {fits}", of)
            considered += count
            looks_unknown += not_known
            found = self._query(
                f"SELECT {whole} AS score, started_ms, hour, camera, id FROM sightings FINAL {fits}"
                f" ORDER BY score DESC, started_ms DESC, camera DESC, id DESC LIMIT {limit}",
                of,
            )
            best = heapq.nlargest(limit, itertools.chain(best, (_Line(*line) for line in found)))
        return Ranking(self._ranked(best, wanted, given_up), considered, looks_unknown)

    def latest(self, camera_id: str, span: Span, most: int) -> list[Sighting]:
        """As SightingHome."""
        fits, asked = _fits(frozenset((camera_id,)), span)
        found: list[Sighting] = []
        for hours in _chunks(self._hours_in(span), HOURS_AT_ONCE):
            lines = self._query(
                f"SELECT head, rest, describer, descriptor FROM sightings FINAL {fits}"
                f" ORDER BY started_ms DESC, id LIMIT {most - len(found)}",
                {**asked, "hours": hours},
            )
            found += [_whole(*line) for line in lines]
            if len(found) >= most:
                break
        return found

    def get(self, sighting_id: str) -> Sighting | None:
        """As SightingHome."""
        found = self._query(
            "SELECT head, rest, describer, descriptor FROM sightings FINAL WHERE id = {id:String} LIMIT 1"
            " SETTINGS use_skip_indexes_if_final = 1",
            {"id": sighting_id},
        )
        return _whole(*found[0]) if found else None

    def drop_before(self, oldest_us: int, is_held: Callable[[int, int], bool]) -> int:
        """As SightingHome."""
        with self._writing:
            over = self._query(
                "SELECT hour, max(ended_ms) FROM sightings WHERE (hour + 1) * {hour_us:UInt64} <= {oldest_us:UInt64}"
                " GROUP BY hour",
                {"hour_us": HOUR_US, "oldest_us": max(oldest_us, 0)},
            )
            going = [
                hour
                for hour, ended_ms in over
                if not is_held(hour * HOUR_US, max(ended_ms * 1000, (hour + 1) * HOUR_US) + MAY_STAY_US)
            ]
            if going:
                self._guarded(lambda client: client.insert("forgotten_hours", [[hour] for hour in going], ["hour"]))
            for hour in going:
                self._command(f"ALTER TABLE sightings DROP PARTITION {int(hour)}")
        return len(going)

    def forgotten(self, since_us: int, until_us: int) -> list[tuple[int, int]]:
        """As SightingHome."""
        hours = self._query(
            "SELECT DISTINCT hour FROM forgotten_hours WHERE hour >= {since:Int64} AND hour < {until:Int64}"
            " ORDER BY hour",
            {"since": since_us // HOUR_US, "until": -(-until_us // HOUR_US)},
        )
        return [(hour * HOUR_US, (hour + 1) * HOUR_US) for (hour,) in hours]

    def seal_due(self, now_us: int) -> int:
        """The server merges by itself."""
        return 0

    def sizes(self) -> Sizes:
        """As SightingHome; a word that was replaced is counted until the server has merged it away."""
        ((kept, parts, size),) = self._query(
            "SELECT sum(rows), count(), sum(bytes_on_disk) FROM system.parts"
            " WHERE database = currentDatabase() AND table = 'sightings' AND active"
        )
        hours = self._hours()[:LONGEST_HOURS]
        ((live,),) = self._query(
            "SELECT countIf(ended = 0) FROM sightings FINAL WHERE hour IN {hours:Array(UInt32)}", {"hours": hours}
        )
        return Sizes(kept, live, parts, size)

    def describers(self) -> Counter[str]:
        """As SightingHome."""
        found = self._query("SELECT describer, count() FROM sightings FINAL GROUP BY describer")
        return Counter({str(name): int(count) for name, count in found})

    def sealed_names(self) -> frozenset[str]:
        """As SightingHome: an hour with more sightings than before has another name."""
        found = self._query("SELECT hour, count() FROM sightings FINAL GROUP BY hour")
        return frozenset(_name(hour, count) for hour, count in found if self._is_over(hour))

    def made_by_others(self, describer: str, first_rows: Mapping[str, int], least: int) -> Others | None:
        """As SightingHome, MOST_ANEW at most."""
        hours = self._query(
            "SELECT hour FROM sightings FINAL WHERE describer != {describer:String} GROUP BY hour ORDER BY hour DESC",
            {"describer": describer},
        )
        for (hour,) in hours:
            if not self._is_over(hour):
                continue
            asked = {"hour": hour}
            of_hour = "FROM sightings FINAL WHERE hour = {hour:UInt32}"
            made_by = [name for (name,) in self._query(f"SELECT describer {of_hour} ORDER BY camera, id", asked)]
            first = first_rows.get(_name(hour, len(made_by)), 0)
            rows = [row for row, name in enumerate(made_by) if name != describer and row >= first]
            rows = rows[: min(least, MOST_ANEW)]
            if not rows:
                continue
            found = self._query(
                f"SELECT head, rest, describer, descriptor {of_hour} ORDER BY camera, id LIMIT {rows[0]},"
                f" {rows[-1] - rows[0] + 1}",
                asked,
            )
            read = {row: _whole(*line) for row, line in enumerate(found, rows[0]) if row in set(rows)}
            return OtherRows(_name(hour, len(made_by)), hour, tuple(read), read)
        return None

    def describe_anew(self, of: Others, describer: str, descriptors: Mapping[int, bytes]) -> bool:
        """As SightingHome. A later word that came meanwhile stands."""
        rows = [_row(of.read(row), describer, descriptor) for row, descriptor in descriptors.items()]
        with self._writing:
            if of.hour not in self._hours():
                return False
            self._insert(rows)
        return True

    def close(self) -> None:
        with self._connecting:
            if self._client is not None:
                self._client.close()

    def _words(self, sightings: Sequence[Sighting]) -> dict[str, _Word]:
        """The newest of those that are known; an hour before or after, too: a clock set right moves a beginning."""
        hours = {hour_of(one) + beside for one in sightings for beside in (-1, 0, 1)}
        asked = {
            "hours": sorted(hour for hour in hours if hour >= 0),
            "cameras": sorted({one.camera_id for one in sightings}),
            "ids": [one.sighting_id for one in sightings],
        }
        found = self._query(
            "SELECT id, hour, ended, ended_us FROM sightings FINAL WHERE hour IN {hours:Array(UInt32)}"
            " AND camera IN {cameras:Array(String)} AND id IN {ids:Array(String)} ORDER BY version",
            asked,
        )
        return {sighting_id: _Word(hour, bool(ended), ended_us) for sighting_id, hour, ended, ended_us in found}

    def _ranked(
        self, best: Sequence[_Line], wanted: Wanted, given_up: threading.Event | None
    ) -> Generator[Ranked, None, None]:
        """With the heads of them all, read at once."""
        if not best:
            return
        found = self._query(
            "SELECT id, head, describer, descriptor FROM sightings FINAL WHERE hour IN {hours:Array(UInt32)}"
            " AND camera IN {cameras:Array(String)} AND id IN {ids:Array(String)}",
            {
                "hours": sorted({line.hour for line in best}),
                "cameras": sorted({line.camera for line in best}),
                "ids": [line.sighting_id for line in best],
            },
        )
        heads = {sighting_id: _head(*rest) for sighting_id, *rest in found}
        plan = plan_of(wanted)
        for line in best:
            if given_up is not None and given_up.is_set():
                raise GivenUp
            sighting = heads.get(line.sighting_id)
            if sighting is None:  # dropped meanwhile
                continue
            _, parts = score(looks_of(sighting, plan), plan)
            yield Ranked(sighting, line.score / WHOLE, tuple(float(part[0]) / SCALE for part in parts.values()))

    def _is_over(self, hour: int) -> bool:
        return self._clock.wall_us() >= (hour + 1) * HOUR_US + OVER_AFTER_US

    def _hours(self) -> list[int]:
        """The hours that hold anything, newest first."""
        found = self._query(
            "SELECT DISTINCT partition FROM system.parts"
            " WHERE database = currentDatabase() AND table = 'sightings' AND active"
        )
        return sorted((int(hour) for (hour,) in found), reverse=True)

    def _hours_in(self, span: Span) -> list[int]:
        first = -1 if span.since_us is None else span.since_us // HOUR_US - LONGEST_HOURS
        last = None if span.until_us is None else span.until_us // HOUR_US
        return [hour for hour in self._hours() if hour >= first and (last is None or hour <= last)]

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        self._guarded(lambda client: client.insert("sightings", rows, _COLUMNS, settings=INSERTING))

    def _query(self, sql: str, asked: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        settings = {
            "do_not_merge_across_partitions_select_final": 1,
            "max_execution_time": LONGEST_QUERY_S,
            "max_memory_usage": MOST_MEMORY_BYTES,
            "max_query_size": 4 << 20,
        }

        def query(client: Client) -> Sequence[Sequence[Any]]:
            return client.query(sql, dict(asked or {}), settings, column_formats=_FORMATS).result_rows

        return self._guarded(query)

    def _command(self, sql: str, asked: Mapping[str, Any] | None = None) -> None:
        self._guarded(lambda client: client.command(sql, dict(asked or {})))

    def _guarded(self, ask: Callable[[Client], Asked]) -> Asked:
        """Raises HomeAway for whatever keeps the server from answering."""
        try:
            return ask(self._connected())
        except ClickHouseError as error:
            raise HomeAway(errno.EIO, f"ClickHouse: {error}") from error

    def _connected(self) -> Client:
        with self._connecting:
            if self._client is None:
                client = self._connect()
                for table in TABLES:
                    client.command(table)
                self._client = client
            return self._client


def _row(sighting: Sighting, describer: str, descriptor: bytes) -> tuple[Any, ...]:
    started_ms = sighting.started_at_us // 1000
    lasted = int(lasted_ms(np.array([lasted_of(sighting)], np.uint16))[0])
    numbers = np.frombuffer(descriptor.ljust(DESCRIPTOR_BYTES, b"\0"), np.int8)
    return (
        hour_of(sighting),
        sighting.camera_id,
        sighting.sighting_id,
        int(sighting.ended),
        sighting.ended_at_us,
        started_ms,
        started_ms + lasted,
        *codes_of(sighting),
        describer,
        numbers.tolist(),
        int((numbers.astype(np.int64) ** 2).sum()),
        *parted(sighting),
    )


def _name(hour: int, count: int) -> str:
    return f"{hour}-{count}"


def _head(head: bytes, describer: str, descriptor: Sequence[int]) -> Sighting:
    """With the row's descriptor: the head has the one it came with."""
    sighting = decode(head, Sighting)
    if sighting.describer == describer:
        return sighting
    return msgspec.structs.replace(sighting, describer=describer, descriptor=np.array(descriptor, np.int8).tobytes())


def _whole(head: bytes, rest: bytes, describer: str, descriptor: Sequence[int]) -> Sighting:
    return joined(_head(head, describer, descriptor), rest)


def _fits(cameras: frozenset[str], span: Span) -> tuple[str, dict[str, Any]]:
    """The rows of these cameras and ``{hours}`` that touch the span, and what it refers to."""
    conditions = ["hour IN {hours:Array(UInt32)}", "camera IN {cameras:Array(String)}"]
    asked: dict[str, Any] = {"cameras": sorted(cameras)}
    if span.since_us is not None:
        conditions.append("ended_ms >= {since_ms:Int64}")
        asked["since_ms"] = -(-span.since_us // 1000)
    if span.until_us is not None:
        conditions.append("started_ms <= {until_ms:Int64}")
        asked["until_ms"] = span.until_us // 1000
    return f"WHERE {' AND '.join(conditions)}", asked


def _chunks(hours: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    for first in range(0, len(hours), most):
        yield hours[first : first + most]
