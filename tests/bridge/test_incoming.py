"""What the hub reads from the broker: handed on at once and once, whichever way it is read, and whose a fault is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from structlog.testing import capture_logs

from devices.protocol import messages as wire
from devices.protocol.topics import DeviceKind, Down, Up
from hub.app import Hub
from tests.devices.room import until
from tests.hub import open_hub
from tests.played import HandDevice, radio_on_line

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPORT = "qs/1/radio/R01/report"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["managed", "embedded"])
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), request.param) as opened:
        yield opened


async def confirmed(radio: HandDevice, count: int) -> list[str]:
    words = await radio.hear(Down.CONFIRM, wire.Confirm, count)
    return [message_id for word in words for message_id in word.message_ids]


async def test_message_with_properties_is_heard_as_one_without(hub: Hub) -> None:
    long_lived = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    long_lived.MessageExpiryInterval = 3_600
    async with radio_on_line(hub, "R01") as radio:
        assert radio._client is not None
        for number, properties in enumerate((None, long_lived)):
            report = wire.Report(stamp=radio.stamp(), message_id=f"m{number}", text="x")
            sealed = radio.seal(REPORT, wire.encode(report))
            await radio._client.publish(REPORT, sealed, qos=1, properties=properties)
            assert await confirmed(radio, number + 1) == [f"m{n}" for n in range(number + 1)]
    assert hub.refused.counts == {}


async def test_handler_that_fails_is_told_of_as_its_own_fault_and_the_line_comes_back(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(radio_id: str, report: wire.Report) -> None:
        raise RuntimeError("a handler's own fault")

    failures = hub.task_failures
    async with radio_on_line(hub, "R02") as radio:
        with capture_logs() as logs, monkeypatch.context() as patch:
            patch.setitem(hub.bridge._handlers, (DeviceKind.RADIO, Up.REPORT), (wire.Report, fails))
            await radio.say(Up.REPORT, wire.Report(stamp=radio.stamp(), message_id="m", text="x"))
            await until(lambda: hub.task_failures > failures, "the fault is counted")
        assert [log["task"] for log in logs if log["event"] == "task.failed"] == ["bridge"]
        await until(hub.bridge.connected.is_set, "the line is there again")
        await radio.say(Up.REPORT, wire.Report(stamp=radio.stamp(), message_id="after", text="x"))
        await until(lambda: "after" in str(radio.said_to_me(Down.CONFIRM, wire.Confirm)), "and the radio is heard")
