"""The whole procedure in a real hub: from the key to the child."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.messages import Answer
from devices.protocol.topics import Up
from hub.access.messages import NewPerson
from hub.access.people import LOCAL, Role
from hub.alerts.messages import AnswerElsewhere, Via
from hub.app import Hub
from hub.cases.limits import Stage
from hub.cases.messages import CloseCase
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.found.messages import Verdict as FoundVerdict
from hub.missing_child.machine import BEYOND_AFTER_S
from hub.missing_child.messages import (
    ChangeMissingChild,
    EvidenceKind,
    EvidenceState,
    GoBeyond,
    JudgeEvidence,
    MissingChild,
    NewMissingChild,
    Order,
    Place,
    SayFound,
    SetStep,
    StepName,
    StepState,
)
from hub.missing_child.reporting import Reporting
from hub.sightings.messages import Verdict
from tests.devices.room import until
from tests.hub import OFFICER, Told, open_console, open_hub, sighting
from tests.played import radio_on_line

RED = "红色上衣，蓝色裤子，身高1.10米的孩子"
_CLOCK_MS = ManualClock().wall_us() // 1000
AT_V01 = NewMissingChild(description_text=RED, last_seen=Place(venue_id="V01"), last_seen_at_ms=_CLOCK_MS)
"""Just now. V01 to V04 stand in a row, 101 m from each to the next, and no street is known: 122 m on foot."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path, clock=clock) as opened:
        await officer_of(opened)
        yield opened


async def officer_of(hub: Hub) -> None:
    await hub.access.put_person(NewPerson(person_id=OFFICER.person_id, name="民警", role=Role.OFFICER), LOCAL)


async def as_it_stands(hub: Hub, child: MissingChild) -> MissingChild:
    await hub.missing_children.look()
    return await hub.missing_children.find(child.case_id)


def orders(child: MissingChild) -> list[tuple[Order, tuple[str, ...]]]:
    return [(sent.order, sent.venue_ids) for sent in child.alerts]


def said(child: MissingChild, venue_id: str, answer: Answer, number: int = -1) -> AnswerElsewhere:
    return AnswerElsewhere(
        message_id=f"{venue_id}-{answer}",
        alert_id=child.alerts[number].alert_id,
        venue_ids=(venue_id,),
        by="guard",
        via=Via.PAGE,
        answer=answer,
    )


async def test_key_alerts_who_is_near_at_once_and_searches_beside(hub: Hub) -> None:
    hub.sightings.add_all([sighting(hub, "S1", "red", "blue"), sighting(hub, "S2", "white", "black")])
    child = await hub.missing_children.start(AT_V01, OFFICER, "key")
    assert orders(child) == [(Order.WATCH, ("V01", "V02"))], "150 m, however short ago"
    alert = await hub.alerts.find(child.alerts[0].alert_id)
    assert alert.case_id == child.case_id
    assert alert.text.startswith(f"走失儿童：{RED}。")
    assert "场所1" in alert.text
    assert "看住出入口" in alert.text
    await until(lambda: hub.missing_children.opened[0].watch_id is not None, "the watch is on")
    await until(lambda: hub.missing_children.opened[0].search_hits is not None, "the search has ended")
    after = hub.missing_children.opened[0]
    assert after.hits[0].sighting_id == "S1"
    assert after.step(StepName.SEARCH).state is StepState.DONE
    again = await hub.missing_children.start(AT_V01, OFFICER, "key")
    assert again.case_id == child.case_id
    assert len(again.alerts) == 1


async def test_ring_grows_at_a_childs_pace_and_tells_nobody_twice(hub: Hub, clock: ManualClock) -> None:
    child = await hub.missing_children.start(AT_V01, OFFICER)
    assert [one.venue_id for one in child.next_venues] == ["V03", "V04"]
    due_s = [(one.due_at_ms - child.started_at_ms) / 1000 for one in child.next_venues]
    clock.advance(due_s[0] - 0.5)
    assert len((await as_it_stands(hub, child)).alerts) == 1
    clock.jump_wall(3600)
    assert len((await as_it_stands(hub, child)).alerts) == 1, "a leap of the clock is no time"
    clock.advance(0.6)
    assert orders(await as_it_stands(hub, child))[1:] == [(Order.WATCH, ("V03",))]
    clock.advance(due_s[1])
    after = await as_it_stands(hub, child)
    assert orders(after)[2:] == [(Order.WATCH, ("V04",))]
    assert after.next_venues == ()


async def test_nothing_known_alerts_everybody_and_waits_for_words(hub: Hub) -> None:
    child = await hub.missing_children.start(NewMissingChild(), OFFICER)
    assert orders(child) == [(Order.WATCH, ("V01", "V02", "V03", "V04"))]
    await until(lambda: hub.missing_children.opened[0].step(StepName.WATCH).state is StepState.WAITING, "it waits")
    hub.sightings.add(sighting(hub, "S1", "red", "blue"))
    known = ChangeMissingChild(description_text=RED, height_cm=112)
    await hub.missing_children.learn(child.case_id, known, OFFICER)
    await until(lambda: bool(hub.missing_children.opened[0].hits), "it was searched")
    after = await as_it_stands(hub, child)
    assert after.alerts[0].alert_id != child.alerts[0].alert_id
    updated = await hub.alerts.find(after.alerts[0].alert_id)
    assert updated.updates == child.alerts[0].alert_id
    assert RED in updated.text
    assert "1.12 米" in updated.text


