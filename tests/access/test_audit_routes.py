"""Reading the audit log over HTTP: who may, what is asked for, and that reading is a record too."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.audit_pages import EXPORTED_AT_ONCE
from hub.access.auditing_routes import _lines
from hub.access.chain import FIRST, record_hash
from hub.access.checkpoints import Kind, Statement
from hub.access.gate import SESSION_COOKIE
from hub.access.messages import PutPerson
from hub.access.people import COMMUNITY, LOCAL, Place, PlaceKind, Role
from hub.access.permissions import Right
from hub.app import Hub
from tests.access.logs import Said, log_of, noted, some
from tests.hub import open_console, open_hub

AT_VENUE = Place(kind=PlaceKind.VENUE, place_id="V01")


async def note(hub: Hub, said: list[Said]) -> None:
    await hub.database.write(lambda change: noted(said, change))


async def page(console: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await console.get("/api/audit", params=query)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CHIEF, Role.AUDITOR)])
async def test_log_is_the_chiefs_and_the_auditors_to_read(tmp_path: Path, role: Role) -> None:
    places = (AT_VENUE,) if role in (Role.GUARD, Role.GRID_MEMBER) else (COMMUNITY,)
    async with open_hub(tmp_path) as hub, open_console(hub, role, places) as console:
        for path in ("/api/audit", "/api/audit/export"):
            answer = await console.get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")


async def test_records_are_found_by_person_action_and_case_page_by_page(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.AUDITOR) as console:
        await note(hub, some(250))
        of_officer3 = await page(console, person="officer3", limit=20)
        assert [one["person_id"] for one in of_officer3["items"]] == ["officer3"] * 20
        rest = await page(console, person="officer3", limit=20, before=of_officer3["before"])
        assert rest["before"] is None
        numbers = [one["number"] for one in of_officer3["items"] + rest["items"]]
        assert len(set(numbers)) == 36
        assert numbers == sorted(numbers, reverse=True)
        looks = await page(console, action="look", case_id="K1", limit=500)
        assert {(one["action"], one["case_id"], one["purpose"]) for one in looks["items"]} == {
            ("look", "K1", "走失儿童")
        }
        assert looks["items"][0]["detail"]["words"].startswith("红色上衣")
        assert (await page(console, person="nobody"))["items"] == []


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"before": "-1"}, {"person": "x" * 65}])
async def test_question_that_cannot_be_is_refused_by_its_field(tmp_path: Path, query: dict[str, str]) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.AUDITOR) as console:
        answer = await console.get("/api/audit", params=query)
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == next(iter(query))


async def test_reading_is_a_record_once_a_minute_for_each_person(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.AUDITOR) as console:

        async def readings() -> list[Any]:
            return (await page(console, action=Action.READ_AUDIT.value))["items"]

        first = await readings()
        assert [one["detail"] for one in first] == [{"action": "read_audit"}]
        clock.advance(59)
        assert await readings() == first
        clock.advance(2)
        assert len(await readings()) == 2
        async with open_console(hub, Role.CHIEF) as chief:
            await page(chief)
        assert len({one["person_id"] for one in await readings()}) == 2


async def test_export_can_be_checked_by_whoever_has_the_public_key(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.AUDITOR) as console:
        await note(hub, some(2500))
        answer = await console.get("/api/audit/export")
        key = (await log_of(hub.database)).public_key
    *records, head = map(json.loads, answer.raise_for_status().text.splitlines())
    previous = FIRST
    for record in records:
        fields = dict(record) | {"detail": record["detail"].encode()}
        kept = fields.pop("hash")
        assert fields["previous_hash"] == previous
        assert record_hash(tuple(fields.values())) == kept
        previous = kept
    assert (head["number"], head["hash"]) == (records[-1]["number"], previous)
    assert len(records) > 2500
    assert records[-1]["action"] == "export_audit"
    signed = Statement(Kind.HEAD, head["number"], head["hash"], head["at_us"], base64.b64decode(head["signature"]))
    assert signed.is_signed_by(key)


async def test_export_of_a_pruned_log_begins_with_the_signed_statement(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub, open_console(hub, Role.AUDITOR) as console:
        await note(hub, some(250))
        clock.advance(10)
        await note(hub, some(10))
        assert await (await log_of(hub.database)).forget_before(clock.wall_us()) >= 200
        lines = list(map(json.loads, (await console.get("/api/audit/export")).text.splitlines()))
    pruned, checkpoint, first = lines[:3]
    assert (pruned["kind"], checkpoint["kind"], lines[-1]["kind"]) == ("pruned", "checkpoint", "head")
    assert (first["number"], first["previous_hash"]) == (pruned["number"] + 1, pruned["hash"])
    assert checkpoint["hash"] == pruned["hash"]


async def test_export_ends_without_the_head_when_its_reader_is_shut_out(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.AUDITOR) as console:
        await note(hub, some(2500))
        person_id = (await console.get("/api/session")).json()["person"]["person_id"]
        entrant = hub.access.entrant_of_session(console.cookies[SESSION_COOKIE])
        assert entrant is not None

        def may_go_on() -> bool:
            return hub.access.is_in_still(entrant, Right.READ_AUDIT)

        lines = _lines(hub.database, may_go_on)
        read = [await anext(lines), await anext(lines)]
        assert may_go_on()
        await hub.access.end_sessions(person_id, LOCAL)
        read += [one async for one in lines]
        assert b'"kind":"head"' not in b"".join(read)
        assert len(b"".join(read).splitlines()) == EXPORTED_AT_ONCE


async def test_reader_who_has_another_role_now_exports_no_more(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.AUDITOR) as console:
        entrant = hub.access.entrant_of_session(console.cookies[SESSION_COOKIE])
        assert entrant is not None
        put = PutPerson(name="管理员", role=Role.ADMINISTRATOR)
        await hub.access.change_person(entrant.person.person_id, put, LOCAL)
        assert not hub.access.is_in_still(entrant, Right.READ_AUDIT)
