"""Real recordings and bad ones through the command line, the hub, its worker and the search, as a person would."""

from __future__ import annotations

import asyncio
import csv
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from hub.access.people import COMMUNITY, Role
from hub.cases.messages import Case, NewCase
from hub.sightings.messages import Age, Description, Query, SearchAnswer
from simulators.demo.accounts import make_account, sign_in
from simulators.demo.parts import HubPart

pytestmark = pytest.mark.asyncio(loop_scope="module")
INTEL = Path(__file__).parents[3] / "shared" / "footage" / "intel"
RATE_HZ = 10.0
STARTED_AT = "2026-11-21T16:20:00+08:00"
STARTED_AT_MS = 1_795_249_200_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubPart]:
    part = HubPart(tmp_path_factory.mktemp("data"), 0, "auto")
    await part.start()
    yield part
    await part.stop()


async def _qianshao(hub: HubPart, *words: str, given: str = "") -> tuple[int, str]:
    """Run the command beside the hub with ``given`` on its standard input; its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *words, "--data-dir", str(hub.log.parent),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(given.encode()), 120)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def _search(hub: HubPart, description: Description) -> SearchAnswer:
    async with hub.machine() as machine, hub.browser() as http:
        await sign_in(http, await make_account(machine, hub.browser, Role.OFFICER, (COMMUNITY,)))
        new = msgspec.json.encode(NewCase(title="走失", purpose="寻人"))
        case = msgspec.json.decode((await http.post("/api/cases", content=new)).content, type=Case)
        query = msgspec.json.encode(Query(description=description))
        answer = await http.post(f"/api/cases/{case.case_id}/search", content=query)
        return msgspec.json.decode(answer.raise_for_status().content, type=SearchAnswer)


async def test_recording_of_six_visitors_gives_six_sightings_at_their_times_faster_than_it_lasts(hub: HubPart) -> None:
    film = INTEL / "one-by-one-person-detection.mp4"
    if not film.exists():
        pytest.skip("../shared is missing")
    began_s = time.monotonic()
    code, said = await _qianshao(hub, "cameras", "add", str(film), "--started-at", STARTED_AT)
    took_s = time.monotonic() - began_s
    assert code == 0, said
    assert took_s < 1394 / RATE_HZ

    answer = await _search(hub, Description(age=Age.ADULT, upper=("black", "grey")))
    seen = sorted((hit.sighting.started_at_ms, hit.sighting.ended_at_ms) for hit in answer.hits)
    with (INTEL / "visits.csv").open() as file:
        visits = [(int(row["first_frame"]), int(row["last_frame"])) for row in csv.DictReader(file)]
    assert len(seen) == len(visits)
    for (began_ms, ended_ms), (first, last) in zip(seen, visits, strict=True):
        assert (began_ms - STARTED_AT_MS) / 1000 == pytest.approx(first / RATE_HZ, abs=1.5)
        assert (ended_ms - STARTED_AT_MS) / 1000 == pytest.approx(last / RATE_HZ, abs=1.5)


async def test_file_that_is_no_video_is_said_in_words_and_shown_in_the_list(hub: HubPart, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_text("亲爱的值班员")
    code, said = await _qianshao(hub, "cameras", "add", str(letter))
    assert code == 2
    assert "不是能读取的视频" in said
    _, listed = await _qianshao(hub, "cameras", "list")
    assert "unreadable" in listed


async def test_file_that_is_not_there_is_refused_before_anything_is_enrolled(hub: HubPart) -> None:
    code, said = await _qianshao(hub, "cameras", "add", "/no/such/film.mp4")
    assert code == 2
    assert "没有这个文件" in said
    _, listed = await _qianshao(hub, "cameras", "list")
    assert "film" not in listed


async def test_password_of_a_camera_appears_in_no_log_list_event_or_metric(hub: HubPart) -> None:
    await _qianshao(
        hub, "cameras", "add", "-", "--name", "东门", given="rtsp://officer:s3cret-word@127.0.0.1:9/stream\n"
    )
    async with hub.machine() as http:
        state = ""
        async with asyncio.timeout(30):
            while "refused" not in state:
                await asyncio.sleep(0.2)
                state = (await http.get("/api/state")).text
        events, metrics = (await http.get("/api/events")).text, (await http.get("/metrics")).text
    assert re.search(r'"name":"东门"[^}]*"condition":"refused"', state)
    for told in (state, events, metrics, hub.log.read_text()):
        assert "s3cret-word" not in told


async def test_bad_row_of_an_import_is_named_and_the_good_ones_go_in(hub: HubPart, tmp_path: Path) -> None:
    heading = "venue_id,name,kind,grid_id,latitude,longitude,radio_id,radio_name"
    community = tmp_path / "community.json"
    community.write_text(
        '{"community":{"name":"栖凤社区","latitude":25.1,"longitude":105.47,"time_zone":"Asia/Shanghai"},'
        '"police_grids":[{"police_grid_id":"P1","name":"一警格"}],'
        '"grids":[{"grid_id":"G1","name":"一网格","police_grid_id":"P1"}],"venues":[],"radios":[]}'
    )
    assert (await _qianshao(hub, "registry", "import", str(community)))[0] == 0
    venues = tmp_path / "venues.csv"
    good, bad = "V1,鸿福小区,property,G1,25.1,105.47,R1,鸿福岗", "V2,某处,casino,G1,25.1,105.47,,"
    venues.write_text(f"{heading}\n{good}\n{bad}\n")
    code, said = await _qianshao(hub, "registry", "import", str(venues))
    assert code == 1
    assert "第 3 行" in said
    assert "导入 1 个场所" in said
