"""An evaluation as a PDF of A4 pages to print and to file, in the reader's language: figures, charts, then the table.

Chinese letters need a font, of which the machine has one or the reader is told which package holds it; only the letters
that are used go into the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from hub.errors import Refusal
from hub.evaluation.messages import Day, Evaluation, Figures, Unit
from hub.evaluation.periods import Period
from hub.rollcall.spreadsheet import Language

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""Of Debian's package fonts-noto-cjk (SIL Open Font Licence 1.1)."""
_SIMPLIFIED = 2
"""The font of the collection with the mainland's forms of letters."""
_LEFT_MM, _WIDTH_MM, _BOTTOM_MM = 15.0, 180.0, 282.0
_ROW_MM = 5.6
_CHART_MM = 34.0
_INK, _QUIET, _GRID, _BLUE, _AMBER, _RED = (
    (30, 34, 40),
    (110, 118, 128),
    (222, 226, 231),
    (38, 99, 186),
    (214, 134, 24),
    (190, 52, 48),
)

_PERIODS = {Period.DAY: ("日", "day"), Period.WEEK: ("周", "week"), Period.MONTH: ("月", "month")}
_UNITS = {Unit.VENUE: ("场所", "venue"), Unit.GRID: ("网格", "grid"), Unit.ROOM: ("全室", "room")}

_Value = Callable[[Figures], float | None]
_TITLE = ("考核报告", "Evaluation")
_OF_DUTIES = (
    "考核的是场所和网格履行职责的情况，不考核个人，也不记录人的去向。",
    "It measures how venues and grids did their duties, never people, and not where they were.",
)
_BEFORE = ("上一期", "before")
_SECONDS = ("秒", "s")
_NONE = "–"

_HEADLINES: tuple[tuple[tuple[str, str], _Value, str], ...] = (
    (("应答预警数", "Alerts to answer"), lambda one: one.alerts, ""),
    (("确认率", "Acknowledged"), lambda one: one.acknowledged_share, "%"),
    (("确认用时中位数", "Median time to acknowledge"), lambda one: one.acknowledge_median_s, "s"),
    (("九成在此时间内确认", "90 % acknowledge within"), lambda one: one.acknowledge_p90_s, "s"),
    (("反馈用时中位数", "Median time to report"), lambda one: one.report_median_s, "s"),
    (("超时", "Overdue"), lambda one: one.overdue, ""),
    (("点名到位率", "Roll-call answered"), lambda one: one.roll_call_share, "%"),
    (("演练（已确认）", "Exercises (acknowledged)"), lambda one: one.exercises, ""),
)
_COLUMNS: tuple[tuple[tuple[str, str], float, _Value, str], ...] = (
    (("预警", "Alerts"), 15, lambda one: one.alerts, ""),
    (("确认率", "Acked"), 18, lambda one: one.acknowledged_share, "%"),
    (("中位秒", "Median s"), 19, lambda one: one.acknowledge_median_s, "s"),
    (("九成秒", "p90 s"), 18, lambda one: one.acknowledge_p90_s, "s"),
    (("反馈秒", "Report s"), 19, lambda one: one.report_median_s, "s"),
    (("超时", "Overdue"), 16, lambda one: one.overdue, ""),
    (("点名", "Roll-call"), 19, lambda one: one.roll_call_share, "%"),
)


def paper_of(evaluation: Evaluation, community: str, language: Language, font: Path = FONT) -> bytes:
    """The PDF. Raises Refusal where the machine has no font for it."""
    if not font.is_file():
        raise Refusal(
            "no_font",
            "中枢所在的机器没有中文字体，无法生成 PDF：请在那里安装 fonts-noto-cjk",
            "the hub's machine has no font with Chinese letters for a PDF: install fonts-noto-cjk there",
            status=503,
        )
    paper = _Paper(language, font)
    paper.set_title(f"{_TITLE[language]} {community} {evaluation.first_day}")
    paper.head(evaluation, community)
    paper.headlines(evaluation)
    paper.charts(evaluation.course)
    if evaluation.lines:
        paper.write_lines(evaluation)
    return bytes(paper.output())


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return _NONE
    if unit == "%":
        return f"{value * 100:.1f}%"
    return f"{value:.1f}" if unit == "s" else f"{value:g}"


