"""A procedure from the key to the child: what each thing that happens makes of it. Pure; times in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from hub.access.people import Person
from hub.access.permissions import Right, has
from hub.errors import Refusal
from hub.missing_child.messages import (
    MOST_EVIDENCE,
    MOST_HITS,
    AlertSent,
    ChangeMissingChild,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Front,
    HitShown,
    Known,
    MissingChild,
    NewMissingChild,
    Order,
    Step,
    StepName,
    StepState,
)
from hub.missing_child.rings import fronts_of
from hub.sightings.messages import Age, Verdict

BEYOND_AFTER_S = 600.0
"""Ten minutes, as the steps of Code Adam have it before others are called (National Center for Missing & Exploited
Children: "if the child is not found within 10 minutes, call law enforcement")."""
Move = Callable[[MissingChild, int], MissingChild]
"""What something that happens makes of a procedure; handed the time, in milliseconds."""
TOLD_ID = "told"
"""The evidence that is what whoever misses her told."""

_NO_PLACE = ("不知道最后在哪里：通知全部场所", "nobody knows where she was seen last: all venues are alerted")
_NO_WORDS = ("等待描述：衣服、身高或照片", "waits for a description: clothing, height or a photo")
_NO_RIGHT = ("您的岗位不能查看录像", "your role may not search footage")
_TOO_EARLY = ("满 10 分钟未找到时提出", "is proposed when 10 minutes have passed")
_NOBODY = ("还没有人看到", "nobody has seen her yet")
_PROPOSED = (
    "已满 10 分钟，请决定是否扩大到社区以外",
    "10 minutes have passed: go beyond the community?",
)
_STAYS = ("决定暂不扩大", "it was decided not to go beyond")
_GONE = ("已通知全部场所，可向邻近单位转发", "all venues are alerted; hand the message on to the neighbours")


class Changing(Protocol):
    """Changes the procedure of a case in the database; None where there is none."""

    async def __call__(self, case_id: str, move: Move) -> MissingChild | None: ...


def begun(case_id: str, new: NewMissingChild, by: Person, now_ms: int, told: Evidence | None) -> MissingChild:
    """As the key is pressed; ``told``: where she was seen last, None where nobody knows."""
    may_search = has(by.role, Right.SEARCH_FOOTAGE)
    searching = StepState.RUNNING if new.search and may_search else StepState.OFF
    why = {} if may_search or not new.search else {"why": _NO_RIGHT[0], "why_en": _NO_RIGHT[1]}
    states = {
        StepName.SEARCH: searching,
        StepName.WATCH: searching,
        StepName.ALERT: StepState.RUNNING,
        StepName.EXITS: StepState.RUNNING,
        StepName.EVIDENCE: StepState.WAITING,
        StepName.BEYOND: StepState.WAITING,
        StepName.FOUND: StepState.WAITING,
    }
    steps = {name: Step(name=name, state=state, since_at_ms=now_ms) for name, state in states.items()}
    for name in (StepName.SEARCH, StepName.WATCH):
        steps[name] = msgspec.structs.replace(steps[name], **why)
    begun = MissingChild(
        case_id=case_id,
        status=new.status,
        started_at_ms=now_ms,
        started_by=by.person_id,
        known=known_of(new),
        steps=tuple(steps.values()),
    )
    begun = set_step(begun, StepName.EVIDENCE, StepState.WAITING, now_ms, _NOBODY)
    begun = set_step(begun, StepName.BEYOND, StepState.WAITING, now_ms, _TOO_EARLY)
    return with_told(begun, told, now_ms)


def known_of(new: Known) -> Known:
    """What is known, alone."""
    return Known(**{field: getattr(new, field) for field in Known.__struct_fields__})


def changed_known(known: Known, order: ChangeMissingChild) -> Known:
    """With what has become known."""
    said = {field: getattr(order, field) for field in order.__struct_fields__}
    return msgspec.structs.replace(known, **{f: value for f, value in said.items() if value is not msgspec.UNSET})


def age_of(child: MissingChild) -> Age | None:
    """As told; a child where nobody said."""
    return child.known.description.age if child.known.description is not None else None


def alerted(child: MissingChild) -> frozenset[str]:
    """The venues that have an alert of it."""
    return frozenset(venue_id for alert in child.alerts for venue_id in alert.venue_ids)


def goes_on(child: MissingChild, name: StepName) -> bool:
    """Whether the step is to do anything now."""
    return child.ended_at_ms is None and child.step(name).state is not StepState.OFF


def must_go_on(child: MissingChild) -> None:
    """Raises Refusal where it has ended."""
    if child.ended_at_ms is not None:
        raise Refusal("procedure_over", "寻找已经结束", "the procedure is over", status=409)


def set_step(
    child: MissingChild, name: StepName, state: StepState, now_ms: int, why: tuple[str, str] | None = None
) -> MissingChild:
    """With a step in this state; it is as old as the state."""
    before = child.step(name)
    since_ms = before.since_at_ms if before.state is state else now_ms
    step = Step(name=name, state=state, since_at_ms=since_ms, why=why and why[0], why_en=why and why[1])
    return msgspec.structs.replace(child, steps=tuple(step if one.name is name else one for one in child.steps))


def switched(child: MissingChild, name: StepName, on: bool, by: Person, now_ms: int) -> MissingChild:
    """With a step switched on or off. Raises Refusal where it cannot be, or the procedure is over."""
    must_go_on(child)
    if name in (StepName.BEYOND, StepName.FOUND):
        raise Refusal("no_switch", "这一步由您决定，没有开关", "this step is decided, not switched", field="step")
    if name in (StepName.SEARCH, StepName.WATCH) and on and not has(by.role, Right.SEARCH_FOOTAGE):
        raise Refusal("not_allowed", *_NO_RIGHT, status=403)
    if not on:
        return set_step(child, name, StepState.OFF, now_ms)
    if name is StepName.EVIDENCE:
        return _with_evidence(set_step(child, name, StepState.RUNNING, now_ms), child.evidence, now_ms)
    return set_step(child, name, StepState.RUNNING, now_ms)


def with_known(child: MissingChild, known: Known, told: Evidence | None, now_ms: int) -> MissingChild:
    """With what is known now. Raises Refusal where the procedure is over."""
    must_go_on(child)
    return with_told(msgspec.structs.replace(child, known=known), told, now_ms)


def with_told(child: MissingChild, told: Evidence | None, now_ms: int) -> MissingChild:
    """With where she was seen last, as somebody tells; None: nobody knows."""
    others = [one for one in child.evidence if one.evidence_id != TOLD_ID]
    child = _with_evidence(child, others if told is None else [*others, told], now_ms)
    if child.step(StepName.ALERT).state is StepState.OFF:
        return child
    return set_step(child, StepName.ALERT, StepState.RUNNING, now_ms, None if child.fronts else _NO_PLACE)


def with_evidence(child: MissingChild, evidence: Evidence, now_ms: int) -> MissingChild:
    """With one more, or one known otherwise now. Raises Refusal where there is too much, or it is over."""
    must_go_on(child)
    others = [one for one in child.evidence if one.evidence_id != evidence.evidence_id]
    if len(others) >= MOST_EVIDENCE:
        words = (f"线索最多 {MOST_EVIDENCE} 条", f"at most {MOST_EVIDENCE} pieces of evidence")
        raise Refusal("too_much_evidence", *words, status=409)
    return _with_evidence(child, [*others, evidence], now_ms)


def without_evidence(child: MissingChild, evidence_id: str, now_ms: int) -> MissingChild:
    """As if it had never been said; where it is not known, as it was."""
    left = [one for one in child.evidence if one.evidence_id != evidence_id]
    return child if len(left) == len(child.evidence) else _with_evidence(child, left, now_ms)


def judged(child: MissingChild, evidence_id: str, verdict: Verdict, now_ms: int) -> MissingChild:
    """With an officer's word on a piece of evidence. Raises Refusal where there is none of that id, or it is over."""
    evidence = evidence_of(child, evidence_id)
    state = EvidenceState.SURE if verdict is Verdict.CONFIRMED else EvidenceState.REJECTED
    return with_evidence(child, msgspec.structs.replace(evidence, state=state), now_ms)


