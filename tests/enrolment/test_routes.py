"""The enrolment room over HTTP: who may make codes, what a device is answered, who hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from devices.enrol.client import enrol
from devices.enrol.invitation import EnrolError
from devices.enrol.proof import proof
from devices.enrol.renewal import NEXT, Renewal
from devices.link import Credential
from devices.protocol.clock import ManualClock, SystemClock
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL, Role
from hub.app import Hub
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.enrolment.guesses import TRIES
from hub.enrolment.messages import MAX_CODES
from tests.devices.room import until
from tests.hub import BROKER, Told, client_of, open_console, open_hub
from tests.played import HandDevice


@pytest.fixture
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.ADMINISTRATOR) as client:
        yield client


async def codes(console: httpx.AsyncClient, *device_ids: str) -> dict[str, str]:
    """Device: the address with its code."""
    asked = {"devices": [{"kind": "radio", "device_id": device_id} for device_id in device_ids]}
    answer = await console.post("/api/devices/codes", json=asked)
    assert answer.status_code == 201, answer.text
    return {one["device_id"]: one["join"] for one in answer.json()}


async def test_radio_enrols_itself_with_the_code_that_the_administrator_made(
    console: httpx.AsyncClient, tmp_path: Path
) -> None:
    join = (await codes(console, "R01"))["R01"]
    assert join.startswith(f"http://127.0.0.1:{console.base_url.port}/join#d=")
    credential = await enrol(join, tmp_path / "radio")
    assert Credential.load(tmp_path / "radio") == credential
    assert (credential.device_id, credential.kind) == ("R01", DeviceKind.RADIO)
    assert credential.hub_url == f"http://127.0.0.1:{console.base_url.port}"
    (listed,) = (await console.get("/api/devices")).json()
    assert (listed["device_id"], listed["revoked_at_ms"], listed["code_expires_at_ms"]) == ("R01", None, None)
    assert listed["enrolled_at_ms"] is not None


async def test_enrolled_radio_is_on_line_until_it_is_revoked(
    hub: Hub, console: httpx.AsyncClient, tmp_path: Path
) -> None:
    credential = await enrol((await codes(console, "R01"))["R01"], tmp_path / "radio")
    async with HandDevice.join(credential) as radio:
        await radio.be_born()
        await until(lambda: hub.radios.is_online("R01"), "the radio is on line")
        assert (await console.get("/api/devices")).json()[0]["online"] is True
        assert (await console.post("/api/devices/R01/revoke")).status_code == 204
        if BROKER == "managed":  # mosquitto knows it no longer
            await until(lambda: radio.is_cut, "the radio has no line")
            return
        told = Told(hub)
        await radio.be_born()
        await told.refusal("R01", "unknown_device")


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.OFFICER, Role.CHIEF, Role.AUDITOR])
async def test_nobody_but_the_administrator_makes_codes_or_revokes(role: Role, hub: Hub) -> None:
    await hub.enrolment.issue(DeviceKind.RADIO, "R01")
    async with open_console(hub, role) as console:
        asked = {"devices": [{"kind": "radio", "device_id": "R01"}]}
        assert (await console.post("/api/devices/codes", json=asked)).status_code == 403
        assert (await console.get("/api/devices")).status_code == 403
        assert (await console.post("/api/devices/R01/revoke")).status_code == 403
    assert hub.enrolment.seal_key("R01") is not None


async def test_stranger_with_a_guess_is_told_so_and_then_slowed_down(console: httpx.AsyncClient) -> None:
    spent, good = (join.partition("#d=")[2] for join in (await codes(console, "R01", "R02")).values())
    async with client_of(console.base_url, None) as stranger:

        async def say(code: str) -> httpx.Response:
            return await stranger.post("/api/devices/enrol", json={"code": code})

        assert (await say(spent)).status_code == 201
        used = await say(spent)
        assert (used.status_code, used.json()["error"]["code"]) == (410, "used_code")
        answers = [await say(f"guess-{n}") for n in range(TRIES)]
        assert [answer.status_code for answer in answers] == [404] * (TRIES - 1) + [429]
        assert (await say(good)).status_code == 201


async def test_more_codes_than_are_made_at_once_are_refused(console: httpx.AsyncClient) -> None:
    devices = [{"kind": "radio", "device_id": "R01"}] * (MAX_CODES + 1)
    assert (await console.post("/api/devices/codes", json={"devices": devices})).status_code == 422


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic ?", "Basic UjAx", "Bearer UjAxOng="])
async def test_rotation_without_the_devices_own_proof_is_refused(
    authorization: str, console: httpx.AsyncClient
) -> None:
    async with client_of(console.base_url, None) as stranger:
        for path in ("/api/devices/rotate", "/api/devices/rotate/confirm"):
            answer = await stranger.post(path, headers={"Authorization": authorization})
            assert answer.status_code == 401


async def test_old_credential_is_renewed_by_the_device_itself(
    hub: Hub, console: httpx.AsyncClient, tmp_path: Path
) -> None:
    store = tmp_path / "radio"
    first = await enrol((await codes(console, "R01"))["R01"], store)
    assert first.renew_at_ms is not None
    young = Renewal(store, first, SystemClock())
    assert not await young.settle()
    renewal = Renewal(store, first, ManualClock(wall_us=first.renew_at_ms * 1000))
    assert await renewal.settle()
    second = renewal.credential
    assert second.seal_key == hub.enrolment.seal_key("R01") != first.seal_key
    assert Credential.load(store) == second
    assert Credential.load(store / NEXT) is None


async def test_device_that_lost_the_answer_to_its_confirmation_has_both_and_goes_on(
    hub: Hub, console: httpx.AsyncClient, tmp_path: Path
) -> None:
    store = tmp_path / "radio"
    first = await enrol((await codes(console, "R01"))["R01"], store)
    url = first.hub_url
    second = await hub.enrolment.rotate("R01", proof("R01", first.seal_key), "10.0.0.1", url, "127.0.0.1")
    second.save(store / NEXT)
    await hub.enrolment.confirm("R01", proof("R01", second.seal_key), "10.0.0.1")  # and the power fails here
    renewal = Renewal(store, first, SystemClock())
    assert await renewal.settle()
    assert renewal.credential == second == Credential.load(store)


async def test_device_whose_newer_credential_the_hub_forgot_goes_on_with_the_older(
    hub: Hub, console: httpx.AsyncClient, tmp_path: Path
) -> None:
    store = tmp_path / "radio"
    first = await enrol((await codes(console, "R01"))["R01"], store)
    msgspec.structs.replace(first, seal_key=bytes(32)).save(store / NEXT)
    renewal = Renewal(store, first, SystemClock())
    assert not await renewal.settle()
    assert renewal.credential == first == Credential.load(store)
    assert Credential.load(store / NEXT) is None
    assert hub.enrolment.seal_key("R01") == first.seal_key


async def test_hub_that_is_away_costs_neither_credential(hub: Hub, tmp_path: Path) -> None:
    store = tmp_path / "radio"
    async with open_console(hub, Role.ADMINISTRATOR) as console:
        first = await enrol((await codes(console, "R01"))["R01"], store)
    assert first.renew_at_ms is not None
    renewal = Renewal(store, first, ManualClock(wall_us=first.renew_at_ms * 1000))
    with pytest.raises(EnrolError, match="cannot be reached"):
        await renewal.settle()
    assert renewal.credential == first


async def test_130_radios_are_enrolled_together_and_all_come_in(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub", "managed", venues=130) as hub:
        async with open_console(hub, Role.ADMINISTRATOR) as console:
            joins = await codes(console, *hub.registry.radios)
            assert len(joins) == 130
            turns = asyncio.Semaphore(16)

            async def one(radio_id: str, join: str) -> Credential:
                async with turns:
                    return await enrol(join, tmp_path / "radios" / radio_id)

            found = await asyncio.gather(*(one(*item) for item in joins.items()))
        assert {credential.device_id for credential in found} == set(hub.registry.radios)
        assert all(hub.enrolment.seal_key(one.device_id) == one.seal_key for one in found)
        assert hub.broker.rereads < 130


async def test_radio_enrols_over_tls_and_trusts_the_one_authority(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    names = Names.of([], ["127.0.0.1"])
    await asyncio.to_thread(CertificateFolder(folder / "certificates").make, names, datetime.now(UTC))
    async with open_hub(folder, "managed", tls=True, broker_tls_port=0) as hub, open_console(hub) as console:
        assert hub.certificates is not None
        url = f"https://127.0.0.1:{console.base_url.port}"
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        with pytest.raises(EnrolError, match="do not go on"):
            await enrol(f"{url}/join#d={code.code}&f={'0' * 64}", tmp_path / "radio")
        credential = await enrol(f"{url}/join#d={code.code}&f={hub.certificates.fingerprint}", tmp_path / "radio")
        assert credential.authority_pem == hub.certificates.ca_pem.decode()
        assert credential.hub_url == url
        assert credential.broker_port not in (hub.broker.hub_address.port, 0)
        assert credential.renew_at_ms is not None
        renewal = Renewal(tmp_path / "radio", credential, ManualClock(wall_us=credential.renew_at_ms * 1000))
        assert await renewal.settle()
