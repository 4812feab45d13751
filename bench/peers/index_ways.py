"""Each way to answer a question: the hub's, and other indexes, as their own documents say to use them.

Filter first: ``faiss``, ``usearch``, ``sqlite_vec``, ``duckdb``, ``clickhouse``. Rank first and filter what was found
afterwards, as is done where an index of neighbours cannot filter: ``faiss_after``, ``usearch_graph_after``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.peers.index_rows import BEST, Asked, Rows
from bench.peers.index_sql import DuckDb, Sqlite, question, where
from bench.search_figures import Question
from hub.sightings.clickhouse.score_sql import ClickHouse
from hub.sightings.rows import CODES
from hub.sightings.scan import prepare
from hub.sightings.scoring import plan_of
from hub.sightings.search import rank
from hub.sightings.span import Span
from hub.sightings.turns import THREADS

AFTER = 1000
"""So many neighbours are asked for where they are filtered afterwards."""
_CHUNK_ROWS = 100_000
BY_PHOTO = (Question.A, Question.D)
ALL = (Question.A, Question.B, Question.C, Question.D)


class Way(ABC):
    """Holds the rows, and says the best rows' numbers of a question, best first."""

    can: tuple[Question, ...] = ALL
    threads = THREADS

    def __init__(self, rows: Rows, folder: Path) -> None:
        """``folder`` is its own, and empty. Raises ImportError where the package is not installed."""
        self.rows = rows

    @abstractmethod
    def ask(self, asked: Asked) -> list[int]:
        """At most BEST rows' numbers, best first."""


class Ours(Way):
    """search.rank: no hit is read, as in the others."""

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        self._names = rows.tables[0].cameras
        prepare()

    def ask(self, asked: Asked) -> list[int]:
        named = self._names if asked.cameras is None else [self._names[number] for number in asked.cameras]
        tables = self.rows.tables
        if asked.since_ms is not None and asked.until_ms is not None:
            first, last = (asked.since_ms - self.rows.longest_ms) // 3_600_000, asked.until_ms // 3_600_000
            tables = [table for table in tables if first <= table.hour <= last]
        span = Span(_us(asked.since_ms), _us(asked.until_ms))
        found = rank(tables, frozenset(named), span, asked.wanted, BEST).best
        return [self.rows.first_of_hour[one.table.hour] + one.row for one in found]


class Faiss(Way):
    """IndexFlatIP over vectors of length 1, four bytes a number, with an IDSelector of the rows that fit."""

    can = BY_PHOTO

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        import faiss

        self._faiss = faiss
        faiss.omp_set_num_threads(self.threads)
        self._index = faiss.IndexFlatIP(rows.descriptor.shape[1])
        for first in range(0, len(rows), _CHUNK_ROWS):
            self._index.add(_of_length_1(rows.descriptor[first : first + _CHUNK_ROWS]))

    def ask(self, asked: Asked) -> list[int]:
        fits = asked.fits(self.rows)
        options = None
        if fits is not None:
            selector = self._faiss.IDSelectorBitmap(np.packbits(fits, bitorder="little"))
            options = self._faiss.SearchParameters(sel=selector)
        _, found = self._index.search(_of_length_1(_photo(asked)[None]), BEST, params=options)
        return [int(row) for row in found[0] if row >= 0]


class FaissAfter(Faiss):
    """The AFTER nearest of all rows; of these what fits."""

    def ask(self, asked: Asked) -> list[int]:
        _, found = self._index.search(_of_length_1(_photo(asked)[None]), AFTER)
        return _fitting(found[0], asked, self.rows)


