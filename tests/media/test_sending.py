"""A spoken message on its way from the hub to the loudspeakers of radios, over a line that breaks."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import resample_poly

from bench.mouth_to_ear_figures import find
from devices.link import Credential, LinkTiming
from devices.protocol.clock import SystemClock
from devices.protocol.media import Part, Wanted
from devices.protocol.messages import AlertMessage, Reminder
from devices.protocol.topics import DeviceKind, Down, Up
from devices.radio import fetching
from devices.radio.radio import Radio
from devices.radio.sound import FileSpeaker
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.app import Hub
from hub.media import sending
from hub.speech.sound import Spoken
from hub.tasks import end_tasks
from simulators.links import Conditions, Direction, LinkProxy
from simulators.radios.speech import syllables
from tests.devices.room import BROKERS, until
from tests.hub import open_hub
from tests.played import radio_on_line

RADIOS = ("R01", "R02", "R03", "R04", "R05")
Sound = npt.NDArray[np.float64]


def message() -> Spoken:
    """2 s of speech that repeats nowhere."""
    sound = syllables(10).astype(np.float64) * np.linspace(0.3, 1.0, 32_000)
    return Spoken(sound.astype(np.int16))


@asynccontextmanager
async def radio_at(credential: Credential, port: int, folder: Path) -> AsyncIterator[Radio]:
    """A real radio whose loudspeaker is a folder, behind the proxy at ``port``."""
    folder.mkdir(exist_ok=True)
    speaker = FileSpeaker(folder, SystemClock())
    radio = Radio(
        msgspec.structs.replace(credential, broker_port=port),
        clock=SystemClock(),
        rng=random.Random(credential.device_id),
        speaker=speaker,
        store_dir=folder / "store",
        timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.3),
    )
    running = asyncio.create_task(radio.run())
    try:
        yield radio
    finally:
        await end_tasks(running)
        speaker.close()


def fetched(folder: Path, media_id: str) -> int:
    """How much of a message a radio has on its disk."""
    kept = folder / "store" / "spoken"
    files = [path for path in (kept / media_id, kept / f"{media_id}.part") if path.exists()]
    return sum(path.stat().st_size for path in files)


def sounded(file: Path) -> Sound:
    with wave.open(str(file)) as opened:
        return np.frombuffer(opened.readframes(-1), dtype=np.int16).astype(np.float64)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a message of 2 s goes over the line as one of half a minute does."""
    monkeypatch.setattr(sending, "PART_BYTES", 512)
    monkeypatch.setattr(fetching, "PART_BYTES", 512)


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.usefixtures("small_parts")
async def test_spoken_message_sounds_at_every_radio_though_the_line_breaks_in_the_middle(
    tmp_path: Path, broker: str
) -> None:
    """P-12.1, P-12.2, P-12.4"""
    async with open_hub(tmp_path / "hub", broker, venues=5) as hub:
        said = message()
        media = await hub.media.keep_spoken(said, "officer")
        credentials = [await hub.enrolment.issue(DeviceKind.RADIO, radio_id) for radio_id in RADIOS]
        folders = {radio_id: tmp_path / radio_id for radio_id in RADIOS}
        line = LinkProxy(credentials[0].broker_host, credentials[0].broker_port)
        async with line, _all_at(credentials, line, folders):
            await until(lambda: all(map(hub.radios.is_online, RADIOS)), "all radios are on line")
            line.change(Conditions(bytes_per_s=12_000), Direction.DOWN)
            alert = await hub.alerts.issue(NewAlert(text="六岁女孩走失", speech=media.media_id), "officer")
            assert alert.speech is not None
            half = range(1024, media.bytes - 1024)
            await until(
                lambda: any(fetched(folders[one], media.media_id) in half for one in RADIOS), "some is on its way"
            )
            await line.cut()
            had = {one: fetched(folders[one], media.media_id) for one in RADIOS}
            assert max(had.values()) < media.bytes
            line.change(Conditions(), Direction.DOWN)
            await line.restore()
            files = [folder / "spoken-1.wav" for folder in folders.values()]
            await until(lambda: all(path.exists() for path in files), "every loudspeaker sounds")
            await until(lambda: all(_is_whole(path, said) for path in files), "every loudspeaker has said it all")
        middle = resample_poly(said.pcm.astype(np.float64), 3, 1)[24_000:72_000]
        for path in files:
            found = find(middle, sounded(path), 23_000, 26_000)
            assert found.likeness > 0.8, path
            assert 24_000 <= found.at <= 24_500, "and late by no more than the coder's 6.5 ms"
        for folder in folders.values():
            assert not list(folder.glob("spoken-2*"))


@asynccontextmanager
async def _all_at(credentials: list[Credential], line: LinkProxy, folders: dict[str, Path]) -> AsyncIterator[None]:
    async with AsyncExitStack() as radios:
        for one in credentials:
            await radios.enter_async_context(radio_at(one, line.port, folders[one.device_id]))
        yield
    await until(lambda: not line.lines, "nobody is on the line any more")


def _is_whole(path: Path, said: Spoken) -> bool:
    return path.stat().st_size >= 44 + said.pcm.size * 3 * 2


