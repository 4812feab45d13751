"""The HTTP interface: refusals in one form, the picture, the events, the metrics."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from hub.access.people import Role
from hub.app import Hub
from hub.console.http import BODY_BYTES, IMPORT_BYTES, LIST_BYTES, PUBLIC_DOOR_BYTES
from hub.events.messages import EventKind
from hub.listening.turned_away import Reason
from tests.devices.room import until
from tests.hub import Told, entrant

pytestmark = pytest.mark.asyncio(loop_scope="module")
OFFICE = ("/api/cameras", "/api/registry")
"""Where an administrator's right is needed."""
CASE = {"title": "走失", "purpose": "寻找走失儿童"}


def error_in(answer: httpx.Response) -> dict[str, Any]:
    """The error of an answer, in the form that docs/api.md promises."""
    body: dict[str, Any] = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "message_en", "field"}
    assert error["message"] and error["message_en"]
    assert error["code"].replace("_", "").isalnum() and error["code"].islower()
    return error


BODIES = [
    ("/api/alerts", b"", 400, "not_json", None),
    ("/api/alerts", b"{", 400, "not_json", None),
    ("/api/alerts", b"\xff\xfe\x00", 400, "not_json", None),
    ("/api/alerts", b"[" * 60_000, 422, "bad_field", None),
    ("/api/alerts", b'"text"', 422, "bad_field", None),
    ("/api/alerts", b"{}", 422, "bad_field", "text"),
    ("/api/alerts", b'{"text": 5}', 422, "bad_field", "text"),
    ("/api/alerts", b'{"text": ""}', 422, "bad_field", "text"),
    ("/api/alerts", b'{"text": " \\n"}', 422, "empty_text", "text"),
    ("/api/alerts", '{"text": "长"}'.replace("长", "长" * 501).encode(), 422, "bad_field", "text"),
    ("/api/alerts", b'{"text": "x", "severity": "Loud"}', 422, "bad_field", "severity"),
    ("/api/alerts", b'{"text": "x", "target": {"kind": "star"}}', 422, "bad_field", "target.kind"),
    ("/api/alerts", b'{"text": "x", "target": {"kind": "radio", "id": "R99"}}', 422, "unknown_target", "target"),
    ("/api/alerts", b'{"text": "x", "expires_in_s": 0}', 422, "bad_field", "expires_in_s"),
    ("/api/alerts", b'{"text": "x", "expires_in_s": 1e999}', 422, "bad_field", "expires_in_s"),
    ("/api/cases", b'{"title": "x", "purpose": "  "}', 422, "empty_purpose", "purpose"),
    ("/api/cases", b'{"title": "x"}', 422, "bad_field", "purpose"),
    ("/api/cases", b'{"title": "x", "purpose": "xx", "last_seen_venue_id": "V99"}', 422, "unknown_venue",
     "last_seen_venue_id"),
    ("/api/cases", b'{"title": "x", "purpose": "xx", "last_seen_at_ms": 1e30}', 422, "bad_field", "last_seen_at_ms"),
    ("/api/cases", b'{"title": "x", "purpose": "xx", "last_seen_at_ms": 10000000000000000000000}', 422, "bad_field",
     "last_seen_at_ms"),
    ("/api/cases/K9/close", b'{"outcome": "x"}', 404, "unknown_case", None),
    ("/api/cases/K9/search", b"{}", 404, "unknown_case", None),
    ("/api/cases/K9/watches", b"{}", 404, "unknown_case", None),
    ("/api/cameras", b'{"name": "x", "url": "ftp://x"}', 422, "bad_url", "url"),
    ("/api/cameras", b'{"name": "x", "url": "rtsp://x", "venue_id": "V99"}', 422, "unknown_venue", "venue_id"),
    ("/api/cameras", b'{"name": "x", "url": "rtsp://x", "latitude": 91}', 422, "bad_field", "latitude"),
    ("/api/describe", b'{"text": null}', 422, "bad_field", "text"),
    ("/api/registry/venues", b"\xff\xfe", 422, "not_utf8", None),
    ("/api/registry/venues", b"name\n", 422, "missing_columns", "venue_id"),
    ("/api/registry/community", b"{}", 422, "bad_community_file", None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "code", "field"), BODIES)
