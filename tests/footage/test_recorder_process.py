"""The recorder as the hub's child: one that hangs is noticed and another is started."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

from hub.footage.disk import FootageDisk
from hub.footage.recorder.control import Assigned, Condition, Ready, Stand
from hub.footage.recorder_process import CRASHES_IT, RecorderProcess
from hub.footage.suspects import Suspects
from hub.tasks import end_tasks
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.footage.recorder.room import CLOCK, camera, small_film


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


async def test_camera_on_which_the_recorder_crashes_is_held_back_and_the_others_are_recorded(tmp_path: Path) -> None:
    stands: dict[str, Stand] = {}

    def hear(word: Stand | Ready) -> None:
        if isinstance(word, Stand):
            stands[word.camera_id] = word

    def recording() -> set[str]:
        return {one.camera_id for one in stands.values() if one.recording}

    async def crash(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        if recorder.process_id is not None:
            os.kill(recorder.process_id, signal.SIGSEGV)

    tape = read_tape(small_film(tmp_path / "gate.mp4"))
    crashing = await asyncio.start_server(crash, "127.0.0.1", 0)
    address = f"rtsp://127.0.0.1:{crashing.sockets[0].getsockname()[1]}/1"
    async with crashing, CameraServer({"C01": tape, "C03": tape}, CLOCK, random.Random(1)) as cameras:
        recorder = RecorderProcess(
            FootageDisk(tmp_path / "footage"), hear, lambda: None, suspects=Suspects(watched_s=0.3)
        )
        good = [camera(one, cameras.url(one)) for one in ("C01", "C03")]
        recorder.assign(Assigned(cameras=(good[0], camera("C02", address), good[1])))
        keeping = asyncio.create_task(recorder.run())
        await until(lambda: "C02" in stands and stands["C02"].detail == CRASHES_IT, "it is held back", 20)
        await until(lambda: {"C01", "C03"} == recording(), "the others are recorded", 20)
        assert stands["C02"].condition is Condition.UNREADABLE
        running = recorder.process_id
        recorder.assign(Assigned(cameras=(*good, camera("C02", "rtsp://127.0.0.1:9/1"))))
        await until(lambda: stands["C02"].condition is Condition.REFUSED, "another address is tried at once", 20)
        assert recorder.process_id == running
        await recorder.stop()
        await end_tasks(keeping)
