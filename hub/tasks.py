"""Ending asyncio tasks so that they do end."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

_log = structlog.get_logger()
ASK_AGAIN_AFTER_S = 0.5


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and return when all have ended; what a task failed with is logged, not raised.

    One cancellation may not be enough: until Python 3.12, ``asyncio.wait_for``, in which the MQTT client waits for its
    broker, drops a cancellation that comes in the same turn of the loop as what it waits for, and the task goes on
    (python/cpython#86296).
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=ASK_AGAIN_AFTER_S)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("task.ended_with", task=task.get_name(), error=repr(error))
