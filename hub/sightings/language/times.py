"""Reads times: 四点二十后, 下午4点到5点, 昨天晚上, 最近半小时, since 16:20, between 3 and 4 pm, last 30 minutes.

A clock time without a day is the latest such time that is not in the future; one of twelve hours without 上午 or pm is
whichever half of the day makes it latest. A time with neither "since" nor "until" begins the span.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.sightings.language.line import Line
from hub.sightings.language.numerals import CHINESE_NUMBER, value

_HALF = "凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|夜间|晚|早|午后"
_DAY = (
    r"今天|今日|今早|今晚|昨天|昨日|昨晚|昨|前天|today|yesterday|this (?:morning|afternoon|evening)|last night|tonight"
)
_SUFFIX, _ENGLISH_END = "§", "¤"
_CLOCK = (
    rf"(?:(?P<day§>{_DAY})\s*)?(?:的\s*)?(?P<half§>{_HALF})?\s*"
    r"(?:(?P<hour§>\d{1,2}):(?P<minute§>\d{2})(?::\d{2})?"
    rf"|(?P<zhhour§>\d{{1,2}}|{CHINESE_NUMBER})\s*[点時时](?!{CHINESE_NUMBER}(?:米|公尺))(?:钟|整)?"
    rf"(?P<zhminute§>半|一刻|三刻|\d{{1,2}}|{CHINESE_NUMBER})?\s*分?"
    r"|(?<![\d.])(?P<enhour§>\d{1,2})(?=\s*(?:am|pm|a\.m\.|p\.m\.|o'clock|¤)))"
    r"\s*(?P<ampm§>am\b|pm\b|a\.m\.|p\.m\.)?(?:\s*o'clock)?(?:\s+(?P<enday§>today|yesterday))?"
)


def _clock(suffix: str, english_end: str) -> str:
    """The pattern of a clock reading with its own group names; ``english_end``: what may follow a bare hour."""
    return _CLOCK.replace(_SUFFIX, suffix).replace(_ENGLISH_END, english_end)


_FIRST, _SECOND = _clock("", "(?:and|to|-|till|until)"), _clock("2", r"$|[,;]|\.(?!\d)|\s(?!\s*(?:m|cm|met|ft)\b)")
_RANGE = re.compile(
    rf"(?:between|from|从)?\s*{_FIRST}"
    rf"\s*(?:到|至|-|~|—|and|to|till|until)\s*{_SECOND}\s*(?:之间|期间)?"
)
_BEFORE = r"(?P<before>since|after|from|until|before|till|by|around|about|at|从|自|到|约|大约|大概)"
_POINT = re.compile(
    rf"(?:{_BEFORE}\s*)?{_clock('', '<never>')}"
    r"\s*(?P<after>以后|之后|过后|后|起|开始|以来|以前|之前|前|为止|左右|前后|onwards?|or later|or earlier)?"
)
_AMOUNT = rf"(?P<amount>\d+(?:\.\d+)?|{CHINESE_NUMBER}|半|an?|half an?|one|two|three|five|ten|fifteen|twenty|thirty)"
_UNIT = r"(?P<unit>分钟|分|刻钟|个半小时|个小时|个钟头|小时|钟头|天|minutes?|mins?|hours?|hrs?|h|days?)"
_LAST = re.compile(
    r"(?:最近|过去|近|前|刚才|the last|the past|last|past|within|in the last|in the past)\s*(?:的)?\s*"
    rf"{_AMOUNT}?\s*{_UNIT}(?:之内|以内|内|里)?"
)
_WITHIN = re.compile(rf"{_AMOUNT}\s*{_UNIT}(?:之内|以内|内|里)")
_AGO = re.compile(rf"{_AMOUNT}\s*{_UNIT}\s*(?:以前|之前|前|ago)(?:开始|起|以后|之后|后)?")
_JUST_NOW = re.compile(r"刚刚|刚才|方才|just now|right now")
_DAY_ALONE = re.compile(rf"(?:since |from |从)?(?P<day>{_DAY})\s*(?P<half>{_HALF})?(?:以后|之后|起|开始|以来)?")

_WORDS: dict[str, float] = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "five": 5, "ten": 10}
_WORDS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "half an": 0.5, "half a": 0.5, "半": 0.5}
_HALF_HOURS = {"凌晨": (0, 6), "清晨": (5, 8), "早晨": (5, 9), "早上": (5, 10), "早": (5, 10), "上午": (6, 12)}
_HALF_HOURS |= {
    "中午": (11, 14),
    "下午": (12, 18),
    "午后": (12, 18),
    "傍晚": (17, 20),
    "晚上": (18, 24),
    "晚": (18, 24),
}
_HALF_HOURS |= {"夜里": (20, 24), "夜间": (20, 24)}
_AROUND = timedelta(minutes=15)


@dataclass(frozen=True)
class SaidTime:
    """A span of time; None is open."""

    since: datetime | None
    until: datetime | None


def read_time(line: Line, now: datetime) -> SaidTime | None:
    """Take the time out of the line. ``now`` is the local time, with its zone. None when nothing was said of it."""
    match = line.take(_RANGE)
    if match:
        since, until = _moment(match, "", now), _moment(match, "2", now, like="")
        if since and until:
            if until < since:
                until += timedelta(hours=12) if until + timedelta(hours=12) >= since else timedelta(days=1)
            return SaidTime(min(since, until), max(since, until))  # the later day may be said first
    for match in _POINT.finditer(line.rest):
        if _is_clock(match):
            moment = _moment(match, "", now)
            if moment is not None:
                line.blank(match.start(), match.end())
                return _span(match, moment)
    match = line.take(_LAST) or line.take(_WITHIN)
    if match:
        return SaidTime(now - _length(match["amount"], match["unit"]), None)
    match = line.take(_AGO)
    if match:
        return SaidTime(now - _length(match["amount"], match["unit"]), None)
    if line.take(_JUST_NOW):
        return SaidTime(now - timedelta(minutes=10), None)
    match = line.take(_DAY_ALONE)
    return _whole_day(match["day"], match["half"], now) if match else None


def _is_clock(match: re.Match[str]) -> bool:
    return match["hour"] is not None or match["zhhour"] is not None or match["enhour"] is not None


def _span(match: re.Match[str], moment: datetime) -> SaidTime:
    said = f"{match['before'] or ''} {match['after'] or ''}"
    if re.search(r"until|before|till|\bby\b|到|以前|之前|前|为止|earlier", said) and "前后" not in said:
        return SaidTime(None, moment)
    if re.search(r"左右|前后|around|about|约|大概", said):
        return SaidTime(moment - _AROUND, moment + _AROUND)
    return SaidTime(moment, None)


def _moment(match: re.Match[str], suffix: str, now: datetime, like: str | None = None) -> datetime | None:
    """The moment of one clock reading; ``like`` names the reading whose day and half of the day it shares."""

    def group(name: str) -> str | None:
        own = match[name + suffix]
        return own if own or like is None else match[name + like]

    hour_text = match["hour" + suffix] or match["zhhour" + suffix] or match["enhour" + suffix]
    minute_text = match["minute" + suffix] or match["zhminute" + suffix] or "0"
    if hour_text is None:
        return None
    hour = int(value(hour_text))
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(minute_text) or int(
        value(minute_text) if minute_text != "半" else 30
    )
    if hour > 24 or minute > 59:
        return None
    half, ampm, day = group("half"), group("ampm"), group("day") or group("enday")
    if like is None and not ampm and "ampm2" in match.re.groupindex:
        ampm = match["ampm2"]
    exact = hour == 0 or hour > 12 or hour_text.startswith("0")
    if day in ("今晚", "昨晚", "last night", "tonight", "this evening") and not half:
        half = "晚上"
    if day in ("this afternoon",):
        half = "下午"
    if ampm:
        hour, exact = hour % 12 + (12 if ampm.startswith("p") else 0), True
    elif half and not exact:
        first, last = _HALF_HOURS[half]
        if not first <= hour < last and first <= hour + 12 <= last:
            hour += 12
        if hour == 24 or (hour == 12 and half in ("凌晨", "夜里", "晚上", "晚")):
            hour = 0
        exact = True
    elif day in ("今早", "this morning"):
        exact = True
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = start - timedelta(days=_days_back(day))
    candidates = [midnight + timedelta(hours=hour, minutes=minute)]
    if not exact and hour <= 12:
        candidates.append(midnight + timedelta(hours=hour % 12 + (12 if hour < 12 else 0), minutes=minute))
        if day and _days_back(day) > 0:
            return candidates[1] if 1 <= hour < 7 else candidates[0]
    past = [moment for moment in candidates if moment <= now]
    if past:
        return max(past)
    return candidates[0] if day else max(candidates) - timedelta(days=1)


def _days_back(day: str | None) -> int:
    if day is None:
        return 0
    if day.startswith("昨") or day in ("yesterday", "last night"):
        return 1
    return 2 if day == "前天" else 0


def _whole_day(day: str, half: str | None, now: datetime) -> SaidTime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_days_back(day))
    half = half or {"今早": "早上", "今晚": "晚上", "昨晚": "晚上", "last night": "晚上", "tonight": "晚上"}.get(day)
    half = half or {"this morning": "上午", "this afternoon": "下午", "this evening": "晚上"}.get(day)
    first, last = _HALF_HOURS[half] if half else (0, 24)
    until = midnight + timedelta(hours=last)
    return SaidTime(midnight + timedelta(hours=first), until if until <= now else None)


def _length(amount: str | None, unit: str) -> timedelta:
    number = 1.0 if amount is None else _WORDS[amount] if amount in _WORDS else value(amount)
    if unit == "刻钟":
        return timedelta(minutes=15 * number)
    if unit == "个半小时":
        return timedelta(hours=number + 0.5)
    if unit.startswith(("分", "min")):
        return timedelta(minutes=number)
    if unit.startswith(("天", "day")):
        return timedelta(days=number)
    return timedelta(hours=number)
