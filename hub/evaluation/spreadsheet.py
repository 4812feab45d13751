"""An evaluation as CSV for a spreadsheet, in the reader's language. Pure."""

from __future__ import annotations

import csv
import io

from hub.evaluation.messages import Evaluation, Figures
from hub.rollcall.spreadsheet import Language, cell

_HEADING = (
    ("第一天", "first day"),
    ("最后一天", "last day"),
    ("编号", "id"),
    ("名称", "name"),
    ("应答预警数", "alerts"),
    ("已确认", "acknowledged"),
    ("确认率%", "acknowledged %"),
    ("确认秒数中位数", "median s to acknowledge"),
    ("确认秒数九成以内", "90 % acknowledge within s"),
    ("已反馈", "reported"),
    ("反馈秒数中位数", "median s to report"),
    ("反馈秒数九成以内", "90 % report within s"),
    ("超时", "overdue"),
    ("点名次数", "roll-calls"),
    ("点名到位", "roll-calls answered"),
    ("点名到位率%", "roll-calls answered %"),
    ("演练", "exercises"),
    ("演练已确认", "exercises acknowledged"),
    ("样本少，不排名", "few, not ranked"),
)
_WHOLE = ("合计", "whole room")


def csv_of(evaluation: Evaluation, language: Language) -> bytes:
    """The whole room and then each line; UTF-8 with a byte order mark, without which spreadsheets misread Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names[language] for names in _HEADING)
    days = (evaluation.first_day.isoformat(), evaluation.last_day.isoformat())
    writer.writerow((*days, "", _WHOLE[language], *_cells(evaluation.whole), ""))
    for line in evaluation.lines:
        writer.writerow((*days, cell(line.id), cell(line.name), *_cells(line.figures), "*" if line.few else ""))
    return text.getvalue().encode("utf-8-sig")


def _cells(figures: Figures) -> tuple[float | None, ...]:
    return (
        *(figures.alerts, figures.acknowledged, _percent(figures.acknowledged_share)),
        *(figures.acknowledge_median_s, figures.acknowledge_p90_s),
        *(figures.reported, figures.report_median_s, figures.report_p90_s, figures.overdue),
        *(figures.roll_calls, figures.roll_calls_answered, _percent(figures.roll_call_share)),
        *(figures.exercises, figures.exercises_acknowledged),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)
