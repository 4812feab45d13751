"""The recorder as the hub's child: one that hangs is noticed and another is started."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from hub.footage.disk import FootageDisk
from hub.footage.recorder.control import Assigned, Ready, Stand
from hub.footage.recorder_process import RecorderProcess
from hub.tasks import end_tasks
from tests.devices.room import until
from tests.footage.recorder.room import camera


async def test_recorder_that_hangs_is_told_of_ended_and_started_again(tmp_path: Path) -> None:
    heard: list[Stand | Ready] = []
    lost_while_running: list[bool] = []
    recorder = RecorderProcess(
        FootageDisk(tmp_path), heard.append, lambda: lost_while_running.append(recorder.running), silent_s=0.4
    )
    recorder.assign(Assigned(cameras=(camera("C01", "rtsp://127.0.0.1:9/none"),)))
    keeping = asyncio.create_task(recorder.run())
    await until(lambda: any(isinstance(word, Stand) for word in heard), "it speaks of its camera")
    hung = recorder.process_id
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    await until(lambda: recorder.process_id not in (None, hung), "another is started")
    assert lost_while_running == [True, False]
    assert recorder.restarts == 1
    await recorder.stop()
    await end_tasks(keeping)


async def test_recorder_without_cameras_has_nothing_to_say_and_is_left_alone(tmp_path: Path) -> None:
    heard: list[Stand | Ready] = []
    recorder = RecorderProcess(FootageDisk(tmp_path), heard.append, lambda: None, silent_s=0.2)
    recorder.assign(Assigned(cameras=(camera("C01", "rtsp://127.0.0.1:9/none"),)))
    keeping = asyncio.create_task(recorder.run())
    await until(lambda: any(isinstance(word, Ready) for word in heard), "it is ready")
    recorder.assign(Assigned(cameras=()))
    first = recorder.process_id
    await asyncio.sleep(0.6)  # three times as long as one with cameras may be silent
    assert (recorder.process_id, recorder.restarts) == (first, 0)
    await recorder.stop()
    await end_tasks(keeping)
