"""Disputes are routed, mediated, visited, and dispatched anew where they were not solved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.people import Role
from hub.app import Hub
from hub.casebook.messages import TimelineQuery
from hub.cases.limits import CaseKind, Grade, Stage
from hub.cases.messages import Case, NewCase
from hub.errors import Refusal
from hub.mediation.choosing import propose, routes_for
from hub.mediation.messages import (
    BeginMediation,
    DisputeClass,
    EndMediation,
    Mediator,
    NewMediator,
    NewVisit,
    Route,
    SetClass,
)
from tests.hub import OFFICER, open_console, open_hub

CLASSES, GRADES, ROUTES = st.sampled_from(DisputeClass), st.sampled_from(Grade), st.sampled_from(Route)


@given(CLASSES, GRADES, st.sets(ROUTES))
def test_every_route_is_offered_once_what_failed_last(
    dispute_class: DisputeClass, grade: Grade, failed: set[Route]
) -> None:
    order = routes_for(dispute_class, grade, failed)
    assert sorted(order) == sorted(Route)
    places = [order.index(route) for route in failed]
    assert sorted(places) == list(range(len(order) - len(failed), len(order)))
    if len(failed) >= 2 and Route.JUDICIAL not in failed:
        assert order[0] is Route.JUDICIAL


def test_routes_fit_what_it_is_about_and_how_grave() -> None:
    assert routes_for(DisputeClass.FAMILY, Grade.USUAL, ())[0] is Route.PEOPLE
    assert routes_for(DisputeClass.LABOUR, Grade.USUAL, ())[0] is Route.PROFESSIONAL
    assert routes_for(DisputeClass.LABOUR, Grade.GRAVEST, ())[0] is Route.POLICE


def mediator(name: str, route: Route = Route.PEOPLE, **given: object) -> Mediator:
    return Mediator(mediator_id=name, name=name, route=route, **given)  # type: ignore[arg-type]


def test_of_a_route_who_knows_it_is_of_the_grid_and_has_least_to_do_comes_first() -> None:
    people = [
        mediator("elsewhere", grid_ids=("G9",)),
        mediator("busy"),
        mediator("idle"),
        mediator("stranger", classes=(DisputeClass.LABOUR,)),
        mediator("police", Route.POLICE),
        mediator("own", grid_ids=("G1",), classes=(DisputeClass.NEIGHBOURS,)),
    ]
    proposed = propose(people, DisputeClass.NEIGHBOURS, Grade.USUAL, "G1", (), {"busy": 2, "own": 1})
    names = [one.mediator.name for one in proposed]
    assert names == ["idle", "own", "busy", "elsewhere", "stranger", "police"]
    assert proposed[1].why == "人民调解，首选，熟悉这类纠纷，本网格，手上有 1 起"
    assert proposed[5].why_en == "police"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        yield opened


async def dispute(hub: Hub, kind: CaseKind = CaseKind.DISPUTE) -> Case:
    new = NewCase(kind=kind, title="楼上漏水", purpose="调解", last_seen_venue_id="V01")
    return await hub.cases.open_case(new, OFFICER)


async def stage_of(hub: Hub, case: Case) -> Stage:
    found = await hub.cases.find(case.case_id)
    assert found is not None
    return found.standing.stage


async def test_dispute_goes_from_mediator_to_mediator_until_a_visit_finds_it_solved(hub: Hub) -> None:
    room = hub.mediation
    for name, route in (("老张", Route.PEOPLE), ("物业调委会", Route.PROFESSIONAL), ("法庭", Route.JUDICIAL)):
        await room.put_mediator(None, NewMediator(name=name, route=route), OFFICER)
    case = await dispute(hub)
    await room.set_class(case.case_id, SetClass(dispute_class=DisputeClass.PROPERTY), OFFICER)

    async def first() -> Mediator:
        return (await room.view(case.case_id)).proposals[0].mediator

    best = await first()
    assert best.name == "物业调委会"
    begun = await room.begin(case.case_id, BeginMediation(mediator_id=best.mediator_id), OFFICER)
    assert begun.going is not None
    assert (await room.view(case.case_id)).proposals[0].going == 1
    with pytest.raises(Refusal) as refused:
        await room.begin(case.case_id, BeginMediation(mediator_id=best.mediator_id), OFFICER)
    assert refused.value.code == "mediation_goes_on"
    await room.end(case.case_id, EndMediation(agreed=False, text=" 双方不让 "), OFFICER)
    assert await stage_of(hub, case) is Stage.DISPATCH

    best = await first()
    assert best.name == "老张", "the professional route has failed"
    await room.begin(case.case_id, BeginMediation(mediator_id=best.mediator_id), OFFICER)
    assert await stage_of(hub, case) is Stage.HANDLE, "who says so handles it"
    await room.end(case.case_id, EndMediation(agreed=True), OFFICER)
    assert await stage_of(hub, case) is Stage.FEED_BACK
    await room.visit(case.case_id, NewVisit(solved=False, text="又漏了"), OFFICER)
    assert await stage_of(hub, case) is Stage.DISPATCH
    best = await first()
    assert best.name == "法庭", "two have failed"
    await room.begin(case.case_id, BeginMediation(mediator_id=best.mediator_id), OFFICER)
    await room.end(case.case_id, EndMediation(agreed=True), OFFICER)
    kept = await room.visit(case.case_id, NewVisit(solved=True), OFFICER)
    assert await stage_of(hub, case) is Stage.FEED_BACK
    assert [one.agreed for one in kept.attempts] == [False, True, True]
    assert kept.attempts[0].text == "双方不让"
    page = await hub.casebook.timeline(case.case_id, TimelineQuery())
    assert sum(b'"case.mediated"' in item for item in map(bytes, page.items)) == 9


async def test_what_is_no_dispute_or_not_in_its_turn_is_refused(hub: Hub) -> None:
    case, hazard = await dispute(hub), await dispute(hub, CaseKind.HAZARD)
    known = await hub.mediation.put_mediator(None, NewMediator(name="老张", route=Route.PEOPLE), OFFICER)
    begin = BeginMediation(mediator_id=known.mediator_id)
    for attempt, code in (
        (hub.mediation.view(hazard.case_id), "no_dispute"),
        (hub.mediation.begin(case.case_id, BeginMediation(mediator_id="M0"), OFFICER), "unknown_mediator"),
        (hub.mediation.end(case.case_id, EndMediation(agreed=True), OFFICER), "no_mediation"),
        (hub.mediation.visit(case.case_id, NewVisit(solved=True), OFFICER), "wrong_stage"),
        (hub.mediation.put_mediator("M0", NewMediator(name="x", route=Route.PEOPLE), OFFICER), "unknown_mediator"),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert refused.value.code == code
    assert (await hub.mediation.begin(case.case_id, begin, OFFICER)).going is not None


async def test_its_doors(hub: Hub) -> None:
    case = await dispute(hub)
    async with open_console(hub, Role.ADMINISTRATOR) as administrator:
        new = {"name": "老张", "route": "people", "classes": ["family"], "grid_ids": ["G1"], "phone": "13800000000"}
        made = await administrator.post("/api/mediators", json=new)
        assert made.status_code == 201, made.text
        at = f"/api/mediators/{made.json()['mediator_id']}"
        assert (await administrator.put(at, json=new | {"name": "老李"})).json()["name"] == "老李"
        assert (await administrator.post("/api/mediators", json=new | {"grid_ids": ["G0"]})).status_code == 422
    async with open_console(hub) as officer:
        listed = (await officer.get("/api/mediators")).json()
        assert [one["name"] for one in listed] == ["老李"]
        assert (await officer.delete(at)).status_code == 403
        there = f"/api/cases/{case.case_id}"
        changed = await officer.put(f"{there}/mediation/class", json={"dispute_class": "family"})
        assert changed.json()["dispute_class"] == "family"
        order = {"mediator_id": listed[0]["mediator_id"]}
        assert (await officer.post(f"{there}/mediation", json=order)).status_code == 201
        assert (await officer.post(f"{there}/mediation/result", json={"agreed": True})).status_code == 200
        assert (await officer.post(f"{there}/visits", json={"solved": True})).status_code == 201
        assert (await officer.get(f"{there}/mediation")).json()["visits"][0]["solved"] is True
    async with open_console(hub, Role.ADMINISTRATOR) as administrator:
        assert (await administrator.delete(at)).status_code == 204
        assert (await administrator.delete(at)).status_code == 404
