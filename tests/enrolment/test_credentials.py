"""Who is let in with which credential, and what is kept of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.access.tables import audit_records
from hub.app import Hub
from hub.enrolment.tables import device_credentials, enrolment_codes
from hub.errors import Refusal
from hub.events.messages import EventKind
from tests.devices.room import BROKERS, DEADLINE_S, mqtt_client, until
from tests.enrolment.enrolling import ADDRESS, HUB_URL, actions, connects, enrol, enrolled, own
from tests.hub import Told, community, open_hub


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


async def test_radio_that_is_imported_into_a_group_hears_it_on_the_managed_broker(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        credential = await enrolled(hub)
        address = hub.broker.hub_address
        async with (
            mqtt_client(address) as speaker,
            mqtt_client(credential.broker) as radio,
        ):
            await radio.subscribe("qs/1/group/+/floor")
            rereads = hub.broker.rereads
            found = community()
            moved = tuple(msgspec.structs.replace(one, venue_id="V04") for one in found.radios if one.radio_id == "R01")
            await hub.registry.import_community(msgspec.structs.replace(found, radios=moved))
            await until(lambda: hub.broker.rereads > rereads, "the broker knows the radio's new groups")
            for group_id in ("grid-G1", "grid-G2"):
                await speaker.publish(f"qs/1/group/{group_id}/floor", b"x", qos=1)
            async with asyncio.timeout(DEADLINE_S):
                async for message in radio.messages:
                    assert message.topic.value == "qs/1/group/grid-G2/floor"
                    break


async def test_name_of_another_kind_or_of_the_hub_is_refused(hub: Hub) -> None:
    await hub.enrolment.issue(DeviceKind.CAMERA, "C77")
    for device_id in ("R01", "C01", "C77", "hub"):
        with pytest.raises(Refusal, match="another kind of device's name"):
            await hub.enrolment.issue(DeviceKind.WORKER, device_id)


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


async def test_device_has_its_credential_though_the_broker_takes_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.loops.RESTART_AFTER_S", 0.01)
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


async def test_credential_that_the_hub_makes_itself_is_an_audit_record(hub: Hub) -> None:
    await hub.enrolment.issue(DeviceKind.WORKER, "worker-9")
    query = sa.select(audit_records).order_by(audit_records.c.number.desc()).limit(1)
    record = (await hub.database.read(lambda connection: connection.execute(query).all()))[0]
    assert (record.person_id, record.action) == ("hub", "enrol_device")
    assert msgspec.json.decode(record.detail)["device_id"] == "worker-9"
