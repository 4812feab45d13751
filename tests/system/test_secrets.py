"""No secret of a whole run stands in a log, an event, a table, a metric, the picture, the audit log, an argument."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pyotp
import pytest
import pytest_asyncio

from hub.access.people import Role
from simulators.demo.console import ConsoleLine, TalkLine
from simulators.demo.parts import HubPart, RadiosPart
from simulators.radios.speech import reply_frames
from tests.system.secrets_sought import (
    ProcessArguments,
    Sought,
    database_places,
    log_places,
    seek_what_lies_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
RADIOS = 12
CAMERA_TRIED_WITHIN_S = 60.0


@dataclass
class Run:
    """One run of the product, ended, with what it left."""

    folder: Path
    sought: Sought = field(default_factory=Sought)
    answers: dict[str, bytes] = field(default_factory=dict)
    """What was answered at the doors where no secret may stand."""
    arguments: ProcessArguments = field(default_factory=ProcessArguments)
    browsers: AsyncExitStack = field(default_factory=AsyncExitStack)

    def places(self) -> dict[str, bytes]:
        """Everywhere where no secret may be."""
        return {
            **self.answers,
            **dict(log_places(self.folder)),
            **dict(database_places(self.folder / "hub.sqlite3")),
            "arguments of a process": b"\n".join(self.arguments.seen),
        }

    async def person(
        self, hub: HubPart, machine: httpx.AsyncClient, role: Role, *, second_factor: bool
    ) -> httpx.AsyncClient:
        """Write somebody down, invite them, accept; their browser, signed in."""
        name = role.value
        new = {"person_id": name, "name": name, "role": name, "places": [{"kind": "community"}]}
        (await machine.post("/api/people", content=json.dumps(new))).raise_for_status()
        invitation = await _json(machine.post(f"/api/people/{name}/invitation"))
        browser = await self.browsers.enter_async_context(hub.browser())
        seen = await _json(browser.post("/api/invitation/look", content=json.dumps({"code": invitation["code"]})))
        totp = pyotp.parse_uri(seen["totp_uri"])
        password = f"{secrets.token_urlsafe(12)}-{name}"
        self.sought.add(f"invitation of {name}", invitation["code"])
        self.sought.add(f"second factor of {name}", totp.secret)
        self.sought.add(f"password of {name}", password)
        given = {"code": invitation["code"], "password": password}
        if second_factor:
            given["code_of_second_factor"] = totp.now()  # type: ignore[attr-defined]
        (await browser.post("/api/invitation/accept", content=json.dumps(given))).raise_for_status()
        self.take_cookies(name, browser)
        wrong = {"person_id": name, "password": f"wrong-{secrets.token_urlsafe(12)}"}
        self.sought.add(f"wrong password of {name}", wrong["password"])
        assert (await browser.post("/api/session", content=json.dumps(wrong))).status_code == 401
        if not second_factor:
            signing_in = {"person_id": name, "password": password}
            (await browser.post("/api/session", content=json.dumps(signing_in))).raise_for_status()
            self.take_cookies(name, browser)
        (await browser.post("/api/session/refresh")).raise_for_status()
        self.take_cookies(name, browser)
        return browser

    def take_cookies(self, name: str, browser: httpx.AsyncClient) -> None:
        for cookie, value in browser.cookies.items():
            self.sought.add(f"{cookie} of {name}", value)

    async def keep(self, door: str, asking: Awaitable[httpx.Response]) -> bytes:
        """Keep what a door answers as a place; returns it."""
        answer = (await asking).raise_for_status()
        self.answers[f"answer of {door}"] = answer.content + str(answer.headers).encode()
        return answer.content


async def _json(asking: Awaitable[httpx.Response]) -> Any:
    return (await asking).raise_for_status().json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory, community_json: Path) -> AsyncIterator[Run]:
    """Sign-in, failed sign-in, invitation, enrolment, a camera with a password, alert, talk, search; all ended."""
    run = Run(tmp_path_factory.mktemp("run"))
    wanted = {"QIANSHAO_LOG_LEVEL": "DEBUG", "QIANSHAO_VISION_WORKERS": "1"}
    hub, radios = HubPart(run.folder, 0, "auto", wanted), RadiosPart(run.folder)
    with run.arguments:
        try:
            await hub.start()
            async with hub.machine() as machine, run.browsers:
                await _live(run, hub, radios, machine, community_json)
        finally:
            await radios.stop()
            await hub.stop()
        await asyncio.to_thread(seek_what_lies_in, run.folder, run.sought)
        yield run


async def _live(run: Run, hub: HubPart, radios: RadiosPart, machine: httpx.AsyncClient, community: Path) -> None:
    (await machine.post("/api/registry/community", content=community.read_bytes())).raise_for_status()
    officer = await run.person(hub, machine, Role.OFFICER, second_factor=True)
    dispatcher = await run.person(hub, machine, Role.DISPATCHER, second_factor=False)
    auditor = await run.person(hub, machine, Role.AUDITOR, second_factor=False)

    await radios.start(machine, community, RADIOS)
    await radios.wait_online(RADIOS, lambda _online: None)
    for line in (run.folder / "enrolments.jsonl").read_bytes().splitlines():
        code = msgspec.json.decode(line)
        run.sought.add(f"enrolment code of {code['device_id']}", code["join"].partition("#d=")[2].partition("&")[0])

    password = f"camera-{secrets.token_urlsafe(12)}"
    run.sought.add("password of the camera", password)
    for url in (f"rtsp://admin:{password}@127.0.0.1:9/1", f"gopher://admin:{password}@127.0.0.1:9/1"):
        adding = json.dumps({"name": "大门", "url": url})
        answer = await machine.post("/api/cameras", content=adding)
        run.answers[f"answer of POST /api/cameras, {answer.status_code}"] = answer.content
    await _until_camera_was_tried(dispatcher)

    async with ConsoleLine.open(dispatcher, hub.tls), TalkLine.open(dispatcher, hub.tls) as talk:
        await talk.call("all", reply_frames())
        await run.keep("POST /api/alerts", dispatcher.post("/api/alerts", content=json.dumps({"text": "走失儿童"})))
    opening = json.dumps({"title": "走失儿童", "purpose": "家长报案"})
    case = json.loads(await run.keep("POST /api/cases", officer.post("/api/cases", content=opening)))
    searching = officer.post(f"/api/cases/{case['case_id']}/search", content=json.dumps({"text": "红色上衣"}))
    await run.keep("POST /api/cases/ID/search", searching)

    for door in ("/api/state", "/api/events?since=0&limit=2000"):
        await run.keep(door, dispatcher.get(door))
    for door in ("/metrics", "/api/people", "/api/devices"):
        await run.keep(door, machine.get(door))
    for door in ("/api/audit?limit=500", "/api/audit/export"):
        await run.keep(door, auditor.get(door))


async def _until_camera_was_tried(dispatcher: httpx.AsyncClient) -> None:
    """The worker has looked for the camera and said that it cannot be had."""
    async with asyncio.timeout(CAMERA_TRIED_WITHIN_S):
        while True:
            cameras = (await _json(dispatcher.get("/api/state")))["cameras"]
            if any(one["name"] == "大门" and one["condition"] not in ("connecting",) for one in cameras):
                return
            await asyncio.sleep(0.2)


async def test_no_secret_is_anywhere_but_where_it_is_kept(run: Run) -> None:
    assert len(run.sought) > 3 * RADIOS
    assert run.sought.leaks(run.places()) == []


async def test_run_left_something_in_every_place(run: Run) -> None:
    places = run.places()
    for place, word in (
        ("log hub.log", b"event"),
        ("table events.body", b"version"),
        ("table audit_records.detail", b"address"),
        ("arguments of a process", b"--data-dir"),
        ("answer of /api/audit/export", b"sign_in"),
        ("answer of /metrics", b"qianshao_radios_enrolled"),
    ):
        assert places[place].count(word) > 0, place


PLANTED = "planted-secret+/with=all,forms"


async def test_secret_planted_in_any_place_in_any_form_is_found(run: Run) -> None:
    sought = Sought()
    sought.add("planted", PLANTED)
    raw = PLANTED.encode()
    places = run.places()
    for form in (raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw), quote(raw).encode()):
        for place in places:
            leaks = sought.leaks({place: places[place] + b'"' + form + b'"'})
            assert leaks == [f"planted in {place}"]


async def test_secret_planted_in_the_hubs_own_log_is_found(run: Run) -> None:
    sought, log = Sought(), run.folder / "hub.log"
    whole = log.read_bytes()
    sought.add("planted", PLANTED)
    log.write_bytes(whole + f'{{"event": "http.request", "url": "/?token={PLANTED}"}}\n'.encode())
    try:
        assert sought.leaks(run.places()) == ["planted in log hub.log"]
    finally:
        log.write_bytes(whole)