async def test_guards_word_sends_those_near_and_leaves_the_sure_ring(hub: Hub, clock: ManualClock) -> None:
    child = await hub.missing_children.start(AT_V01, OFFICER)
    clock.advance(20)
    await hub.alerts.answered_elsewhere(said(child, "V02", Answer.SEEN))
    after = await as_it_stands(hub, child)
    (evidence,) = [one for one in after.evidence if one.kind is EvidenceKind.SEEN]
    assert (evidence.venue_id, evidence.state) == ("V02", EvidenceState.STANDS)
    assert orders(after)[1:] == [(Order.STAY, ("V01",)), (Order.GO, ("V03", "V04"))], "the nearest first"
    stay, go = [await hub.alerts.find(alert.alert_id) for alert in after.alerts[1:]]
    assert "刚才就在你附近（场所2）看到，请守在门口" in stay.text
    assert "刚才在场所2附近看到，请出门去找" in go.text
    assert [front.evidence_id for front in after.fronts] == ["told", evidence.evidence_id]
    judged = await hub.missing_children.judge(
        child.case_id, evidence.evidence_id, JudgeEvidence(verdict=Verdict.CONFIRMED), OFFICER
    )
    assert [front.evidence_id for front in judged.fronts] == [evidence.evidence_id]
    rejected = await hub.missing_children.judge(
        child.case_id, evidence.evidence_id, JudgeEvidence(verdict=Verdict.REJECTED), OFFICER
    )
    assert [front.evidence_id for front in rejected.fronts] == ["told"]


async def test_confirmed_picture_moves_the_ring_and_an_impossible_word_moves_nothing(
    hub: Hub, clock: ManualClock
) -> None:
    hub.sightings.add(sighting(hub, "S1", "red", "blue"))
    new = NewMissingChild(description_text=RED, last_seen=Place(venue_id="V04"))
    child = await hub.missing_children.start(new, OFFICER)
    assert len(child.alerts[0].venue_ids) == 3, "nobody said when: two minutes ago"
    await hub.paths.mark(child.case_id, "S1", Verdict.CONFIRMED, OFFICER)
    after = await as_it_stands(hub, child)
    assert [(one.kind, one.camera_id) for one in after.evidence if one.kind is EvidenceKind.SIGHTING] == [
        (EvidenceKind.SIGHTING, "C01")
    ]
    clock.advance(1)
    await hub.alerts.answered_elsewhere(said(after, "V04", Answer.SEEN, 0))
    doubted = await as_it_stands(hub, child)
    (word,) = [one for one in doubted.evidence if one.kind is EvidenceKind.SEEN]
    assert word.state is EvidenceState.DOUBTED, "365 m in 4 s"
    assert [front.evidence_id for front in doubted.fronts] == ["S1"]
    await hub.paths.mark(child.case_id, "S1", None, OFFICER)
    assert "S1" not in [one.evidence_id for one in (await as_it_stands(hub, child)).evidence]


async def test_ten_minutes_propose_to_go_beyond_and_all_others_are_told_on_the_officers_word(
    hub: Hub, clock: ManualClock
) -> None:
    told = Told(hub)
    child = await hub.missing_children.start(AT_V01, OFFICER)
    await hub.missing_children.set_step(child.case_id, StepName.ALERT, SetStep(on=False), OFFICER)
    clock.advance(BEYOND_AFTER_S - 1)
    assert (await as_it_stands(hub, child)).beyond_proposed_at_ms is None
    clock.advance(1)
    proposed = await as_it_stands(hub, child)
    assert proposed.beyond_proposed_at_ms is not None
    assert len(proposed.alerts) == 1, "switched off"
    after = await hub.missing_children.go_beyond(child.case_id, GoBeyond(go=True), OFFICER)
    assert orders(after)[1:] == [(Order.BEYOND, ("V03", "V04"))]
    assert (await told.wait(EventKind.MISSING_CHILD_CHANGED, child.case_id))[-1]["beyond"] is True


