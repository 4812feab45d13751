"""Reads what is seen of a person beside colours and size: the top's pattern, backpack, head wear, company, movement."""

from __future__ import annotations

import re

from devices.protocol.sightings import Movement
from hub.sightings.language.line import Line

_NO = (
    r"(?:没有|没|不|无|未)(?:有|背|戴|带|穿|着)?着?(?:任何)?"
    r"|\b(?:no|without(?: an?| any)?|not (?:carrying|wearing)(?: an?| any)?) "
)
_BACKPACK = r"双肩背包|双肩包|书包|背包|\b(?:back-?packs?|rucksacks?|school-?bags?)\b"
_HAT = (
    r"鸭舌帽|棒球帽|安全帽|遮阳帽|太阳帽|(?<!连)(?<!带)帽子|(?<!连)帽(?!衫|卫衣|子)|头盔"
    r"|\b(?:hats?|caps?|beanies?|helmets?)\b"
)
_PATTERNS = {
    "plain": r"纯色|素色|单色|(?:没有|无)(?:花纹|图案)|\b(?:plain|solid)\b",
    "striped": r"横条纹?|竖条纹?|条纹|条子|海魂|\bstrip(?:ed|es)\b",
    "checked": r"格子|格纹|方格|\b(?:check(?:ed|ered)|plaid|tartan)\b",
    "printed": r"碎花|印花|花纹|图案|卡通|花(?=上衣|衣|衬|衫|t恤|外套)|\b(?:printed|patterned|floral|cartoon)\b",
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _PATTERNS.items()))
_OF_THE_LOWER = re.compile(r"的?(?:短|长|牛仔|运动)?(?:裤|裙)|\s*(?:trousers|pants|jeans|shorts|skirt)")
"""Of trousers no pattern is compared: such a word is left as not understood."""
_PEOPLE = (
    "大人|成年人|成人|男人|女人|男子|女子|老人|老太太|别人|同学|同伴|小朋友|孩子|男孩|女孩|家长|妈妈|爸爸|奶奶|爷爷|人"
)
_ALONE = re.compile(
    r"独自一人|独自一个人|自己一个人|独自|单独|独行|孤身|(?:没有?|无)人(?:陪同|陪|同行)|一个人(?=走|跑|在|往|向|出|玩|回)"
    r"|\b(?:alone|by (?:him|her)self|on (?:his|her) own|unaccompanied)\b"
)
_ACCOMPANIED = re.compile(
    rf"(?:和|跟着|跟|与|同|由|被)(?:一?个|一?名|一?位|几个|另一?个)?(?:{_PEOPLE})"
    r"(?:一起|一块|同行|走在一起|陪同|陪着|牵着|领着|领走|带着|带走|抱着|抱走)走?"
    r"|有(?:大)?人(?:陪同|陪着|陪|同行|牵着|领着|带着)|\baccompanied\b"
    r"|\b(?:together )?with (?:an?|another|his|her|some) "
    r"(?:adult|man|woman|person|friend|grown-?up|child|boy|girl|mother|father)\b"
)
_WINDS = {"东北": 45, "东南": 135, "西南": 225, "西北": 315, "东": 90, "南": 180, "西": 270, "北": 0}
_WINDS_EN = {
    "northeast": 45,
    "southeast": 135,
    "southwest": 225,
    "northwest": 315,
    "east": 90,
    "south": 180,
    "west": 270,
    "north": 0,
}
_HEADING = re.compile(
    rf"(?:往|向|朝)(?P<zh>{'|'.join(_WINDS)})(?!门|街|路|大道|区|村)(?:面|边)?(?:方向)?(?:走|跑|去|离开)*"
    r"|\b(?:(?:heading|going|walking|running|went|walked|ran)(?: towards?)?(?: the)? )"
    rf"(?P<en>{'|'.join(_WINDS_EN)})(?:wards?|ern)?\b"
)
_MOVEMENTS = {
    Movement.STANDING: r"站着不动|站着|站立|\bstanding(?: still)?\b",
    Movement.TOWARDS: r"迎面(?:走来)?|(?:朝|向|对着)(?:镜头|摄像头)(?:走来?)?|\btowards the camera\b",
    Movement.AWAY: r"背向走远|背对(?:着)?(?:镜头|摄像头)|\baway from the camera\b",
    Movement.LEFT: r"(?:往|向|朝)左(?:边|侧)?走?|\bto the left\b|\bleftwards?\b",
    Movement.RIGHT: r"(?:往|向|朝)右(?:边|侧)?走?|\bto the right\b|\brightwards?\b",
}


def read_company(line: Line) -> bool | None:
    """Take out whether somebody goes along; before ages are read, since those are of the others."""
    if line.take(_ACCOMPANIED):
        return True
    return False if line.take(_ALONE) else None


def find_patterns(line: Line) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """The top's patterns, and where they stand: to be blanked once clothes are read, whose words they stand among."""
    found = [match for match in _PATTERN.finditer(line.rest) if not _OF_THE_LOWER.match(line.rest, match.end())]
    names = dict.fromkeys(str(match.lastgroup) for match in found)
    return tuple(names), tuple(match.span() for match in found)


def read_backpack(line: Line) -> bool | None:
    """Take out whether there is a backpack."""
    return _with_or_without(line, _BACKPACK)


def read_head_wear(line: Line) -> bool | None:
    """Take out whether the head is covered."""
    return _with_or_without(line, _HAT)


def read_heading(line: Line) -> float | None:
    """Take out the direction, degrees clockwise from north."""
    match = line.take(_HEADING)
    if match is None:
        return None
    return float(_WINDS[match["zh"]] if match["zh"] else _WINDS_EN[match["en"]])


def read_movement(line: Line) -> Movement | None:
    """Take out how the person moves in the camera's picture."""
    for movement, words in _MOVEMENTS.items():
        if line.take(re.compile(words)):
            return movement
    return None


def _with_or_without(line: Line, thing: str) -> bool | None:
    if line.take(re.compile(f"(?:{_NO})(?:{thing})")):
        return False
    return True if line.take(re.compile(thing)) else None
