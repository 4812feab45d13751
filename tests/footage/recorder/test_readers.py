"""A recorder and real RTSP cameras: what is sent is kept and handed on; faults are told and disturb nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np
import pytest

from hub.footage.coded import CodedPicture, Form, StreamName, Word
from hub.footage.recorder.control import Condition, RecordedCamera, StreamAddress, Transport
from hub.footage.relay import open_relay
from hub.footage.sources.frames import open_live
from hub.footage.sources.opening import hear_losses
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import Tape, read_tape
from tests.devices.room import until
from tests.footage.recorder.room import (
    CLOCK,
    Here,
    camera,
    contents,
    forms,
    recorded,
    recording,
    segments,
    small_film,
)

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


@pytest.fixture(scope="module")
def tapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tape]:
    folder = tmp_path_factory.mktemp("films")
    return {
        "C01": read_tape(small_film(folder / "gate.mp4")),
        "C02": read_tape(small_film(folder / "yard.mp4", "libx265")),
        "C01/sub": read_tape(small_film(folder / "small.mp4", width=160, height=120)),
        "C05": read_tape(small_film(folder / "slices.mp4", options={"slices": "12"})),
        "larger": read_tape(small_film(folder / "larger.mp4", width=480, height=320)),
    }


@pytest.fixture
async def cameras(tapes: dict[str, Tape]) -> AsyncIterator[CameraServer]:
    """C01 to C06; C02 is one of H.265, C05 codes slices, C01 has a small stream too, C03 may change its size."""
    played = {f"C{number:02}": tapes["C01"] for number in range(3, 7)}
    played |= {name: tape for name, tape in tapes.items() if name != "larger"}
    async with CameraServer(played, CLOCK, random.Random(1), others={"C03": tapes["larger"]}) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    one = Here(tmp_path)
    yield one
    one.close()


@pytest.fixture
def losses_heard() -> Iterator[None]:
    hear_losses()
    yield
    av.logging.set_level(None)


def _is_encoders_word(unit: bytes) -> bool:
    """The encoder's SEI, which cameras here leave out."""
    return b"x264 - core" in unit


def is_run_of(tape: Tape, pictures: list[CodedPicture]) -> bool:
    """Whether the pictures are the tape's, one after the other and over again, none left out."""
    film = [tuple(tape.sent_units(index)) for index in range(len(tape.pictures))]
    got = [tuple(unit for unit in units if not _is_encoders_word(unit)) for units in contents(pictures)]
    start = film.index(got[0])
    return got == [film[(start + number) % len(film)] for number in range(len(got))]


async def test_what_cameras_send_is_what_is_recorded_picture_by_picture(
    cameras: CameraServer, here: Here, tapes: dict[str, Tape]
) -> None:
    before_us = CLOCK.wall_us()
    cameras.state("C03").clock_offset_us = 60_000_000
    assigned = {"C01": Transport.TCP, "C02": Transport.TCP, "C03": Transport.UDP}
    here.assign(*(camera(one, cameras.url(one), transport) for one, transport in assigned.items()))
    for camera_id in assigned:
        await here.until_stands(Condition.ONLINE, camera_id)
    await here.until_pictures(60)
    here.finish()
    for camera_id in assigned:
        pictures = recorded(here.footage_dir, camera_id)
        assert len(pictures) >= 60
        assert is_run_of(tapes["C02" if camera_id == "C02" else "C01"], pictures)
        walls = [one.wall_us for one in pictures]
        assert before_us - 1_000_000 < walls[0] < walls[-1] < CLOCK.wall_us()
        assert all(25_000 < later - earlier < 55_000 for earlier, later in pairwise(walls))
        stand = here.stand(camera_id)
        assert stand.form is not None
        assert stand.form.codec.startswith("hvc1.1." if camera_id == "C02" else "avc1.42")
        assert (stand.form.width_px, stand.form.height_px) == (320, 240)
        assert (stand.pictures_missing, stand.packets_lost, stand.reconnects) == (0, 0, 0)
        assert stand.clock_offset_s is not None
        assert stand.clock_offset_s == pytest.approx(60 if camera_id == "C03" else 0, abs=0.5)


async def test_camera_with_a_small_stream_is_read_twice_and_each_is_handed_on_under_its_name(
    cameras: CameraServer, here: Here
) -> None:
    here.assign(camera("C01", cameras.url("C01"), sub=StreamAddress(url=cameras.url("C01/sub"))))
    await here.until_stands(Condition.ONLINE)
    await until(lambda: here.stand("C01", StreamName.SUB).pictures > 5, "pictures of the sub stream")
    widths = []
    for stream in (StreamName.MAIN, StreamName.SUB):
        relayed = await open_relay(str(here.relay.path), "C01", stream)
        record = await anext(aiter(relayed))
        relayed.close()
        assert isinstance(record, Form)
        widths.append((record.stream, record.width_px))
    assert widths == [(StreamName.MAIN, 320), (StreamName.SUB, 160)]
    assert len(cameras.watchers) == 2
    here.finish()
    assert {one.width_px for one in forms(here.footage_dir)} == {320}


