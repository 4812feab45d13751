"""Workers on other machines: enrolled by a code, given cameras over TLS, replaced by others while they are away."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from devices.enrol.client import enrol
from devices.link import Credential, CredentialError
from devices.protocol.clock import SystemClock
from devices.protocol.sightings import WORKER_SIGN_S, Assign, CameraCondition, CameraState, WorkerStatus
from devices.protocol.topics import DeviceKind, Down, Up
from hub.access.people import LOCAL
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.enrolment.names import MOST_REMOTE_WORKERS, check_workers
from hub.errors import Refusal
from hub.registry.records import Camera
from hub.tasks import end_tasks
from hub.vision.assigning import is_anywhere
from hub.vision.description.naming import name_of
from hub.vision.duty import find_duty
from hub.vision.workers import WORKER_GONE
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.describing.projections import learned_projection
from tests.devices.room import until
from tests.hub import open_console, open_hub
from tests.played import HandDevice
from tests.vision.drawn import Walker, film

ELSEWHERE = "10.1.2.3"


def camera(number: int) -> Camera:
    url, sub_url = (f"rtsp://{ELSEWHERE}/{number}{stream}" for stream in ("", "/sub"))
    return Camera(camera_id=f"C{number}", name="门口", url=url, sub_url=sub_url)


async def sign(worker: HandDevice, birth_count: int = 1, *, ahead_s: float = 0.0, weight: float = 1.0) -> None:
    """A sign of life; ``ahead_s``: of its wall clock."""
    stamp = worker.stamp()
    stamp = msgspec.structs.replace(stamp, wall_us=stamp.wall_us + round(ahead_s * 1e6))
    await worker.say(Up.STATUS, WorkerStatus(stamp=stamp, birth_count=birth_count, weight=weight))


@asynccontextmanager
async def alive(worker: HandDevice, birth_count: int = 1) -> AsyncIterator[None]:
    """It says its signs of life."""

    async def speak() -> None:
        while True:
            await sign(worker, birth_count)
            await asyncio.sleep(WORKER_SIGN_S)

    speaking = asyncio.create_task(speak())
    try:
        yield
    finally:
        await end_tasks(speaking)


def given(worker: HandDevice) -> set[str]:
    """The addresses of the latest assignment."""
    assigned = worker.said_to_me(Down.ASSIGN, Assign)
    return {one.url for one in assigned[-1].cameras} if assigned else set()


async def test_cameras_of_a_worker_that_dies_or_falls_silent_go_to_others_and_come_back_with_it(tmp_path: Path) -> None:
    """P-8.7."""
    async with open_hub(tmp_path, vision_workers=1) as hub:
        await hub.vision.stop()
        async with (
            HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as near,
            HandDevice.open(hub, "east", DeviceKind.WORKER) as east,
        ):
            for number in range(8):
                await hub.vision.put_camera(camera(number))
            await hub.vision.put_camera(Camera(camera_id="film", name="录像", url="/films/门口.mp4"))
            everything = {one.url for one in hub.registry.cameras.values() if one.url}
            await near.be_born()
            await east.be_born()
            async with alive(east):
                await until(lambda: bool(given(east)), "both have cameras")
                theirs = given(east)
                assert all(url.endswith("/sub") for url in theirs), "read from the camera, its small stream"
                by_main = {url.removesuffix("/sub") for url in theirs}
                await until(lambda: given(near) == everything - by_main, "and no camera has two")
                gone = next(f"C{number}" for number in range(8) if camera(number).url in by_main)
                state = CameraState(stamp=east.stamp(), camera_id=gone, condition=CameraCondition.ONLINE)
                await east.say(Up.CAMERA_STATE, state)
                await until(lambda: hub.vision.view(gone).condition == "online", "looked at")
                loop = asyncio.get_running_loop()
                died_s = loop.time()
                await east.die()
                await until(lambda: given(near) == everything, "taken over", 10.0)
                assert loop.time() - died_s < 2.0, "of which 0.25 s is the turn in which all are told"
            assert (hub.vision.view(gone).condition, hub.vision.view(gone).detail) == ("connecting", WORKER_GONE)
            await east.be_born(2)
            async with alive(east, 2):
                await until(lambda: given(east) == theirs, "they return")
                await until(lambda: given(near) == everything - by_main, "from the other")
            await until(lambda: given(near) == everything, "so they do when it falls silent")
            await until(lambda: given(east) == set(), "and it is told, should it hear")


async def test_worker_whose_clock_goes_wrong_is_told_to_let_its_cameras_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.vision.roster.SILENT_AFTER_S", 3600.0)
    async with open_hub(tmp_path, vision_workers=1) as hub:
        await hub.vision.stop()
        for number in range(8):
            await hub.vision.put_camera(camera(number))
        async with HandDevice.open(hub, "east", DeviceKind.WORKER) as east:
            for birth_count in (1, 2):  # a new line is told too
                await east.be_born(birth_count)
                east.boot_id += 1
                await sign(east, birth_count)
                await until(lambda: bool(given(east)), "it has cameras")
                east.boot_id += 1  # the clocks are compared anew
                await sign(east, birth_count, ahead_s=5.0)
                await until(lambda: given(east) == set(), "it has none")
                assert hub.vision.workers.remote == ()
                await east.die(birth_count)


async def test_worker_that_says_a_new_birth_with_each_sign_has_all_told_a_few_times_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_hub(tmp_path, vision_workers=1) as hub:
        await hub.vision.stop()
        told: list[None] = []
        monkeypatch.setattr(hub.vision.workers, "reassign", lambda: told.append(None))
        async with HandDevice.open(hub, "east", DeviceKind.WORKER) as east:
            await east.be_born()
            for birth_count in range(1, 101):
                await sign(east, birth_count)
            await until(lambda: bool(told) and hub.vision.workers.remote == ("east",), "they are heard")
            assert len(told) < 50, "12 s of turns"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_camera_at_an_address_of_the_hubs_machine_is_not_for_another(host: str) -> None:
    """Which would connect to itself, with the camera's password."""
    assert not is_anywhere(Camera(camera_id="C1", name="门口", url=f"rtsp://admin:secret@{host}/1"))
    assert is_anywhere(Camera(camera_id="C1", name="门口", url=f"rtsp://admin:secret@{ELSEWHERE}/1"))


