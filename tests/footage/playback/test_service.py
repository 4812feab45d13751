"""What was recorded is played within an open case: found at once, noted, bounded, whole up to a gap."""

from __future__ import annotations

import asyncio
import base64
import errno
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from typing import Any

import av
import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from hub.access.people import Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.footage import routes
from hub.footage.coded import CodedPicture, Coding, Form, Record, RecordReader, Word
from hub.footage.playback import reading, readings
from hub.footage.playback import service as playing
from hub.footage.segments.catalogue import Span
from hub.registry.records import Camera
from tests.devices.room import until
from tests.footage.segments.films import film, write
from tests.hub import client_of, open_console, open_hub, sighting, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
START_US = (time.time_ns() // 3_600_000_000_000 - 2) * 3_600_000_000
"""A full hour that is over."""
START_MS = START_US // 1000
GAP_MS = 5_000
"""Between the first segment's end and the second's start."""
SECOND_MS = START_MS + 4_000 + GAP_MS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """C01 has two stretches of 4 s, C02 one in H.265, C03 nothing."""
    async with open_hub(tmp_path_factory.mktemp("hub"), footage_transcoders=1) as opened:
        for number in (2, 3):
            await opened.vision.put_camera(Camera(camera_id=f"C0{number}", name=f"{number}", venue_id="V01"))
        for filmed in (
            film(start_us=START_US),
            film(start_us=SECOND_MS * 1000),
            film("libx265", camera_id="C02", start_us=START_US),
        ):
            write(opened.footage.folder, filmed)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.OFFICER) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def case(console: httpx.AsyncClient) -> str:
    return await new_case(console)


async def new_case(console: httpx.AsyncClient) -> str:
    answer = await console.post("/api/cases", json={"title": "走失", "purpose": "寻找走失儿童"})
    case_id: str = answer.json()["case_id"]
    return case_id


def address(case_id: str, camera_id: str = "C01", what: str = "pictures") -> str:
    return f"/api/cases/{case_id}/footage/{camera_id}/{what}"


