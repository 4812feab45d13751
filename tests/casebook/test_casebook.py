"""What happens in a case stands in its timeline, in order and once; cases are handed over with what must be known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import Answer
from hub.access.messages import NewPerson
from hub.access.people import LOCAL, Place, PlaceKind, Role
from hub.alerts.messages import AnswerElsewhere, NewAlert, Via
from hub.app import Hub
from hub.casebook.messages import HandOver, NewNote, NewRecording, TimelineQuery
from hub.cases.limits import CaseKind
from hub.cases.machine import CaseAction, Owner
from hub.cases.messages import Act, Case, CloseCase, NewCase
from hub.cases.records import forget_cases
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.response.limits import AskKind
from hub.response.messages import AskTarget, CloseAsk, MakeCase, Matter, NewOrder, NewReport
from hub.sightings.messages import Query, Verdict
from tests.hub import OFFICER, entrant, open_console, open_hub, sighting

RED = Query(text="红色上衣的孩子")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path, clock=ManualClock()) as opened:
        await opened.access.put_person(NewPerson(person_id="zhang", name="张三", role=Role.OFFICER), LOCAL)
        yield opened


async def open_case(hub: Hub, title: str = "走失女孩") -> Case:
    return await hub.cases.open_case(NewCase(title=title, purpose="寻找走失儿童"), OFFICER)


async def alert_of(hub: Hub, case: Case) -> str:
    return (await hub.alerts.issue(NewAlert(text="找人", case_id=case.case_id), OFFICER.person_id)).alert_id


async def items_of(hub: Hub, case: Case, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    page = await hub.casebook.timeline(case.case_id, TimelineQuery(after=after, limit=limit))
    return [msgspec.json.decode(item) for item in page.items]


async def everything(hub: Hub, case: Case) -> list[str]:
    """All that can refer to a case, and beside each something that does not; returns the kinds that should be told."""
    hub.sightings.add(sighting(hub, "S1", "red", "blue"))
    alert_id = await alert_of(hub, case)
    await hub.alerts.issue(NewAlert(text="别的事"), OFFICER.person_id)
    await hub.cases.search(case.case_id, RED, OFFICER)
    watch = await hub.cases.start_watch(case.case_id, RED, OFFICER)
    await hub.paths.mark(case.case_id, "S1", Verdict.CONFIRMED, OFFICER)
    said = AnswerElsewhere(
        message_id="m1", alert_id=alert_id, venue_ids=("V01",), by="g", via=Via.PAGE, answer=Answer.CHILD_IS_WITH_ME
    )
    await hub.alerts.answered_elsewhere(said)
    await hub.cases.end_watch(case.case_id, watch.watch_id, OFFICER)
    await hub.casebook.note(case.case_id, NewNote(text=" 母亲在接待室 "), OFFICER)
    grid_1 = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    await hub.access.put_person(NewPerson(person_id="zhao", name="赵", role=Role.GRID_MEMBER, places=grid_1), LOCAL)
    officer, member = entrant(hub, Role.OFFICER), entrant(hub, Role.GRID_MEMBER, grid_1)
    for case_id in (case.case_id, None):
        order = NewOrder(text="到路口看守", target=AskTarget(everybody=True), case_id=case_id)
        directive = await hub.responses.order(AskKind.DIRECTIVE, order, officer)
        await hub.responses.close(directive.ask_id, CloseAsk(), officer)
    report = await hub.responses.report(NewReport(matter=Matter.HELP, grid_id="G1"), member)
    await hub.responses.tie(report.ask_id, MakeCase(case_id=case.case_id), officer)
    return [
        EventKind.CASE_OPENED,
        EventKind.ALERT_ISSUED,
        EventKind.SEARCH_MADE,
        EventKind.WATCH_STARTED,
        EventKind.PATH_MARKED,
        EventKind.REPORT_MADE,
        EventKind.CHILD_FOUND,
        EventKind.WATCH_ENDED,
        EventKind.CASE_NOTED,
        EventKind.ASK_MADE,
        EventKind.ASK_CLOSED,
        EventKind.ASK_CHANGED,
    ]


async def test_timeline_holds_what_refers_to_the_case_once_and_in_order(hub: Hub) -> None:
    case, other = await open_case(hub), await open_case(hub, "另一案")
    kinds = await everything(hub, case)
    items = await items_of(hub, case)
    assert [item["kind"] for item in items] == kinds
    assert [item["number"] for item in items] == sorted({item["number"] for item in items})
    assert items[1]["body"]["deliveries"] == [], "they are where they came from"
    assert items[kinds.index(EventKind.CASE_NOTED)]["body"] == {
        "case_id": case.case_id, "text": "母亲在接待室", "pictures": [], "by": "officer", "name": "民警"
    }  # fmt: skip
    assert [item["kind"] for item in await items_of(hub, other)] == ["case.opened"]
    page = await hub.casebook.timeline(case.case_id, TimelineQuery())
    assert [(one.radios, one.acknowledged, one.reported) for one in page.alerts] == [(4, 1, 1)]


async def test_pages_follow_each_other(hub: Hub) -> None:
    case = await open_case(hub)
    kinds = await everything(hub, case)
    read, after = list[str](), 0
    while True:
        page = await hub.casebook.timeline(case.case_id, TimelineQuery(after=after, limit=4))
        read += [msgspec.json.decode(item)["kind"] for item in page.items]
        if page.next is None:
            break
        after = page.next
    assert read == kinds


async def test_after_a_restart_reports_on_an_earlier_alert_still_belong_to_the_case(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as before:
        case = await open_case(before)
        alert_id = await alert_of(before, case)
    async with open_hub(tmp_path) as hub:
        said = AnswerElsewhere(
            message_id="m1", alert_id=alert_id, venue_ids=("V01",), by="g", via=Via.PAGE, answer=Answer.SEEN
        )
        await hub.alerts.answered_elsewhere(said)
        assert [item["kind"] for item in await items_of(hub, case)][-1] == "report.made"


async def test_timeline_is_kept_as_long_as_its_case_and_no_longer(hub: Hub) -> None:
    case = await open_case(hub)
    await everything(hub, case)
    await hub.cases.close_case(case.case_id, CloseCase(outcome="找到了"), OFFICER)
    await hub.events.forget_before(hub.clock.wall_us() + 1)
    assert await hub.casebook.forget() == 0
    assert len(await items_of(hub, case)) > 9, "though the log has forgotten it"
    gone_us = hub.clock.wall_us() + 1
    await hub.database.write(lambda change: change.connection.exec_driver_sql("delete from audit_records"))
    await forget_cases(hub.database, gone_us)
    assert await hub.casebook.forget() > 9
    with pytest.raises(Refusal) as refused:
        await hub.casebook.timeline(case.case_id, TimelineQuery())
    assert refused.value.code == "unknown_case"


async def test_cases_are_handed_over_all_or_none_each_with_its_summary(hub: Hub) -> None:
    case, other = await open_case(hub), await open_case(hub, "另一案")
    await everything(hub, case)
    (told,) = await hub.casebook.summaries((case.case_id,))
    for words in ("处置阶段", "警报 1", "回报 1", "查找 1", "记事 1", "母亲在接待室", "孩子在我这里", "确认出现 1 处"):
        assert words in told.words
    assert "1 searches" in told.words_en
    ids = (case.case_id, other.case_id)
    with pytest.raises(Refusal):
        await hub.casebook.hand_over(HandOver(case_ids=(*ids, "K0"), to_person_id="zhang"), OFFICER)
    assert {one.standing.owner for one in hub.cases.opened} == {Owner(role=Role.OFFICER, person_id="officer")}
    handed = await hub.casebook.hand_over(HandOver(case_ids=ids, to_person_id="zhang", note="换班"), OFFICER)
    assert {one.standing.owner for one in handed} == {Owner(role=Role.OFFICER, person_id="zhang")}
    last = (await items_of(hub, case))[-1]
    assert (last["kind"], last["body"]["action"]) == ("case.changed", "hand_over")
    assert last["body"]["note"].startswith("换班。处置阶段")


async def test_notes_and_recordings_that_are_none_are_refused(hub: Hub) -> None:
    case = await open_case(hub)
    for refused_call, code in (
        (hub.casebook.note(case.case_id, NewNote(text=" "), OFFICER), "empty_note"),
        (hub.casebook.add_recording(case.case_id, NewRecording(burst_id=7), OFFICER), "unknown_burst"),
    ):
        with pytest.raises(Refusal) as refused:
            await refused_call
        assert refused.value.code == code


async def test_grid_member_sees_and_moves_what_was_given_to_them_and_nothing_else(hub: Hub) -> None:
    grid = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    given = await hub.cases.open_case(NewCase(kind=CaseKind.HAZARD, title="通道被占", purpose="清除隐患"), OFFICER)
    other = await open_case(hub)
    async with open_console(hub, Role.GRID_MEMBER, grid) as member:
        assert (await member.get("/api/cases/mine")).json() == []
        me = (await member.get("/api/session")).json()["person"]["person_id"]
        act = Act(action=CaseAction.HAND_OVER, to_person_id=me)
        await hub.case_flow.act(given.case_id, act, OFFICER)
        (mine,) = (await member.get("/api/cases/mine")).json()
        assert (mine["case_id"], mine["title"], mine["notes"]) == (given.case_id, "通道被占", [])
        noted = await member.post(f"/api/cases/{given.case_id}/notes", json={"text": "已到现场"})
        assert noted.status_code == 201, noted.text
        refused = await member.post(f"/api/cases/{other.case_id}/notes", json={"text": "好奇"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_yours")
        assert (await member.post(f"/api/cases/{other.case_id}/act", json={"action": "handled"})).status_code == 403
        assert (await member.get(f"/api/cases/{given.case_id}/timeline")).status_code == 403
        done = await member.post(f"/api/cases/{given.case_id}/act", json={"action": "handled"})
        assert done.json()["standing"]["stage"] == "feed_back", done.text
        assert (await member.get("/api/cases/mine")).json() == []
    async with open_console(hub) as officer:
        items = (await officer.get(f"/api/cases/{given.case_id}/timeline?limit=1")).json()
        assert items["next"] == items["items"][0]["number"]
        ids = f"{given.case_id},{other.case_id}"
        assert len((await officer.get(f"/api/handover?case_ids={ids}")).json()) == 2
        order = {"case_ids": [other.case_id], "to_role": "dispatcher"}
        assert (await officer.post("/api/handover", json=order)).json()[0]["standing"]["owner"]["role"] == "dispatcher"