def evidence_of(child: MissingChild, evidence_id: str) -> Evidence:
    """The one of this id. Raises Refusal where there is none."""
    found = next((one for one in child.evidence if one.evidence_id == evidence_id), None)
    if found is None:
        raise Refusal("unknown_evidence", "没有这条线索", f"there is no evidence {evidence_id}", status=404)
    return found


def _with_evidence(child: MissingChild, evidence: Sequence[Evidence], now_ms: int) -> MissingChild:
    ordered = tuple(sorted(evidence, key=lambda one: (one.at_ms, one.evidence_id)))
    child = msgspec.structs.replace(child, evidence=ordered)
    is_off = child.step(StepName.EVIDENCE).state is StepState.OFF
    heeded = [one for one in ordered if one.evidence_id == TOLD_ID] if is_off else ordered
    child = msgspec.structs.replace(child, fronts=fronts_of(heeded, age_of(child)))
    seen = [one for one in ordered if one.evidence_id != TOLD_ID and one.state is not EvidenceState.REJECTED]
    if is_off:
        return child
    if not seen:
        return set_step(child, StepName.EVIDENCE, StepState.WAITING, now_ms, _NOBODY)
    return set_step(child, StepName.EVIDENCE, StepState.RUNNING, now_ms)


def fresh_evidence(child: MissingChild) -> list[Evidence]:
    """What may send guards and has not: neither what the key was pressed with, nor that a guard holds her."""
    if child.step(StepName.EVIDENCE).state is StepState.OFF:
        return []
    return [
        one
        for one in child.evidence
        if one.evidence_id != TOLD_ID and one.kind is not EvidenceKind.WITH_ME and not was_sent(child, Order.GO, one)
    ]


