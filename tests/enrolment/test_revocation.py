"""Who is shut out: its words at once, its line as soon as the broker knows, and for good."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiomqtt
import pytest
import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.app import Hub
from hub.enrolment.tables import enrolment_codes
from hub.errors import Refusal
from hub.events.messages import EventKind
from tests.devices.room import mqtt_client, turn_by_turn, until
from tests.enrolment.enrolling import actions, connects, enrol, enrolled
from tests.hub import Told, open_hub
from tests.played import radio_on_line


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
    await turn_by_turn(lambda: hub.enrolment.waiting_codes() != [], "the code goes to the disk")
    assert not making.done()
    await hub.enrolment.revoke("R01", LOCAL)
    code = await making
    assert hub.enrolment.waiting_codes() == []
    with pytest.raises(Refusal, match="no such code"):
        await enrol(hub, code.code)
    assert hub.enrolment.seal_key("R01") is None


async def test_code_that_is_taken_back_while_it_is_used_enrols_nobody(hub: Hub) -> None:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
    enrolling = asyncio.ensure_future(enrol(hub, code.code))
    await turn_by_turn(lambda: hub.enrolment.waiting_codes() == [], "the code is marked as used")
    await hub.enrolment.revoke("R01", LOCAL)
    with pytest.raises(Refusal, match="taken back"):
        await enrolling
    assert hub.enrolment.seal_key("R01") is None
    rows = await hub.database.read(lambda connection: connection.execute(sa.select(enrolment_codes)).all())
    assert rows == []


async def test_revoked_radio_is_off_line_at_once(hub: Hub) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01"):
        revoking = asyncio.create_task(hub.enrolment.revoke("R01", LOCAL))
        await turn_by_turn(lambda: not hub.radios.is_online("R01"), "it is off line")
        assert not revoking.done(), "before the revocation is on the disk"
        await revoking
        await told.wait(EventKind.RADIO_OFFLINE, "R01")
        assert (hub.radios.online, hub.radios.online_in("all")) == (0, 0)


async def test_revoked_radio_leaves_the_managed_broker_within_5_seconds(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub:
        credential = await enrolled(hub)
        async with asyncio.timeout(5):
            with pytest.raises(aiomqtt.MqttError):
                async with mqtt_client(credential.broker) as radio:
                    await hub.enrolment.revoke("R01", LOCAL)
                    async for _message in radio.messages:
                        raise AssertionError("a revoked radio was told something")
        assert not await connects(credential)


async def test_revocation_that_the_broker_did_not_take_is_tried_until_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.loops.RESTART_AFTER_S", 0.01)
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