async def play(
    console: httpx.AsyncClient, case_id: str, camera_id: str, from_ms: int, until_ms: int, **more: Any
) -> tuple[list[Record], int | None]:
    asked = {"from_ms": from_ms, "until_ms": until_ms, **more}
    answer = await console.get(address(case_id, camera_id), params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream"), answer.text
    found = answer.headers.get("x-next-ms")
    return list(RecordReader().feed(answer.content)), None if found is None else int(found)


async def noted(hub: Hub, case_id: str) -> list[dict[str, Any]]:
    a = audit_records.c
    wanted = sa.select(a.detail).where(a.action == "play_footage", a.case_id == case_id).order_by(a.number)
    return [msgspec.json.decode(one) for one in await hub.database.read(lambda c: c.execute(wanted).scalars().all())]


async def test_pictures_begin_at_the_key_picture_before_and_end_where_it_was_asked(
    console: httpx.AsyncClient, case: str
) -> None:
    (form, *pictures, word), next_ms = await play(console, case, "C01", START_MS + 2_500, START_MS + 3_000)
    assert isinstance(form, Form) and (form.coding, form.camera_id) == (Coding.H264, "C01")
    times = [one.wall_us - START_US for one in pictures if isinstance(one, CodedPicture)]
    assert times == list(range(2_000_000, 3_000_000, 40_000))
    assert isinstance(word, Word) and word.code == "end"
    assert next_ms == START_MS + 3_000


async def test_player_is_told_where_the_footage_goes_on_after_a_gap(console: httpx.AsyncClient, case: str) -> None:
    records, next_ms = await play(console, case, "C01", START_MS, START_MS + 30_000)
    assert len([one for one in records if isinstance(one, CodedPicture)]) == 100, "up to the gap"
    assert next_ms == SECOND_MS
    records, next_ms = await play(console, case, "C01", START_MS + 5_000, START_MS + 6_000)
    assert [one.code for one in records if isinstance(one, Word)] == ["nothing"]
    assert next_ms == SECOND_MS
    records, next_ms = await play(console, case, "C01", START_MS + 5_000, SECOND_MS + 1_000)
    assert len([one for one in records if isinstance(one, CodedPicture)]) == 25
    assert next_ms == SECOND_MS + 1_000
    assert (await play(console, case, "C01", SECOND_MS, SECOND_MS + 60_000))[1] is None
    assert (await play(console, case, "C01", START_MS - 86_400_000, START_MS - 86_300_000))[1] == START_MS
    records, next_ms = await play(console, case, "C03", START_MS, START_MS + 1_000)
    assert (len(records), next_ms) == (1, None)


async def test_at_most_a_minute_is_played_at_once(
    console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "MOST_US", 1_000_000)
    records, next_ms = await play(console, case, "C01", START_MS, START_MS + 3_600_000)
    assert len([one for one in records if isinstance(one, CodedPicture)]) == 25
    assert next_ms == START_MS + 1_000


async def test_h265_is_played_as_it_is_or_converted(hub: Hub, console: httpx.AsyncClient, case: str) -> None:
    (form, *_), _ = await play(console, case, "C02", START_MS, START_MS + 1_000)
    assert isinstance(form, Form) and form.coding is Coding.H265
    (form, *pictures, word), _ = await play(console, case, "C02", START_MS, START_MS + 1_000, transcode=1)
    assert isinstance(form, Form) and form.coding is Coding.H264
    assert [one.wall_us for one in pictures if isinstance(one, CodedPicture)] == [
        START_US + number * 40_000 for number in range(25)
    ]
    assert isinstance(word, Word) and word.code == "end"
    assert hub.playing.transcoders.running == 0


async def test_first_picture_goes_out_alone_before_the_stretch_is_read(hub: Hub) -> None:
    stretch = await hub.playing.stretch("C01", START_US + 3_900_000, START_US + 4_000_000)
    async with aclosing(hub.playing.play("C01", stretch)) as playback, aclosing(playback.pieces()) as pieces:
        first, rest = list(RecordReader().feed(await anext(pieces))), b"".join([piece async for piece in pieces])
    assert [type(one) for one in first] == [Form, CodedPicture]
    assert len(list(RecordReader().feed(rest))) > 40


async def test_still_is_the_picture_of_that_moment(console: httpx.AsyncClient, case: str) -> None:
    async def brightest_column(at_ms: int) -> int:
        answer = await console.get(address(case, what="still"), params={"at_ms": at_ms})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), answer.text
        (frame,) = decoded(answer.content)
        assert (frame.width, frame.height) == (320, 192)
        return int(frame.to_ndarray(format="gray").mean(axis=0).argmax())

    for at_ms in (0, 1_480, 2_040, 3_960):  # the bar stands at 4 pixels a picture, 16 wide
        assert abs(await brightest_column(START_MS + at_ms) - at_ms // 40 * 4 % 320 - 8) <= 9
    nothing = await console.get(address(case, what="still"), params={"at_ms": START_MS + 6_000})
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "nothing")


def decoded(jpeg: bytes) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return list(decoder.decode(av.Packet(jpeg)))