async def test_worker_enrols_by_a_code_looks_at_a_camera_over_tls_and_is_shut_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-8.6, P-8.9."""
    monkeypatch.setattr("hub.vision.workers.is_anywhere", lambda _camera: True)  # the camera's part is played here
    folder, store = tmp_path / "hub", tmp_path / "east"
    names = Names.of([], ["127.0.0.1"])
    await asyncio.to_thread(CertificateFolder(folder / "certificates").make, names, datetime.now(UTC))
    tape = read_tape(film(tmp_path / "gate.mp4", [Walker(40, 430, 130, 150)], seconds=4))
    tapes = {"gate": tape, "gate/sub": tape}
    async with (
        CameraServer(tapes, SystemClock(), random.Random(1)) as cameras,
        open_hub(folder, "managed", tls=True, broker_tls_port=0) as hub,
        open_console(hub) as console,
    ):
        assert hub.certificates is not None
        learned = learned_projection(tmp_path / "learned.npz")
        await hub.redescribing.use(learned)
        code = await hub.enrolment.make_code(DeviceKind.WORKER, "east", LOCAL)
        hub_url = f"https://127.0.0.1:{console.base_url.port}"
        await enrol(f"{hub_url}/join#d={code.code}&f={hub.certificates.fingerprint}", store)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.vision.worker", "--store", str(store), "--weight", "2")
        )
        try:
            url, sub_url = cameras.url("gate"), cameras.url("gate/sub")
            await hub.vision.put_camera(Camera(camera_id="C01", name="门口", url=url, sub_url=sub_url))
            await until(lambda: hub.vision.view("C01").frames_decoded > 0, "it is looked at", 40.0)
            assert hub.vision.workers.remote == ("east",)
            assert [each.stream_id for each in cameras.watchers] == ["gate/sub"]
            await until(lambda: bool(hub.sightings.describers()), "somebody is seen", 20.0)
            assert set(hub.sightings.describers()) == {name_of(learned)}, "what the hub learned serves at once"
            await hub.enrolment.revoke("east", LOCAL)
            assert hub.vision.workers.remote == ()
            await until(lambda: not cameras.watchers, "the camera is let go", 20.0)
            assert hub.vision.view("C01").detail == WORKER_GONE
        finally:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()


def test_more_workers_than_the_hub_bears_are_refused() -> None:
    enrolled = {f"east-{number}" for number in range(MOST_REMOTE_WORKERS)}
    check_workers({"east-0"}, enrolled)  # enrolled anew
    with pytest.raises(Refusal, match="at most 32 vision workers"):
        check_workers({"west"}, enrolled)


def test_worker_that_would_be_told_passwords_over_an_open_line_does_not_start(tmp_path: Path) -> None:
    """P-8.6."""
    credential = Credential(
        device_id="east",
        kind=DeviceKind.WORKER,
        password="",
        seal_key=b"",
        broker_host=ELSEWHERE,
        broker_port=1883,
        broker_user="east",
        hub_url="",
    )
    for refused, why in (
        (credential, "is not encrypted"),
        (msgspec.structs.replace(credential, kind=DeviceKind.RADIO), "of a radio, not of a worker"),
    ):
        refused.save(tmp_path)
        with pytest.raises(CredentialError, match=why):
            find_duty(tmp_path)
    msgspec.structs.replace(credential, broker_host="127.0.0.1").save(tmp_path)
    assert find_duty(tmp_path).is_enrolled
    with pytest.raises(CredentialError, match="has no credential"):
        find_duty(tmp_path / "other")
