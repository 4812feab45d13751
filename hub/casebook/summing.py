"""What the next shift must know of a case, made from its entries. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.access.people import ROLE_NAMES
from hub.cases.machine import STAGE_NAMES
from hub.cases.messages import Case
from hub.events.messages import EventKind, Item

_COUNTED: dict[str, tuple[str, str]] = {
    EventKind.ALERT_ISSUED: ("警报", "alerts"),
    EventKind.REPORT_MADE: ("回报", "reports"),
    EventKind.SEARCH_MADE: ("查找", "searches"),
    EventKind.BURST_ENDED: ("通话", "calls"),
    EventKind.CASE_RECORDING: ("录音", "recordings"),
    EventKind.EXPORT_CHANGED: ("片段", "clips"),
    EventKind.CASE_NOTED: ("记事", "notes"),
}
_ANSWERS = {"seen": "看到", "not_seen": "没看到", "child_is_with_me": "孩子在我这里", "need_help": "需要支援"}
_MOST = 400


def summary(case: Case, items: Sequence[Item], zone: ZoneInfo) -> tuple[str, str]:
    """In Chinese and English: where it stands, until when, what was done, the last note and report, sure sightings."""

    def at(at_us: int) -> str:
        return f"{datetime.fromtimestamp(at_us / 1e6, zone):%m-%d %H:%M}"

    standing = case.standing
    zh = [f"{STAGE_NAMES[standing.stage]}阶段"]
    en = [f"stage {standing.stage.value}"]
    if standing.owner is not None and standing.deadline_ms is not None:
        until, role = at(standing.deadline_ms * 1000), standing.owner.role
        zh.append(f"由{ROLE_NAMES[role]}办理，{until} 到期")
        en.append(f"with a {role.value}, due {until}")
    if standing.overdue:
        zh.append(f"已超时 {standing.overdue} 次")
        en.append(f"overdue {standing.overdue} times")
    counts = Counter(item.kind for item in items if item.kind in _COUNTED)
    if counts:
        zh.append("，".join(f"{_COUNTED[kind][0]} {number}" for kind, number in counts.items()))
        en.append(", ".join(f"{number} {_COUNTED[kind][1]}" for kind, number in counts.items()))
    for kind, words, words_en in (
        (EventKind.CASE_NOTED, "最近记事", "last note"),
        (EventKind.REPORT_MADE, "最近回报", "last report"),
    ):
        said = [(item.at_us, msgspec.json.decode(item.body)) for item in items if item.kind == kind]
        if said:
            # A picture alone says nothing here.
            in_words = [one for one in said if one[1]["text"] or one[1].get("answer")]
            at_us, body = (in_words or said)[-1]
            answer = body.get("answer") or ""
            said_zh = " ".join(one for one in (_ANSWERS.get(answer, ""), body["text"]) if one) or "图片"
            said_en = " ".join(one for one in (answer, body["text"]) if one) or "pictures"
            zh.append(f"{words} {at(at_us)}：{said_zh}")
            en.append(f"{words_en} {at(at_us)}: {said_en}")
    marked = Counter(msgspec.json.decode(item.body)["verdict"] for item in items if item.kind == EventKind.PATH_MARKED)
    if marked["confirmed"]:
        zh.append(f"确认出现 {marked['confirmed']} 处")
        en.append(f"{marked['confirmed']} sightings confirmed")
    return "；".join(zh)[:_MOST], "; ".join(en)[:_MOST]
