"""The describing process: started when asked, ended when idle, replaced when it crashes or hangs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import cv2
import numpy as np
import pytest
import pytest_asyncio

from hub.describing.keeper import MOST_WAITING, ChildBusy, ChildFailed, DescribingChild
from hub.describing.messages import Area, BodySeen, LookAtPhoto, PhotoLooked, PhotoRefused
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.wardrobe import invent
from tests.devices.room import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
_, _CODED = cv2.imencode(".png", draw(invent(np.random.default_rng(3)), np.random.default_rng(3))[0])
PHOTO = _CODED.tobytes()
WHOLE = Area(left=0.0, top=0.0, right=1.0, bottom=1.0)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def child() -> AsyncIterator[DescribingChild]:
    made = DescribingChild("describing", ["auto"])
    yield made
    await made.stop()


async def test_it_is_started_by_the_first_question_and_serves_the_next(child: DescribingChild) -> None:
    assert child.pid is None
    first = await child.ask(LookAtPhoto(photo=PHOTO, area=WHOLE))
    pid = child.pid
    assert isinstance(first, PhotoLooked)
    assert first.person is not None
    assert [len(look.descriptor) for look in first.person.looks] == [64]
    assert child.describers == tuple(look.describer for look in first.person.looks) == ("stripes-2",)
    assert await child.ask(LookAtPhoto(photo=PHOTO, area=WHOLE)) == first
    assert child.pid == pid
    assert child.starts == 1


async def test_what_is_no_photo_is_refused_and_the_process_lives_on(child: DescribingChild) -> None:
    await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    pid = child.pid
    assert isinstance(await child.ask(LookAtPhoto(photo=b"nonsense", area=None)), PhotoRefused)
    assert child.pid == pid


async def test_a_box_round_the_head_alone_tells_no_clothes(child: DescribingChild) -> None:
    head = await child.ask(LookAtPhoto(photo=PHOTO, area=Area(left=0.2, top=0.0, right=0.8, bottom=0.25)))
    assert isinstance(head, PhotoLooked)
    assert head.person is not None
    assert head.person.body is not BodySeen.WHOLE
    assert head.person.lower == ()


async def test_a_crash_costs_one_answer(child: DescribingChild) -> None:
    await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    assert child.pid is not None
    pid, failures = child.pid, child.failures
    os.kill(pid, signal.SIGSTOP)
    asked = asyncio.create_task(child.ask(LookAtPhoto(photo=PHOTO, area=None)))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ChildFailed):
        await asked
    assert child.failures == failures + 1
    assert isinstance(await child.ask(LookAtPhoto(photo=PHOTO, area=None)), PhotoLooked)
    assert child.pid != pid


async def test_one_that_hangs_is_killed_and_the_line_behind_it_is_bounded(child: DescribingChild) -> None:
    await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    assert child.pid is not None
    pid = child.pid
    os.kill(pid, signal.SIGSTOP)
    hanging = asyncio.create_task(child.ask(LookAtPhoto(photo=PHOTO, area=None), within_s=0.2))
    waiting = [asyncio.create_task(child.ask(LookAtPhoto(photo=PHOTO, area=None))) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(ChildBusy):
        await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    with pytest.raises(ChildFailed):
        await hanging
    assert all(isinstance(answer, PhotoLooked) for answer in await asyncio.gather(*waiting))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_question_taken_back_leaves_no_answer_for_the_next(child: DescribingChild) -> None:
    asked = asyncio.create_task(child.ask(LookAtPhoto(photo=PHOTO, area=WHOLE)))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    answer = await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    assert isinstance(answer, PhotoLooked)
    assert answer.person is None


async def test_nobody_asking_it_is_ended_and_the_next_question_starts_another() -> None:
    child = DescribingChild("describing", ["auto"], idle_s=0.01)
    try:
        await child.ask(LookAtPhoto(photo=PHOTO, area=None))
        await until(lambda: child.pid is None, "the process is ended")
        assert isinstance(await child.ask(LookAtPhoto(photo=PHOTO, area=None)), PhotoLooked)
        assert child.starts == 2
    finally:
        await child.stop()


async def test_who_asks_once_the_hub_ends_starts_no_process() -> None:
    child = DescribingChild("describing", ["auto"])
    await child.stop()
    with pytest.raises(ChildFailed):
        await child.ask(LookAtPhoto(photo=PHOTO, area=None))
    assert (child.starts, child.pid) == (0, None)