class Usearch(Way):
    """Exact search over the rows that fit, as they are, one byte a number."""

    can = BY_PHOTO

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        from usearch import index

        self._usearch = index

    def ask(self, asked: Asked) -> list[int]:
        fits = asked.fits(self.rows)
        numbers = None if fits is None else np.flatnonzero(fits)
        vectors = self.rows.descriptor if numbers is None else self.rows.descriptor[numbers]
        if not len(vectors):
            return []
        found = self._usearch.search(
            vectors,
            _photo(asked),
            min(BEST, len(vectors)),
            self._usearch.MetricKind.Cos,
            exact=True,
            threads=self.threads,
        ).keys.astype(np.int64)
        told: list[int] = (found if numbers is None else numbers[found]).tolist()
        return told


class UsearchGraphAfter(Way):
    """Its graph of neighbours (HNSW) with its own settings: the AFTER nearest; of these what fits."""

    can = BY_PHOTO

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        from usearch.index import Index

        self._index = Index(ndim=rows.descriptor.shape[1], metric="cos", dtype="i8")
        self._index.add(np.arange(len(rows)), rows.descriptor, threads=self.threads)

    def ask(self, asked: Asked) -> list[int]:
        return _fitting(self._index.search(_photo(asked), AFTER, threads=self.threads).keys, asked, self.rows)


class SqliteVec(Way):
    """A photo by its virtual table with metadata columns; a description by SQLite's own tables. It has one thread."""

    threads = 1

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        import apsw
        import sqlite_vec

        self._sql = Sqlite()
        self._database: Any = apsw.Connection(str(folder / "rows.sqlite"))
        self._database.enable_load_extension(True)
        self._database.load_extension(sqlite_vec.loadable_path())
        codes = [f"c{line}" for line in range(CODES)]
        run = self._database.execute
        run("PRAGMA cache_size = -1000000")
        run("CREATE TABLE heights (place INTEGER PRIMARY KEY, part INTEGER)")
        run(f"CREATE TABLE rows (row INTEGER PRIMARY KEY, camera, started_ms, ended_ms, {', '.join(codes)})")
        run("CREATE VIRTUAL TABLE vectors USING vec0(row INTEGER PRIMARY KEY, descriptor INT8[64]"
            " DISTANCE_METRIC=cosine, camera INTEGER, started_ms INTEGER, ended_ms INTEGER)")  # fmt: skip
        with self._database:
            for first in range(0, len(rows), _CHUNK_ROWS):
                part = slice(first, min(first + _CHUNK_ROWS, len(rows)))
                keys = list(zip(range(part.start, part.stop), rows.camera[part].tolist(),
                                rows.started_ms[part].tolist(), rows.ended_ms[part].tolist(), strict=True))  # fmt: skip
                holes = ", ".join("?" * (4 + CODES))
                lines = [(*key, *code) for key, code in zip(keys, rows.codes[:, part].T.tolist(), strict=True)]
                self._database.executemany(f"INSERT INTO rows VALUES ({holes})", lines)
                vectors = [
                    (key[0], one.tobytes(), *key[1:]) for key, one in zip(keys, rows.descriptor[part], strict=True)
                ]
                self._database.executemany("INSERT INTO vectors VALUES (?, vec_int8(?), ?, ?, ?)", vectors)
            run("CREATE INDEX by_start ON rows (started_ms)")

    def ask(self, asked: Asked) -> list[int]:
        if asked.question in BY_PHOTO:
            fits = where(asked, self.rows.longest_ms).replace(" WHERE ", " AND ")
            sql = f"SELECT row FROM vectors WHERE descriptor MATCH vec_int8(?) AND k = {BEST}{fits} ORDER BY distance"
            return [row for (row,) in self._database.execute(sql, (_photo(asked).tobytes(),))]
        with self._database:
            self._database.execute("DELETE FROM heights")
            parts = plan_of(asked.wanted).height.tolist()
            self._database.executemany("INSERT INTO heights VALUES (?, ?)", list(enumerate(parts)))
        return [row for (row,) in self._database.execute(question(self._sql, asked, self.rows.longest_ms))]


