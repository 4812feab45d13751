"""A photo handed in for a case: behind its gate, audited before it is told, nothing of it kept."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from hub.access.tables import audit_records
from hub.app import Hub
from hub.cases.messages import CloseCase, NewCase
from hub.describing.photo import MOST_BYTES
from tests.hub import OFFICER, open_console, open_hub, sighting
from tests.vision.drawn import Walker, scene

pytestmark = pytest.mark.asyncio(loop_scope="module")
JPEG = {"content-type": "image/jpeg"}
_, _CODED = cv2.imencode(".jpg", scene([Walker(160, 440, 0, 300), Walker(460, 460, 0, 340)], 0.0))
PHOTO = _CODED.tobytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def case_id(hub: Hub) -> str:
    return (await hub.cases.open_case(NewCase(title="六岁女孩走失", purpose="寻找走失儿童"), OFFICER)).case_id


async def audited(hub: Hub, case_id: str) -> list[bytes]:
    a = audit_records.c
    query = sa.select(a.detail).where(a.case_id == case_id, a.action == "look_at_photo").order_by(a.number)
    return await hub.database.read(lambda connection: list(connection.execute(query).scalars()))


async def look(console: httpx.AsyncClient, case_id: str, photo: bytes = PHOTO, **box: Any) -> httpx.Response:
    return await console.post(f"/api/cases/{case_id}/photo", params=box, content=photo, headers=JPEG)


async def test_people_are_found_and_the_chosen_one_is_described(console: httpx.AsyncClient, case_id: str) -> None:
    found = (await look(console, case_id)).json()
    assert len(found["people"]) == 2
    assert found["person"] is None
    sides = {name: share for name, share in found["people"][0].items() if name != "likelihood"}
    assert sides["left"] > 0.5, "the larger one comes first"
    answer = (await look(console, case_id, **sides)).json()
    assert answer["people"] == found["people"]
    person = answer["person"]
    assert [one["describer"] for one in person["like"]] == ["stripes-2"]
    assert len(base64.b64decode(person["like"][0]["descriptor"])) == 64
    assert person["body"] == "whole"
    assert person["description"]["upper"] == ["red"]
    assert person["description"]["lower"] == ["blue"]
    assert person["description"]["height_m"] is None and person["description"]["age"] is None
    assert person["words"].startswith("红色上衣；蓝色裤子")
    assert person["words_en"].startswith("red top; blue trousers")


async def test_who_is_cut_at_the_waist_is_said_to_be_and_has_no_trousers(
    console: httpx.AsyncClient, case_id: str
) -> None:
    found = (await look(console, case_id)).json()["people"][0]
    waist = found["top"] + 0.48 * (found["bottom"] - found["top"])
    sides = {"left": found["left"], "top": found["top"], "right": found["right"], "bottom": waist}
    person = (await look(console, case_id, **sides)).json()["person"]
    assert person["body"] == "upper"
    assert person["description"]["lower"] == []
    assert "只看到上半身" in person["words"]
    assert "upper body alone" in person["words_en"]


async def test_every_look_is_audited_and_nothing_of_the_photo_is_kept(
    hub: Hub, console: httpx.AsyncClient, case_id: str
) -> None:
    await look(console, case_id)
    (detail,) = await audited(hub, case_id)
    assert detail == b'{"people":2,"described":null}'
    kept = [
        path for path in Path(hub.settings.data_dir).rglob("*") if path.is_file() and PHOTO[-200:] in path.read_bytes()
    ]
    assert kept == []


async def test_a_closed_case_looks_at_no_photo(hub: Hub, console: httpx.AsyncClient, case_id: str) -> None:
    await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)
    answer = await look(console, case_id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "case_closed")
    assert await audited(hub, case_id) == []
    assert (await look(console, "K-none")).status_code == 404


@pytest.mark.parametrize(
    ("photo", "box", "status", "code"),
    [
        (b"", {}, 422, "not_a_photo"),
        (b"%PDF-1.7", {}, 422, "not_a_photo"),
        (PHOTO[:400], {}, 422, "photo_damaged"),
        (bytes(MOST_BYTES + 1), {}, 413, "too_large"),
        (PHOTO, {"left": 0.1, "top": 0.1, "right": 2, "bottom": 0.9}, 422, "no_box"),
        (PHOTO, {"left": 0.1, "top": 0.1, "right": "nan", "bottom": 0.9}, 422, "no_box"),
        (PHOTO, {"left": 0.1}, 422, "no_box"),
        (PHOTO, {"left": 0.5, "top": 0.1, "right": 0.4, "bottom": 0.9}, 422, "box_too_small"),
    ],
)
async def test_what_cannot_be_looked_at_says_why_and_is_counted(
    hub: Hub, console: httpx.AsyncClient, case_id: str, photo: bytes, box: dict[str, Any], status: int, code: str
) -> None:
    before = hub.photos.refused[code]
    answer = await look(console, case_id, photo, **box)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"] and error["message_en"]
    assert hub.photos.refused[code] == before + (code not in ("too_large", "no_box"))


async def test_photos_are_told_in_the_metrics(hub: Hub, console: httpx.AsyncClient, case_id: str) -> None:
    await look(console, case_id)
    said = hub.metrics.text().decode()
    assert f"qianshao_photos_looked_at_total {float(hub.photos.looked_at)}" in said
    assert 'qianshao_photos_refused_total{reason="not_a_photo"}' in said
    assert "qianshao_describing_starts_total" in said


async def test_consoles_are_told_how_much_is_still_to_be_described_anew(hub: Hub, console: httpx.AsyncClient) -> None:
    await hub.redescribing.turn()
    assert (await console.get("/api/state")).json()["describing"] is None
    hub.sightings.add(msgspec.structs.replace(sighting(hub, "old", "red", "blue"), describer="former-1"))
    assert not await hub.redescribing.turn(), "its hour is still open"
    told = (await console.get("/api/state")).json()["describing"]
    assert told == {"describer": "stripes-2", "sightings_left": 1, "share_done": 0.0}
    assert "qianshao_sightings_to_describe 1.0" in hub.metrics.text().decode()