async def test_footage_opens_in_an_open_case_alone_and_each_look_is_noted(hub: Hub, console: httpx.AsyncClient) -> None:
    case_id = await new_case(console)
    for _ in range(3):
        await play(console, case_id, "C01", START_MS, START_MS + 1_000)
    await play(console, case_id, "C01", START_MS + 7_200_000, START_MS + 7_201_000)
    await console.get(address(case_id, what="still"), params={"at_ms": START_MS})
    assert [(one["what"], one["camera_ids"], one["from_ms"]) for one in await noted(hub, case_id)] == [
        ("pictures", ["C01"], START_MS),
        ("pictures", ["C01"], START_MS + 7_200_000),
        ("still", ["C01"], START_MS),
    ]
    await console.post(f"/api/cases/{case_id}/close", json={"outcome": "找到了"})
    asked = {"from_ms": START_MS, "until_ms": START_MS + 1_000}
    for what, given in (("pictures", asked), ("still", {"at_ms": START_MS})):
        answer = await console.get(address(case_id, what=what), params=given)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "case_closed")
    timeline = {"camera_ids": "C01", "since_ms": START_MS, "until_ms": START_MS + 1}
    answer = await console.get(f"/api/cases/{case_id}/footage/timeline", params=timeline)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "case_closed")
    assert len(await noted(hub, case_id)) == 3
    answer = await console.get(address("nowhere"), params=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_case")


GOOD = {"from_ms": START_MS, "until_ms": START_MS + 1}
BAD: list[tuple[str, dict[str, Any], str, int]] = [
    ("C01/pictures", {"until_ms": START_MS}, "from_ms", 422),
    ("C01/pictures", GOOD | {"from_ms": "noon"}, "from_ms", 422),
    ("C01/pictures", GOOD | {"from_ms": -1}, "from_ms", 422),
    ("C01/pictures", GOOD | {"until_ms": 10**18}, "until_ms", 422),
    ("C01/pictures", GOOD | {"until_ms": START_MS}, "until_ms", 422),
    ("C01/pictures", GOOD | {"transcode": "perhaps"}, "transcode", 422),
    ("C01/pictures", GOOD | {"speed": 2}, "speed", 422),
    ("C99/pictures", GOOD, "camera_id", 404),
    ("%00/pictures", GOOD, "camera_id", 404),
    ("%2e%2e/pictures", GOOD, "camera_id", 404),
    ("C" * 5_000 + "/pictures", GOOD, "camera_id", 404),
    ("C01/still", {}, "at_ms", 422),
    ("C01/still", {"at_ms": "noon"}, "at_ms", 422),
    ("C99/still", {"at_ms": START_MS}, "camera_id", 404),
    ("timeline", {"since_ms": START_MS, "until_ms": START_MS + 1}, "camera_ids", 422),
    ("timeline", {"camera_ids": "", "since_ms": START_MS, "until_ms": START_MS + 1}, "camera_ids", 422),
    ("timeline", {"camera_ids": "C01,C99", "since_ms": START_MS, "until_ms": START_MS + 1}, "camera_ids", 404),
    ("timeline", {"camera_ids": "C01", "since_ms": START_MS, "until_ms": START_MS}, "until_ms", 422),
    ("timeline", {"camera_ids": "C01", "since_ms": START_MS, "until_ms": START_MS + 32 * 86_400_000}, "until_ms", 422),
    ("timeline", {"camera_ids": ",".join(f"C{n}" for n in range(17)), "since_ms": START_MS}, "until_ms", 422),
    (
        "timeline",
        {"camera_ids": ",".join(f"C{n}" for n in range(17)), "since_ms": START_MS, "until_ms": START_MS + 1},
        "camera_ids",
        422,
    ),
]


@pytest.mark.parametrize(("what", "asked", "field", "status"), BAD)
async def test_what_makes_no_sense_is_refused_by_field_in_both_languages(
    console: httpx.AsyncClient, case: str, what: str, asked: dict[str, Any], field: str, status: int
) -> None:
    answer = await console.get(f"/api/cases/{case}/footage/{what}", params=asked)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (status, field), error
    assert error["message"] and error["message_en"]


async def test_more_readings_than_there_are_turns_are_refused_and_a_player_that_goes_gives_its_turn_back(
    hub: Hub, console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "WAIT_FOR_TURN_S", 0.05)
    asked = {"from_ms": START_MS, "until_ms": START_MS + 1_000}
    async with asyncio.timeout(10):
        turns = [hub.playing.readings.turn(f"officer-{number}") for number in range(readings.MOST_READINGS)]
        for turn in turns:
            await turn.__aenter__()
        answer = await console.get(address(case), params=asked)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_busy")
        for turn in turns:
            await turn.__aexit__(None, None, None)
    for _ in range(readings.MOST_READINGS + 1):
        async with console.stream("GET", address(case), params=asked) as streamed:
            await anext(streamed.aiter_raw())
    await until(lambda: hub.playing.under_way == 0, "every turn is given back")


async def test_disk_that_fails_is_told(
    hub: Hub, console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_asked: object) -> list[Span]:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(hub.playing, "_store", replace(hub.playing._store, spans=fails))
    for what, asked in (
        ("C01/pictures", GOOD),
        ("C01/still", {"at_ms": START_MS}),
        ("timeline", {"camera_ids": "C01", "since_ms": START_MS, "until_ms": START_MS + 1}),
    ):
        answer = await console.get(f"/api/cases/{case}/footage/{what}", params=asked)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "disk_failed"), what
    assert hub.playing.under_way == 0


def endless(_camera_id: str, from_us: int, _until_us: int) -> Iterator[Form | CodedPicture]:
    """A recording of more bytes than anybody takes."""
    yield film().form
    for number in count():
        yield CodedPicture(from_us + number, number, number == 0, False, bytes(100_000))


