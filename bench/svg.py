"""Two kinds of picture in SVG 1.1: lines over a load with a logarithmic axis of time, and bars against a limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 760, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 90, 40, 60
_ROW = 44
_LABELS = 330
_LIMIT = "#888888"
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif" font-size="13">'
    '<rect width="100%" height="100%" fill="white"/>'
)


@dataclass(frozen=True)
class Series:
    """One line: points (load, value), in order of their load."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Lines:
    """Values above 0 over loads; ``limit`` is drawn across."""

    title: str
    across: str
    series: Sequence[Series]
    limit: float

    def svg(self) -> str:
        """The picture."""
        loads = sorted({load for one in self.series for load, _ in one.points})
        values = [value for one in self.series for _, value in one.points if math.isfinite(value) and value > 0]
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(*values, self.limit)))

        def x(load: float) -> float:
            return _LEFT + (_WIDTH - _LEFT - _RIGHT) * load / loads[-1]

        def y(value: float) -> float:
            share = (math.log10(max(value, 10**low)) - low) / (high - low)
            return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

        parts = [_HEAD.format(width=_WIDTH, height=_HEIGHT), _text(_LEFT, 24, self.title, weight="bold")]
        for power in range(low, high + 1):
            parts += [_line(_LEFT, y(10**power), _WIDTH - _RIGHT, y(10**power), "#e3e3e3")]
            parts += [_text(_LEFT - 8, y(10**power) + 4, f"{10**power:g}", anchor="end")]
        last_x = -math.inf
        for load in loads:
            if x(load) - last_x >= 30:  # narrower ones would stand in one another
                parts.append(_text(x(load), _HEIGHT - _BOTTOM + 20, f"{load:g}", anchor="middle"))
                last_x = x(load)
        parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, self.across, anchor="middle"))
        parts.append(_line(_LEFT, y(self.limit), _WIDTH - _RIGHT, y(self.limit), _LIMIT, dash="6 4"))
        parts.append(_line(_LEFT, _HEIGHT - _BOTTOM, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM, "#333333"))
        names_y = math.inf
        for one in sorted(self.series, key=lambda one: one.points[-1][1]):
            seen = [(x(load), y(value)) for load, value in one.points if math.isfinite(value)]
            path = " ".join(f"{left:.1f},{top:.1f}" for left, top in seen)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{one.colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3" fill="{one.colour}"/>' for left, top in seen]
            names_y = min(seen[-1][1] + 4, names_y - 16)
            parts.append(_text(seen[-1][0] + 8, names_y, one.name, colour=one.colour))
        return "\n".join([*parts, "</svg>\n"])


@dataclass(frozen=True)
class Bars:
    """One bar for each name; ``limit`` is drawn down."""

    title: str
    rows: Sequence[tuple[str, float]]
    limit: float
    colour: str

    def svg(self) -> str:
        """The picture."""
        height = _TOP + _ROW * len(self.rows) + 30
        most = max(self.limit, *(value for _, value in self.rows)) * 1.1

        def x(value: float) -> float:
            return _LABELS + (_WIDTH - _LABELS - 60) * value / most

        parts = [_HEAD.format(width=_WIDTH, height=height), _text(16, 24, self.title, weight="bold")]
        for number, (name, value) in enumerate(self.rows):
            top = _TOP + _ROW * number
            parts.append(_text(_LABELS - 10, top + 24, name, anchor="end"))
            parts.append(
                f'<rect x="{_LABELS}" y="{top + 8}" width="{x(value) - _LABELS:.1f}" height="{_ROW - 18}" '
                f'fill="{self.colour}"/>'
            )
            parts.append(_text(x(value) + 6, top + 24, f"{value:.2f}"))
        bottom = _TOP + _ROW * len(self.rows)
        parts.append(_line(x(self.limit), _TOP, x(self.limit), bottom, _LIMIT, dash="6 4"))
        parts.append(_text(x(self.limit), bottom + 18, f"目标 goal ≤ {self.limit:g}", anchor="middle", colour=_LIMIT))
        return "\n".join([*parts, "</svg>\n"])


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashes}/>'


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#333333", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )
