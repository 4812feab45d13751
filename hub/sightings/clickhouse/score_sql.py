"""The hub's score as an expression of SQL, to the same bit as scoring.py.

``Dialect`` says it for any engine that can (bench/peers measures others), ``ClickHouse`` for the one that is a home.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from hub.sightings.messages import Field
from hub.sightings.rows import GARMENT_BYTES, HEIGHT, LOWER, UPPER, VAGUENESS
from hub.sightings.scoring import SCALE, UNSURE_PART, Plan


class Dialect(ABC):
    """How one engine says it. Columns: ``c0`` to ``c17``, ``descriptor``, and ``square``: its squared length."""

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
        """The whole score of a row, of scoring.WHOLE."""
        parts = [
            f"{self._garment(plan, number, first)} * {plan.weight(field)}"
            for number, (field, first) in enumerate(((Field.UPPER, UPPER), (Field.LOWER, LOWER)))
            if plan.weight(field)
        ]
        for line, field, table in zip(plan.lines, plan.table_fields, plan.tables, strict=True):
            parts.append(f"{self.at(table.tolist(), f'c{line}')} * {plan.weight(field)}")
        if plan.weight(Field.HEIGHT):
            place = f"({self.low(f'c{VAGUENESS}')}) * 256 + c{HEIGHT}"
            parts.append(f"{self.at(plan.height.tolist(), place)} * {plan.weight(Field.HEIGHT)}")
        if plan.weight(Field.LIKE):
            parts.append(f"{self.like(plan)} * {plan.weight(Field.LIKE)}")
        return " + ".join(parts)

    def like(self, plan: Plan) -> str:
        """The part of a row's looks, where the plan compares with one describer's and all rows are of that one."""
        return self.alike(plan, 0)

    def alike(self, plan: Plan, place: int) -> str:
        """How alike a row is to ``plan.like[place]``, in steps of scoring.py, each rounded as there; nonsense for a
        descriptor of nothing but zeros."""
        own = self.single(f"sqrt({self.single('square')})")
        length = self.single(f"{own} * {float(plan.like_length[place])!r}")
        cosine = self.single(f"{self.single(self.dot(plan.like[place].tolist()))} / {length}")
        near = self.single(f"(1 + {self.least(cosine, '1')}) * 0.5")
        squared = self.single(f"{near} * {near}")
        cube = self.single(f"{squared} * {near}")
        scaled = self.single(f"{cube} * {SCALE}")
        return self.whole(self.single(f"{scaled} + 0.5"))

    def _garment(self, plan: Plan, number: int, first: int) -> str:
        adds = [
            f"{half(f'c{first + pair}')} * {int(plan.garments[number, pair, side])}"
            for pair in range(GARMENT_BYTES)
            for side, half in enumerate((self.low, self.high))
            if plan.garments[number, pair, side]
        ]
        return self.least(" + ".join(adds), str(SCALE))


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


class ClickHouseHomeRows(ClickHouse):
    """Rows by several describers, named in ``describer``; ``{describers:Array(String)}`` are the plan's."""

    def like(self, plan: Plan) -> str:
        cases = [
            f"describer = {{describers:Array(String)}}[{place + 1}], {self.alike(plan, place)}"
            for place in range(len(plan.describers))
        ]
        return f"multiIf(square = 0, {UNSURE_PART}, {', '.join(cases)}, {UNSURE_PART})"