def was_sent(child: MissingChild, order: Order, evidence: Evidence) -> bool:
    """Whether an alert with this order went out for this evidence."""
    return any(alert.order is order and alert.evidence_id == evidence.evidence_id for alert in child.alerts)


def with_alert(child: MissingChild, alert: AlertSent) -> MissingChild:
    """With an alert that went out for it."""
    return msgspec.structs.replace(child, alerts=(*child.alerts, alert))


def with_updates(child: MissingChild, latest: dict[str, str]) -> MissingChild:
    """With the alerts that came in the place of others (earlier id: later id)."""
    alerts = tuple(
        msgspec.structs.replace(alert, alert_id=latest.get(alert.alert_id, alert.alert_id)) for alert in child.alerts
    )
    return msgspec.structs.replace(child, alerts=alerts)


def searched(child: MissingChild, hits: Sequence[HitShown], found: int, now_ms: int) -> MissingChild:
    """With what the search found, in the place of what an earlier one did."""
    watched = tuple(one for one in child.hits if one.rank is None)
    child = msgspec.structs.replace(child, search_hits=found, hits=_bounded((*hits, *watched)))
    return set_step(_with_first_hit(child, now_ms), StepName.SEARCH, StepState.DONE, now_ms)


def watch_hit(child: MissingChild, hits: Sequence[HitShown], now_ms: int) -> MissingChild:
    """With what the watch sees; a sighting that is shown already is not shown twice."""
    shown = {one.sighting_id for one in child.hits}
    new = tuple(one for one in hits if one.sighting_id not in shown)
    return _with_first_hit(msgspec.structs.replace(child, hits=_bounded((*child.hits, *new))), now_ms)