async def test_camera_of_one_stream_is_read_over_one_connection(cameras: CameraServer, here: Here) -> None:
    here.assign(camera("C01", cameras.url("C01")))
    await here.until_stands(Condition.ONLINE)
    stream = await asyncio.to_thread(open_live, f"relay:{here.relay.path}#C01/sub", clock=CLOCK)
    frames = stream.frames()
    first = await asyncio.to_thread(next, frames)
    assert abs(CLOCK.wall_us() - first.wall_us) < 10_000_000
    assert first.pixels.grey().shape == (240, 320)
    await asyncio.to_thread(stream.close)
    assert len(cameras.watchers) == 1


async def test_camera_that_cuts_the_line_is_read_again_and_a_new_segment_begins(
    cameras: CameraServer, here: Here
) -> None:
    here.assign(camera("C01", cameras.url("C01")))
    await here.until_stands(Condition.ONLINE)
    await here.until_pictures(15)
    cameras.disconnect("C01")
    await until(lambda: here.stand().reconnects == 1, "it is tried again")
    await here.until_pictures(15)
    await until(lambda: len(segments(here.footage_dir)) == 2, "two segments")
    closed, under_way = segments(here.footage_dir)
    assert "-" in closed.stem
    assert "-" not in under_way.stem


async def test_silent_camera_is_stalled_and_its_neighbour_is_recorded_on(cameras: CameraServer, here: Here) -> None:
    here.assign(camera("C01", cameras.url("C01")), camera("C02", cameras.url("C02")))
    await here.until_stands(Condition.ONLINE)
    await here.until_stands(Condition.ONLINE, "C02")
    relayed = await open_relay(str(here.relay.path), "C01", StreamName.MAIN)
    records = aiter(relayed)
    cameras.set_fault("C01", Fault.STALL)
    stand = await here.until_stands(Condition.STALLED)
    assert "没有画面" in stand.detail
    assert "no picture from" in stand.detail
    await here.until_pictures(20, "C02")
    assert here.stand("C02").reconnects == 0
    cameras.set_fault("C01", Fault.NONE)
    heard = [record async for record in _until_key_after_word(records)]
    assert [one.code for one in heard if isinstance(one, Word)] == ["stalled"]
    assert isinstance(heard[-2], Form)
    assert isinstance(heard[-1], CodedPicture)
    assert heard[-1].key
    await here.until_stands(Condition.ONLINE)
    relayed.close()


async def _until_key_after_word(records: AsyncIterator[Form | CodedPicture | Word]) -> AsyncIterator[object]:
    was_told = False
    async for record in records:
        yield record
        was_told |= isinstance(record, Word)
        if was_told and isinstance(record, CodedPicture):
            return


async def test_wrong_password_is_told_without_it(cameras: CameraServer, here: Here) -> None:
    cameras.ask_password("C01", "duty", "s3cret", Scheme.DIGEST)
    here.assign(camera("C01", cameras.url("C01").replace("rtsp://", "rtsp://duty:hunter2@")))
    stand = await here.until_stands(Condition.REFUSED)
    assert "password" in stand.detail
    assert "hunter2" not in stand.detail


async def test_cameras_that_cannot_be_had_say_why_and_come_back(
    cameras: CameraServer, here: Here, losses_heard: None
) -> None:
    faults = {
        "C03": (Fault.REFUSE, Condition.UNREADABLE),
        "C04": (Fault.SLOW, Condition.REFUSED),
        "C05": (Fault.GARBAGE, Condition.UNREADABLE),
    }
    here.assign(*(camera(one, cameras.url(one)) for one in ("C01", *faults)))
    for camera_id in ("C01", *faults):
        await here.until_stands(Condition.ONLINE, camera_id)

    async def spoil(camera_id: str, fault: Fault, condition: Condition) -> None:
        cameras.set_fault(camera_id, fault)
        cameras.disconnect(camera_id if fault is Fault.REFUSE else "")
        assert (await here.until_stands(condition, camera_id)).detail
        cameras.set_fault(camera_id, Fault.NONE)
        await here.until_stands(Condition.ONLINE, camera_id)

    await asyncio.gather(*(spoil(camera_id, *fault) for camera_id, fault in faults.items()))
    assert here.stand("C01").reconnects == 0


