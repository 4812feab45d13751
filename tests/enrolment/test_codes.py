"""One-time codes: good once, for 72 hours, and dear to guess."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from devices.link.credential import Credential
from devices.protocol.clock import ManualClock
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.app import Hub
from hub.bridge.broker import Entrance
from hub.enrolment.codes import VALID_FOR_S, Code
from hub.enrolment.guesses import TRIES
from hub.enrolment.messages import Device
from hub.errors import Refusal
from tests.enrolment.enrolling import actions, enrol
from tests.hub import open_hub


async def test_code_is_good_once(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    first = await enrol(hub, code.code)
    with pytest.raises(Refusal, match="was used") as refused:
        await enrol(hub, code.code)
    assert refused.value.status == 410
    assert hub.enrolment.seal_key("R01") == first.seal_key


async def test_code_used_by_two_at_once_enrols_one(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    found = await asyncio.gather(*(enrol(hub, code.code) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in found].count(Credential) == 1
    assert [type(one) for one in found].count(Refusal) == 4


async def test_code_ends_after_72_hours(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        clock.advance(VALID_FOR_S)
        with pytest.raises(Refusal, match="too old") as refused:
            await enrol(hub, code.code)
        assert refused.value.status == 410
        assert hub.enrolment.waiting_codes() == []


async def test_newer_code_ends_the_older_one(hub: Hub) -> None:
    older = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    newer = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    with pytest.raises(Refusal, match="no such code"):
        await enrol(hub, older.code)
    await enrol(hub, newer.code)


@pytest.mark.parametrize(
    ("kind", "device_id", "why"),
    [
        (DeviceKind.RADIO, "R99", "the registry has no radio R99"),
        (DeviceKind.CAMERA, "R01", "the registry has no camera R01"),
        (DeviceKind.WORKER, "worker-1", "a name of the hub's own vision workers"),
        (DeviceKind.WORKER, "R02", "another kind of device's name"),
        (DeviceKind.WORKER, "a b", "cannot be a name"),
    ],
)
async def test_code_is_made_for_what_is_registered_as_that_kind(
    kind: DeviceKind, device_id: str, why: str, hub: Hub
) -> None:
    with pytest.raises(Refusal, match=why):
        await hub.enrolment.make_codes(
            [Device(kind=DeviceKind.RADIO, device_id="R01"), Device(kind=kind, device_id=device_id)], LOCAL
        )
    assert hub.enrolment.waiting_codes() == []


async def test_code_that_the_disk_does_not_take_leaves_the_older_one_good(hub: Hub) -> None:
    older = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    with pytest.raises(sa.exc.IntegrityError):
        await hub.enrolment.make_codes(
            [Device(kind=DeviceKind.RADIO, device_id=one) for one in ("R01", "R02")],
            msgspec.structs.replace(LOCAL, person_id=None),  # a record that names nobody is refused by the database
        )
    assert [code.device_id for code in hub.enrolment.waiting_codes()] == ["R01"]
    assert (await enrol(hub, older.code)).device_id == "R01"


async def test_code_made_while_the_former_one_is_being_used_is_good_after_a_restart(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        older = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        asked = hub.enrolment._broker.entrance
        newer: list[asyncio.Task[Code]] = []

        def entrance(host: str) -> Entrance:
            """While it looks, an administrator makes another code, whose change is written before."""
            loop.call_soon_threadsafe(make)
            return asked(host)

        def make() -> None:
            newer.append(asyncio.ensure_future(hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)))

        loop = asyncio.get_running_loop()
        hub.enrolment._broker.entrance = entrance  # type: ignore[method-assign]
        with contextlib.suppress(Refusal):  # it was taken back meanwhile, when the newer code was known first
            await enrol(hub, older.code)
        code = (await newer[0]).code
        hub.enrolment._broker.entrance = asked  # type: ignore[method-assign]
    async with open_hub(tmp_path) as hub:
        with pytest.raises(Refusal, match="no such code"):
            await enrol(hub, older.code)
        assert (await enrol(hub, code)).device_id == "R01"


async def test_whoever_guesses_is_slowed_down_and_locks_out_nobody(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    statuses = []
    for guess in range(TRIES + 3):
        with pytest.raises(Refusal) as refused:
            await enrol(hub, f"guess-{guess}")
        statuses.append(refused.value.status)
    assert statuses == [404] * TRIES + [429] * 3
    assert (await actions(hub)).count("enrol_failed") == TRIES
    await enrol(hub, code.code)  # from the very same address
    with pytest.raises(Refusal) as refused:
        await enrol(hub, "another address", "10.9.9.9")
    assert refused.value.status == 404


async def test_spent_code_said_over_and_over_does_not_flood_the_audit_log(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    await enrol(hub, code.code)
    for _ in range(TRIES + 5):
        with pytest.raises(Refusal):
            await enrol(hub, code.code)
    assert (await actions(hub)).count("enrol_failed") == TRIES
