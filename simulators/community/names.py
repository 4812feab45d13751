"""Believable Chinese names for the streets, districts and venues of a small town in Guizhou."""

from __future__ import annotations

from enum import StrEnum

import numpy as np


class VenueKind(StrEnum):
    PROPERTY = "property"
    HOTEL = "hotel"
    SCHOOL = "school"
    ENTERTAINMENT = "entertainment"


AVENUES = ("招堤路", "永历大道", "栖凤路", "文昌街", "荷香街", "兴隆街")
"""Streets running east and west, from the south."""

CROSS_STREETS = ("盘江路", "民族街", "学府路", "西门巷", "金星路", "永安街", "龙山路", "迎宾路")
"""Streets running north and south, from the west."""

DISTRICTS = ("招堤", "永历", "栖凤", "文昌", "荷香", "兴隆", "龙山", "学府")
"""One for each police grid."""

NUMERALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")

_LUCKY = [
    "鸿福", "金桂", "荷花", "兴安", "锦绣", "翠湖", "龙庭", "凤凰", "瑞丰", "安康", "福满", "吉祥",
    "华庭", "紫薇", "丹桂", "永兴", "盛世", "阳光", "祥和", "天福", "富康", "桂香", "南盘", "云岭",
    "万峰", "仙鹤", "绿海", "民安", "东湖", "新城", "怡景", "泰和", "嘉和", "明珠",
]  # fmt: skip

_ENDINGS: dict[VenueKind, tuple[str, ...]] = {
    VenueKind.PROPERTY: ("小区", "花园", "苑", "公寓", "家园", "名居"),
    VenueKind.HOTEL: ("宾馆", "酒店", "客栈", "旅馆", "商务酒店"),
    VenueKind.SCHOOL: ("幼儿园", "小学", "托管中心", "培训学校"),
    VenueKind.ENTERTAINMENT: ("KTV", "网咖", "台球俱乐部", "棋牌室", "歌舞厅", "影城"),
}

SHARES: dict[VenueKind, float] = {
    VenueKind.PROPERTY: 0.42,
    VenueKind.HOTEL: 0.27,
    VenueKind.SCHOOL: 0.12,
    VenueKind.ENTERTAINMENT: 0.19,
}
"""How the venues divide into kinds."""


def counted(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, units = divmod(number, 10)
    if tens == 0:
        return NUMERALS[units]
    return (NUMERALS[tens] if tens > 1 else "") + "十" + NUMERALS[units]


def venue_names(kinds: list[VenueKind], rng: np.random.Generator) -> list[str]:
    """A name for each venue, none twice."""
    free = {kind: [f"{lucky}{ending}" for ending in endings for lucky in _LUCKY] for kind, endings in _ENDINGS.items()}
    for names in free.values():
        rng.shuffle(names)
    return [free[kind].pop() for kind in kinds]
