"""Draws what benches found as SVG pictures for the documents: ``qianshao bench plot FILE``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import capacity_figures, together_figures
from bench.capacity_figures import Curve
from bench.svg import Bars, Lines, Series

_COLOURS = {"p50": "#7aa6c2", "p95": "#3d7ea6", "p99": "#c0392b"}
_DELAYS = {
    together_figures.Delay.VOICE_RELAY: "语音 voice",
    together_figures.Delay.ALERT_DELIVERED: "警报送达 alert",
    together_figures.Delay.ACKNOWLEDGEMENT_SHOWN: "确认显示 acknowledged",
    together_figures.Delay.LOOK: "画面分析 camera",
    together_figures.Delay.SEARCH: "检索 search",
}


def draw(found: bytes, folder: Path) -> list[Path]:
    """Draw a report as its bench printed it; the files. Raises ValueError for anything else, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    told = msgspec.json.decode(found)
    if not isinstance(told, dict):
        raise ValueError("this is no report of a bench")
    if "groups" in told:
        pictures = _of_capacity(msgspec.convert(told, capacity_figures.Report))
    elif "delays" in told:
        pictures = _of_together(msgspec.convert(told, together_figures.Report))
    else:
        raise ValueError("this is no report of bench capacity or bench together")
    files = []
    for name, picture in pictures.items():
        files.append(folder / f"{name}.svg")
        files[-1].write_text(picture, encoding="utf-8")
    return files


def _of_capacity(report: capacity_figures.Report) -> dict[str, str]:
    of_groups = f"同时有人讲话的对讲组 talk groups with a talker at once ({report.radios_in_all} radios in all)"
    of_radios = "一个对讲组里的对讲机 radios in one talk group"
    return {
        "capacity-groups": _curve(report.groups, of_groups, report.most_p99_ms),
        "capacity-radios": _curve(report.radios, of_radios, report.most_p99_ms),
    }


def _curve(found: Curve, across: str, limit_ms: float) -> str:
    series = [
        Series(name, _COLOURS[name], [(point.at, getattr(point, f"{name}_ms")) for point in found.points])
        for name in _COLOURS
    ]
    return Lines("语音延迟 voice delay, ms", across, series, limit_ms).svg()


def _of_together(report: together_figures.Report) -> dict[str, str]:
    rows: Sequence[tuple[str, float]] = [
        (f"{_DELAYS[delay]}  {found.solo_p99_ms:.3g} → {found.together_p99_ms:.3g} ms", found.ratio_p99)
        for delay, found in report.delays.items()
    ]
    title = "全部同时进行时的 p99 是单独时的几倍 p99 together, in times of its own alone"
    return {"together": Bars(title, rows, together_figures.GOAL_RATIO, _COLOURS["p95"]).svg()}
