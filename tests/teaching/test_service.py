"""Lessons come in from workers over the broker, a child learns from them, and only what is better is used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest
import pytest_asyncio

from devices.protocol.lessons import LessonMessage
from devices.protocol.topics import DeviceKind, Up
from hub.access.audit import Action
from hub.access.people import Role
from hub.app import Hub
from hub.bridge.refused import RefusedReason
from hub.registry.records import Camera
from hub.teaching import service
from hub.teaching.messages import TeachingState
from hub.teaching.versions import SHIPPED, Versions
from hub.vision.description.choice import open_descriptor
from hub.vision.description.lesson import MEASURE, Lesson, packed
from hub.vision.description.naming import name_of
from tests.devices.room import until
from tests.hub import open_console, open_hub
from tests.played import HandDevice
from tests.teaching.site import lessons

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "TURN_S", 0.02)
        patch.setattr(service, "LEAST_TRACKS", 10_000)  # it does not begin by itself
        async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1, self_teaching=True) as opened:
            await opened.vision.stop()
            for number in (1, 2, 3):
                name = f"C{number:02}"
                await opened.vision.put_camera(
                    Camera(camera_id=name, name=name, venue_id="V01", url="rtsp://127.0.0.1:9/")
                )
            yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def administrator(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.ADMINISTRATOR) as client:
        yield client


def message(
    worker: HandDevice, lesson: Lesson, views: bytes | None = None, camera_id: str | None = None
) -> LessonMessage:
    return LessonMessage(
        stamp=worker.stamp(),
        camera_id=camera_id or lesson.camera_id,
        started_at_us=lesson.started_at_us,
        ended_at_us=lesson.ended_at_us,
        measure=MEASURE,
        views=packed(lesson.views) if views is None else views,
    )


def was_replaced(state: TeachingState) -> Versions:
    return Versions(current=SHIPPED, told=state.versions[:1], is_held=not state.is_held)


async def stand(administrator: httpx.AsyncClient) -> TeachingState:
    answer = await administrator.get("/api/teaching")
    return msgspec.json.decode(answer.content, type=TeachingState)


async def test_what_workers_tell_is_learned_from_taken_when_better_and_given_back(
    hub: Hub, administrator: httpx.AsyncClient
) -> None:
    """P-8.8."""
    used: list[str] = []

    async def use(choice: str) -> None:
        used.append(choice)

    hub.teaching.follow(use)
    few = await administrator.post("/api/teaching/learn")
    assert few.json()["version"] is None, "with too few tracks nothing is tried"
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        for lesson in lessons(90):
            await worker.say(Up.LESSON, message(worker, lesson))
        await until(lambda: hub.teaching.state.lessons == 270, "all lessons are in the book")
    learned = (await administrator.post("/api/teaching/learn")).json()["version"]
    assert learned["file"] is not None
    assert learned["lessons"] == {"tracks": 270, "views": 810, "cameras": 3, "half_hours": 2}
    assert learned["verdict"]["after"]["usual_rank"] < learned["verdict"]["before"]["usual_rank"]
    assert used == [hub.teaching.choice]
    assert open_descriptor(hub.teaching.choice).name.startswith("stripes-2+"), "the describer reads what was learned"
    assert hub.redescribing.describer == name_of(hub.teaching.choice), "and what comes in is described by it"
    again = (await administrator.post("/api/teaching/learn")).json()["version"]
    assert again["file"] is None, "the same once more is not better"
    assert (await stand(administrator)).current == learned["file"]
    await administrator.post("/api/teaching/back")
    assert (await stand(administrator)).current == SHIPPED
    assert used[-1] == SHIPPED
    assert (await administrator.post("/api/teaching/back")).status_code == 409


async def test_who_went_back_stays_there_until_somebody_has_it_learn(
    hub: Hub, administrator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-8.8."""
    before = await stand(administrator)
    assert before.is_held, "the last test went back"
    monkeypatch.setattr(service, "EVERY_S", 0.0)
    monkeypatch.setattr(service, "LEAST_TRACKS", 1)
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        for more in (1, 2):  # between two that are written it is asked whether to learn
            await worker.say(Up.LESSON, message(worker, lessons(1)[0]))
            await until(lambda: hub.teaching.state.lessons == before.lessons + more, "it is written")  # noqa: B023
    assert hub.teaching.state.versions == before.versions
    monkeypatch.setattr(service, "LEAST_TRACKS", 10_000)
    await administrator.post("/api/teaching/learn")
    assert not (await stand(administrator)).is_held


async def test_what_cannot_be_audited_is_not_used(
    hub: Hub, administrator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-8.8."""
    was = await stand(administrator)

    async def full(*_args: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(hub.database, "write", full)
        with pytest.raises(OSError, match="full"):
            await hub.teaching._change(was_replaced(was), "somebody", Action.LEARN_DESCRIPTOR)
    assert await stand(administrator) == was
    assert hub.teaching._folder.open().told == was.versions, "nor after the next start"


async def test_lesson_of_a_camera_that_nobody_knows_or_of_no_views_is_refused(hub: Hub) -> None:
    """P-8.8."""
    before = hub.teaching.state.lessons
    refused = hub.refused.counts
    allowed, malformed = refused[RefusedReason.NOT_ALLOWED], refused[RefusedReason.MALFORMED]
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
        lesson = lessons(1)[0]
        await worker.say(Up.LESSON, message(worker, lesson, camera_id="C99"))
        later_us = hub.clock.wall_us() + 365 * 86_400_000_000
        late = Lesson(lesson.camera_id, later_us, later_us + 4_000_000, lesson.views)
        await worker.say(Up.LESSON, message(worker, late))
        await worker.say(Up.LESSON, message(worker, lesson, views=b"no views"))
        await worker.say(Up.LESSON, message(worker, lesson, views=packed(np.zeros((40, 3456), np.uint8))))
        await until(lambda: refused[RefusedReason.MALFORMED] == malformed + 3, "what is no lesson is refused")
    assert refused[RefusedReason.NOT_ALLOWED] == allowed + 1
    assert hub.teaching.state.lessons == before


async def test_where_teaching_is_off_nothing_is_learned(tmp_path: Path) -> None:
    async with open_hub(tmp_path, self_teaching=False) as off, open_console(off, Role.ADMINISTRATOR) as client:
        assert (await client.post("/api/teaching/learn")).status_code == 409
        assert (await stand(client)).is_on is False


async def test_administrator_is_told_which_describer_is_in_use_and_what_is_left_of_others(
    hub: Hub, administrator: httpx.AsyncClient
) -> None:
    told = (await administrator.get("/api/describing")).json()
    assert told == {
        "describer": hub.redescribing.describer,
        "share_done": 1.0,
        "sightings_left": 0,
        "sightings_undescribable": 0,
        "sightings_described": 0,
    }
    async with open_console(hub) as officer:
        assert (await officer.get("/api/describing")).status_code == 403