class DuckDatabase(Way):
    """One table in the order of hour, camera and start."""

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        import duckdb

        self._sql = DuckDb()
        self._database: Any = duckdb.connect(str(folder / "rows.duckdb"), config={"threads": self.threads})
        for first in range(0, len(rows), _CHUNK_ROWS):
            self._database.register("part", _arrow(rows, first, np.float32))
            self._database.execute(f"{'INSERT INTO' if first else 'CREATE TABLE'} rows {'' if first else 'AS '}SELECT"
                                   " * REPLACE (descriptor::FLOAT[64] AS descriptor) FROM part")  # fmt: skip

    def ask(self, asked: Asked) -> list[int]:
        sql = question(self._sql, asked, self.rows.longest_ms)
        return [row for (row,) in self._database.execute(sql).fetchall()]


class ClickHouseInside(Way):
    """A MergeTree in the hub's order, in this process: partitions of a day, ordered by camera and start."""

    def __init__(self, rows: Rows, folder: Path) -> None:
        super().__init__(rows, folder)
        from chdb.session import Session

        self._sql = ClickHouse()
        self._session: Any = Session(str(folder / "clickhouse"))
        codes = ", ".join(f"c{line} UInt8" for line in range(CODES))
        self._session.query("CREATE DATABASE bench")
        self._session.query(
            f"CREATE TABLE bench.rows (row UInt32, camera UInt16, started_ms Int64, ended_ms Int64, {codes},"
            " square Int32, descriptor Array(Int8)) ENGINE = MergeTree PARTITION BY intDiv(started_ms, 86400000)"
            " ORDER BY (camera, started_ms)"
        )
        for first in range(0, len(rows), _CHUNK_ROWS):
            part = _arrow(rows, first, np.int8)  # noqa: F841 Python(part) finds it by its name
            self._session.query("INSERT INTO bench.rows SELECT * FROM Python(part)")
        self._session.query("OPTIMIZE TABLE bench.rows FINAL")

    def ask(self, asked: Asked) -> list[int]:
        sql = question(self._sql, asked, self.rows.longest_ms).replace("FROM rows", "FROM bench.rows")
        settings = f" SETTINGS max_threads = {self.threads}, max_query_size = 1000000"
        answer = self._session.query(sql + settings, "CSV")
        return [int(row) for row in answer.bytes().split()]


WAYS: dict[str, type[Way]] = {
    "ours": Ours,
    "faiss": Faiss,
    "faiss_after": FaissAfter,
    "usearch": Usearch,
    "usearch_graph_after": UsearchGraphAfter,
    "sqlite_vec": SqliteVec,
    "duckdb": DuckDatabase,
    "clickhouse": ClickHouseInside,
}


def _us(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms * 1000


def _photo(asked: Asked) -> NDArray[np.int8]:
    like: NDArray[np.int8] = plan_of(asked.wanted).like[0]
    return like


def _of_length_1(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float32)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True), np.float32)


def _fitting(found: NDArray[Any], asked: Asked, rows: Rows) -> list[int]:
    near, fits = found.astype(np.int64), asked.fits(rows)
    told: list[int] = (near if fits is None else near[fits[near]])[:BEST].tolist()
    return told


def _arrow(rows: Rows, first: int, number: type[np.generic]) -> Any:
    import pyarrow

    part = slice(first, min(first + _CHUNK_ROWS, len(rows)))
    columns: dict[str, Any] = {
        "row": np.arange(part.start, part.stop, dtype=np.uint32),
        "camera": rows.camera[part],
        "started_ms": rows.started_ms[part],
        "ended_ms": rows.ended_ms[part],
    }
    columns |= {f"c{line}": rows.codes[line, part] for line in range(CODES)}
    columns["square"] = rows.square[part]
    numbers = pyarrow.array(rows.descriptor[part].astype(number).ravel())
    columns["descriptor"] = pyarrow.FixedSizeListArray.from_arrays(numbers, rows.descriptor.shape[1])
    return pyarrow.table(columns)
