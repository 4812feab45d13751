"""The questions as SQL: the hub's score (hub/sightings/clickhouse/score_sql.py), and how two other engines say it.

Tables have the columns ``row``, ``camera``, ``started_ms``, ``ended_ms`` and those of the score.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.peers.index_rows import BEST, Asked
from hub.sightings.clickhouse.score_sql import Dialect
from hub.sightings.scoring import plan_of


def question(dialect: Dialect, asked: Asked, longest_ms: int) -> str:
    """The best rows' numbers, best first, newer first among equals."""
    order = f"{dialect.score(plan_of(asked.wanted))} DESC, started_ms DESC"
    return f"SELECT row FROM rows{where(asked, longest_ms)} ORDER BY {order} LIMIT {BEST}"


def where(asked: Asked, longest_ms: int) -> str:
    """``longest_ms``: how long anybody was in view at most, so that an order by start can be used."""
    if asked.since_ms is None or asked.until_ms is None:
        return ""
    place = "" if asked.cameras is None else f" AND camera IN ({', '.join(map(str, asked.cameras))})"
    return (
        f" WHERE started_ms <= {asked.until_ms} AND started_ms >= {asked.since_ms - longest_ms}"
        f" AND ended_ms >= {asked.since_ms}{place}"
    )


class DuckDb(Dialect):
    """``descriptor`` is FLOAT[64]: whole numbers below 2**24 stay exact in it."""

    def low(self, column: str) -> str:
        return f"({column}::INTEGER & 15)"

    def high(self, column: str) -> str:
        return f"({column}::INTEGER >> 4)"

    def least(self, one: str, other: str) -> str:
        return f"least({one}, {other})"

    def at(self, numbers: Sequence[int], place: str) -> str:
        return f"([{','.join(map(str, numbers))}]::INTEGER[])[{place} + 1]"

    def single(self, number: str) -> str:
        return f"CAST({number} AS FLOAT)"

    def whole(self, number: str) -> str:
        return f"CAST(trunc({number}) AS INTEGER)"

    def dot(self, like: Sequence[int]) -> str:
        return f"array_inner_product(descriptor, [{','.join(map(str, like))}]::FLOAT[{len(like)}])"


class Sqlite(Dialect):
    """Has no numbers of four bytes: likeness is left to sqlite-vec. ``heights`` is a table that is filled before."""

    def low(self, column: str) -> str:
        return f"({column} & 15)"

    def high(self, column: str) -> str:
        return f"({column} >> 4)"

    def least(self, one: str, other: str) -> str:
        return f"min({one}, {other})"

    def at(self, numbers: Sequence[int], place: str) -> str:
        return f"(SELECT part FROM heights WHERE place = {place})"

    def single(self, number: str) -> str:
        raise NotImplementedError

    def whole(self, number: str) -> str:
        raise NotImplementedError

    def dot(self, like: Sequence[int]) -> str:
        raise NotImplementedError
