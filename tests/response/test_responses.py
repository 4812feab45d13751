"""The grid calls and police answer, police whistle and the grid answers, in a real hub over its doors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from devices.protocol.clock import ManualClock
from hub.access.people import COMMUNITY, Person, Place, PlaceKind, Role
from hub.access.records import Account
from hub.app import Hub
from hub.cases.limits import CaseKind, Grade
from hub.events.messages import EventKind
from hub.response.limits import AskKind, again_ms, answer_ms, finish_ms
from hub.response.messages import AskTarget, Matter, NewOrder, NewReport
from hub.response.records import forget_asks
from hub.shifts.messages import Shift
from tests.hub import Told, client_of, entrant, open_console, open_hub, sign_in
from tests.media.test_media import photo

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1, GRID_2 = (Place(kind=PlaceKind.GRID, place_id=f"G{n}") for n in (1, 2))
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")


@dataclass
class Town:
    """A hub on a clock that is wound by hand, what it told, and the browsers of its people by name."""

    hub: Hub
    clock: ManualClock
    told: Told
    of: dict[str, httpx.AsyncClient]

    async def pass_s(self, seconds: float) -> None:
        """Let time pass; the room looks as it does twice a second."""
        self.clock.advance(seconds)
        await self.hub.responses.telling.look()

    async def whistle(self, by: str = "officer", **given: Any) -> dict[str, Any]:
        answer = await self.of[by].post(
            "/api/whistles", json={"text": "到北门看一下", "target": {"grid_ids": ["G1"]}} | given
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def report(self, by: str = "li", **given: Any) -> dict[str, Any]:
        answer = await self.of[by].post("/api/reports", json={"matter": "hazard", "text": "消防通道被占"} | given)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def say(self, by: str, ask_id: str, step: str, **given: Any) -> httpx.Response:
        said = {"message_id": f"{by}-{ask_id}-{step}", "step": step} | given
        return await self.of[by].post(f"/api/asks/{ask_id}/answers", json=said)

    async def see(self, by: str, ask_id: str) -> dict[str, Any]:
        answer = await self.of[by].get(f"/api/asks/{ask_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


PEOPLE = {
    "officer": (Role.OFFICER, COMMUNITY),
    "grid-officer": (Role.OFFICER, GRID_1),
    "dispatcher": (Role.DISPATCHER, COMMUNITY),
    "li": (Role.GRID_MEMBER, GRID_1),
    "wang": (Role.GRID_MEMBER, GRID_1),
    "zhao": (Role.GRID_MEMBER, GRID_2),
    "guard": (Role.GUARD, VENUE_1),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    clock = ManualClock()
    async with open_hub(tmp_path_factory.mktemp("hub"), clock=clock) as hub, open_console(hub) as console:
        clients = {
            name: client_of(console.base_url, await sign_in(hub, role, (place,), person_id=name))
            for name, (role, place) in PEOPLE.items()
        }
        yield Town(hub, clock, Told(hub), clients)
        for client in clients.values():
            await client.aclose()


async def test_report_goes_to_the_officers_of_its_police_grid_and_one_answer_suffices(town: Town) -> None:
    made = await town.report()
    assert (made["grid_ids"], made["phase"], made["tally"]["waiting"]) == (["G1"], "waiting", 1)
    (line,) = made["lines"]
    assert line["person_id"] == "grid-officer", "G1 and G2 are one police grid, whose officer it is"
    taken = (await town.say("grid-officer", made["ask_id"], "take")).json()
    assert (taken["phase"], taken["mine"]["state"]) == ("under_way", "taken")
    seen = await town.see("li", made["ask_id"])
    assert [(one["name"], one["state"]) for one in seen["lines"]] == [("officer", "taken")], "who comes is told"
    assert (await town.say("officer", made["ask_id"], "done")).json()["phase"] == "closed", "another may join"
    told = [body["phase"] for body in town.told.of(EventKind.ASK_CHANGED, made["ask_id"])]
    assert told == ["under_way"]
    assert len(town.told.of(EventKind.ASK_CLOSED, made["ask_id"])) == 1


async def test_grid_of_a_report_is_where_it_is(town: Town) -> None:
    places: tuple[tuple[dict[str, object], str], ...] = (
        ({"venue_id": "V04"}, "G2"),
        ({"grid_id": "G2"}, "G2"),
        ({"latitude": 25.1, "longitude": 105.474}, "G2"),
        ({"latitude": 26.1, "longitude": 105.474}, "G1"),
        ({}, "G1"),
    )
    for given, grid_id in places:
        assert (await town.report("guard", **given))["grid_ids"] == [grid_id], given
    refused: tuple[tuple[dict[str, object], str], ...] = (
        ({"grid_id": "G9"}, "unknown_grid"),
        ({"venue_id": "V99"}, "unknown_venue"),
        ({"latitude": 25.1}, "half_a_place"),
        ({"pictures": ["0" * 64]}, "unknown_media"),
    )
    for given, code in refused:
        answer = await town.of["li"].post("/api/reports", json={"matter": "help"} | given)
        assert answer.json()["error"]["code"] == code


async def test_report_nobody_answers_goes_to_the_consoles_and_then_to_the_chief(town: Town) -> None:
    made = await town.report(matter="missing_person")
    limits = (CaseKind.MISSING_PERSON, Grade.USUAL)
    await town.pass_s(answer_ms(AskKind.REPORT, *limits) / 1000 - 1)
    assert town.told.of(EventKind.ASK_OVERDUE, made["ask_id"]) == []
    await town.pass_s(1)
    await town.pass_s(again_ms(AskKind.REPORT, *limits) / 1000)
    overdue = await town.told.wait(EventKind.ASK_OVERDUE, made["ask_id"], 2)
    assert [(body["whom"], body["sum"]["overdue"]) for body in overdue] == [("room", 1), ("chief", 1)]
    await town.say("dispatcher", made["ask_id"], "take")
    seen = await town.see("officer", made["ask_id"])
    assert (seen["level"], seen["whom"]) == (0, None)
    now_ms = town.clock.wall_us() // 1000
    assert seen["deadline_ms"] == now_ms + finish_ms(AskKind.REPORT, *limits)


async def test_whistle_goes_to_members_on_duty_and_reminds_then_goes_up(town: Town) -> None:
    off_duty = Shift(place=GRID_1, weekdays=(weekday_after(town),), begin_minute=0, end_minute=1)
    await town.hub.shifts.put_shifts("wang", (off_duty,), "officer")
    made = await town.whistle()
    await town.hub.shifts.put_shifts("wang", (), "officer")
    assert [line["person_id"] for line in made["lines"]] == ["li"], "wang's shift is on another day"
    limit_s = answer_ms(AskKind.WHISTLE, None, Grade.USUAL) / 1000
    await town.pass_s(limit_s)
    for _ in range(3):
        await town.pass_s(limit_s / 2)
    whom = [body["whom"] for body in await town.told.wait(EventKind.ASK_OVERDUE, made["ask_id"], 4)]
    assert whom == ["asked", "officers", "room", "room"]
    said = await town.say("li", made["ask_id"], "arrived", pressed_ago_ms=30_000)
    line = said.json()["mine"]
    assert (line["state"], line["state_at_ms"]) == ("arrived", town.clock.wall_us() // 1000 - 30_000)
    assert (await town.say("li", made["ask_id"], "done")).json()["phase"] == "closed"


def weekday_after(town: Town) -> int:
    """The day after tomorrow."""
    return (town.clock.wall_us() // 86_400_000_000 + 3 + 2) % 7 + 1


async def test_repeat_changes_nothing_and_what_leads_nowhere_is_refused(town: Town) -> None:
    made = await town.whistle()
    first = await town.say("li", made["ask_id"], "take")
    again = await town.say("li", made["ask_id"], "take")
    assert again.json()["mine"] == first.json()["mine"]
    for by, step, code in (
        ("li", "take", "wrong_step"),
        ("li", "cannot", "reason_wanted"),
        ("zhao", "take", "unknown_ask"),
    ):
        answer = await town.say(by, made["ask_id"], step, message_id=f"{by}-{step}-anew")
        assert answer.json()["error"]["code"] == code
    answer = await town.say("officer", made["ask_id"], "take")
    assert answer.json()["error"]["code"] == "not_asked", "a whistle is for those whom it went to"
    key = {"Idempotency-Key": "k1"}
    body = {"matter": "help"}
    one, two = [await town.of["li"].post("/api/reports", json=body, headers=key) for _ in range(2)]
    assert one.json()["ask_id"] == two.json()["ask_id"]


async def test_all_of_it_that_nobody_can_goes_up_at_once(town: Town) -> None:
    made = await town.whistle()
    for name in ("li", "wang"):
        await town.say(name, made["ask_id"], "cannot", text="不在本地")
    await town.pass_s(0)
    (body,) = await town.told.wait(EventKind.ASK_OVERDUE, made["ask_id"])
    assert (body["phase"], body["whom"], body["sum"]["cannot"]) == ("stuck", "officers", 2)
    answer = await town.of["officer"].post(f"/api/asks/{made['ask_id']}/close", json={"text": "改派他人"})
    assert (answer.json()["closed_by"], answer.json()["closing_text"]) == ("officer", "改派他人")
    answer = await town.say("li", made["ask_id"], "take")
    assert answer.json()["error"]["code"] == "ask_closed"


async def test_directive_goes_down_through_an_officer_and_its_sum_comes_up(town: Town) -> None:
    answer = await town.of["dispatcher"].post(
        "/api/directives", json={"text": "排查电动车充电", "target": {"person_ids": ["grid-officer"]}, "minutes": 120}
    )
    above = answer.json()
    answer = await town.of["grid-officer"].post(f"/api/asks/{above['ask_id']}/close", json={})
    assert answer.json()["error"]["code"] == "not_yours", "who is asked answers it"
    target = {"text": "今天查完，拍照", "target": {"grid_ids": ["G1"]}, "passes_on": above["ask_id"]}
    passed = (await town.of["grid-officer"].post("/api/directives", json=target)).json()
    await town.say("li", passed["ask_id"], "done")
    summed = (await town.of["dispatcher"].get(f"/api/asks/{above['ask_id']}/sum")).json()
    whole = {name: number for name, number in summed["whole"].items() if number}
    assert whole == {"asked": 3, "waiting": 1, "taken": 1, "done": 1}, "who passes it on has taken it"
    assert [(one["grid_id"], one["sum"]["asked"]) for one in summed["grids"]] == [("G1", 3)]
    await town.pass_s(1)
    told = await town.told.wait(EventKind.ASK_CHANGED, above["ask_id"])
    assert told[-1]["sum"] == summed["whole"], "pushed with the next second"
    count = len(told)
    await town.pass_s(1)
    assert len(town.told.of(EventKind.ASK_CHANGED, above["ask_id"])) == count, "and not where nothing changed"
    answer = await town.of["dispatcher"].post("/api/directives", json=target)
    assert answer.json()["error"]["code"] == "not_yours"


async def test_closing_a_directive_closes_what_passes_it_on(town: Town) -> None:
    order = {"text": "排查电动车充电", "target": {"person_ids": ["grid-officer"]}}
    above = (await town.of["dispatcher"].post("/api/directives", json=order)).json()
    further = {"text": "今天查完", "target": {"grid_ids": ["G1"]}, "passes_on": above["ask_id"]}
    passed = (await town.of["grid-officer"].post("/api/directives", json=further)).json()
    other = await town.whistle()
    await town.of["dispatcher"].post(f"/api/asks/{above['ask_id']}/close", json={"text": "改期"})
    seen = await town.see("li", passed["ask_id"])
    assert (seen["phase"], seen["closed_by"], seen["closing_text"]) == ("closed", "dispatcher", "改期")
    for ask_id in (above["ask_id"], passed["ask_id"]):
        assert len(await town.told.wait(EventKind.ASK_CLOSED, ask_id)) == 1
    assert (await town.see("li", other["ask_id"]))["phase"] == "waiting"
    assert seen["deadline_ms"] is None, "nobody is reminded of it any more"


async def test_people_are_named_out_of_those_of_ones_places(town: Town) -> None:
    found = (await town.of["grid-officer"].get("/api/asks/answerers")).json()
    assert [(one["person_id"], one["grid_ids"]) for one in found] == [
        ("li", ["G1"]),
        ("wang", ["G1"]),
        ("guard", ["G1"]),
    ]
    await town.hub.shifts.put_shifts(
        "wang", (Shift(place=GRID_1, weekdays=(weekday_after(town),), begin_minute=0, end_minute=1),), "officer"
    )
    found = (await town.of["officer"].get("/api/asks/answerers")).json()
    of_all = {one["person_id"]: one["is_on_duty"] for one in found}
    await town.hub.shifts.put_shifts("wang", (), "officer")
    assert of_all.pop("wang") is False
    assert "officer" not in of_all and {"li", "zhao", "guard", "grid-officer"} <= of_all.keys()
    assert all(of_all.values())
    assert (await town.of["li"].get("/api/asks/answerers")).status_code == 403


async def test_order_is_given_over_ones_own_places_alone(town: Town) -> None:
    for target, code in (
        ({"grid_ids": ["G2"]}, "not_your_place"),
        ({"person_ids": ["zhao"]}, "not_your_place"),
        ({"person_ids": ["nobody"]}, "unknown_person"),
        ({"grid_ids": ["G9"]}, "unknown_grid"),
        ({}, "nobody_named"),
        ({"person_ids": ["grid-officer"]}, "nobody_there"),
    ):
        answer = await town.of["grid-officer"].post("/api/directives", json={"text": "看", "target": target})
        assert answer.json()["error"]["code"] == code, target
    everybody = {"text": "看", "target": {"everybody": True}}
    mine = (await town.of["grid-officer"].post("/api/directives", json=everybody)).json()
    assert (mine["grid_ids"], mine["tally"]["waiting"]) == (["G1"], 2)
    whole = (await town.of["officer"].post("/api/directives", json=everybody)).json()
    assert (whole["grid_ids"], whole["tally"]["waiting"]) == (None, 3)


async def test_everybody_sees_what_concerns_them(town: Town) -> None:
    whistle, report = await town.whistle(), await town.report("zhao")
    seen = {name: await listed(town, name) for name in town.of}
    for name, sees_whistle, sees_report in (
        ("officer", True, True),
        ("grid-officer", True, True),
        ("li", True, False),
        ("zhao", False, True),
        ("guard", False, False),
    ):
        assert (whistle["ask_id"] in seen[name], report["ask_id"] in seen[name]) == (sees_whistle, sees_report), name
    assert [line["person_id"] for line in (await town.see("li", whistle["ask_id"]))["lines"]] == []
    assert (await town.see("li", whistle["ask_id"]))["mine"]["person_id"] == "li"
    assert (await town.of["guard"].get(f"/api/asks/{report['ask_id']}")).status_code == 404
    assert (await town.of["li"].get(f"/api/asks/{whistle['ask_id']}/sum")).status_code == 404


async def listed(town: Town, name: str) -> list[str]:
    """The ids of what somebody sees open, page after page."""
    found: list[str] = []
    before: str | None = None
    while True:
        params = {"open": "true", "limit": "3"} | ({"before": before} if before else {})
        page = (await town.of[name].get("/api/asks", params=params)).json()
        found += [one["ask_id"] for one in page["asks"]]
        before = page["next"]
        if before is None:
            assert len(found) == len(set(found))
            return found


async def test_case_is_made_of_a_report_once(town: Town) -> None:
    made = await town.report(text="楼道堆满杂物")
    tied = (await town.of["officer"].post(f"/api/asks/{made['ask_id']}/case", json={})).json()
    case = await town.hub.cases.find(tied["case_id"])
    assert case is not None and (case.title, case.standing.kind) == ("隐患：楼道堆满杂物", CaseKind.HAZARD)
    assert tied["mine"]["state"] == "taken", "who makes a case of it has taken it"
    assert (await town.see("li", made["ask_id"]))["case_id"] is None, "who sees no cases is not told"
    again = await town.of["officer"].post(f"/api/asks/{made['ask_id']}/case", json={})
    assert again.json()["error"]["code"] == "has_case"
    other = await town.report()
    answer = await town.of["officer"].post(f"/api/asks/{other['ask_id']}/case", json={"case_id": tied["case_id"]})
    assert answer.json()["case_id"] == tied["case_id"]


async def test_picture_is_seen_by_whom_the_report_concerns(town: Town) -> None:
    media = await town.of["li"].post("/api/media", content=photo(32, 24), headers={"Content-Type": "image/jpeg"})
    media_id = media.json()["media_id"]
    answer = await town.of["zhao"].post("/api/reports", json={"matter": "help", "pictures": [media_id]})
    assert answer.json()["error"]["code"] == "unknown_media", "nobody reads others' pictures by naming them"
    made = await town.report(pictures=[media_id])
    assert made["pictures"] == [media_id]
    assert media_id in town.hub.responses.named_media()
    statuses = {name: (await town.of[name].get(f"/api/media/{media_id}")).status_code for name in town.of}
    assert statuses == dict.fromkeys(town.of, 404) | dict.fromkeys(("officer", "grid-officer", "dispatcher", "li"), 200)


async def test_what_fell_due_while_the_hub_was_away_goes_up_once(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as before:
        made = await before.responses.report(
            NewReport(matter=Matter.HELP), entrant(before, Role.GRID_MEMBER, (GRID_1,))
        )
    clock.advance(5 * 86_400)
    async with open_hub(tmp_path, clock=clock) as hub:
        for _ in range(2):
            await hub.responses.telling.look()
        seen = await hub.responses.find(made.ask_id, entrant(hub, Role.CHIEF))
        assert (seen.phase, seen.level, seen.whom) == ("stuck", 1, "room"), "nobody was on duty"


async def test_directive_to_thousands_is_whole_or_not_there(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        for n in range(3_000):
            places = (GRID_1 if n % 2 else GRID_2,)
            member = Person(person_id=f"m{n}", name=f"网格员{n}", role=Role.GRID_MEMBER, places=places)
            hub.access._accounts[member.person_id] = Account(member)
        order = NewOrder(text="入户走访", target=AskTarget(everybody=True))
        by = entrant(hub, Role.CHIEF)
        made = await hub.responses.order(AskKind.DIRECTIVE, order, by)
        assert (made.tally.waiting, len(made.lines), made.grid_ids) == (3_000, 200, None)
        summed = await hub.responses.sum(made.ask_id, by)
        assert [(one.grid_id, one.sum.asked) for one in summed.grids] == [("G1", 1_500), ("G2", 1_500)]
        assert await forget_asks(hub.database, hub.clock.wall_us() + 1) == 0, "an open one is never too old"
