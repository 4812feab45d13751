"""The report that writes itself, and the message that goes to the neighbours."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertStatus, Answer
from hub.access.people import Person
from hub.alerts.cap import Circle, write_cap
from hub.alerts.messages import Alert, Delivery
from hub.alerts.service import Alerts
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.missing_child import machine
from hub.missing_child.messages import Evidence, EvidenceKind, EvidenceState, MissingChild, Order, StepName
from hub.missing_child.service import MissingChildren
from hub.missing_child.walking import Walking
from hub.missing_child.words import looks_like
from hub.registry.service import Registry

_STATUS = {
    AlertStatus.ACTUAL: ("实际警情", "actual"),
    AlertStatus.EXERCISE: ("演练", "exercise"),
    AlertStatus.TEST: ("测试", "test"),
}
_KIND = {
    EvidenceKind.TOLD: ("讲述", "told"),
    EvidenceKind.SEEN: ("保安看到", "seen by a guard"),
    EvidenceKind.WITH_ME: ("保安：孩子在我这里", "a guard: the child is with me"),
    EvidenceKind.SIGHTING: ("录像确认", "confirmed on a picture"),
}
_STATE = {
    EvidenceState.STANDS: ("未核实", "not verified"),
    EvidenceState.SURE: ("确定", "sure"),
    EvidenceState.DOUBTED: ("存疑：走不了这么快", "doubted: nobody walks that fast"),
    EvidenceState.REJECTED: ("已排除", "rejected"),
}
_ORDER = {
    Order.WATCH: ("通知看守", "told to watch"),
    Order.GO: ("派往现场", "sent to the place"),
    Order.STAY: ("就在门口，守住", "at their door, told to stay"),
    Order.BEYOND: ("通知其余全部场所", "all the others told"),
}
_ANSWER = {
    Answer.SEEN: ("看到", "seen"),
    Answer.NOT_SEEN: ("没看到", "not seen"),
    Answer.CHILD_IS_WITH_ME: ("孩子在我这里", "child is with me"),
    Answer.NEED_HELP: ("需要支援", "needs help"),
}


class Line(NamedTuple):
    """Something that happened, in both languages."""

    at_ms: int
    zh: str
    en: str


class Told(NamedTuple):
    """A venue, when it had the alert first, and when it answered (None: never)."""

    name: str
    issued_at_ms: int
    acknowledged_at_ms: int | None
    answer: Answer | None


class Report(NamedTuple):
    """All of it, to be written out."""

    head: list[tuple[str, str, str]]
    """Chinese name, English name, value."""
    lines: list[Line]
    venues: list[Told]


class Reporting:
    """Reads what the procedure and its alerts know; writes nothing."""

    def __init__(
        self,
        children: MissingChildren,
        cases: Cases,
        alerts: Alerts,
        registry: Registry,
        walking: Walking,
        clock: Clock,
        find_person: Callable[[str], Person | None],
    ) -> None:
        self._children = children
        self._cases = cases
        self._alerts = alerts
        self._registry = registry
        self._walking = walking
        self._clock = clock
        self._find_person = find_person

    async def cap(self, case_id: str) -> bytes:
        """The procedure's latest alert for whoever is beyond the community, with the circle that she can be in.

        Raises Refusal where none was sent.
        """
        child = await self._children.find(case_id)
        if not child.alerts:
            raise Refusal("no_alert", "还没有发出通知", "no alert was sent yet", status=409)
        alert = await self._alerts.find(self._alerts.latest_of(child.alerts[-1].alert_id) or child.alerts[-1].alert_id)
        now_ms = self._clock.wall_us() // 1000
        circles = [
            Circle(
                "走失儿童可能所在范围 where the child may be",
                front.latitude,
                front.longitude,
                max(front.least_m, front.pace_mps * (now_ms - front.at_ms) / 1000) / 1000,
            )
            for front in child.fronts
        ]
        return write_cap(alert, None, (), self._zone, (), circles)

    async def text(self, case_id: str) -> str:
        """The report as lines of text."""
        report = await self._report(case_id)
        told = [f"{zh} {en}：{value}" for zh, en, value in report.head]
        told += ["", "经过 What happened"]
        told += [f"{self._time(line.at_ms)}  {line.zh} / {line.en}" for line in report.lines]
        told += ["", "场所 Venues"]
        told += ["  ".join(_cells(venue)) for venue in report.venues]
        return "\n".join(told) + "\n"

    async def html(self, case_id: str) -> str:
        """The report as a page to print."""
        report = await self._report(case_id)
        head = "".join(
            f"<tr><th>{zh} <small>{en}</small></th><td>{html.escape(value)}</td></tr>" for zh, en, value in report.head
        )
        lines = "".join(
            f"<tr><td class=t>{self._time(line.at_ms)}</td><td>{html.escape(line.zh)}"
            f"<br><small>{html.escape(line.en)}</small></td></tr>"
            for line in report.lines
        )
        venues = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(venue)) + "</tr>"
            for venue in report.venues
        )
        return _PAGE.format(case=html.escape(case_id), head=head, lines=lines, venues=venues)

    async def _report(self, case_id: str) -> Report:
        child = await self._children.find(case_id)
        alerts = [await self._alerts.find(sent.alert_id) for sent in child.alerts]
        case = await self._cases.find(case_id)
        venues = self._venues(alerts)
        head = [
            ("案件", "case", case_id),
            ("性质", "status", " ".join(_STATUS[child.status])),
            ("社区", "community", self._registry.community.name),
            ("按键", "key pressed", f"{self._time(child.started_at_ms)}，{self._person(child.started_by)}"),
            ("特征", "looks", looks_like(child.known, None)),
            *self._spans(child, alerts),
            (
                "通知场所",
                "venues alerted",
                f"{len(venues)}，其中确认 acknowledged {sum(one.acknowledged_at_ms is not None for one in venues)}",
            ),
        ]
        if case is not None and case.outcome is not None:
            head.append(("结果", "outcome", case.outcome))
        return Report(head, sorted(self._lines(child), key=lambda line: line.at_ms), venues)

    def _spans(self, child: MissingChild, alerts: list[Alert]) -> list[tuple[str, str, str]]:
        """Seconds from the key."""
        with_her = next((one for one in child.evidence if one.evidence_id == child.found_id), None)
        known = [one.at_ms for one in child.evidence if one.evidence_id != machine.TOLD_ID and _is_heeded(one)]
        acknowledged = [
            one.acknowledged_at_ms for alert in alerts for one in alert.deliveries if one.acknowledged_at_ms is not None
        ]
        ends: list[tuple[str, str, int | None]] = [
            ("首次通知", "first alert", min((one.at_ms for one in child.alerts), default=None)),
            ("首个确认", "first acknowledgement", min(acknowledged, default=None)),
            ("首个命中", "first hit shown", child.first_hit_at_ms),
            ("首条线索", "first evidence", min(known, default=None)),
            ("孩子在保安身边", "child with a guard", with_her.at_ms if with_her is not None else None),
            ("民警核实", "verified", child.ended_at_ms if child.was_found else None),
        ]
        return [
            (zh, en, "—" if at_ms is None else f"{(at_ms - child.started_at_ms) / 1000:.1f} s")
            for zh, en, at_ms in ends
        ]

    def _lines(self, child: MissingChild) -> Iterable[Line]:
        yield Line(child.started_at_ms, "按下走失儿童键", "the key was pressed")
        for one in child.evidence:
            kind, state = _KIND[one.kind], _STATE[one.state]
            place = self._walking.named(one)
            said = f"：{one.text}" if one.text else ""
            yield Line(one.at_ms, f"{kind[0]}（{state[0]}）：{place}{said}", f"{kind[1]} ({state[1]}): {place}{said}")
        for sent in child.alerts:
            order, names = _ORDER[sent.order], self._names(sent.venue_ids)
            yield Line(sent.at_ms, f"{order[0]}：{names}", f"{order[1]}: {names}")
        if child.search_hits is not None:
            at_ms, hits = child.step(StepName.SEARCH).since_at_ms, child.search_hits
            yield Line(at_ms, f"查找录像，命中 {hits} 条", f"footage searched: {hits} hits")
        if child.first_hit_at_ms is not None:
            yield Line(child.first_hit_at_ms, "出现首个命中", "the first hit was shown")
        if child.beyond_proposed_at_ms is not None:
            yield Line(child.beyond_proposed_at_ms, "满 10 分钟，提出扩大", "10 minutes: going beyond was proposed")
        if child.beyond_decided_at_ms is not None:
            words = ("决定扩大", "it was decided to go beyond") if child.beyond else ("决定暂不扩大", "decided not to")
            yield Line(child.beyond_decided_at_ms, *words)
        if child.ended_at_ms is not None:
            words = ("民警核实：孩子已找到", "verified: the child was found") if child.was_found else ("结束", "ended")
            by = self._person(child.ended_by)
            yield Line(child.ended_at_ms, f"{words[0]}（{by}）", f"{words[1]} ({by})")

    def _venues(self, alerts: list[Alert]) -> list[Told]:
        """Each venue once, by what it did first; the silent ones first."""
        by_venue: dict[str, list[tuple[Alert, Delivery]]] = {}
        for alert in alerts:
            for one in alert.deliveries:
                by_venue.setdefault(one.venue_id, []).append((alert, one))
        told = [
            Told(
                self._names((venue_id,)),
                min(alert.issued_at_ms for alert, _ in lines),
                _first(lines, lambda one: one.acknowledged_at_ms),
                next((one.answer for _, one in lines if one.answer is not None), None),
            )
            for venue_id, lines in by_venue.items()
        ]
        return sorted(told, key=lambda one: (one.acknowledged_at_ms is not None, one.issued_at_ms, one.name))

    def _person(self, person_id: str | None) -> str:
        person = None if person_id is None else self._find_person(person_id)
        return person.name if person is not None else person_id or ""

    def _names(self, venue_ids: Iterable[str]) -> str:
        venues = self._registry.venues
        return "、".join(venues[one].name if one in venues else one for one in venue_ids)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._registry.community.time_zone)

    def _time(self, at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, self._zone):%Y-%m-%d %H:%M:%S}"


def _is_heeded(evidence: Evidence) -> bool:
    return evidence.state in (EvidenceState.STANDS, EvidenceState.SURE)


def _first(lines: list[tuple[Alert, Delivery]], at: Callable[[Delivery], int | None]) -> int | None:
    return min((at_ms for _, one in lines if (at_ms := at(one)) is not None), default=None)


def _cells(venue: Told) -> tuple[str, str, str]:
    seconds = None if venue.acknowledged_at_ms is None else (venue.acknowledged_at_ms - venue.issued_at_ms) / 1000
    acknowledged = "未确认 silent" if seconds is None else f"{max(0.0, seconds):.1f} s"
    return venue.name, acknowledged, "" if venue.answer is None else " ".join(_ANSWER[venue.answer])


_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>走失儿童寻找报告 {case}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111 }}
h1 {{ font-size: 1.5rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }} small {{ color: #555 }}
table {{ border-collapse: collapse; width: 100% }} th, td {{ border-bottom: 1px solid #ccc; padding: .3rem .5rem;
text-align: left; vertical-align: top }} th {{ width: 16rem; font-weight: 600 }}
td.t {{ white-space: nowrap; width: 11rem }}
tr {{ break-inside: avoid }}
</style></head><body>
<h1>走失儿童寻找报告 <small>Missing-child report</small></h1>
<table>{head}</table>
<h2>经过 <small>What happened</small></h2><table>{lines}</table>
<h2>场所 <small>Venues: first acknowledgement, answer</small></h2><table>{venues}</table>
</body></html>
"""
