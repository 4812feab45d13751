"""Recorded calls as the police room finds and hears them: by time, group, venue and talker, and by who may."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import av
import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from devices.protocol import voice as wire
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.talk.recording import listening
from hub.talk.tables import bursts
from tests.console.page import page_on
from tests.devices.room import until
from tests.hub import client_of, open_console, open_hub, sign_in
from tests.talk.recording.bursts import new_burst, record, tone

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
_people = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


async def browser(hub: Hub, console: httpx.AsyncClient, role: Role, *places: Place) -> httpx.AsyncClient:
    """Somebody who has not heard anything yet."""
    person_id = f"{role.value}-{next(_people)}"
    return client_of(console.base_url, await sign_in(hub, role, places or (COMMUNITY,), person_id))


async def recorded(hub: Hub, console: httpx.AsyncClient, frames: list[bytes], **given: str) -> int:
    """A burst that is over, written and found."""
    burst_id = record(hub.recordings, new_burst(**given), frames)
    await until(lambda: burst_id not in hub.recordings._bursts, "the burst's row is complete")
    await hub.database.write(lambda change: None)
    return burst_id


async def found(client: httpx.AsyncClient, **query: Any) -> list[int]:
    answer = await client.get("/api/talk/bursts", params=query)
    assert answer.status_code == 200, answer.text
    return [burst["burst_id"] for burst in answer.json()["items"]]


def packets_of(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data)) as file:
        return [bytes(packet) for packet in file.demux() if packet.size]


async def listened(hub: Hub, person_id: str) -> list[dict[str, Any]]:
    a = audit_records.c
    wanted = sa.select(a.detail).where(a.action == "listen_back", a.person_id == person_id)
    return [msgspec.json.decode(d) for d in await hub.database.read(lambda c: c.execute(wanted).scalars().all())]


async def test_what_somebody_says_is_found_and_heard_as_it_was_said(hub: Hub, console: httpx.AsyncClient) -> None:
    frames = tone(0.4)
    async with page_on(console) as page:
        burst_id = await page.press("grid-G1")
        for n, frame in enumerate(frames):
            last = n == len(frames) - 1
            sent = wire.VoicePacket(1, burst_id, n, 7_000 + n * 960, 5, 0, 0, last, (frame,))
            await page.socket.send(wire.encode(sent))
        await page.wait("idle")
        await until(lambda: burst_id not in hub.recordings._bursts, "the burst's file is whole")
        reached = sa.select(bursts.c.radios_reached).where(bursts.c.burst_id == burst_id)
        await until(
            lambda: hub.database.read_now(lambda line: line.execute(reached).scalar()) is not None, "its row is"
        )
        await page.socket.close()
    (burst,) = (await console.get("/api/talk/bursts", params={"limit": 1})).json()["items"]
    assert burst["burst_id"] == burst_id
    assert (burst["group_id"], burst["group_name"], burst["call_kind"]) == ("grid-G1", "第1网格", "group")
    assert burst["talker_id"].startswith("dispatcher-") and burst["talker_name"] == "dispatcher"
    assert (burst["packets"], burst["lost"], burst["radios_reached"], burst["interrupted"]) == (20, 0, 0, False)
    heard = await console.get(f"/api/talk/bursts/{burst_id}/audio")
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/ogg")
    assert packets_of(heard.content) == frames
    assert "%E7%AC%AC1%E7%BD%91%E6%A0%BC" in heard.headers["content-disposition"]


async def test_part_of_a_recording_is_what_a_player_asks_for(hub: Hub, console: httpx.AsyncClient) -> None:
    address = f"/api/talk/bursts/{await recorded(hub, console, tone(0.5))}/audio"
    whole = (await console.get(address)).content
    size = len(whole)
    for asked, start, end in (
        ("bytes=0-", 0, size),
        ("bytes=10-19", 10, 20),
        ("bytes=-5", size - 5, size),
        (f"bytes=5-{size * 2}", 5, size),
    ):
        answer = await console.get(address, headers={"range": asked})
        assert (answer.status_code, answer.content) == (206, whole[start:end]), asked
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = await console.get(address, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert (await console.get(address, headers={"range": "pages=1-2"})).content == whole


async def test_burst_under_way_is_heard_from_its_beginning(hub: Hub, console: httpx.AsyncClient) -> None:
    new, frames = new_burst(), tone(1)
    hub.recordings.begin(new)
    for n, frame in enumerate(frames):
        sent = wire.VoicePacket(1, new.burst_id, n, n * 960, 5, 0, 0, False, (frame,))
        hub.recordings.packet(sent, hub.clock.monotonic_us())
    await until(lambda: hub.recordings.bytes_on_disk(new.burst_id) > 0, "a page is on disk")
    (burst,) = (await console.get("/api/talk/bursts", params={"limit": 1})).json()["items"]
    assert (burst["burst_id"], burst["duration_s"], burst["bytes"]) == (new.burst_id, None, None)
    early = packets_of((await console.get(f"/api/talk/bursts/{new.burst_id}/audio")).content)
    assert early == frames[: len(early)] and len(early) >= 40
    drawn = await console.get(f"/api/talk/bursts/{new.burst_id}/waveform")
    assert (drawn.status_code, drawn.json()["error"]["code"]) == (409, "under_way")
    hub.recordings.end(new.burst_id)
    hub.recordings.reached(new.burst_id, 4)
    await until(lambda: new.burst_id not in hub.recordings._bursts, "the burst's row is complete")


async def test_who_hears_a_recording_is_in_the_audit_log_once_a_minute(
    hub: Hub, console: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    burst_id = await recorded(hub, console, tone(0.2), talker_id="R02")
    async with await browser(hub, console, Role.CHIEF) as chief:
        person_id = f"chief-{next(_people) - 1}"
        for asked in ("bytes=0-9", "bytes=10-", "bytes=0-"):
            assert (await chief.get(f"/api/talk/bursts/{burst_id}/audio", headers={"range": asked})).status_code == 206
        (detail,) = await listened(hub, person_id)
        assert (detail["burst_id"], detail["group_id"], detail["talker_id"]) == (burst_id, "all", "R02")
        assert re.search(r"_全体场所_王芳(-\d+)?\.ogg$", detail["file"])  # numbered where a second has several
        monkeypatch.setattr(listening, "COLLAPSED_FOR_S", 0)
        await chief.get(f"/api/talk/bursts/{burst_id}/audio")
        assert len(await listened(hub, person_id)) == 2


async def test_who_has_one_grid_hears_the_groups_that_its_radios_belong_to(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    group_ids = ("all", "kind-hotel", "grid-G1", "grid-G2")
    ids = [await recorded(hub, console, tone(0.1), group_id=group_id) for group_id in group_ids]
    async with await browser(hub, console, Role.OFFICER, GRID_1) as officer:
        seen = await found(officer, since_ms=0)
        assert [burst_id in seen for burst_id in ids] == [True, True, True, False]
        for kind in ("audio", "waveform"):
            statuses = [(await officer.get(f"/api/talk/bursts/{one}/{kind}")).status_code for one in ids]
            assert statuses == [200, 200, 200, 403]
    assert len({*ids} & {*await found(console, limit=200)}) == 4


async def test_bursts_are_found_by_group_venue_talker_and_time_page_by_page(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    since_ms = hub.clock.wall_us() // 1000 + 1
    await until(lambda: hub.clock.wall_us() // 1000 >= since_ms, "a millisecond is over")
    said = [("all", "R01"), ("grid-G1", "R01"), ("all", "R02"), ("private.R02", "person"), ("all", "person")]
    ids = [await recorded(hub, console, tone(0.04), group_id=g, talker_id=t) for g, t in said][::-1]
    until_ms = hub.clock.wall_us() // 1000 + 1
    period = {"since_ms": since_ms, "until_ms": until_ms}
    assert await found(console, **period) == ids
    assert await found(console, **period, group_id="all") == [ids[0], ids[2], ids[4]]
    assert await found(console, **period, talker_id="R02") == [ids[2]]
    assert await found(console, **period, venue_id="V02") == [ids[1], ids[2]]
    assert await found(console, **period, venue_id="V01", group_id="grid-G1") == [ids[3]]
    assert await found(console, since_ms=0, until_ms=since_ms - 60_000) == []
    first = (await console.get("/api/talk/bursts", params={**period, "limit": 3})).json()
    assert [burst["burst_id"] for burst in first["items"]] == ids[:3]
    second = (await console.get("/api/talk/bursts", params={**period, "before": first["before"]})).json()
    assert ([burst["burst_id"] for burst in second["items"]], second["before"]) == (ids[3:], None)


async def test_waveform_is_drawn_once_and_shows_when_it_was_loud(hub: Hub, console: httpx.AsyncClient) -> None:
    loud, silent = tone(1), [b"\x48"] * 50
    burst_id = await recorded(hub, console, silent + loud)
    drawn = (await console.get(f"/api/talk/bursts/{burst_id}/waveform")).json()
    peaks = drawn["peaks"]
    assert len(peaks) == 200 and drawn["duration_s"] == pytest.approx(1.9935)
    assert max(peaks[:90]) < 0.05 and 0.2 < max(peaks[110:]) <= 1
    for file in hub.recordings.folder.glob("*/*.ogg"):
        file.unlink()
    assert (await console.get(f"/api/talk/bursts/{burst_id}/waveform")).json() == drawn


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing/audio", 404, "unknown_burst"),
        ("/12345/audio", 404, "unknown_burst"),
        ("/12345/waveform", 404, "unknown_burst"),
        ("?limit=many", 422, "bad_number"),
        ("?since_ms=-1", 422, "bad_number"),
        ("?group_id=" + "g" * 65, 422, "bad_field"),
    ],
)
async def test_what_is_not_there_is_said(console: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await console.get(f"/api/talk/bursts{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_recording_whose_file_is_gone_or_damaged_says_so(hub: Hub, console: httpx.AsyncClient) -> None:
    burst_id = await recorded(hub, console, tone(0.1))
    (file,) = hub.recordings.folder.glob("*/*.ogg")
    file.write_bytes(b"no sound at all")
    answer = await console.get(f"/api/talk/bursts/{burst_id}/waveform")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unreadable")
    file.unlink()
    answer = await console.get(f"/api/talk/bursts/{burst_id}/audio")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "file_missing")
    silent = await recorded(hub, console, [])
    answer = await console.get(f"/api/talk/bursts/{silent}/audio")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_voice")
