"""Numbers as Chinese writes them: 一百一十, 两, 半, and plain digits."""

from __future__ import annotations

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
CHINESE_NUMBER = "[零〇一二两三四五六七八九十百]+"
NUMBER = rf"(?:\d+(?:\.\d+)?|{CHINESE_NUMBER}(?:点{CHINESE_NUMBER})?)"
"""A pattern for either kind; a Chinese decimal has 点 between."""


def value(text: str) -> float:
    """The number in ``text``, which matched NUMBER. Raises ValueError for signs in no order that counts."""
    if text[0].isdigit():
        return float(text)
    whole, _, fraction = text.partition("点")
    result = float(_whole(whole))
    for place, sign in enumerate(fraction, start=1):
        result += DIGITS[sign] / 10**place
    return result


def _whole(text: str) -> int:
    if all(sign in DIGITS for sign in text):
        return int("".join(str(DIGITS[sign]) for sign in text))
    total, waiting = 0, 0
    for sign in text:
        if sign in DIGITS:
            waiting = DIGITS[sign]
        else:
            total += (waiting or 1) * (100 if sign == "百" else 10)
            waiting = 0
    tens_left_out = len(text) >= 2 and text[-2] == "百" and text[-1] in DIGITS
    return total + waiting * (10 if tens_left_out else 1)