class _Paper(FPDF):
    """A4, with the page's number below."""

    def __init__(self, language: Language, font: Path) -> None:
        super().__init__()
        self._language = language
        self.add_font("hub", fname=font, collection_font_number=_SIMPLIFIED)
        self.set_font("hub", size=10)
        self.set_margins(_LEFT_MM, 14, _LEFT_MM)
        self.set_auto_page_break(False)
        self.add_page()

    def footer(self) -> None:
        self._ink(8, _QUIET)
        self.set_y(-12)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def head(self, evaluation: Evaluation, community: str) -> None:
        language = self._language
        self._ink(18)
        self.cell(0, 10, f"黔哨 {_TITLE[language]}  {community}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        days = f"{evaluation.first_day}" + (
            f" – {evaluation.last_day}" if evaluation.last_day != evaluation.first_day else ""
        )
        self._ink(11)
        self.cell(0, 7, f"{_PERIODS[evaluation.period][language]}  {days}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._ink(8.5, _QUIET)
        self.cell(0, 6, _OF_DUTIES[language], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def headlines(self, evaluation: Evaluation) -> None:
        """Two rows of four figures, each with the period before."""
        top, width = self.get_y(), _WIDTH_MM / 4
        for number, (names, value, unit) in enumerate(_HEADLINES):
            x, y = _LEFT_MM + number % 4 * width, top + number // 4 * 21
            now, before = (_text(value(one), unit) for one in (evaluation.whole, evaluation.before))
            if unit == "s":
                now, before = (f"{one} {_SECONDS[self._language]}" for one in (now, before))
            if number == len(_HEADLINES) - 1:
                now, before = (
                    f"{one.exercises} ({one.exercises_acknowledged})" for one in (evaluation.whole, evaluation.before)
                )
            self._at(x, y, 8.5, _QUIET, names[self._language])
            self._at(x, y + 4.5, 16, _INK, now)
            self._at(x, y + 12.5, 8, _QUIET, f"{_BEFORE[self._language]} {before}")
        self.set_y(top + 44)

    def charts(self, course: Sequence[Day]) -> None:
        """Share, seconds, overdue: a day's figures above one another."""
        names = (
            ("每日确认率 %", "Acknowledged by day, %"),
            (
                "每日确认秒数：中位数（蓝）与九成以内（黄）",
                "Seconds to acknowledge by day: median (blue), 90 % within (amber)",
            ),
            ("每日超时", "Overdue by day"),
        )
        share = [one.figures.acknowledged_share for one in course]
        median = [one.figures.acknowledge_median_s for one in course]
        p90 = [one.figures.acknowledge_p90_s for one in course]
        overdue = [float(one.figures.overdue) if one.figures.alerts else None for one in course]
        days = [one.day.day for one in course]
        self._bars(names[0][self._language], days, [None if one is None else one * 100 for one in share], 100, _BLUE)
        self._lines(names[1][self._language], days, ((p90, _AMBER), (median, _BLUE)))
        self._bars(names[2][self._language], days, overdue, _round_up(overdue), _RED)

    def write_lines(self, evaluation: Evaluation) -> None:
        """The least acknowledged first, on as many pages as it takes."""
        language, name_mm = self._language, _WIDTH_MM - 10 - sum(width for _, width, _, _ in _COLUMNS)
        for number, line in enumerate(evaluation.lines, start=1):
            if number == 1 or self.get_y() + _ROW_MM > _BOTTOM_MM:
                self.add_page()
                self._ink(9, _QUIET)
                self.cell(10, _ROW_MM, "")
                self.cell(name_mm, _ROW_MM, _UNITS[evaluation.unit][language])
                for names, width, _, _ in _COLUMNS:
                    self.cell(width, _ROW_MM, names[language], align="R")
                self.ln(_ROW_MM)
                self._rule()
            self._ink(9, _QUIET if line.few else _INK)
            self.cell(10, _ROW_MM, "*" if line.few else f"{number}")
            self.cell(name_mm, _ROW_MM, self._fitting(line.name, name_mm))
            for _, width, value, unit in _COLUMNS:
                self.cell(width, _ROW_MM, _text(value(line.figures), unit), align="R")
            self.ln(_ROW_MM)
        if any(line.few for line in evaluation.lines):
            few = ("* 样本少，不排名", "* too few alerts: not ranked")
            self._at(_LEFT_MM, min(self.get_y() + 1, _BOTTOM_MM), 8, _QUIET, few[language])

    def _fitting(self, name: str, width_mm: float) -> str:
        while self.get_string_width(name) > width_mm - 2:
            name = name[:-2] + "…"
        return name

    def _bars(
        self, title: str, days: Sequence[int], values: Sequence[float | None], most: float, ink: tuple[int, int, int]
    ) -> None:
        top, step = self._frame(title, days, most)
        self.set_fill_color(*ink)
        for number, value in enumerate(values):
            if value:
                height = value / most * _CHART_MM
                self.rect(self._x(number, step) - step * 0.33, top + _CHART_MM - height, step * 0.66, height, style="F")

    def _lines(
        self,
        title: str,
        days: Sequence[int],
        series: Sequence[tuple[Sequence[float | None], tuple[int, int, int]]],
    ) -> None:
        most = _round_up([one for values, _ in series for one in values])
        top, step = self._frame(title, days, most)
        for values, ink in series:
            self.set_draw_color(*ink)
            self.set_fill_color(*ink)
            self.set_line_width(0.5)
            dots = [
                None if one is None else (self._x(number, step), top + _CHART_MM * (1 - one / most))
                for number, one in enumerate(values)
            ]
            for one, other in pairwise(dots):
                if one is not None and other is not None:
                    self.line(*one, *other)
            for dot in dots:
                if dot is not None:
                    self.circle(*dot, radius=0.7, style="F")

    def _frame(self, title: str, days: Sequence[int], most: float) -> tuple[float, float]:
        """Title, three lines with their values, the days; the top of the chart and the width of a day."""
        self._at(_LEFT_MM, self.get_y(), 10, _INK, title)
        top = self.get_y() + 8
        for part in (0.0, 0.5, 1.0):
            y = top + _CHART_MM * (1 - part)
            self.set_draw_color(*_GRID)
            self.set_line_width(0.2)
            self.line(_LEFT_MM + 12, y, _LEFT_MM + _WIDTH_MM, y)
            self._at(_LEFT_MM, y - 2, 7.5, _QUIET, f"{most * part:g}")
        step = (_WIDTH_MM - 12) / len(days)
        for number, day in enumerate(days):
            self._at(self._x(number, step) - 2, top + _CHART_MM + 1, 7, _QUIET, f"{day}")
        self.set_y(top + _CHART_MM + 9)
        return top, step

    def _x(self, number: int, step: float) -> float:
        """The middle of a day."""
        return _LEFT_MM + 12 + (number + 0.5) * step

    def _rule(self) -> None:
        self.set_draw_color(*_GRID)
        self.line(_LEFT_MM, self.get_y(), _LEFT_MM + _WIDTH_MM, self.get_y())

    def _ink(self, size: float, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font("hub", size=size)
        self.set_text_color(*colour)

    def _at(self, x: float, y: float, size: float, colour: tuple[int, int, int], text: str) -> None:
        """Words at a place; where the paper is written on stays."""
        held = self.get_y()
        self._ink(size, colour)
        self.set_xy(x, y)
        self.cell(text=text)
        self.set_y(held)


def _round_up(values: Sequence[float | None]) -> float:
    """The least of 2, 4, 6, 8, 10, 20, 40 … that is no less than any of them."""
    most = max((one for one in values if one is not None), default=0.0)
    scale = 1.0
    while True:
        for step in (2, 4, 6, 8, 10):
            if step * scale >= most:
                return step * scale
        scale *= 10
