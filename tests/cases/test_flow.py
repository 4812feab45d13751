"""Cases move by what people do, and go up where nobody does in time, in a real hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from hub.access.messages import NewPerson
from hub.access.people import LOCAL, Person, Role
from hub.app import Hub
from hub.cases.limits import CaseKind, Grade, Stage, again_ms, limit_ms
from hub.cases.machine import CaseAction, Owner
from hub.cases.messages import Act, Case, CaseChanged, CloseCase, NewCase, Regrade
from hub.errors import Refusal
from hub.events.messages import EventKind
from tests.hub import OFFICER, Told, open_console, open_hub

CHIEF = Person(person_id="chief", name="所长", role=Role.CHIEF)
HAZARD = NewCase(kind=CaseKind.HAZARD, title="消防通道被占", purpose="核实并清除隐患")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        yield opened


async def test_what_somebody_does_is_told_noted_and_kept(hub: Hub) -> None:
    told = Told(hub)
    await hub.access.put_person(NewPerson(person_id="zhang", name="张三", role=Role.OFFICER), LOCAL)
    case = await hub.cases.open_case(HAZARD, OFFICER)
    assert case.standing.owner == Owner(role=Role.OFFICER, person_id=OFFICER.person_id)
    given = await hub.case_flow.act(
        case.case_id, Act(action=CaseAction.HAND_OVER, to_person_id="zhang", note=" 换班 "), OFFICER
    )
    assert given.standing == msgspec.structs.replace(
        case.standing, owner=Owner(role=Role.OFFICER, person_id="zhang")
    ), "the deadline stays"
    handled = await hub.case_flow.act(case.case_id, Act(action=CaseAction.HANDLED), OFFICER)
    assert handled.standing.stage is Stage.FEED_BACK
    bodies = await told.wait(EventKind.CASE_CHANGED, case.case_id, 2)
    changed = [msgspec.convert(body, CaseChanged) for body in bodies]
    assert [(one.action, one.by, one.note, one.case) for one in changed] == [
        (CaseAction.HAND_OVER, OFFICER.person_id, "换班", given),
        (CaseAction.HANDLED, OFFICER.person_id, "", handled),
    ]
    assert await hub.cases.find(case.case_id) == handled


async def test_what_the_stage_does_not_know_changes_nothing(hub: Hub) -> None:
    case = await hub.cases.open_case(HAZARD, OFFICER)
    for act, code in (
        (Act(action=CaseAction.CONFIRM), "wrong_stage"),
        (Act(action=CaseAction.HAND_OVER), "nobody_named"),
        (Act(action=CaseAction.HAND_OVER, to_person_id="nobody"), "unknown_person"),
        (Act(action=CaseAction.CLOSE), "outcome_wanted"),
    ):
        with pytest.raises(Refusal) as refused:
            await hub.case_flow.act(case.case_id, act, OFFICER)
        assert refused.value.code == code
    await hub.cases.close_case(case.case_id, CloseCase(outcome="已清除"), CHIEF)
    with pytest.raises(Refusal) as refused:
        await hub.case_flow.act(case.case_id, Act(action=CaseAction.TAKE), OFFICER)
    assert refused.value.code == "case_closed"


async def test_graver_than_it_seemed_has_less_time(hub: Hub) -> None:
    case = await hub.cases.open_case(HAZARD, OFFICER)
    graver = await hub.case_flow.regrade(
        case.case_id, Regrade(kind=CaseKind.PUBLIC_ORDER, grade=Grade.GRAVEST), OFFICER
    )
    since_ms = case.standing.since_ms
    assert graver.standing.deadline_ms == since_ms + limit_ms(CaseKind.PUBLIC_ORDER, Grade.GRAVEST, Stage.HANDLE)


def time_of(case: Case) -> float:
    """What its stage has, in seconds."""
    assert case.standing.deadline_ms is not None
    return (case.standing.deadline_ms - case.standing.since_ms) / 1000


async def test_overdue_goes_up_once_whatever_the_wall_clock_says(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        told = Told(hub)
        case = await hub.cases.open_case(HAZARD, OFFICER)
        await hub.case_flow.look()
        clock.jump_wall(2 * time_of(case))
        await hub.case_flow.look()
        assert await hub.cases.find(case.case_id) == case, "a leap of the clock is no time"
        clock.advance(time_of(case))
        for _ in range(2):
            await hub.case_flow.look()
        (body,) = await told.wait(EventKind.CASE_CHANGED, case.case_id)
        overdue = msgspec.convert(body, CaseChanged)
        assert (overdue.action, overdue.by) == (None, None)
        standing, now_ms = overdue.case.standing, clock.wall_us() // 1000
        assert (standing.overdue, standing.owner) == (1, Owner(role=Role.CHIEF))
        assert standing.deadline_ms == now_ms + again_ms(CaseKind.HAZARD, Grade.USUAL, Stage.HANDLE)


async def test_what_fell_due_while_the_hub_was_away_goes_up_once(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as before:
        case = await before.cases.open_case(HAZARD, OFFICER)
    clock.advance(20 * time_of(case))
    async with open_hub(tmp_path, clock=clock) as hub:
        for _ in range(2):
            await hub.case_flow.look()
        overdue = await hub.cases.find(case.case_id)
        assert overdue is not None
        assert overdue.standing.overdue == 1


async def test_its_doors_are_the_police_rooms(hub: Hub) -> None:
    case = await hub.cases.open_case(HAZARD, OFFICER)
    async with open_console(hub, Role.CHIEF) as chief:
        answer = await chief.post(f"/api/cases/{case.case_id}/act", json={"action": "take"})
        assert answer.json()["standing"]["owner"]["role"] == "chief", answer.text
        answer = await chief.put(f"/api/cases/{case.case_id}/grade", json={"kind": "help", "grade": 6})
        assert answer.status_code == 422
