"""Reads whether a child or an adult is meant, from what the person is called or how old they are said to be."""

from __future__ import annotations

import re

from hub.sightings.language.line import Line
from hub.sightings.language.numerals import CHINESE_NUMBER, DIGITS, value
from hub.sightings.messages import Age

_ADULT_FROM_YEARS = 16
_YEARS = re.compile(
    rf"(?P<chinese>\d{{1,2}}|{CHINESE_NUMBER})(?:、?{CHINESE_NUMBER})?\s*多?岁(?:半|左右|多)?"
    r"|(?P<english>\d{1,2})[\s-]*(?:years?[\s-]*old|year[\s-]*olds?|yo\b|y/o)"
)
_CHILD = re.compile(
    "小女孩|小男孩|小姑娘|小男生|小女生|小朋友|女孩子|男孩子|女孩|男孩|小孩子|小孩|孩子|儿童|幼儿|幼童|女童|男童|娃娃|娃"
    "|小学生|宝宝|婴儿|儿子|女儿"
    r"|\b(?:little |young |small )?(?:boys?|girls?|child|children|kids?|toddlers?|sons?|daughters?|pupils?)\b"
)
_ADULT = re.compile(
    "成年人|成年|成人|大人|男人|女人|男子|女子|男性|女性|老人家|老年人|老人|老太太|老奶奶|老大爷|老爷爷|大妈|大爷|大叔|阿姨"
    "|青年|中年|妇女"
    r"|\b(?:adults?|grown-?ups?|man|men|woman|women|lady|gentleman|elderly)\b"
)


def _years(said: str) -> float:
    """The years said; two digits in a row (五六) are the larger of two guesses."""
    return float(DIGITS[said[-1]]) if len(said) == 2 and all(sign in DIGITS for sign in said) else value(said)


def read_age(line: Line) -> Age | None:
    """Take the words for child or adult, and years, out of the line. A child wins where both stand (a mother's)."""
    ages: list[Age] = []
    while match := line.take(_YEARS):
        years = _years(match["chinese"] or match["english"])
        ages.append(Age.CHILD if years < _ADULT_FROM_YEARS else Age.ADULT)
    while line.take(_CHILD):
        ages.append(Age.CHILD)
    while line.take(_ADULT):
        ages.append(Age.ADULT)
    return Age.CHILD if Age.CHILD in ages else ages[0] if ages else None
