"""A roll-call's list as CSV for a spreadsheet, in the reader's language. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, tzinfo
from enum import IntEnum

from hub.rollcall.messages import Caution, RadioReadiness, Readiness, RollCall


class Language(IntEnum):
    """Which of each pair of words below."""

    ZH = 0
    EN = 1


_HEADING = (
    ("点名时间", "roll-call at"),
    ("场所编号", "venue_id"),
    ("场所", "venue"),
    ("对讲机编号", "radio_id"),
    ("对讲机", "radio"),
    ("结果", "state"),
    ("连续未到次数", "missed in a row"),
    ("送达秒数", "delivered after s"),
    ("应答秒数", "answered after s"),
    ("持机人", "holder"),
    ("电量%", "battery %"),
    ("信号%", "signal %"),
    ("时钟落后秒数", "clock behind by s"),
    ("注意", "warnings"),
)
_STATES = {
    Readiness.READY: ("到位", "ready"),
    Readiness.UNANSWERED: ("无人应答", "unanswered"),
    Readiness.UNDELIVERED: ("未送达", "undelivered"),
    Readiness.OFF_LINE: ("离线", "off line"),
    Readiness.CLOSED: ("未营业", "closed"),
}
_CAUTIONS = {
    Caution.LOW_BATTERY: ("电量低", "battery low"),
    Caution.WEAK_SIGNAL: ("信号弱", "weak signal"),
    Caution.CLOCK_OFF: ("时钟不准", "clock off"),
    Caution.OFF_SHIFT: ("非当班", "off shift"),
}
_FORMULA = tuple("=+-@\t\r")
"""A spreadsheet takes text that begins so for a formula."""


def csv_of(roll_call: RollCall, zone: tzinfo, language: Language) -> bytes:
    """UTF-8 with a byte order mark, without which spreadsheets misread Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names[language] for names in _HEADING)
    at = datetime.fromtimestamp(roll_call.begun_at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
    for radio in roll_call.radios:
        writer.writerow((at, *map(cell, _line(radio, language))))
    return text.getvalue().encode("utf-8-sig")


def _line(radio: RadioReadiness, language: Language) -> Iterator[object]:
    yield from (radio.venue_id, radio.venue_name, radio.radio_id, radio.radio_name)
    yield from (_STATES[radio.state][language], radio.missed, radio.delivered_s, radio.answered_s, radio.holder)
    yield from (_percent(radio.battery), _percent(radio.signal), radio.clock_behind_s)
    yield "；".join(_CAUTIONS[one][language] for one in radio.warnings)


def _percent(share: float | None) -> int | None:
    return None if share is None else round(share * 100)


def cell(value: object) -> object:
    """As a spreadsheet takes it for what it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
