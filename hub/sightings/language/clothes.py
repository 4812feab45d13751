"""Reads clothes: colours by their many names, and whether they belong to the top, the trousers or both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from hub.sightings.language.line import Line

_COLOURS = {
    "black": "黑|乌黑|漆黑|black|dark-coloured",
    "grey": "灰|银灰|银|烟灰|炭灰|gr[ea]y|silver|charcoal|ash",
    "white": "白|雪白|乳白|米白|奶白|white|cream|ivory|off-white",
    "red": "大红|鲜红|朱红|朱|酒红|枣红|橘红|火红|砖红|绯红|绯|赤|丹|红|red|crimson|scarlet|maroon|burgundy",
    "orange": "橙黄|橙|橘黄|橘|桔|orange|apricot|coral",
    "yellow": "金黄|鹅黄|杏黄|柠檬黄|土黄|姜黄|明黄|黄|金|yellow|gold(?:en)?|mustard|lemon",
    "green": "草绿|墨绿|军绿|翠绿|碧绿|橄榄绿|湖绿|荧光绿|青绿|翠|碧|绿|green|olive|lime|mint|emerald",
    "blue": "藏青|藏蓝|海军蓝|宝蓝|天蓝|湖蓝|牛仔蓝|靛蓝|靛|蔚蓝|青|蓝|blue|navy|cyan|turquoise|teal|indigo|denim",
    "purple": "紫罗兰|葡萄紫|紫红|紫|purple|violet|lilac|lavender|mauve",
    "pink": "玫红|玫瑰红|粉红|桃红|水红|洋红|粉|pink|rose|magenta|fuchsia",
    "brown": "咖啡|咖|棕褐|棕|褐|茶|卡其|驼|巧克力|米|brown|khaki|beige|tan|coffee|camel|chocolate|bronze",
}
_UPPER = (
    "上衣|上身|上装|外套|外衣|夹克|羽绒服|冲锋衣|卫衣|毛衣|线衫|针织衫|t恤|体恤|短袖|长袖|衬衫|衬衣|背心|马甲|棉袄|棉衣|大衣|风衣|西装|开衫"
    r"|连帽卫衣|连帽衫|连帽外套|带帽卫衣|带帽外套"
    r"|polo衫|罩衫|衣服|衣裳|上半身|袄|衫|衣|t[- ]?shirts?|shirts?|tops?|jackets?|coats?|sweaters?|hoodies?"
    "|hoody|blouses?|vests?|jumpers?|pullovers?|cardigans?|sweatshirts?|parka|anorak|upper body|waistcoat"
)
_LOWER = (
    "裤子|裤|长裤|短裤|牛仔裤|运动裤|休闲裤|西裤|下身|下装|下半身|半身裙|短裙|裙子|裙|trousers|pants|jeans|shorts|skirt|leggings"
    "|slacks|bottoms?|lower body|sweatpants"
)
_BOTH = (
    "连衣裙|连体衣|连身裙|校服|运动服|制服|套装|一身|全身|浑身|通身"
    "|dress|uniform|tracksuit|overalls|jumpsuit|suit|all over|all in"
)
_OTHER = (
    "帽子|帽|书包|背包|双肩包|挎包|手提包|包|鞋子|球鞋|鞋|袜子|围巾|口罩|眼镜|雨伞|伞|头发|手套|红领巾|领带|hats?|caps?|beanie|backpacks?"
    "|rucksack|bags?|handbag|shoes?|sneakers|trainers|boots|socks|scarf|mask|glasses|umbrella|hair|gloves|schoolbag|helmet"
)
_DARK_LIGHT = r"(?:深|浅|淡|暗|亮|鲜|纯|嫩|dark|light|pale|bright|deep|faded|royal|sky|hot|neon)[\s-]*"


class _Kind(Enum):
    COLOUR = auto()
    UPPER = auto()
    LOWER = auto()
    BOTH = auto()
    OTHER = auto()
    BREAK = auto()


class _Token(NamedTuple):
    kind: _Kind
    colour: str
    start: int
    end: int


@dataclass(frozen=True)
class SaidClothes:
    """Colours of the top and of the trousers, each in the order said."""

    upper: tuple[str, ...]
    lower: tuple[str, ...]


def _longest_first(names: str) -> str:
    ordered = sorted(names.split("|"), key=len, reverse=True)
    return "|".join(rf"(?<![a-z])(?:{name})(?![a-z])" if name.isascii() else name for name in ordered)


_COLOUR_PATTERN = "|".join(
    rf"(?P<{colour}>(?:{_DARK_LIGHT})?(?:{_longest_first(names)})色?)" for colour, names in _COLOURS.items()
)
_TOKEN = re.compile(
    rf"(?P<OTHER>{_longest_first(_OTHER)})|(?P<BOTH>{_longest_first(_BOTH)})|(?P<UPPER>{_longest_first(_UPPER)})"
    rf"|(?P<LOWER>{_longest_first(_LOWER)})|(?P<COLOUR>{_COLOUR_PATTERN})|(?P<BREAK>[,;。\0])"
    r"|(?P<SHORT>(?<![以之午早晚])上(?=(?:深|浅)?[红橙黄绿蓝紫粉棕黑白灰])|下(?=(?:深|浅)?[红橙黄绿蓝紫粉棕黑白灰]))"
)
_COLOUR_NAMES = tuple(_COLOURS)
_CARELESS = re.compile(
    r"金(?=[^色黄]|$)|米(?!色)|茶(?!色)|银(?=行)|丹(?!色)|朱(?![红色])|赤(?!色)|青(?=年|少)|黄(?=昏)|白(?=天)|红(?=领巾|绿灯)"
)
"""One sign that is a colour only in company."""
_NOT = re.compile(r"(?:不是|不穿|没穿|没有|并非|非|\b(?:not|no|isn't|never|without))\s*(?:an?\s+)?$")


def read_clothes(line: Line) -> SaidClothes:
    """Take colours and clothes out of the line; the colours of hats, bags and shoes stay in it."""
    tokens = _tokens(line.rest)
    upper: list[str] = []
    lower: list[str] = []
    for start, end in _stretches(tokens):
        _assign(tokens[start:end], upper, lower, line)
    return SaidClothes(tuple(dict.fromkeys(upper)), tuple(dict.fromkeys(lower)))


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup in _Kind.__members__ or match.lastgroup == "SHORT" else "COLOUR"
        if match["SHORT"]:
            kind = "UPPER" if match["SHORT"] == "上" else "LOWER"
        colour = next((name for name in _COLOUR_NAMES if match[name]), "")
        if colour:
            kind = "COLOUR"
            if _NOT.search(text, 0, match.start()):
                continue
            careless = _CARELESS.search(text, match.start(), match.end() + 1)
            if careless and careless.start() == match.start() and len(match[0]) == 1:
                continue
        tokens.append(_Token(_Kind[str(kind)], colour, match.start(), match.end()))
    return tokens


def _stretches(tokens: list[_Token]) -> list[tuple[int, int]]:
    """Runs of tokens between breaks."""
    stretches, start = [], 0
    for index, token in enumerate(tokens):
        if token.kind is _Kind.BREAK:
            stretches.append((start, index))
            start = index + 1
    return [*stretches, (start, len(tokens))]


def _is_of_other(tokens: list[_Token], number: int) -> bool:
    """Whether the colour stands right before a hat, a bag or shoes, and no garment can have it ("T恤、小黄帽")."""
    if number + 1 >= len(tokens) or tokens[0].kind is _Kind.COLOUR:
        return False
    colour, after = tokens[number], tokens[number + 1]
    return after.kind is _Kind.OTHER and colour.end == after.start


def _assign(tokens: list[_Token], upper: list[str], lower: list[str], line: Line) -> None:
    """Give each garment its colours: those before it, or those after it where the stretch begins with a garment."""
    garments = [index for index, token in enumerate(tokens) if token.kind is not _Kind.COLOUR]
    colour_first = bool(tokens) and tokens[0].kind is _Kind.COLOUR
    used: set[int] = set()
    for place, index in enumerate(garments):
        if colour_first:
            start, end = (garments[place - 1] + 1 if place else 0), index
        else:
            start, end = index + 1, (garments[place + 1] if place + 1 < len(garments) else len(tokens))
        kind = tokens[index].kind
        mine = [number for number in range(start, end) if number not in used and not _is_of_other(tokens, number)]
        used.update(mine)
        if kind is _Kind.OTHER:
            continue
        colours = [tokens[number].colour for number in mine]
        if kind in (_Kind.UPPER, _Kind.BOTH):
            upper.extend(colours)
        if kind in (_Kind.LOWER, _Kind.BOTH):
            lower.extend(colours)
        for number in [*mine, index]:
            line.blank(tokens[number].start, tokens[number].end)
    for number, token in enumerate(tokens):
        if token.kind is _Kind.COLOUR and number not in used and not _is_of_other(tokens, number):
            (upper if not upper else lower if not lower and garments else upper).append(token.colour)
            line.blank(token.start, token.end)