def _bounded(hits: tuple[HitShown, ...]) -> tuple[HitShown, ...]:
    """The best of the search give way to none but themselves: half of the room is theirs."""
    ranked = [one for one in hits if one.rank is not None][: MOST_HITS // 2]
    watched = [one for one in hits if one.rank is None]
    return (*ranked, *watched[-(MOST_HITS - len(ranked)) :])


def _with_first_hit(child: MissingChild, now_ms: int) -> MissingChild:
    if child.first_hit_at_ms is not None or not child.hits:
        return child
    return msgspec.structs.replace(child, first_hit_at_ms=now_ms)


def without_words(child: MissingChild, now_ms: int) -> MissingChild:
    """Search and watch wait until somebody says what she looks like."""
    for name in (StepName.SEARCH, StepName.WATCH):
        if child.step(name).state is not StepState.OFF:
            child = set_step(child, name, StepState.WAITING, now_ms, _NO_WORDS)
    return child


def proposed(child: MissingChild, now_ms: int) -> MissingChild:
    """Ten minutes have passed."""
    child = msgspec.structs.replace(child, beyond_proposed_at_ms=now_ms)
    return set_step(child, StepName.BEYOND, StepState.RUNNING, now_ms, _PROPOSED)


def is_to_be_proposed(child: MissingChild, now_ms: int) -> bool:
    """Whether ten minutes have passed, and nobody has proposed or decided."""
    is_open = child.ended_at_ms is None and child.beyond_proposed_at_ms is None and child.beyond is None
    return is_open and now_ms - child.started_at_ms >= BEYOND_AFTER_S * 1000


def decided(child: MissingChild, go: bool, now_ms: int) -> MissingChild:
    """Whether to go beyond the community. Raises Refusal where it is over."""
    must_go_on(child)
    child = msgspec.structs.replace(child, beyond=go, beyond_decided_at_ms=now_ms)
    return set_step(child, StepName.BEYOND, StepState.DONE, now_ms, _GONE if go else _STAYS)


def said_with_me(child: MissingChild, found_id: str, evidence: Evidence | None, now_ms: int) -> MissingChild:
    """A guard says that she is with him."""
    if child.ended_at_ms is not None:
        return child
    child = msgspec.structs.replace(child, found_ids=(*child.found_ids, found_id))
    child = set_step(child, StepName.FOUND, StepState.RUNNING, now_ms)
    if evidence is None or len(child.evidence) >= MOST_EVIDENCE:
        return child
    return with_evidence(child, evidence, now_ms)


def was_not_she(child: MissingChild, found_id: str, now_ms: int) -> MissingChild:
    """The officer has looked: it is another child."""
    left = tuple(one for one in child.found_ids if one != found_id)
    child = msgspec.structs.replace(child, found_ids=left)
    if child.ended_at_ms is not None:
        return child
    child = set_step(child, StepName.FOUND, StepState.RUNNING if left else StepState.WAITING, now_ms)
    known = next((one for one in child.evidence if one.evidence_id == found_id), None)
    return child if known is None else judged(child, found_id, Verdict.REJECTED, now_ms)


def ended(child: MissingChild, was_found: bool, by: str, now_ms: int, found_id: str | None = None) -> MissingChild:
    """She was found, or the case was closed; an end stays as it is. Her look (``like``) is kept no longer."""
    if child.ended_at_ms is not None:
        return child
    if was_found:
        child = set_step(child, StepName.FOUND, StepState.DONE, now_ms)
        surely = [
            msgspec.structs.replace(one, state=EvidenceState.SURE) if one.evidence_id == found_id else one
            for one in child.evidence
        ]
        child = msgspec.structs.replace(child, evidence=tuple(surely))
    for name in StepName:
        if child.step(name).state is StepState.RUNNING:
            child = set_step(child, name, StepState.DONE, now_ms)
    return msgspec.structs.replace(
        child,
        known=msgspec.structs.replace(child.known, like=()),
        ended_at_ms=now_ms,
        ended_by=by,
        was_found=was_found,
        found_id=found_id,
        next_venues=(),
    )


def sure_fronts(child: MissingChild) -> tuple[Front, ...]:
    """Where the alerts' rings go out from: nowhere where the step is off."""
    return child.fronts if goes_on(child, StepName.ALERT) else ()
