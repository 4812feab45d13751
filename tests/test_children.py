"""Child processes end with the hub, in order or not."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from hub.children import end_child, start_child
from tests.devices.room import until


async def test_child_ends_with_a_parent_that_is_killed() -> None:
    """The parent starts a sleeping child the way the hub starts its broker, says its pid, and is killed."""
    code = (
        "import asyncio, sys; from hub.children import start_child\n"
        "async def main():\n"
        "    child = await start_child([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert is_running(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not is_running(pid), "the child is gone")


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


async def test_what_a_child_started_itself_ends_with_it() -> None:
    """A speech command may be a shell that starts the engine: given up, the engine hangs no longer than the shell."""
    child = await start_child(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    engine = int(await child.stdout.readline())
    assert is_running(engine)
    await end_child(child)
    await until(lambda: not is_running(engine), "the engine is gone")


async def test_child_that_ignores_the_request_to_end_is_ended() -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = await start_child([sys.executable, "-c", code], stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"deaf\n"
    await end_child(child, patience_s=0.1)
    assert child.returncode == -signal.SIGKILL
    await end_child(child)
