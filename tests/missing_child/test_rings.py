"""Rings that grow from what is sure: nobody in reach is forgotten, nobody is told twice, nothing shrinks."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.missing_child import rings
from hub.missing_child.messages import Evidence, EvidenceKind, EvidenceState, Front, Order
from hub.missing_child.rings import GATHER_S, JUST_NOW_S, LEAD_S, LEAST_M, SENT, STAY

T0_MS = 1_000_000_000
METRES = st.floats(0, 3000, allow_nan=False)
STATES = st.sampled_from(list(EvidenceState))


def piece(number: int, at_s: float, state: EvidenceState = EvidenceState.SURE) -> Evidence:
    return Evidence(
        evidence_id=f"E{number:03}",
        kind=EvidenceKind.SEEN,
        state=state,
        at_ms=T0_MS + round(at_s * 1000),
        latitude=25.0,
        longitude=105.0,
    )


def front_at(at_s: float = 0) -> Front:
    (front,) = rings.fronts_of([piece(0, at_s)], None)
    return front


@given(st.lists(METRES, min_size=1, max_size=40), st.lists(st.floats(0.1, 30), min_size=1, max_size=60))
def test_venue_in_reach_is_alerted_in_time_and_none_twice(walks_m: list[float], looks_s: list[float]) -> None:
    front = front_at()
    walks = {f"V{number:02}": walk_m for number, walk_m in enumerate(walks_m)}
    alerted: dict[str, int] = {}
    now_ms = T0_MS
    for look_s in looks_s:
        now_ms += round(look_s * 1000)
        for venue_id in rings.due({front.evidence_id: walks}, [front], now_ms, alerted):
            assert venue_id not in alerted
            alerted[venue_id] = now_ms
        reach_m = max(LEAST_M, front.pace_mps * ((now_ms - T0_MS) / 1000 + LEAD_S))
        missed = [venue_id for venue_id, walk_m in walks.items() if walk_m <= reach_m - 1 and venue_id not in alerted]
        assert missed == []
        ahead_m = max(LEAST_M, front.pace_mps * ((now_ms - T0_MS) / 1000 + LEAD_S + GATHER_S))
        assert all(walks[venue_id] <= ahead_m + 1 for venue_id in alerted), "nobody long before"


@given(st.lists(st.tuples(st.floats(0, 600), STATES), max_size=20))
def test_fronts_are_the_latest_that_is_sure_and_what_guards_said_since(told: list[tuple[float, EvidenceState]]) -> None:
    evidence = [piece(number, at_s, state) for number, (at_s, state) in enumerate(told)]
    fronts = rings.fronts_of(evidence, None)
    known = {one.evidence_id: one for one in evidence}
    states = [known[front.evidence_id].state for front in fronts]
    assert states.count(EvidenceState.SURE) == min(1, sum(one.state is EvidenceState.SURE for one in evidence))
    assert set(states) <= {EvidenceState.SURE, EvidenceState.STANDS}
    if EvidenceState.SURE in states:
        assert states[0] is EvidenceState.SURE
        assert all(front.at_ms >= fronts[0].at_ms for front in fronts)
        assert fronts[0].at_ms == max(one.at_ms for one in evidence if one.state is EvidenceState.SURE)
    assert len([s for s in states if s is EvidenceState.STANDS]) == sum(
        one.state is EvidenceState.STANDS and (states[:1] != [EvidenceState.SURE] or one.at_ms > fronts[0].at_ms)
        for one in evidence
    )


@given(st.lists(METRES, min_size=1, max_size=20), st.floats(0, 300), st.floats(0, 300))
def test_ring_never_shrinks(walks_m: list[float], one_s: float, other_s: float) -> None:
    front = front_at()
    walks = {front.evidence_id: {f"V{number:02}": walk_m for number, walk_m in enumerate(walks_m)}}
    early, late = sorted((one_s, other_s))
    at_once = rings.due(walks, [front], T0_MS + round(early * 1000), ())
    assert set(at_once) <= set(rings.due(walks, [front], T0_MS + round(late * 1000), ()))


def test_those_nearest_stay_and_those_next_go_while_it_is_just_now() -> None:
    walks = {f"V{number:02}": 10.0 * number for number in range(11)}
    seen = piece(1, 0, EvidenceState.STANDS)
    fresh_ms = T0_MS + round(JUST_NOW_S * 1000)
    nearest = [f"V{number:02}" for number in range(STAY + SENT)]
    assert rings.called(seen, walks, fresh_ms) == {Order.STAY: nearest[:STAY], Order.GO: nearest[STAY:]}
    assert rings.called(seen, walks, fresh_ms + 1) == {}
    his_word = msgspec.structs.replace(seen, venue_id="V01")
    assert rings.called(his_word, walks, fresh_ms)[Order.STAY] == ["V00"], "he knows it"
    for state in (EvidenceState.DOUBTED, EvidenceState.REJECTED):
        assert rings.called(piece(1, 0, state), walks, T0_MS) == {}


def test_nobody_walks_that_fast() -> None:
    sure = piece(0, 0)
    assert rings.is_possible(piece(1, 60, EvidenceState.STANDS), [(sure, 339.0)], None)
    assert not rings.is_possible(piece(1, 60, EvidenceState.STANDS), [(sure, 341.0)], None)
    assert not rings.is_possible(piece(1, -60, EvidenceState.STANDS), [(sure, 341.0)], None), "nor before"