async def test_another_size_and_stamps_that_jump_begin_segments_without_a_picture_lost(
    cameras: CameraServer, here: Here, tapes: dict[str, Tape]
) -> None:
    faults = {"C03": Fault.RESOLUTION, "C04": Fault.TIME_BACK, "C05": Fault.TIME_AHEAD}
    here.assign(*(camera(one, cameras.url(one)) for one in faults))
    for camera_id in faults:
        await here.until_stands(Condition.ONLINE, camera_id)
    relayed = await open_relay(str(here.relay.path), "C03", StreamName.MAIN)
    records = aiter(relayed)
    await here.until_pictures(15, "C05")
    for camera_id, fault in faults.items():
        cameras.set_fault(camera_id, fault)
    assert [form.width_px async for form in _two_forms(records)] == [320, 480]
    relayed.close()
    for camera_id in faults:
        await until(lambda one=camera_id: len(segments(here.footage_dir, one)) == 2, "a second segment")
    await here.until_pictures(15, "C05")
    here.finish()
    assert [one.width_px for one in forms(here.footage_dir, "C03")] == [320, 480]
    for camera_id in ("C04", "C05"):
        pictures = recorded(here.footage_dir, camera_id)
        assert is_run_of(tapes["C05" if camera_id == "C05" else "C01"], pictures)
        steps = [later.wall_us - earlier.wall_us for earlier, later in pairwise(pictures)]
        assert all(-20_000 < step < 120_000 for step in steps)
    for camera_id in faults:
        assert (here.stand(camera_id).pictures_missing, here.stand(camera_id).reconnects) == (0, 0)


async def _two_forms(records: AsyncIterator[Form | CodedPicture | Word]) -> AsyncIterator[Form]:
    count = 0
    async for record in records:
        if isinstance(record, Form):
            yield record
            count += 1
            if count == 2:
                return


async def test_lost_datagrams_are_counted_and_the_picture_after_is_marked(
    cameras: CameraServer, here: Here, losses_heard: None
) -> None:
    here.assign(camera("C01", cameras.url("C01"), Transport.UDP))
    await here.until_stands(Condition.ONLINE)
    await here.until_pictures(10)
    assert here.stand().packets_lost == 0
    cameras.state("C01").loss = 0.1
    await until(lambda: here.stand().packets_lost >= 3, "lost packets are counted")
    cameras.state("C01").loss = 0.0
    await here.until_pictures(15)
    lost = here.stand().packets_lost
    here.finish()
    marked = sum(one.broken for one in recorded(here.footage_dir))
    assert 0 < marked <= lost


async def test_part_that_may_never_be_stored_is_black_in_the_relay_and_in_the_segment(
    cameras: CameraServer, here: Here
) -> None:
    here.assign(camera("C01", cameras.url("C01"), unstored=(LEFT_HALF,)))
    await here.until_stands(Condition.ONLINE)
    stream = await asyncio.to_thread(open_live, f"relay:{here.relay.path}#C01/sub", clock=CLOCK)
    frame = await asyncio.to_thread(next, stream.frames())
    await here.until_pictures(20)
    await asyncio.to_thread(stream.close)
    here.finish()
    kept = [grey for path in segments(here.footage_dir) for grey in _greys(path)]
    assert len(kept) >= 20
    for grey in (frame.pixels.grey(), *kept):
        assert grey[:, :158].max() < 30
        assert grey[:, 170:].min() > 100


