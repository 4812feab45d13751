"""A task that drops its first cancellation ends all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from hub.tasks import end_tasks


async def test_task_that_drops_a_cancellation_is_ended() -> None:
    dropped = 0

    async def stubborn() -> None:
        nonlocal dropped
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        dropped += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end_tasks(task)
    assert (dropped, task.cancelled()) == (1, True)


async def test_failure_of_a_task_is_logged_and_the_others_end() -> None:
    async def fails() -> None:
        raise RuntimeError("broken pipe")

    waiting, failed = asyncio.create_task(asyncio.Event().wait()), asyncio.create_task(fails(), name="bridge")
    await asyncio.sleep(0)
    with structlog.testing.capture_logs() as logs:
        await end_tasks(failed, waiting)
    assert waiting.cancelled()
    assert [(one["task"], one["error"]) for one in logs] == [("bridge", "RuntimeError('broken pipe')")]