async def test_child_with_a_guard_is_verified_and_everything_is_over_everywhere(hub: Hub, clock: ManualClock) -> None:
    async with radio_on_line(hub, "R02") as radio:
        child = await hub.missing_children.start(AT_V01, OFFICER)
        clock.advance(30)
        report = wire.Report(
            stamp=radio.stamp(),
            message_id="m1",
            alert_id=child.alerts[0].alert_id,
            answer=Answer.CHILD_IS_WITH_ME,
            text="在前台",
        )
        await radio.say(Up.REPORT, report)
        await until(lambda: bool(hub.missing_children.opened[0].found_ids), "it was heard")
    (found_id,) = hub.missing_children.opened[0].found_ids
    clock.advance(10)
    over = await hub.missing_children.say_found(child.case_id, SayFound(found_id=found_id), OFFICER)
    assert (over.was_found, over.found_id, over.is_cleared) == (True, found_id, True)
    assert not hub.alerts.is_under_way(child.alerts[0].alert_id)
    case = await hub.cases.find(child.case_id)
    assert case is not None
    assert case.standing.stage is Stage.FEED_BACK
    assert all(watch.ended_at_ms is not None for watch in case.watches)
    assert hub.missing_children.opened == ()
    with pytest.raises(Refusal) as refused:
        await hub.missing_children.learn(child.case_id, ChangeMissingChild(description_text="x"), OFFICER)
    assert refused.value.code == "procedure_over"
    find = hub.access.find_person
    reporting = Reporting(hub.missing_children, hub.cases, hub.alerts, hub.registry, hub.walking, hub.clock, find)
    text = await reporting.text(child.case_id)
    assert "孩子在保安身边 child with a guard：30.0 s" in text
    assert "民警核实 verified：40.0 s" in text
    assert "场所2" in text
    assert "孩子在我这里" in await reporting.html(child.case_id)


async def test_another_child_is_rejected_and_the_search_goes_on(hub: Hub) -> None:
    child = await hub.missing_children.start(AT_V01, OFFICER)
    await hub.alerts.answered_elsewhere(said(child, "V02", Answer.CHILD_IS_WITH_ME))
    (found,) = await hub.found.opened()
    closed = SayFound(found_id=found.found_id, verdict=FoundVerdict.NOT_THE_CHILD)
    after = await hub.missing_children.say_found(child.case_id, closed, OFFICER)
    assert (after.ended_at_ms, after.found_ids) == (None, ())
    assert [one.state for one in after.evidence if one.kind is EvidenceKind.WITH_ME] == [EvidenceState.REJECTED]
    assert hub.alerts.is_under_way(child.alerts[0].alert_id)


async def test_closing_the_case_ends_it_and_tells_everybody(hub: Hub) -> None:
    child = await hub.missing_children.start(AT_V01, OFFICER)
    await hub.cases.close_case(child.case_id, CloseCase(outcome="误报"), OFFICER)
    after = await as_it_stands(hub, child)
    assert (after.was_found, after.is_cleared) == (False, True)
    assert not hub.alerts.is_under_way(child.alerts[0].alert_id)


async def test_restarted_hub_goes_on_where_it_was(tmp_path: Path, clock: ManualClock) -> None:
    async with open_hub(tmp_path, clock=clock) as before:
        await officer_of(before)
        child = await before.missing_children.start(AT_V01, OFFICER)
    clock.advance(1000)
    async with open_hub(tmp_path, clock=clock) as hub:
        after = await as_it_stands(hub, child)
        assert orders(after) == [(Order.WATCH, ("V01", "V02")), (Order.WATCH, ("V03", "V04"))]
        assert after.beyond_proposed_at_ms is not None


async def test_its_doors(hub: Hub) -> None:
    async with open_console(hub, Role.OFFICER) as officer:
        answer = await officer.post(
            "/api/missing-children", json={"description_text": RED, "last_seen": {"venue_id": "V01"}}
        )
        assert answer.status_code == 201, answer.text
        case_id = answer.json()["case_id"]
        at = f"/api/missing-children/{case_id}"
        assert [one["case_id"] for one in (await officer.get("/api/missing-children")).json()] == [case_id]
        assert (await officer.post(f"{at}/steps/exits", json={"on": False})).json()["steps"][3]["state"] == "off"
        assert (await officer.post(f"{at}/steps/nothing", json={"on": False})).status_code == 404
        told = await officer.post(
            f"{at}/evidence", json={"place": {"latitude": 25.1, "longitude": 105.474}, "ago_s": 5}
        )
        assert told.json()["fronts"][0]["longitude"] == 105.474
        assert (await officer.post(f"{at}/evidence", json={"place": {}})).status_code == 422
        cap = await officer.get(f"{at}/cap")
        assert b"<circle>25.1,105.474 0.150</circle>" in cap.content
        assert (await officer.patch(at, json={"last_seen": {"venue_id": "nowhere"}})).status_code == 422
        assert (await officer.post(f"{at}/found", json={"found_id": "F0"})).status_code == 404
        over = await officer.post(f"{at}/found", json={"note": "自己回家了"})
        assert over.json()["was_found"] is True
        report = await officer.get(f"{at}/report?form=text")
        assert report.headers["content-type"].startswith("text/plain")
    async with open_console(hub, Role.CHIEF) as chief:
        answer = await chief.post("/api/missing-children", json={})
        assert answer.json()["steps"][0]["state"] == "off"
        assert "录像" in answer.json()["steps"][0]["why"]