def _greys(path: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


async def test_fifth_camera_with_such_parts_is_neither_recorded_nor_shown_and_says_so(
    cameras: CameraServer, here: Here
) -> None:
    ids = [f"C{number:02}" for number in range(11, 16)]
    here.assign(*(camera(one, f"{cameras.url('C01')}/{one}", unstored=(LEFT_HALF,)) for one in ids))
    stand = await here.until_stands(Condition.WITHHELD, "C15")
    assert "不录像" in stand.detail
    relayed = await open_relay(str(here.relay.path), "C15", StreamName.MAIN)
    record = await anext(aiter(relayed))
    relayed.close()
    assert isinstance(record, Word)
    assert record.code == "withheld"


async def test_cameras_with_such_parts_that_run_keep_their_place_whoever_comes(here: Here, tmp_path: Path) -> None:
    def masked(camera_id: str) -> RecordedCamera:
        return camera(camera_id, "rtsp://127.0.0.1:9/nobody", unstored=(LEFT_HALF,))

    film = recording("A00", small_film(tmp_path / "film.mp4"), 1_700_000_000_000_000)
    taken_over = msgspec.structs.replace(film, unstored=(LEFT_HALF,))
    running = [masked(f"C{number:02}") for number in range(11, 15)]
    here.assign(*running)
    here.assign(taken_over, masked("C01"), *running)
    await here.until_stands(Condition.WITHHELD, "C01")
    await here.until_stands(Condition.FINISHED, "A00")
    for one in running:
        await here.until_stands(Condition.REFUSED, one.camera_id)
    here.assign(masked("C01"), *running[1:])
    await here.until_stands(Condition.REFUSED, "C01")


async def test_motion_jpeg_is_recorded_as_h264(here: Here, tmp_path: Path) -> None:
    """Stands in for webcams, which bring JPEG or bare pixels: there is none on the machine that runs this."""
    film = small_film(tmp_path / "webcam.avi", "mjpeg")
    here.assign(recording("C01", film, 1_700_000_000_000_000))
    await here.until_stands(Condition.FINISHED)
    await until(lambda: len(recorded(here.footage_dir)) == 50, "all pictures are on disk")
    pictures = recorded(here.footage_dir)
    assert pictures[0].wall_us == 1_700_000_000_000_000
    assert pictures[-1].wall_us == 1_700_000_000_000_000 + 49 * 40_000
    assert forms(here.footage_dir)[0].codec.startswith("avc1.")


async def test_camera_that_sends_jpeg_over_http_is_recorded_as_h264_dated_by_arrival(
    here: Here, tmp_path: Path
) -> None:
    jpeg = cv2.imencode(".jpg", np.full((240, 320, 3), 90, np.uint8))[1].tobytes()
    sent_us: list[int] = []
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=picture\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                sent_us.append(CLOCK.wall_us())
                head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                writer.write(head.encode() + jpeg + b"\r\n")
                await writer.drain()
                await asyncio.sleep(0.1)  # the camera's rate
        writer.close()
        left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here.assign(camera("C01", f"http://127.0.0.1:{port}/video.mjpg"))
    await here.until_stands(Condition.ONLINE)
    await here.until_pictures(15)
    here.finish()
    await left.wait()
    server.close()
    pictures = recorded(here.footage_dir)
    assert abs(sent_us[-1] - pictures[-1].wall_us) < 5_000_000
    step_us = (pictures[-1].wall_us - pictures[5].wall_us) / (len(pictures) - 6)
    assert step_us == pytest.approx((sent_us[-1] - sent_us[0]) / (len(sent_us) - 1), rel=0.3)
    assert forms(here.footage_dir)[0].codec.startswith("avc1.")


async def test_imported_recording_is_kept_whole_as_fast_as_the_disk_takes_it(here: Here, tmp_path: Path) -> None:
    started_us = 1_700_002_799_000_000  # 1 s before the hour
    film = small_film(tmp_path / "import.mp4", seconds=60)
    here.assign(recording("C01", film, started_us))
    before_us = CLOCK.monotonic_us()
    await here.until_stands(Condition.FINISHED)
    assert CLOCK.monotonic_us() - before_us < 30_000_000, "a minute of film"
    await until(lambda: len(recorded(here.footage_dir)) == 1500, "all pictures are on disk")
    assert is_run_of(read_tape(film), recorded(here.footage_dir))
    assert segments(here.footage_dir)[0].stem.startswith("225959000")
    assert len(segments(here.footage_dir)) == 2  # closed on the hour of UTC


async def test_imported_recording_that_breaks_off_is_finished_and_says_so(here: Here, tmp_path: Path) -> None:
    film = small_film(tmp_path / "import.ts", seconds=8).read_bytes()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * len(film)) + film)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/import.ts"
    address = StreamAddress(url=url, started_at_us=1_700_000_000_000_000)
    here.assign(RecordedCamera(camera_id="C01", main=address))
    assert "读取中断" in (await here.until_stands(Condition.FINISHED)).detail
    await until(lambda: len(recorded(here.footage_dir)) > 150, "what could be read is on disk")
    server.close()


async def test_camera_that_is_taken_away_is_disconnected_and_its_segment_closed(
    cameras: CameraServer, here: Here
) -> None:
    here.assign(camera("C01", cameras.url("C01")), camera("C02", cameras.url("C02")))
    await here.until_stands(Condition.ONLINE)
    await here.until_stands(Condition.ONLINE, "C02")
    await here.until_pictures(30, "C02")
    here.assign(camera("C02", cameras.url("C02")))
    await until(lambda: len(cameras.watchers) == 1, "the camera is left")
    await until(lambda: "-" in segments(here.footage_dir)[0].stem, "its segment is closed")
    assert here.stand("C02").reconnects == 0
