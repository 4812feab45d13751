"""What guards read: who is looked for, where she was seen, what to do. At most 500 characters, as an alert has."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.missing_child.messages import Evidence, Known, Order

TITLE = "走失儿童"
PURPOSE = "家长报案，寻找走失儿童"
FOUND_TEXT = "走失儿童已经找到，警报解除，谢谢。"
OVER_TEXT = "走失儿童的寻找已经结束，警报解除，谢谢。"
SEEN_JUST_NOW = "刚才在{place}附近看到"
"""What an alert says that sends a guard to a place."""
_MOST = 500
_TO_DO = "看到她请先稳住，按“孩子在我这里”或“看到”。"


def looks_like(known: Known, described: str | None) -> str:
    """What is known of her looks, in words; ``described``: of what was picked in place of words."""
    said = [one for one in (known.description_text.strip() or described or "",) if one]
    if known.height_cm is not None:
        said.append(f"身高约 {known.height_cm / 100:.2f} 米")
    return "，".join(said) or "暂无描述" + ("，见照片" if known.photo is not None else "")


def alert_text(
    order: Order, looks: str, seen: Evidence | None, place: str | None, *, exits: bool, zone: ZoneInfo
) -> str:
    """The alert of one order; ``seen`` and ``place``: where she was seen last, None where nobody knows."""
    words = [f"{TITLE}：{looks}"]
    if seen is not None and place is not None:
        if order is Order.GO:
            words.append(f"{SEEN_JUST_NOW.format(place=place)}，请出门去找")
        elif order is Order.STAY:
            words.append(f"刚才就在你附近（{place}）看到，请守在门口，不要离开")
        else:
            words.append(f"{datetime.fromtimestamp(seen.at_ms / 1000, zone):%H:%M} 最后在{place}")
    if order in (Order.WATCH, Order.BEYOND) and exits:
        words.append("请看住出入口，带着相像孩子离开的先问一句")
    return ("。".join(words) + "。" + _TO_DO)[:_MOST]
