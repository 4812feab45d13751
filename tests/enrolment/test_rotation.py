"""Two steps to a newer credential."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.access.people import LOCAL
from hub.app import Hub
from hub.errors import Refusal
from tests.devices.room import open_broker
from tests.enrolment.enrolling import ADDRESS, HUB_URL, actions, connects, enrolled, own
from tests.hub import address_of, open_hub


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


async def test_radio_at_somebody_elses_broker_does_not_renew_what_that_broker_would_not_know(tmp_path: Path) -> None:
    async with (
        open_broker("embedded", tmp_path / "broker") as broker,
        open_hub(tmp_path / "hub", address_of(broker), broker_password=broker.hub_address.password) as hub,
    ):
        credential = await enrolled(hub)
        assert credential.renew_at_ms is None
        assert (credential.broker_port, credential.broker_user) == (broker.hub_address.port, "R01")