async def test_player_that_does_not_read_gives_its_turn_back(
    hub: Hub, console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.playing, "_store", replace(hub.playing._store, pictures=endless))
    monkeypatch.setattr(routes, "READ_WITHIN_S", 0.3)
    asked = {"from_ms": START_MS, "until_ms": START_MS + 1_000}
    async with console.stream("GET", address(case), params=asked):
        await until(lambda: hub.playing.under_way == 1, "it is being read")
        await until(lambda: hub.playing.under_way == 0, "its turn is another's")


async def test_player_that_goes_in_the_middle_gives_its_turn_back(
    hub: Hub, console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.playing, "_store", replace(hub.playing._store, pictures=endless))
    asked = {"from_ms": START_MS, "until_ms": START_MS + 1_000}
    async with console.stream("GET", address(case), params=asked) as answer:
        await anext(answer.aiter_raw())
        assert hub.playing.under_way == 1
    await until(lambda: hub.playing.under_way == 0, "its turn is another's")


async def test_more_bytes_than_are_given_at_once_are_asked_for_anew(
    hub: Hub, console: httpx.AsyncClient, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.playing, "_store", replace(hub.playing._store, pictures=endless))
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    records, _ = await play(console, case, "C01", START_MS, START_MS + 1_000)
    assert isinstance(records[-1], Word) and records[-1].code == "more"
    assert sum(len(one.data) for one in records if isinstance(one, CodedPicture)) < 1_500_000


async def test_recording_that_cannot_be_read_says_so(hub: Hub, console: httpx.AsyncClient, case: str) -> None:
    path = write(hub.footage.folder, film(camera_id="C03", start_us=START_US + 60_000_000))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3] + bytes(len(data) - len(data) // 3))
    try:
        records, _ = await play(console, case, "C03", START_MS + 60_000, START_MS + 64_000)
        assert isinstance(records[-1], Word)
        path.write_bytes(bytes(len(data)))
        answer = await console.get(address(case, "C03", "still"), params={"at_ms": START_MS + 61_000})
        assert answer.status_code == 404
    finally:
        for left in path.parent.iterdir():
            left.unlink()


async def test_timeline_tells_spans_gaps_movement_sightings_and_holds(
    hub: Hub, console: httpx.AsyncClient, case: str
) -> None:
    seen = sighting(hub, "S1", "red", "blue")
    hub.sightings.add(
        msgspec.structs.replace(seen, started_at_us=START_US + 1_000_000, ended_at_us=START_US + 3_000_000)
    )
    for number, moving_ms in enumerate((0, 0, 5_000, 5_000)):
        hub.footage.motion.hear("C01", START_US + number * 10_000_000, number * 10_000, moving_ms)
    hub.footage.motion.flush()
    held = {"camera_ids": ["C01"], "from_ms": START_MS, "until_ms": START_MS + 2_000}
    assert (await console.post(f"/api/cases/{case}/holds", json=held)).status_code == 201
    asked = {"camera_ids": "C01,C03", "since_ms": START_MS - 1_000, "until_ms": SECOND_MS + 6_000}
    answer = await console.get(f"/api/cases/{case}/footage/timeline", params=asked)
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["cameras"]
    assert (first["camera_id"], second["camera_id"]) == ("C01", "C03")
    assert first["spans"] == [[START_MS, START_MS + 4_000], [SECOND_MS, SECOND_MS + 4_000]]
    assert [(one["start_ms"], one["end_ms"]) for one in first["gaps"]] == [
        (START_MS - 1_000, START_MS),
        (START_MS + 4_000, SECOND_MS),
        (SECOND_MS + 4_000, SECOND_MS + 6_000),
    ]
    times = {"started_at_ms": START_MS + 1_000, "ended_at_ms": START_MS + 3_000}
    assert first["sightings"] == [{"sighting_id": "S1", **times}]
    assert not first["more_sightings"]
    assert (first["motion"]["step_ms"], first["motion"]["since_ms"]) == (10_000, START_MS - 10_000)
    assert base64.b64decode(first["motion"]["shares"]) == bytes([255, 0, 100])
    assert first["holds"] == [[START_MS, START_MS + 2_000]]
    assert second["spans"] == second["sightings"] == second["holds"] == []
    assert set(base64.b64decode(second["motion"]["shares"])) == {255}


async def test_who_may_not_search_plays_nothing(hub: Hub, console: httpx.AsyncClient, case: str) -> None:
    async with client_of(console.base_url, await sign_in(hub, Role.CHIEF)) as chief:
        answer = await chief.get(address(case), params=GOOD)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
