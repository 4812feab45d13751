"""Reads heights: 一米一, 1米1, 1.1m, 110厘米, 110 cm, 一米到一米二, 3 ft 7 in, with how exact they are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.sightings.language.line import Line
from hub.sightings.language.numerals import CHINESE_NUMBER, NUMBER, value

USUAL_TOLERANCE_M = 0.1
_PLAUSIBLE_M = (0.4, 2.3)
_FOOT_M, _INCH_M = 0.3048, 0.0254

_LENGTH = (
    rf"(?:(?:{NUMBER})\s*(?:厘米|公分|cm\b|centimet(?:re|er)s?\b)"
    r"|\d\.\d+\s*(?:米|公尺|m\b|met(?:re|er)s?\b)?"
    rf"|(?:\d|{CHINESE_NUMBER})\s*(?:米|公尺)\s*(?:半|\d{{1,2}}(?![\d:点])|[零一二三四五六七八九]{{1,2}}(?![点岁个]))?"
    rf"|{CHINESE_NUMBER}点{CHINESE_NUMBER}\s*(?:米|公尺)"
    r"|\d\s*m\s*\d{1,2}\b"
    r"|\d\s*(?:m\b|met(?:re|er)s?\b)"
    r"|\d\s*(?:'|ft\b|feet\b|foot\b)\s*(?:\d{1,2}\s*(?:\"|in\b|inch(?:es)?\b)?)?)"
)
_BARE = r"(?:\d\.\d+|1\d\d|[5-9]\d)"
_ABOUT = r"(?:身高|高|约|大约|大概|about|around|approx(?:imately)?\.?|roughly|ca\.?|height(?: of)?)\s*[::]?\s*"
_RANGE = re.compile(
    rf"(?:between\s+|from\s+)?(?P<low>{_LENGTH}|{_BARE}|{CHINESE_NUMBER})\s*(?:-|~|—|到|至|to|and)\s*(?P<high>{_LENGTH})"
)
_UNDER = re.compile(rf"(?:不到|不足|小于|低于|矮于|under|below|less than|shorter than)\s*(?P<length>{_LENGTH})")
_ONE = re.compile(rf"(?:{_ABOUT})?(?P<length>{_LENGTH})\s*(?P<more>多|出头|几)?\s*(?:左右|上下|高|tall|high)*")
_NAMED = re.compile(
    r"(?:身高|height(?: of)?)\s*[::]?\s*(?:about |around |约|大约)?(?P<length>\d{2,3})(?!\d|\s*岁)"
    r"|(?<![\d.:])(?P<bare>1\d\d)\s*(?:左右|上下|多)"
)


@dataclass(frozen=True)
class SaidHeight:
    """A height and how far from it is still meant, metres."""

    height_m: float
    tolerance_m: float


def read_height(line: Line) -> SaidHeight | None:
    """Take the height out of the line; what no person can be stays in it."""
    for pattern in (_RANGE, _UNDER, _ONE, _NAMED):
        for match in pattern.finditer(line.rest):
            said = _said(pattern, match)
            if said is not None and _PLAUSIBLE_M[0] <= said.height_m <= _PLAUSIBLE_M[1]:
                line.blank(match.start(), match.end())
                return said
    return None


def _said(pattern: re.Pattern[str], match: re.Match[str]) -> SaidHeight | None:
    if pattern is _RANGE:
        high = _metres(match["high"])
        low = _metres(match["low"])
        if low > high:
            low /= 100
        if not _PLAUSIBLE_M[0] <= low < high:
            return None
        return SaidHeight(round((low + high) / 2, 3), round((high - low) / 2, 3))
    length_m = _metres(match["length"] or match[match.lastindex or 0])
    if pattern is _UNDER:
        return SaidHeight(round(length_m - 0.1, 3), USUAL_TOLERANCE_M)
    if pattern is _ONE and match["more"]:
        return SaidHeight(round(length_m + (0.05 if match["more"] == "出头" else 0.15), 3), 0.15)
    return SaidHeight(round(length_m, 3), USUAL_TOLERANCE_M)


def _metres(text: str) -> float:
    text = text.strip()
    if re.search(r"厘米|公分|cm|centi", text):
        return value(re.sub(r"[^\d.零〇一二两三四五六七八九十百点]", "", text)) / 100
    feet = re.fullmatch(r"(\d)\s*(?:'|ft|feet|foot)\s*(?:(\d{1,2}).*)?", text)
    if feet:
        return int(feet[1]) * _FOOT_M + int(feet[2] or 0) * _INCH_M
    decimal = re.match(rf"\d\.\d+|{CHINESE_NUMBER}点{CHINESE_NUMBER}", text)
    if decimal:
        return value(decimal[0])
    parts = re.fullmatch(rf"({NUMBER})\s*(?:米|公尺|m|met(?:re|er)s?)?\s*(半|\d+|{CHINESE_NUMBER})?", text)
    if parts is None:
        return 0.0
    metres = value(parts[1])
    if metres > 10:
        metres /= 100
    if parts[2] == "半":
        return metres + 0.5
    if not parts[2]:
        return metres
    digits = parts[2] if parts[2].isdigit() else f"{int(value(parts[2])):0{len(parts[2])}d}"
    return metres + int(digits) / float(10 ** len(digits))
