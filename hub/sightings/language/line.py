"""One line of text from which readers take what they understand; what nobody took is what was not understood."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\s,;.!?、，；。！？()\[\]\"'“”:/|\0]+")

_EMPTY = re.compile(
    r"(?:个子|个头|身穿|穿着|穿了|穿|戴着|戴|背着|背|带着|有个|有一个|一个|一名|一位|这个|那个|名|位|个|的|是|了|在|和|与|跟|及|并|且|也|又|或者|或|约|大约|大概|左右|上下|差不多"
    r"|身高|高度|高|附近|周围|旁边|一带|那边|这边|门口|出现|走失|走丢|丢失|失踪|寻找|查找|请|找|看到|看见|见过|离开|时间|地点|年龄|衣着|特征|颜色|色|身上"
    r"|他|她|人|岁|男|女|小|上|下|从|到|至|于|我|家|你|好|帮|忙|以|后|前|之|来|往)+"
)
_EMPTY_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "in",
        "on",
        "at",
        "of",
        "and",
        "or",
        "with",
        "who",
        "is",
        "was",
        "are",
        "be",
        "been",
        "wearing",
        "wears",
        "wear",
        "wore",
        "dressed",
        "clothes",
        "clothing",
        "colour",
        "colored",
        "coloured",
        "color",
        "looking",
        "for",
        "look",
        "find",
        "found",
        "search",
        "missing",
        "lost",
        "child's",
        "seen",
        "last",
        "please",
        "about",
        "approximately",
        "approx",
        "around",
        "roughly",
        "ca",
        "near",
        "nearby",
        "by",
        "beside",
        "close",
        "to",
        "from",
        "some",
        "someone",
        "somebody",
        "person",
        "people",
        "tall",
        "high",
        "height",
        "he",
        "she",
        "his",
        "her",
        "their",
        "they",
        "it",
        "that",
        "this",
        "there",
        "then",
        "my",
        "our",
        "me",
        "we",
        "i",
        "has",
        "have",
        "had",
        "old",
        "aged",
        "age",
        "m",
    ]
)


class Line:
    """A line, normalised: full-width forms made narrow (NFKC), lower case; taken parts become ``\\0``."""

    def __init__(self, text: str) -> None:
        self.rest = unicodedata.normalize("NFKC", text).lower()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Find the pattern, take it out, return the match."""
        match = pattern.search(self.rest)
        if match:
            self.blank(match.start(), match.end())
        return match

    def blank(self, start: int, end: int) -> None:
        """Mark characters as understood."""
        self.rest = self.rest[:start] + "\0" * (end - start) + self.rest[end:]

    def left_over(self) -> tuple[str, ...]:
        """What nobody took and that means something: words of either language, in order."""
        found: list[str] = []
        previous_end = -2
        for match in _WORD.finditer(self.rest):
            word = match[0]
            if word.isascii():
                if word.strip("-") in _EMPTY_WORDS or not any(sign.isalnum() for sign in word):
                    continue
                joined = match.start() == previous_end + 1 and found and found[-1].isascii()
                if joined:
                    found[-1] += " " + word
                else:
                    found.append(word)
                previous_end = match.end()
            else:
                found += [part for part in _EMPTY.split(word) if part and part not in _EMPTY_WORDS]
        return tuple(found)
