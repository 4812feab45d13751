"""Who may speak: codes that are good once, credentials that end, and two steps to a newer one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import msgspec
import pytest
import sqlalchemy as sa

from devices.enrol.proof import proof
from devices.link.credential import Credential
from devices.protocol.clock import ManualClock
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.access.tables import audit_records
from hub.app import Hub
from hub.bridge.broker import Entrance
from hub.enrolment.codes import VALID_FOR_S, Code
from hub.enrolment.guesses import TRIES
from hub.enrolment.messages import Device
from hub.enrolment.tables import device_credentials, enrolment_codes
from hub.errors import Refusal
from hub.events.messages import EventKind
from tests.devices.room import BROKERS, open_broker, until
from tests.hub import Told, address_of, community, open_hub
from tests.played import radio_on_line

HUB_URL = "http://127.0.0.1:8470"
ADDRESS = "10.1.2.3"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        yield opened


async def enrol(hub: Hub, code: str, address: str = ADDRESS) -> Credential:
    return await hub.enrolment.enrol(code, address, HUB_URL, "127.0.0.1")


async def enrolled(hub: Hub, radio_id: str = "R01") -> Credential:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, radio_id, LOCAL)
    return await enrol(hub, code.code)


def own(credential: Credential) -> str:
    return proof(credential.device_id, credential.seal_key)


async def actions(hub: Hub) -> list[str]:
    query = sa.select(audit_records.c.action).order_by(audit_records.c.number)
    return await hub.database.read(lambda connection: list(connection.execute(query).scalars()))


async def connects(credential: Credential) -> bool:
    broker = credential.broker
    try:
        async with aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=2,
        ):
            return True
    except aiomqtt.MqttError:
        return False


@pytest.mark.parametrize("kind", BROKERS)
async def test_radio_that_was_enrolled_is_let_in_at_once(kind: str, tmp_path: Path) -> None:
    async with open_hub(tmp_path, kind) as hub:
        told = Told(hub)
        credential = await enrolled(hub)
        assert await connects(credential)
        assert credential.seal_key == hub.enrolment.seal_key("R01")
        assert await told.wait(EventKind.DEVICE_ENROLLED, "R01") == [
            {"device_id": "R01", "kind": "radio", "address": ADDRESS, "software": ""}
        ]
        assert (await actions(hub))[-2:] == ["make_enrolment_code", "enrol_device"]


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


async def test_spent_code_said_over_and_over_does_not_flood_the_audit_log(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    await enrol(hub, code.code)
    for _ in range(TRIES + 5):
        with pytest.raises(Refusal):
            await enrol(hub, code.code)
    assert (await actions(hub)).count("enrol_failed") == TRIES


async def test_radio_that_is_imported_into_a_group_hears_it_on_the_managed_broker(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        credential = await enrolled(hub)
        broker, address = credential.broker, hub.broker.hub_address
        async with (
            aiomqtt.Client(address.host, address.port, username=address.username, password=address.password) as speaker,
            aiomqtt.Client(broker.host, broker.port, username=broker.username, password=broker.password) as radio,
        ):
            await radio.subscribe("qs/1/group/+/floor")
            rereads = hub.broker.rereads
            found = community()
            moved = tuple(msgspec.structs.replace(one, venue_id="V04") for one in found.radios if one.radio_id == "R01")
            await hub.registry.import_community(msgspec.structs.replace(found, radios=moved))
            await until(lambda: hub.broker.rereads > rereads, "the broker knows the radio's new groups")
            for group_id in ("grid-G1", "grid-G2"):
                await speaker.publish(f"qs/1/group/{group_id}/floor", b"x", qos=1)
            async with asyncio.timeout(5):
                async for message in radio.messages:
                    assert message.topic.value == "qs/1/group/grid-G2/floor"
                    break


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
        (DeviceKind.WORKER, "worker-1", "the registry has no worker worker-1"),
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


async def test_name_of_another_kind_or_of_the_hub_is_refused(hub: Hub) -> None:
    await hub.enrolment.issue(DeviceKind.CAMERA, "C77")
    for device_id in ("R01", "C01", "C77", "hub"):
        with pytest.raises(Refusal, match="another kind of device's name"):
            await hub.enrolment.issue(DeviceKind.WORKER, device_id)


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


async def test_revoked_radio_has_no_key_and_its_code_ends(hub: Hub) -> None:
    told = Told(hub)
    await enrolled(hub)
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    await hub.enrolment.revoke("R01", LOCAL)
    assert hub.enrolment.seal_key("R01") is None
    assert await told.wait(EventKind.DEVICE_REVOKED) == [{"device_id": "R01", "kind": "radio", "by": "local"}]
    with pytest.raises(Refusal, match="no such code"):
        await enrol(hub, code.code)
    with pytest.raises(Refusal, match="not enrolled"):
        await hub.enrolment.revoke("R02", LOCAL)
    await enrolled(hub)
    assert hub.enrolment.seal_key("R01") is not None


async def test_code_that_is_being_made_when_its_radio_is_revoked_is_void(hub: Hub) -> None:
    await enrolled(hub)
    making = asyncio.ensure_future(hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL))
    await asyncio.sleep(0)  # the code goes to the disk, and the revocation right behind it
    await hub.enrolment.revoke("R01", LOCAL)
    code = await making
    assert hub.enrolment.waiting_codes() == []
    with pytest.raises(Refusal, match="no such code"):
        await enrol(hub, code.code)
    assert hub.enrolment.seal_key("R01") is None


async def test_code_that_the_disk_does_not_take_leaves_the_older_one_good(hub: Hub) -> None:
    older = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    with pytest.raises(sa.exc.IntegrityError):
        await hub.enrolment.make_codes(
            [Device(kind=DeviceKind.RADIO, device_id=one) for one in ("R01", "R02")],
            msgspec.structs.replace(LOCAL, person_id=None),  # a record that names nobody is refused by the database
        )
    assert [code.device_id for code in hub.enrolment.waiting_codes()] == ["R01"]
    assert (await enrol(hub, older.code)).device_id == "R01"


async def test_revoked_radio_is_off_line_at_once(hub: Hub) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01"):
        revoking = asyncio.create_task(hub.enrolment.revoke("R01", LOCAL))
        await asyncio.sleep(0)
        assert not hub.radios.is_online("R01")
        await revoking
        await told.wait(EventKind.RADIO_OFFLINE, "R01")
        assert (hub.radios.online, hub.radios.online_in("all")) == (0, 0)


async def test_revoked_radio_leaves_the_managed_broker_within_5_seconds(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        credential = await enrolled(hub)
        broker = credential.broker
        async with asyncio.timeout(5):
            with pytest.raises(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    broker.host,
                    broker.port,
                    username=broker.username,
                    password=broker.password,
                    protocol=aiomqtt.ProtocolVersion.V5,
                ) as radio:
                    await hub.enrolment.revoke("R01", LOCAL)
                    async for _message in radio.messages:
                        raise AssertionError("a revoked radio was told something")
        assert not await connects(credential)


async def test_rotation_changes_over_when_the_device_confirms(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        first = await enrolled(hub)
        second = await hub.enrolment.rotate("R01", own(first), ADDRESS, HUB_URL, "127.0.0.1")
        assert hub.enrolment.seal_key("R01") == first.seal_key
        assert await connects(first)
        await hub.enrolment.confirm("R01", own(second), ADDRESS)
        assert hub.enrolment.seal_key("R01") == second.seal_key
        assert await connects(second)
        assert not await connects(first)
        assert (await actions(hub))[-2:] == ["rotate_device", "rotate_device"]


async def test_answer_of_a_rotation_that_was_lost_locks_nobody_out(hub: Hub) -> None:
    first = await enrolled(hub)
    lost = await hub.enrolment.rotate("R01", own(first), ADDRESS, HUB_URL, "127.0.0.1")
    second = await hub.enrolment.rotate("R01", own(first), ADDRESS, HUB_URL, "127.0.0.1")
    with pytest.raises(Refusal, match="not the device's present credential"):
        await hub.enrolment.confirm("R01", own(lost), ADDRESS)
    await hub.enrolment.confirm("R01", own(second), ADDRESS)
    await hub.enrolment.confirm("R01", own(second), ADDRESS)  # its answer was lost, so it is said again
    assert hub.enrolment.seal_key("R01") == second.seal_key


async def test_nobody_rotates_for_another_or_when_revoked(hub: Hub) -> None:
    one, other = await enrolled(hub, "R01"), await enrolled(hub, "R02")
    with pytest.raises(Refusal) as refused:
        await hub.enrolment.rotate("R02", own(one), ADDRESS, HUB_URL, "127.0.0.1")
    assert refused.value.status == 401
    await hub.enrolment.revoke("R02", LOCAL)
    with pytest.raises(Refusal):
        await hub.enrolment.rotate("R02", own(other), ADDRESS, HUB_URL, "127.0.0.1")


async def test_everything_is_known_again_after_a_restart(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        kept, gone = await enrolled(hub, "R01"), await enrolled(hub, "R02")
        waiting = await hub.enrolment.make_code(DeviceKind.RADIO, "R03", LOCAL)
        following = await hub.enrolment.rotate("R01", own(kept), ADDRESS, HUB_URL, "127.0.0.1")
        await hub.enrolment.revoke("R02", LOCAL)
    async with open_hub(tmp_path, "managed") as hub:
        assert await connects(kept)
        assert not await connects(gone)
        assert hub.enrolment.seal_key("R02") is None
        await hub.enrolment.confirm("R01", own(following), ADDRESS)
        await enrol(hub, waiting.code)


async def test_neither_code_nor_password_is_in_the_database(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        credential = await enrol(hub, code.code)
        rows = await hub.database.read(
            lambda connection: [
                *connection.execute(sa.select(enrolment_codes)),
                *connection.execute(sa.select(device_credentials)),
            ]
        )
        assert code.code not in repr(rows)
        assert credential.password not in repr(rows)
        assert credential.password not in repr(credential)
        assert code.code not in repr(code)
        audited = await hub.database.read(
            lambda connection: b"".join(connection.execute(sa.select(audit_records.c.detail)).scalars())
        )
        assert code.code.encode() not in audited
        assert msgspec.json.encode(credential.seal_key).strip(b'"') not in audited


async def test_radio_at_somebody_elses_broker_does_not_renew_what_that_broker_would_not_know(tmp_path: Path) -> None:
    async with (
        open_broker("embedded", tmp_path / "broker") as broker,
        open_hub(tmp_path / "hub", address_of(broker), broker_password=broker.hub_address.password) as hub,
    ):
        credential = await enrolled(hub)
        assert credential.renew_at_ms is None
        assert (credential.broker_port, credential.broker_user) == (broker.hub_address.port, "R01")


async def test_code_that_is_taken_back_while_it_is_used_enrols_nobody(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    enrolling = asyncio.ensure_future(enrol(hub, code.code))
    await asyncio.sleep(0)  # the code is marked as used, and the credential not made
    await hub.enrolment.revoke("R01", LOCAL)
    with pytest.raises(Refusal, match="taken back"):
        await enrolling
    assert hub.enrolment.seal_key("R01") is None
    rows = await hub.database.read(lambda connection: connection.execute(sa.select(enrolment_codes)).all())
    assert rows == []


async def test_revocation_that_the_broker_did_not_take_is_tried_until_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.app.RESTART_TASK_AFTER_S", 0.01)
    async with open_hub(tmp_path, "managed") as hub:
        credential = await enrolled(hub)
        in_the_way = tmp_path / "broker" / ".access.new"
        in_the_way.mkdir()
        for _ in range(2):  # said again, it is not taken for done
            with pytest.raises(Refusal, match=r"R01 is revoked: .* void; the broker has not ended its line") as refused:
                await hub.enrolment.revoke("R01", LOCAL)
            assert refused.value.status == 503
        assert hub.enrolment.seal_key("R01") is None
        assert await connects(credential)
        await until(lambda: hub.task_failures > 1, "the hub has told the broker again")
        in_the_way.rmdir()
        rereads = hub.broker.rereads
        await until(lambda: hub.broker.rereads > rereads, "the broker has taken it")
        assert not await connects(credential)


async def test_revoked_device_is_revoked_again_since_the_first_time(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        await enrolled(hub)
        await hub.enrolment.revoke("R01", LOCAL)
        revoked_at_us = clock.wall_us()
        clock.advance(60)
        await hub.enrolment.revoke("R01", LOCAL)
        assert [one.revoked_at_us for one in hub.enrolment.standings() if one.device_id == "R01"] == [revoked_at_us]
        assert (await actions(hub)).count("revoke_device") == 2


async def test_device_has_its_credential_though_the_broker_takes_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.app.RESTART_TASK_AFTER_S", 0.01)
    async with open_hub(tmp_path, "managed") as hub:
        in_the_way = tmp_path / "broker" / ".access.new"
        in_the_way.mkdir()
        first = await enrolled(hub)
        second = await hub.enrolment.rotate("R01", own(first), ADDRESS, HUB_URL, "127.0.0.1")
        await hub.enrolment.confirm("R01", own(second), ADDRESS)
        in_the_way.rmdir()
        rereads = hub.broker.rereads
        await until(lambda: hub.broker.rereads > rereads, "the broker has taken it")
        assert await connects(second)


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


async def test_credential_that_the_hub_makes_itself_is_an_audit_record(hub: Hub) -> None:
    await hub.enrolment.issue(DeviceKind.WORKER, "worker-9")
    query = sa.select(audit_records).order_by(audit_records.c.number.desc()).limit(1)
    record = (await hub.database.read(lambda connection: connection.execute(query).all()))[0]
    assert (record.person_id, record.action) == ("hub", "enrol_device")
    assert msgspec.json.decode(record.detail)["device_id"] == "worker-9"
