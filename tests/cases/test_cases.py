"""Cases: footage opens only in an open case, every look is an audit record, watches end with their case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa
from structlog.testing import capture_logs

from devices.protocol.sightings import Sighting, SightingMessage
from devices.protocol.topics import DeviceKind, Up
from hub.access.audit import Action
from hub.access.tables import audit_records
from hub.access.verification import verify
from hub.app import Hub
from hub.cases.messages import Case, CloseCase, NewCase, Watch
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.registry.records import Camera
from hub.sightings.messages import Age, Description, Query
from tests.databases import opened
from tests.devices.room import until
from tests.hub import OFFICER, PICTURE, Told, community, open_hub, sighting
from tests.played import HandDevice

pytestmark = pytest.mark.asyncio(loop_scope="module")
RED_AND_BLUE = Query(description=Description(upper=("red",), lower=("blue",)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.housekeeping.TELL_REFUSED_EVERY_S", 0.05)
        async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1) as opened:
            await opened.vision.stop()
            yield opened


@pytest.fixture
def told(hub: Hub) -> Told:
    return Told(hub)


async def open_case(hub: Hub, **given: Any) -> Case:
    return await hub.cases.open_case(NewCase(title="六岁女孩走失", purpose="寻找走失儿童", **given), OFFICER)


async def close(hub: Hub, case: Case) -> Case:
    return await hub.cases.close_case(case.case_id, CloseCase(outcome="找到了"), OFFICER)


async def records(hub: Hub, case: Case) -> list[tuple[str, str, str]]:
    """The audit records of a case: who, what, what for."""
    a = audit_records.c
    query = sa.select(a.person_id, a.action, a.purpose).where(a.case_id == case.case_id).order_by(a.number)
    return await hub.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def seen(hub: Hub, *sightings: Sighting) -> None:
    """The sightings come in as a vision worker says them; returns when the hub has confirmed all."""
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        for found in sightings:
            message = SightingMessage(stamp=worker.stamp(), message_id=found.sighting_id, sighting=found)
            await worker.say(Up.SIGHTING, message)
        await until(lambda: all(hub.sightings.get(s.sighting_id) == s for s in sightings), "the sightings are stored")


async def test_search_finds_who_was_described_first_and_tells_and_notes_it(hub: Hub, told: Told) -> None:
    await seen(hub, sighting(hub, "child", "red", "blue"), sighting(hub, "other", "green", "black"))
    case = await open_case(hub)
    answer = await hub.cases.search(case.case_id, RED_AND_BLUE, OFFICER)
    assert answer.hits[0].sighting.sighting_id == "child"
    assert answer.hits[0].sighting.venue_id == "V01"
    assert answer.hits[0].sighting.picture_url == f"/api/cases/{case.case_id}/sightings/child/picture"
    assert [off.camera_id for off in answer.coverage.cameras_off_line] == ["C01"]
    made = told.of(EventKind.SEARCH_MADE, case.case_id)
    assert [(one["words"], one["hits"]) for one in made] == [("红色上衣；蓝色裤子", len(answer.hits))]
    assert (await records(hub, case))[-1] == (OFFICER.person_id, "search", "寻找走失儿童")
    assert hub.metrics.text().count(b"qianshao_search_seconds_count 1.0") == 1


async def test_press_that_is_repeated_after_a_lost_answer_opens_one_case(hub: Hub, told: Told) -> None:
    new = NewCase(title="六岁女孩走失", purpose="寻找走失儿童")
    opened = await asyncio.gather(*(hub.cases.open_case(new, OFFICER, "press-1") for _ in range(3)))
    (case,) = set(opened)
    assert len(told.of(EventKind.CASE_OPENED, case.case_id)) == 1
    assert await records(hub, case) == [(OFFICER.person_id, "open_case", "寻找走失儿童")]
    other = msgspec.structs.replace(OFFICER, person_id="officer-2")
    mine = await hub.cases.open_case(new, other, "press-1")
    assert mine.case_id != case.case_id, "nobody is answered with another's case"
    await close(hub, case)
    await close(hub, mine)
    assert not (await hub.cases.open_case(new, OFFICER, "press-1")).is_open


async def test_case_that_closes_during_a_look_shows_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await seen(hub, sighting(hub, "late", "red", "blue"))
    case = await open_case(hub)
    loop, read = asyncio.get_running_loop(), hub.sightings.get

    def close_first(sighting_id: str) -> Sighting | None:
        asyncio.run_coroutine_threadsafe(close(hub, case), loop).result()
        return read(sighting_id)

    monkeypatch.setattr(hub.sightings, "get", close_first)
    with pytest.raises(Refusal) as refused:
        await hub.cases.look(case.case_id, "late", OFFICER)
    assert refused.value.code == "case_closed"
    assert [action for _, action, _ in await records(hub, case)] == ["open_case", "close_case"]


async def test_closed_case_opens_no_footage(hub: Hub) -> None:
    await seen(hub, sighting(hub, "kept", "red", "blue"))
    case = await open_case(hub)
    await close(hub, case)
    noted = await records(hub, case)
    for asking in (
        hub.cases.search(case.case_id, RED_AND_BLUE, OFFICER),
        hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER),
        hub.cases.look(case.case_id, "kept", OFFICER),
        hub.cases.picture(case.case_id, "kept", OFFICER),
        close(hub, case),
    ):
        with pytest.raises(Refusal) as refused:
            await asking
        assert (refused.value.code, refused.value.status) == ("case_closed", 409)
    assert await records(hub, case) == noted


async def test_every_step_of_a_case_is_an_audit_record_with_its_purpose(hub: Hub) -> None:
    await seen(hub, sighting(hub, "looked-at", "red", "blue"))
    case = await open_case(hub)
    view = await hub.cases.look(case.case_id, "looked-at", OFFICER)
    assert [(box.left, box.top, box.width, box.height) for box in view.path] == [(10, 20, 30, 80)]
    assert await hub.cases.picture(case.case_id, "looked-at", OFFICER) == PICTURE
    await hub.cases.search(case.case_id, RED_AND_BLUE, OFFICER)
    await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    await close(hub, case)
    expected = [Action.OPEN_CASE, Action.LOOK, Action.LOOK, Action.SEARCH, Action.WATCH, Action.CLOSE_CASE]
    assert await records(hub, case) == [(OFFICER.person_id, action.value, "寻找走失儿童") for action in expected]
    report = await hub.database.read(lambda connection: verify(connection, hub.audit.public_key))
    assert report.records >= len(expected)


async def test_sighting_that_is_not_kept_is_refused_by_name(hub: Hub) -> None:
    case = await open_case(hub)
    for asking in (hub.cases.look, hub.cases.picture):
        with pytest.raises(Refusal) as refused:
            await asking(case.case_id, "never-seen", OFFICER)
        assert (refused.value.code, refused.value.status) == ("unknown_sighting", 404)


async def test_text_of_a_query_fills_in_what_the_other_fields_leave_out(hub: Hub) -> None:
    case = await open_case(hub)
    answer = await hub.cases.search(case.case_id, Query(text="红上衣蓝裤子的男孩，约一米一"), OFFICER)
    assert answer.query.description == Description(
        upper=("red",), lower=("blue",), height_m=1.1, height_tolerance_m=0.1, age=Age.CHILD
    )
    given = Query(
        text="红上衣蓝裤子的男孩，约一米一，16:20以后",
        description=Description(upper=("green",)),
        since_at_ms=1_700_000_000_000,
    )
    answer = await hub.cases.search(case.case_id, given, OFFICER)
    assert answer.query.description is not None
    assert (answer.query.description.upper, answer.query.description.lower) == (("green",), ("blue",))
    assert answer.query.since_at_ms == 1_700_000_000_000


async def test_words_of_a_query_say_the_times_of_the_community(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        case = await open_case(hub)
        since = msgspec.structs.replace(RED_AND_BLUE, since_at_ms=1_767_225_600_000)
        assert "01-01 08:00以后" in (await hub.cases.search(case.case_id, since, OFFICER)).words
        urumqi = msgspec.structs.replace(community().community, time_zone="Asia/Urumqi")
        await hub.registry.import_community(msgspec.structs.replace(community(), community=urumqi))
        assert "01-01 06:00以后" in (await hub.cases.search(case.case_id, since, OFFICER)).words
        assert "01-01 06:00以后" in (await hub.cases.start_watch(case.case_id, since, OFFICER)).words


async def test_case_takes_its_description_from_one_line(hub: Hub) -> None:
    case = await open_case(hub, description_text="red top, blue trousers", last_seen_venue_id="V02")
    assert case.description is not None
    assert (case.description.upper, case.description.lower) == (("red",), ("blue",))
    assert case in await hub.cases.latest()


NONSENSE = [
    (Query(), "nothing_to_look_for"),
    (Query(text="今天天气"), "nothing_to_look_for"),
    (Query(text="红" * 501), "text_too_long"),
    (Query(description=Description(upper=("plaid",))), "unknown_colour"),
    (Query(description=Description(height_m=11.0)), "implausible_height"),
    (msgspec.structs.replace(RED_AND_BLUE, limit=0), "limit_out_of_range"),
    (msgspec.structs.replace(RED_AND_BLUE, since_at_ms=10**20), "no_time"),
    (msgspec.structs.replace(RED_AND_BLUE, until_at_ms=-1), "no_time"),
    (msgspec.structs.replace(RED_AND_BLUE, camera_ids=("C99",)), "unknown_camera"),
    (msgspec.structs.replace(RED_AND_BLUE, like_sighting_id="never"), "unknown_sighting"),
]


@pytest.mark.parametrize(("query", "code"), NONSENSE, ids=[code for _, code in NONSENSE])
async def test_nonsense_is_refused_in_words_and_noted_nowhere(hub: Hub, query: Query, code: str) -> None:
    case = await open_case(hub)
    with pytest.raises(Refusal) as refused:
        await hub.cases.search(case.case_id, query, OFFICER)
    assert refused.value.code == code
    assert refused.value.message and refused.value.message_en
    assert len(await records(hub, case)) == 1


async def test_watch_tells_of_a_match_at_once_and_of_nobody_else(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    watch = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    assert told.of(EventKind.WATCH_STARTED, watch.watch_id)[0]["words"] == "红色上衣；蓝色裤子"
    await seen(hub, sighting(hub, "passer-by", "green", "black"), sighting(hub, "she", "red", "blue"))
    hit = (await told.wait(EventKind.WATCH_HIT, watch.watch_id))[0]
    assert (hit["case_id"], hit["hit"]["sighting"]["sighting_id"]) == (case.case_id, "she")
    assert hit["hit"]["sighting"]["picture_url"] == f"/api/cases/{case.case_id}/sightings/she/picture"
    await hub.cases.end_watch(case.case_id, watch.watch_id, OFFICER)
    assert len(told.of(EventKind.WATCH_HIT, watch.watch_id)) == 1
    with pytest.raises(Refusal, match="no watch"):
        await hub.cases.end_watch(case.case_id, watch.watch_id, OFFICER)
    said = [(person_id, action) for person_id, action, _ in await records(hub, case)]
    assert said == [("officer", "open_case"), ("officer", "watch"), ("officer", "end_watch")]


async def test_sighting_said_again_is_told_of_where_it_was_not_and_nowhere_twice(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    early = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    found = sighting(hub, "said-again", "red", "blue")
    await seen(hub, found)
    await told.wait(EventKind.WATCH_HIT, early.watch_id)
    late = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    await seen(hub, found)
    await told.wait(EventKind.WATCH_HIT, late.watch_id)
    assert len(told.of(EventKind.WATCH_HIT, early.watch_id)) == 1
    await close(hub, case)


async def test_hit_that_the_database_did_not_take_is_told_when_the_sighting_comes_again(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        told, found = Told(hub), sighting(hub, "she", "red", "blue")
        case = await open_case(hub)
        watch = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
        with opened(tmp_path) as hands:
            hands.change("ALTER TABLE events RENAME TO away")
        with pytest.raises(sa.exc.DBAPIError):
            await hub.watching.see((found,))
        with opened(tmp_path) as hands:
            hands.change("ALTER TABLE away RENAME TO events")
        await hub.watching.see((found,))
        await told.wait(EventKind.WATCH_HIT, watch.watch_id)


async def test_watch_that_compares_with_what_cannot_be_compared_is_refused_at_once(hub: Hub) -> None:
    blurred = msgspec.structs.replace(sighting(hub, "blurred", "red", "blue"), descriptor=b"")
    await seen(hub, blurred)
    case = await open_case(hub)
    for sighting_id in ("blurred", "never-seen"):
        with pytest.raises(Refusal) as refused:
            await hub.cases.start_watch(case.case_id, Query(like_sighting_id=sighting_id), OFFICER)
        assert (refused.value.code, refused.value.field) == ("unknown_sighting", "like_sighting_id")
    assert [watch for watch in hub.cases.watches if watch.case_id == case.case_id] == []


async def test_watch_that_can_compare_no_more_stops_no_other(hub: Hub, told: Told) -> None:
    model = msgspec.structs.replace(sighting(hub, "model", "red", "blue"), ended=False)
    await seen(hub, model)
    case = await open_case(hub)
    lost = await hub.cases.start_watch(case.case_id, Query(like_sighting_id="model"), OFFICER)
    good = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    later = msgspec.structs.replace(model, descriptor=b"", ended_at_us=model.ended_at_us + 1000, ended=True)
    with capture_logs() as logged:
        await seen(hub, later, sighting(hub, "found-by-the-other", "red", "blue"))
        hits = await told.wait(EventKind.WATCH_HIT, good.watch_id, 2)
    assert [one["watch"] for one in logged if one["event"] == "watch.cannot_compare"] == [lost.watch_id]
    assert hits[-1]["hit"]["sighting"]["sighting_id"] == "found-by-the-other"
    assert told.of(EventKind.WATCH_HIT, lost.watch_id) == []
    assert hub.task_failures == 0
    await close(hub, case)


async def test_watch_ends_with_its_case(hub: Hub, told: Told) -> None:
    ending, going_on = await open_case(hub), await open_case(hub)
    ended = await hub.cases.start_watch(ending.case_id, RED_AND_BLUE, OFFICER)
    other = await hub.cases.start_watch(going_on.case_id, RED_AND_BLUE, OFFICER)
    closed = await close(hub, ending)
    assert [watch.ended_at_ms is None for watch in closed.watches] == [False]
    assert len(told.of(EventKind.WATCH_ENDED, ended.watch_id)) == 1
    await seen(hub, sighting(hub, "after-the-end", "red", "blue"))
    await told.wait(EventKind.WATCH_HIT, other.watch_id)
    assert told.of(EventKind.WATCH_HIT, ended.watch_id) == []
    await close(hub, going_on)


async def test_watch_on_a_camera_that_was_removed_stops_no_other(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    await hub.vision.put_camera(Camera(camera_id="C02", name="后门"))
    lost = await hub.cases.start_watch(
        case.case_id, msgspec.structs.replace(RED_AND_BLUE, camera_ids=("C02",)), OFFICER
    )
    good = await hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    await hub.vision.remove_camera("C02")
    await seen(hub, sighting(hub, "still-found", "red", "blue"))
    await told.wait(EventKind.WATCH_HIT, good.watch_id)
    assert told.of(EventKind.WATCH_HIT, lost.watch_id) == []
    assert hub.task_failures == 0
    await close(hub, case)


async def test_watches_started_in_one_moment_are_all_on_until_the_case_is_closed(hub: Hub) -> None:
    case = await open_case(hub)
    started = await asyncio.gather(*(hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER) for _ in range(10)))

    def on() -> set[str]:
        return {watch.watch_id for watch in hub.cases.watches if watch.case_id == case.case_id}

    assert on() == {watch.watch_id for watch in started}
    await asyncio.gather(
        *(hub.cases.end_watch(case.case_id, one.watch_id, OFFICER) for one in started[1:]), close(hub, case)
    )
    assert on() == set()
    with pytest.raises(Refusal, match="closed"):
        await hub.cases.search(case.case_id, RED_AND_BLUE, OFFICER)


async def test_case_is_closed_once_and_no_watch_outlives_it(hub: Hub, told: Told) -> None:
    case = await open_case(hub)
    results = await asyncio.gather(
        hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER),
        close(hub, case),
        hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER),
        close(hub, case),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Case) for result in results) == 1
    for result in results:
        assert isinstance(result, Case | Watch) or (isinstance(result, Refusal) and result.code == "case_closed")
    assert len(told.of(EventKind.CASE_CLOSED, case.case_id)) == 1
    closed = next(one for one in await hub.cases.latest() if one.case_id == case.case_id)
    assert not closed.is_open
    assert all(watch.ended_at_ms is not None for watch in closed.watches)
    assert not [watch for watch in hub.cases.watches if watch.case_id == case.case_id]


async def test_one_watch_or_one_case_too_many_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await open_case(hub)
    monkeypatch.setattr("hub.cases.service.MAX_WATCHES", 1)
    both = (hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER) for _ in range(2))
    assert sum(isinstance(one, Watch) for one in await asyncio.gather(*both, return_exceptions=True)) == 1
    monkeypatch.setattr("hub.cases.service.MAX_OPEN", 1)
    for asking in (hub.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER), open_case(hub)):
        with pytest.raises(Refusal) as refused:
            await asking
        assert refused.value.status == 409
    await close(hub, case)


async def test_open_case_and_its_watch_survive_a_restart_of_the_hub(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as before:
        case = await open_case(before, last_seen_at_ms=1_767_000_000_000)
        closed = await close(before, await open_case(before))
        watch = await before.cases.start_watch(case.case_id, RED_AND_BLUE, OFFICER)
    async with open_hub(tmp_path) as after:
        assert after.cases.watches == [watch]
        assert await after.cases.latest() == (msgspec.structs.replace(case, watches=(watch,)), closed)
        answer = await after.cases.search(case.case_id, RED_AND_BLUE, OFFICER)
        assert answer.hits == ()
        with pytest.raises(Refusal, match="closed"):
            await after.cases.search(closed.case_id, RED_AND_BLUE, OFFICER)
