"""The hub's score as an expression of SQL: a garment's colours, the height, and how alike a descriptor is.

The other parts of a description are tables by one byte, as the height's is by two: no question here asks for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bench.peers.index_rows import BEST, Asked
from hub.sightings.messages import Field
from hub.sightings.rows import GARMENT_BYTES, HEIGHT, LOWER, UPPER, VAGUENESS
from hub.sightings.scoring import SCALE, Plan, plan_of


class Dialect(ABC):
    """How one engine says it. Columns: ``row``, ``camera``, ``started_ms``, ``ended_ms``, ``c0`` to ``c17``.

    And ``descriptor``, and ``square``: its squared length.
    """

    @abstractmethod
    def low(self, column: str) -> str:
        """The lower four bits."""

    @abstractmethod
    def high(self, column: str) -> str:
        """The upper four bits."""

    @abstractmethod
    def least(self, one: str, other: str) -> str:
        """The lesser of two."""

    @abstractmethod
    def at(self, numbers: Sequence[int], place: str) -> str:
        """The number at a place from 0 on."""

    @abstractmethod
    def single(self, number: str) -> str:
        """Rounded to four bytes of floating point: what the hub computes in."""

    @abstractmethod
    def whole(self, number: str) -> str:
        """Without its fraction."""

    @abstractmethod
    def dot(self, like: Sequence[int]) -> str:
        """The product of the row's descriptor with another."""

    def score(self, plan: Plan) -> str:
        """The whole score of a row."""
        parts = [
            f"{self._garment(plan, number, first)} * {plan.weight(field)}"
            for number, (field, first) in enumerate(((Field.UPPER, UPPER), (Field.LOWER, LOWER)))
            if plan.weight(field)
        ]
        if plan.weight(Field.HEIGHT):
            place = f"({self.low(f'c{VAGUENESS}')}) * 256 + c{HEIGHT}"
            parts.append(f"{self.at(plan.height.tolist(), place)} * {plan.weight(Field.HEIGHT)}")
        if plan.weight(Field.LIKE):
            parts.append(f"{self._like(plan)} * {plan.weight(Field.LIKE)}")
        assert set(plan.fields) <= {Field.UPPER, Field.LOWER, Field.HEIGHT, Field.LIKE}
        return " + ".join(parts)

    def question(self, asked: Asked, longest_ms: int) -> str:
        """The best rows' numbers, best first, newer first among equals."""
        order = f"{self.score(plan_of(asked.wanted))} DESC, started_ms DESC"
        return f"SELECT row FROM rows{self.where(asked, longest_ms)} ORDER BY {order} LIMIT {BEST}"

    def where(self, asked: Asked, longest_ms: int) -> str:
        """``longest_ms``: how long anybody was in view at most, so that an order by start can be used."""
        if asked.since_ms is None or asked.until_ms is None:
            return ""
        place = "" if asked.cameras is None else f" AND camera IN ({', '.join(map(str, asked.cameras))})"
        return (
            f" WHERE started_ms <= {asked.until_ms} AND started_ms >= {asked.since_ms - longest_ms}"
            f" AND ended_ms >= {asked.since_ms}{place}"
        )

    def _garment(self, plan: Plan, number: int, first: int) -> str:
        adds = [
            f"{half(f'c{first + pair}')} * {int(plan.garments[number, pair, side])}"
            for pair in range(GARMENT_BYTES)
            for side, half in enumerate((self.low, self.high))
            if plan.garments[number, pair, side]
        ]
        return self.least(" + ".join(adds), str(SCALE))

    def _like(self, plan: Plan) -> str:
        """In steps of scoring.py, each rounded as there. No descriptor here is of nothing but zeros."""
        own = self.single(f"sqrt({self.single('square')})")
        length = self.single(f"{own} * {float(plan.like_length[0])!r}")
        cosine = self.single(f"{self.single(self.dot(plan.like[0].tolist()))} / {length}")
        near = self.single(f"(1 + {self.least(cosine, '1')}) * 0.5")
        squared = self.single(f"{near} * {near}")
        cube = self.single(f"{squared} * {near}")
        scaled = self.single(f"{cube} * {SCALE}")
        return self.whole(self.single(f"{scaled} + 0.5"))


class ClickHouse(Dialect):
    """``descriptor`` is Array(Int8); the product of two of those would be two bytes."""

    def low(self, column: str) -> str:
        return f"bitAnd({column}, 15)"

    def high(self, column: str) -> str:
        return f"bitShiftRight({column}, 4)"

    def least(self, one: str, other: str) -> str:
        return f"least({one}, {other})"

    def at(self, numbers: Sequence[int], place: str) -> str:
        return f"[{','.join(map(str, numbers))}][{place} + 1]"

    def single(self, number: str) -> str:
        return f"toFloat32({number})"

    def whole(self, number: str) -> str:
        return f"toInt32({number})"

    def dot(self, like: Sequence[int]) -> str:
        return f"dotProduct(descriptor, [{','.join(map(str, like))}]::Array(Int32))"


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
