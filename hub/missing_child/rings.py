"""Who is to be alerted when: rings that grow along the streets at a child's pace from where she was seen. Pure.

Lengths in metres on foot along the streets (hub/streets), times in milliseconds, by one clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hub.missing_child.messages import Evidence, EvidenceKind, EvidenceState, Front, Order
from hub.sightings.messages import Age
from hub.sightings.path.pace import pace_of

LEAST_M = 150.0
"""Where and when she was seen last are told roughly: whoever is nearer is alerted at once. A judgement."""
LEAD_S = 60.0
"""A venue is alerted so long before she can be there if she never stopped: a guard needs up to 20 s to his radio's key
and up to 40 s to his door (judgements, as in the simulation). Somebody at the door before her is the whole purpose."""
GATHER_S = 10.0
"""Whoever falls due within so long is alerted along, so that a front makes an alert every ten seconds and not one for
each venue."""
JUST_NOW_S = 15.0
"""Evidence no older than this sends guards to the place. Where she was seen longer ago she is not any more, and a guard
who goes there has left the door that she comes past: with 60 s they were later with her than without a search
(docs/missing-child.md)."""
STAY = 2
"""Venues nearest to fresh evidence, whose guards keep their doors: she is in sight of them, and whoever said that he
sees her is one."""
SENT = 6
"""Venues next to those, whose guards are sent: both sides of the street, both ways, and one to spare. A judgement."""
NEAR_M = 50.0
"""Who sees somebody stands as far off, at most; so the way between two pieces of evidence may be twice as much less."""

WalkM = Mapping[str, float]
"""Metres on foot from a place to each venue, by venue_id."""


def is_possible(evidence: Evidence, others: Sequence[tuple[Evidence, float]], age: Age | None) -> bool:
    """Whether she can have been there too: ``others`` are what is sure, each with the metres on foot between both."""
    fastest_mps = pace_of(age or Age.CHILD).fastest_mps
    return all(
        walk_m - 2 * NEAR_M <= fastest_mps * abs(evidence.at_ms - other.at_ms) / 1000 for other, walk_m in others
    )


def fronts_of(evidence: Sequence[Evidence], age: Age | None) -> tuple[Front, ...]:
    """Where she may walk from: the latest place that is sure, and later ones that rest on a guard's word.

    A word alone never stops the ring around what is sure: guards take other children for her.
    """
    sure = max((one for one in evidence if one.state is EvidenceState.SURE), key=_when, default=None)
    later = [one for one in evidence if one.state is EvidenceState.STANDS and (sure is None or one.at_ms > sure.at_ms)]
    return tuple(_front(one, age) for one in ([sure] if sure is not None else []) + sorted(later, key=_when))


def due_at_ms(front: Front, walk_m: float) -> int:
    """When a venue so far is to be alerted: LEAD_S before a child who never stopped is there."""
    if walk_m <= front.least_m:
        return front.at_ms
    return round(front.at_ms + (walk_m / front.pace_mps - front.lead_s) * 1000)


def due(fronts: Mapping[str, WalkM], known: Sequence[Front], now_ms: int, alerted: Collection[str]) -> list[str]:
    """The venues to alert now, the most urgent first: due within GATHER_S of one that is due, and not alerted yet.

    ``fronts``: of each front's evidence_id the walks.
    """
    at_ms = next_due(fronts, known, alerted)
    if not at_ms or at_ms[0][1] > now_ms:
        return []
    return [venue_id for venue_id, due_ms in at_ms if due_ms <= now_ms + GATHER_S * 1000]


def next_due(fronts: Mapping[str, WalkM], known: Sequence[Front], alerted: Collection[str]) -> list[tuple[str, int]]:
    """All venues that are not alerted, with when each is due, the first first."""
    at_ms: dict[str, int] = {}
    for front in known:
        for venue_id, walk_m in fronts[front.evidence_id].items():
            if venue_id not in alerted:
                due_ms = due_at_ms(front, walk_m)
                at_ms[venue_id] = min(due_ms, at_ms.get(venue_id, due_ms))
    return sorted(at_ms.items(), key=lambda one: (one[1], one[0]))


def called(evidence: Evidence, walk_m: WalkM, now_ms: int) -> dict[Order, list[str]]:
    """The venues whose guards keep their doors for a new piece of evidence, and those whose guards go there.

    The nearest first; nobody where it is too old. The guard who said it is not told it.
    """
    is_told = evidence.state in (EvidenceState.STANDS, EvidenceState.SURE)
    if not is_told or now_ms - evidence.at_ms > JUST_NOW_S * 1000:
        return {}
    near = sorted(walk_m, key=lambda venue_id: (walk_m[venue_id], venue_id))
    said_it = evidence.venue_id if evidence.kind is EvidenceKind.SEEN else None
    stay = [venue_id for venue_id in near[:STAY] if venue_id != said_it]
    return {Order.STAY: stay, Order.GO: near[STAY : STAY + SENT]}


def _front(evidence: Evidence, age: Age | None) -> Front:
    return Front(
        evidence_id=evidence.evidence_id,
        latitude=evidence.latitude,
        longitude=evidence.longitude,
        at_ms=evidence.at_ms,
        pace_mps=round(pace_of(age or Age.CHILD).brisk_mps, 3),
        lead_s=LEAD_S,
        least_m=LEAST_M,
    )


def _when(evidence: Evidence) -> tuple[int, str]:
    return evidence.at_ms, evidence.evidence_id