async def test_body_that_cannot_be_meant_is_refused_in_words(
    console: httpx.AsyncClient,
    office: httpx.AsyncClient,
    path: str,
    body: bytes,
    status: int,
    code: str,
    field: str | None,
) -> None:
    answer = await (office if path.startswith(OFFICE) else console).post(path, content=body)
    error = error_in(answer)
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/alerts/A9", 404, "unknown_alert"),
        ("DELETE", "/api/cameras/C9", 404, "unknown_camera"),
        ("GET", "/api/cases/K9/sightings/S9", 404, "unknown_case"),
        ("GET", "/api/cases/K9/sightings/S9/picture", 404, "unknown_case"),
        ("DELETE", "/api/cases/K9/watches/W9", 404, "unknown_case"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("POST", "/api/state", 405, "bad_request"),
        ("GET", "/api/events?since=-1", 422, "bad_number"),
        ("GET", "/api/events?since=x", 422, "bad_number"),
        ("GET", "/api/events?since=²", 422, "bad_number"),
        ("GET", f"/api/events?since={'9' * 5000}", 422, "bad_number"),
        ("GET", "/api/events?limit=1.5", 422, "bad_number"),
    ],
)
async def test_what_is_not_there_is_refused_in_words(
    console: httpx.AsyncClient, office: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await (office if path.startswith(OFFICE) else console).request(method, path)
    assert (answer.status_code, error_in(answer)["code"]) == (status, code)


async def test_change_without_the_header_or_from_another_page_is_refused_and_counted(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    refused = hub.guard.refused
    bare = httpx.Request("POST", console.base_url.join("/api/alerts"), content=b'{"text": "x"}')
    foreign = console.build_request("GET", "/api/state", headers={"Origin": "http://evil.example"})
    rebound = console.build_request("GET", "/api/state", headers={"Host": "evil.example:80"})
    for request in (bare, foreign, rebound):
        answer = await console.send(request)
        assert (answer.status_code, error_in(answer)["code"]) == (403, "foreign_origin")
    assert hub.guard.refused == refused + 3


@pytest.mark.parametrize(
    ("path", "most_bytes"),
    [
        ("/api/session", PUBLIC_DOOR_BYTES),
        ("/api/invitation/look", PUBLIC_DOOR_BYTES),
        ("/api/invitation/accept", PUBLIC_DOOR_BYTES),
        ("/api/devices/enrol", PUBLIC_DOOR_BYTES),
        ("/api/alerts", LIST_BYTES),
        ("/api/cases", BODY_BYTES),
        ("/api/cases/K9/search", LIST_BYTES),
        ("/api/registry/venues", IMPORT_BYTES),
        ("/api/registry/community", IMPORT_BYTES),
    ],
)
async def test_body_over_its_doors_bound_is_refused_and_the_hub_goes_on(
    console: httpx.AsyncClient, office: httpx.AsyncClient, path: str, most_bytes: int
) -> None:
    client = office if path.startswith(OFFICE) else console
    assert (await client.post(path, content=b" " * most_bytes)).status_code in (400, 404, 422)
    answer = await client.post(path, content=b" " * (most_bytes + 1))
    assert (answer.status_code, error_in(answer)["code"]) == (413, "too_large")
    assert (await console.get("/healthz")).json()["status"] == "ok"


async def test_body_that_is_cut_off_is_counted_and_no_failure(
    hub: Hub, console: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    cut_off = hub.turned_away.counts[Reason.BODY_CUT_OFF]
    url = console.base_url
    head = f"POST /api/session HTTP/1.1\r\nhost: {url.host}:{url.port}\r\nx-qianshao: 1\r\ncontent-length: 99\r\n\r\n"
    for _ in range(3):
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode() + b'{"person_id"')
        await writer.drain()
        await until(lambda: len(hub_tasks()) > 0, "the door waits for the rest")
        writer.transport.abort()
    await until(lambda: hub.turned_away.counts[Reason.BODY_CUT_OFF] == cut_off + 3, "each is counted")
    await until(lambda: not hub_tasks(), "the doors have ended")
    assert [one for one in caplog.records if one.exc_info] == []


def hub_tasks() -> list[asyncio.Task[Any]]:
    """Requests under way."""
    return [task for task in asyncio.all_tasks() if "run_asgi" in repr(task.get_coro())]


async def test_closed_case_is_refused_as_a_conflict(console: httpx.AsyncClient) -> None:
    case_id = (await console.post("/api/cases", json=CASE)).json()["case_id"]
    closed = (await console.post(f"/api/cases/{case_id}/close", json={"outcome": "找到了"})).json()
    assert closed["standing"]["stage"] == "closed"
    for path in ("close", "search", "watches"):
        answer = await console.post(f"/api/cases/{case_id}/{path}", json={"outcome": "x"})
        assert (answer.status_code, error_in(answer)["code"]) == (409, "case_closed")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["text", "target", "title", "purpose", "description", "since_at_ms", "limit", "venue_ids", "like_sighting_id"]
)


@settings(deadline=None, max_examples=60)
@given(path=st.sampled_from(["alerts", "cases", "cases/{case}/search", "cases/{case}/watches", "describe", "cameras"]),
       body=st.dictionaries(FIELDS, JSON, max_size=4) | JSON)  # fmt: skip
async def test_any_json_is_answered_or_refused_in_words(
    console: httpx.AsyncClient, office: httpx.AsyncClient, open_case: str, path: str, body: Any
) -> None:
    answer = await (office if path == "cameras" else console).post("/api/" + path.format(case=open_case), json=body)
    assert answer.status_code in (200, 201) or (error_in(answer) and answer.status_code in (400, 404, 409, 422))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_case(console: httpx.AsyncClient) -> str:
    case_id: str = (await console.post("/api/cases", json=CASE)).json()["case_id"]
    return case_id


async def test_repeated_request_with_the_same_key_makes_one_alert(console: httpx.AsyncClient, told: Told) -> None:
    async def issue(key: str) -> httpx.Response:
        return await console.post("/api/alerts", json={"text": "请留意"}, headers={"Idempotency-Key": key})

    answers = await asyncio.gather(*(issue("press-1") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["alert_id"] for answer in answers}) == 1
    assert len(told.of(EventKind.ALERT_ISSUED)) == 1
    assert (await issue("press-2")).json()["alert_id"] != answers[0].json()["alert_id"]


async def test_key_too_long_to_keep_is_refused_rather_than_cut(console: httpx.AsyncClient) -> None:
    keys = {"Idempotency-Key": "k" * 65}
    answer = await console.post("/api/alerts", json={"text": "请留意"}, headers=keys)
    assert (answer.status_code, error_in(answer)["field"]) == (422, "Idempotency-Key")


async def test_events_are_read_in_pages_that_follow_one_another(console: httpx.AsyncClient) -> None:
    last, numbers = 0, []
    while True:
        page = (await console.get("/api/events", params={"since": last, "limit": 3})).json()
        assert page["reached"] == (page["items"][-1]["number"] if page["items"] else last)
        if not page["items"]:
            break
        for item in page["items"]:
            assert item["previous"] == last
            last = item["number"]
            numbers.append(last)
    assert numbers == list(range(1, last + 1))
    assert last > 5
    assert page == {"items": [], "reached": last, "now": last}


async def test_picture_is_what_the_records_say(hub: Hub, console: httpx.AsyncClient) -> None:
    issued = (
        await console.post("/api/alerts", json={"text": "请留意", "target": {"kind": "venue", "id": "V02"}})
    ).json()
    case = (await console.post("/api/cases", json=CASE)).json()
    told_before = hub.events.last
    state = (await console.get("/api/state")).json()
    assert told_before <= state["number"] <= hub.events.last
    assert state["community"]["name"] == "栖凤社区"
    assert [grid["grid_id"] for grid in state["grids"]] == ["G1", "G2"]
    assert {venue["venue_id"]: venue["kind"] for venue in state["venues"]} == {
        venue.venue_id: venue.kind.value for venue in hub.registry.venues.values()
    }
    groups = {group["group_id"]: group["radio_ids"] for group in state["groups"]}
    assert groups["all"] == ["R01", "R02", "R03", "R04"]
    assert groups["kind-hotel"] == ["R01", "R03"]
    assert groups["grid-G2"] == ["R03", "R04"]
    assert [(radio["radio_id"], radio["venue_id"], radio["online"]) for radio in state["radios"]] == [
        (f"R{n:02}", f"V{n:02}", False) for n in range(1, 5)
    ]
    assert [camera["camera_id"] for camera in state["cameras"]] == ["C01"]
    assert state["alerts"][0] == issued == (await console.get(f"/api/alerts/{issued['alert_id']}")).json()
    assert [delivery["radio_id"] for delivery in issued["deliveries"]] == ["R02"]
    assert case in state["cases"]


async def test_picture_taken_during_an_import_has_what_its_number_says(hub: Hub, office: httpx.AsyncClient) -> None:
    """A console follows from the picture's number, so a venue told of before it must be in it."""
    heading = "venue_id,name,kind,grid_id,latitude,longitude,radio_id,radio_name\n"

    async def import_one(n: int) -> None:
        row = f"X{n:02},新场所,school,G1,25.1,105.47,,\n"
        answer = await office.post("/api/registry/venues", content=heading + row)
        assert answer.json() == {"imported": 1, "errors": []}

    importing = asyncio.gather(*(import_one(n) for n in range(8)))
    while not importing.done():
        picture = await hub.picture(entrant(hub, Role.OFFICER))
        items = await hub.events.since(0, 10_000)
        told = {i.subject for i in items if i.kind == EventKind.VENUE_IMPORTED and i.number <= picture.number}
        assert told <= {venue.venue_id for venue in picture.venues}
    await importing
    assert {f"X{n:02}" for n in range(8)} <= set(hub.registry.venues)


async def test_metrics_are_conventional_and_say_what_happened(hub: Hub, office: httpx.AsyncClient) -> None:
    families = {family.name: family for family in text_string_to_metric_families((await office.get("/metrics")).text)}
    units = ("_seconds", "_messages", "_changes", "_batches", "_clients", "_packets", "_frames")
    for name, family in families.items():
        assert name.startswith("qianshao_")
        assert family.documentation, name
        assert not name.endswith(("_total", "_count", "_sum", "_bucket", "_ms", "_us"))
        if family.type == "histogram":
            assert name.endswith(units[:1])
        if family.type == "counter":
            assert all(sample.name in (f"{name}_total", f"{name}_created") for sample in family.samples)

    def value(name: str) -> float:
        return families[name].samples[0].value

    assert value("qianshao_radios_enrolled") == 4
    assert value("qianshao_radios_online") == 0
    assert value("qianshao_requests_refused") == hub.guard.refused
    assert 0 < value("qianshao_events_last_number") <= hub.events.last
    assert families["qianshao_camera_online"].samples[0].labels == {"camera": "C01"}
