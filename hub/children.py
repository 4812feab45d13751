"""Child processes that end with the hub, even when the hub is killed: the broker and the vision workers."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO

_PR_SET_PDEATHSIG = 1


def _end_with_parent(niceness: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        os.setpgid(0, 0)
        os.nice(niceness)
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return prepare


async def start_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    niceness: int = 0,
    stdin: int = asyncio.subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    line_limit_bytes: int = 1 << 16,
) -> asyncio.subprocess.Process:
    """Start ``command`` in a process group of its own (Ctrl-C reaches only the hub, which ends its children in order).

    It stays in the hub's session: Linux gives each session an equal share of the processor (sched(7), autogroup), so
    that ``niceness`` would say nothing between the hub and a child in a session of its own.
    Linux sends the child SIGKILL when the hub's main thread ends for whatever reason; call this from that thread.
    """
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        limit=line_limit_bytes,
        env=dict(environment) if environment is not None else None,
        preexec_fn=_end_with_parent(niceness),
    )


async def end_child(process: asyncio.subprocess.Process, patience_s: float = 3.0) -> None:
    """Ask the child and what it started itself to end, and end those that do not."""
    if process.returncode is not None:  # and its number may be another's by now
        return
    _signal_group(process, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await process.wait()
    _signal_group(process, signal.SIGKILL)
    await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """A command may be a shell, or start others: the child's group (start_child) has its number while one is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
