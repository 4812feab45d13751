"""Sign-in, sessions, people and invitations over HTTP, at a real hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from devices.protocol.clock import ManualClock
from hub.access.people import Role
from hub.app import Hub
from tests.access.people_room import PASSWORD
from tests.hub import CHANGES, client_of, open_console, open_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        yield opened


@pytest.fixture
async def administrator(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.ADMINISTRATOR) as client:
        yield client


@pytest.fixture
async def stranger(administrator: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody signed in with."""
    async with client_of(administrator.base_url, None) as client:
        yield client


async def said(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


GUARD = {"person_id": "guard1", "name": "保安", "role": "guard", "places": [{"kind": "venue", "place_id": "V01"}]}


async def join(administrator: httpx.AsyncClient, browser: httpx.AsyncClient, person: dict[str, Any]) -> dict[str, Any]:
    """Write somebody down, invite them, and accept in ``browser``."""
    await said(await administrator.post("/api/people", json=person), 201)
    person_id = person["person_id"]
    invitation = await said(await administrator.post(f"/api/people/{person_id}/invitation"), 201)
    assert invitation["join"] == f"{administrator.base_url}/join#p={invitation['code']}"
    given = {"code": invitation["code"], "password": PASSWORD}
    me: dict[str, Any] = await said(await browser.post("/api/invitation/accept", json=given), 201)
    return me


async def test_invited_person_joins_signs_out_and_signs_in(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    me = await join(administrator, stranger, GUARD)
    assert me["person"] == GUARD
    assert "answer_call" in me["rights"]
    assert "enrol_people" not in me["rights"]
    assert me["second_factor"] is False
    assert await said(await stranger.get("/api/session")) == me
    await said(await stranger.delete("/api/session"), 204)
    assert "qianshao_session" not in stranger.cookies
    assert "qianshao_known" in stranger.cookies
    assert (await said(await stranger.get("/api/session"), 401))["error"]["code"] == "sign_in_needed"
    given = {"person_id": "guard1", "password": PASSWORD}
    assert (await said(await stranger.post("/api/session", json=given), 201))["person"] == GUARD


async def test_cookies_are_out_of_reach_of_pages_and_other_sites(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await join(administrator, stranger, GUARD)
    answer = await stranger.post("/api/session", json={"person_id": "guard1", "password": PASSWORD})
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["qianshao_session", "qianshao_known"]
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/;" in cookie
        assert "Secure" not in cookie, "this line has no TLS"
    assert "Max-Age=43200" in cookies[0]
    assert "Max-Age=7776000" in cookies[1]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.cookies["qianshao_session"] not in answer.text


async def test_cookies_are_secure_over_tls(hub: Hub) -> None:
    transport = httpx.ASGITransport(hub.guard, client=("127.0.0.1", 5))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1", headers=CHANGES) as plain:
        local = (hub.settings.data_dir / "access" / "local-token").read_text()
        bearer = {"Authorization": f"Bearer {local}"}
        await said(await plain.post("/api/people", json=GUARD, headers=bearer), 201)
        invitation = await said(await plain.post("/api/people/guard1/invitation", headers=bearer), 201)
        answer = await plain.post("/api/invitation/accept", json={"code": invitation["code"], "password": PASSWORD})
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_refresh_gives_the_browser_a_new_cookie(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    me = await join(administrator, stranger, GUARD)
    before = stranger.cookies["qianshao_session"]
    refreshed = await said(await stranger.post("/api/session/refresh"))
    assert refreshed["person"] == me["person"]
    assert refreshed["expires_at_ms"] >= me["expires_at_ms"]
    assert stranger.cookies["qianshao_session"] != before
    await said(await stranger.get("/api/session"))


async def test_signing_in_again_ends_the_browsers_former_session(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await join(administrator, stranger, GUARD)
    await said(await stranger.post("/api/session", json={"person_id": "guard1", "password": PASSWORD}), 201)
    assert len(await said(await administrator.get("/api/people/guard1/sessions"))) == 1


async def test_guard_sets_an_own_password_anew(administrator: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await join(administrator, stranger, GUARD)
    new = "七舍 battery staple"
    await said(await stranger.post("/api/session/password", json={"password": PASSWORD, "new_password": new}), 204)
    await said(await stranger.get("/api/session"))
    given = {"person_id": "guard1", "password": PASSWORD}
    assert (await said(await stranger.post("/api/session", json=given), 401))["error"]["code"] == "wrong_password"
    await said(await stranger.post("/api/session", json=given | {"password": new}), 201)


async def test_second_factor_is_asked_for_by_its_own_code(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    chief = {"person_id": "chief", "name": "所长", "role": "chief"}
    await said(await administrator.post("/api/people", json=chief), 201)
    invitation = await said(await administrator.post("/api/people/chief/invitation"), 201)
    look = await said(await stranger.post("/api/invitation/look", json={"code": invitation["code"]}))
    assert (look["person_id"], look["second_factor_required"]) == ("chief", True)
    totp = pyotp.parse_uri(look["totp_uri"])
    assert totp.issuer == "黔哨 栖凤社区"
    digits = totp.now()  # type: ignore[attr-defined]
    given = {"code": invitation["code"], "password": PASSWORD, "code_of_second_factor": digits}
    assert (await said(await stranger.post("/api/invitation/accept", json=given), 201))["second_factor"] is True
    again = {"person_id": "chief", "password": PASSWORD}
    needed = await said(await stranger.post("/api/session", json=again), 401)
    assert needed["error"]["code"] == "second_factor_needed"
    wrong = await said(await stranger.post("/api/session", json=again | {"code": digits}), 401)
    assert wrong["error"]["code"] == "wrong_second_factor"


async def test_administrator_changes_disables_enables_and_signs_people_out(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await join(administrator, stranger, GUARD)
    changed = {"name": "保安队长", "role": "guard", "places": [{"kind": "venue", "place_id": "V02"}]}
    view = await said(await administrator.put("/api/people/guard1", json=changed))
    assert (view["name"], view["places"]) == ("保安队长", changed["places"])
    assert (await said(await stranger.get("/api/session")))["person"]["name"] == "保安队长"
    assert [one["person_id"] for one in await said(await administrator.get("/api/people"))][-1] == "guard1"
    await said(await administrator.delete("/api/people/guard1/sessions"), 204)
    await said(await stranger.get("/api/session"), 401)
    assert (await said(await administrator.post("/api/people/guard1/disable")))["disabled"] is True
    refused = await said(await stranger.post("/api/session", json={"person_id": "guard1", "password": PASSWORD}), 401)
    assert refused["error"]["code"] == "wrong_password"
    assert (await said(await administrator.post("/api/people/guard1/enable")))["disabled"] is False
    await said(await stranger.post("/api/session", json={"person_id": "guard1", "password": PASSWORD}), 201)


async def test_own_sessions_need_no_right_and_others_do(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await join(administrator, stranger, GUARD)
    await said(await administrator.post("/api/people", json=GUARD | {"person_id": "guard2"}), 201)
    (session,) = await said(await stranger.get("/api/people/guard1/sessions"))
    assert session["address"] == "127.0.0.1"
    for method in ("GET", "DELETE"):
        await said(await stranger.request(method, "/api/people/guard2/sessions"), 403)
        await said(await stranger.request(method, "/api/people/nobody/sessions"), 403)
    await said(await stranger.delete("/api/people/guard1/sessions"), 204)
    await said(await stranger.get("/api/session"), 401)


async def test_guard_signs_out_everywhere_else_and_stays_here(
    administrator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await join(administrator, stranger, GUARD)
    async with httpx.AsyncClient(base_url=stranger.base_url, headers=stranger.headers) as elsewhere:
        await said(await elsewhere.post("/api/session", json={"person_id": "guard1", "password": PASSWORD}), 201)
        seen = await said(await stranger.get("/api/people/guard1/sessions"))
        assert [one["is_this"] for one in seen] == [True, False]
        await said(await stranger.delete("/api/session/others"), 204)
        await said(await elsewhere.get("/api/session"), 401)
    (here,) = await said(await stranger.get("/api/people/guard1/sessions"))
    assert here["is_this"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"person_id": "a b", "name": "x", "role": "guard"}, "person_id"),
        ({"person_id": "x" * 49, "name": "x", "role": "guard"}, "person_id"),
        ({"person_id": "x", "name": "", "role": "guard"}, "name"),
        ({"person_id": "x", "name": "x", "role": "king"}, "role"),
        ({"person_id": "x", "name": "x", "role": "guard", "places": [{"kind": "planet"}]}, "places[0].kind"),
        ({"person_id": "x", "name": "x", "role": "guard"}, "places"),
    ],
)
async def test_bad_field_of_a_person_is_named(
    administrator: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    error = (await said(await administrator.post("/api/people", json=body), 422))["error"]
    assert error["field"] == field


async def test_password_is_in_no_error(stranger: httpx.AsyncClient) -> None:
    for body in (
        {"person_id": "chen", "password": "hunter2" * 40},
        {"person_id": "chen", "password": "hunter2", "code": "12345x"},
        {"person_id": "chen", "password": ["hunter2"]},
    ):
        answer = await stranger.post("/api/session", json=body)
        assert answer.status_code == 422
        assert "hunter2" not in answer.text
        assert "12345x" not in answer.text


async def test_header_that_names_another_address_is_not_believed(tmp_path: Path) -> None:
    headers = {"X-Forwarded-For": "203.0.113.1", "Forwarded": "for=203.0.113.1"}
    given = {"person_id": "chen", "password": "guess-guess"}
    async with open_hub(tmp_path, clock=ManualClock()) as hub, open_console(hub) as stranger:
        answers = [await stranger.post("/api/session", json=given, headers=headers) for _ in range(4)]
        other = await stranger.post("/api/session", json=given, headers={"X-Forwarded-For": "203.0.113.2"})
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert other.json()["error"]["code"] == "too_many_failures"


async def test_many_browsers_sign_in_at_once(administrator: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await join(administrator, stranger, GUARD)
    known = {"qianshao_known": stranger.cookies["qianshao_known"]}
    given = {"person_id": "guard1", "password": PASSWORD}

    async def sign_in() -> int:
        async with httpx.AsyncClient(
            base_url=administrator.base_url, headers=CHANGES, cookies=known, timeout=60
        ) as browser:
            answer = await browser.post("/api/session", json=given)
            if answer.status_code == 201:
                assert (await browser.get("/api/session")).status_code == 200
            return answer.status_code

    assert await asyncio.gather(*(sign_in() for _ in range(4))) == [201] * 4