@pytest.mark.usefixtures("small_parts")
async def test_radio_that_restarts_asks_for_the_rest_and_speaks_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-12.4"""
    monkeypatch.setattr(sending, "BREATH_S", 0.05)
    async with open_hub(tmp_path / "hub") as hub:
        media = await hub.media.keep_spoken(message(), "officer")
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
        folder = tmp_path / "R01"
        async with radio_at(credential, credential.broker_port, folder):
            await until(lambda: hub.radios.is_online("R01"), "R01 is on line")
            await _tell(hub, media.media_id)
            await until(lambda: fetched(folder, media.media_id) >= 1024, "some of it is there")
        had = fetched(folder, media.media_id)
        assert 1024 <= had < media.bytes
        asked: list[Wanted] = []
        hear = hub.sending._hear
        hub.bridge.on(
            DeviceKind.RADIO, Up.WANTED, Wanted, lambda radio, wanted: (asked.append(wanted), hear(radio, wanted))
        )
        async with radio_at(credential, credential.broker_port, folder):
            await until(lambda: (folder / "spoken-1.wav").exists(), "it sounds")
        assert asked[0].from_byte == had


async def _tell(hub: Hub, media_id: str) -> str:
    target = Target(kind=TargetKind.VENUE, id="V01")
    return (await hub.alerts.issue(NewAlert(text="找人", target=target, speech=media_id), "officer")).alert_id


async def test_radio_gets_what_its_own_alerts_name_and_nothing_else(tmp_path: Path) -> None:
    """P-12.3"""
    async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01") as mine, radio_on_line(hub, "R02") as other:
        media = await hub.media.keep_spoken(message(), "officer")
        await _tell(hub, media.media_id)
        for radio in (mine, other):
            await radio.say(Up.WANTED, Wanted(stamp=radio.stamp(), media_id=media.media_id, from_byte=0, parts=4))
        (given,) = await mine.hear(Down.PART, Part)
        (refused,) = await other.hear(Down.PART, Part)
        data = await hub.media.read(media.media_id)
        assert data is not None
        assert (given.from_byte, given.data) == (0, data[: sending.PART_BYTES])
        assert refused.data == b""


async def test_radio_is_not_told_to_give_up_for_a_disk_that_does_not_read_now(tmp_path: Path) -> None:
    """P-12.3"""
    async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01") as radio:
        media = await hub.media.keep_spoken(message(), "officer")
        await _tell(hub, media.media_id)
        file, aside = hub.media.path(media.media_id), tmp_path / "aside"
        file.rename(aside)
        file.mkdir()  # which is read as little as a bad sector is
        wanted = Wanted(stamp=radio.stamp(), media_id=media.media_id, from_byte=0, parts=1)
        for radio_id in ("R01", "R02"):
            hub.sending._hear(radio_id, wanted)
        await until(lambda: hub.sending.parts, "R02, which may not have it, is told so in its turn, after R01")
        file.rmdir()
        aside.rename(file)
        hub.sending._hear("R01", wanted)
        assert (await radio.hear(Down.PART, Part))[0].data


async def test_alert_names_its_media_to_the_radio_and_so_does_a_reminder(tmp_path: Path) -> None:
    """P-12.1"""
    async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01") as radio:
        media = await hub.media.keep_spoken(message(), "officer")
        alert_id = await _tell(hub, media.media_id)
        (told,) = await radio.hear(Down.ALERT, AlertMessage)
        await hub.alerts.remind(alert_id, ["R01"], Reminder.LOUDER, lambda change: None)
        again = (await radio.hear(Down.ALERT, AlertMessage, 2))[-1]
        for one in (told, again):
            assert one.speech is not None
            assert (one.speech.media_id, one.speech.bytes, one.speech.type) == (
                media.media_id, media.bytes, "audio/ogg",
            )  # fmt: skip
            assert one.picture is None


def _is_stopped(pid: int) -> bool:
    """Whether all threads of a process are (proc(5), stat, after the name)."""
    states = [one.read_text().rpartition(") ")[2][0] for one in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


async def test_parts_wait_for_a_slow_broker_so_that_floor_control_waits_for_few_of_them(tmp_path: Path) -> None:
    """P-12.2"""
    async with open_hub(tmp_path, venues=5) as hub, radio_on_line(hub, "R01") as radio:
        media = await hub.media.keep_spoken(Spoken(np.tile(syllables(10), 15)), "officer")
        await hub.alerts.issue(NewAlert(text="找人", speech=media.media_id), "officer")
        await radio.hear(Down.ALERT, AlertMessage)
        pid = hub.broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            await until(
                lambda: _is_stopped(pid), "the broker stands still: its threads go on until one hears the signal"
            )
            for one in RADIOS:
                wanted = Wanted(stamp=radio.stamp(), media_id=media.media_id, from_byte=0, parts=4)
                hub.sending._hear(one, wanted)
            await until(lambda: hub.sending.parts >= sending.MOST_UNDER_WAY, "the broker is given as much as may be")
            for _ in range(30):  # in each of which one more would go
                await asyncio.sleep(sending.BREATH_S)
            assert hub.sending.parts == sending.MOST_UNDER_WAY
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(lambda: hub.sending.parts == 4 * len(RADIOS), "all of it goes when the broker takes it")
        assert [one.from_byte // sending.PART_BYTES for one in await radio.hear(Down.PART, Part, 4)] == [0, 1, 2, 3]
