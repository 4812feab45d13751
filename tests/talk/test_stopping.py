"""The hub is stopped while somebody speaks."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from pathlib import Path

import aiomqtt
import msgspec

from devices.protocol import messages as wire
from devices.protocol import topics
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.talk import messages as out
from hub.talk.recording import rows
from tests.devices.room import packet, until
from tests.hub import open_database, open_hub
from tests.played import radio_on_line
from tests.talk.desk import Desk


async def test_burst_ends_with_the_hub_and_everybody_is_told(tmp_path: Path) -> None:
    """P-6.8."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(tmp_path))
        desk, colleague = Desk(hub, "room"), Desk(hub, "colleague")
        with suppress(aiomqtt.MqttError):  # its line ends with the broker
            async with radio_on_line(hub, "R01") as radio:
                grant = desk.press("all")
                hub.talk.press(colleague, "all", "waits")
                hub.talk.speak(desk.talker_id, packet(grant.burst_id, 0))
                await radio.hear_group_floor("all", 1)
                await stack.aclose()
                said = radio.on_topic(topics.group_floor("all"), wire.GroupFloor)
                await until(lambda: not hub.bridge.connected.is_set(), "the hub is gone")
    assert [one.reason for one in desk.of(out.Revoked)] == [wire.RevokeReason.STOPPING]
    assert colleague.of(out.Granted) == [], "nobody begins to speak to a hub that goes"
    assert [one.burst_id for one in desk.of(out.Idle)] == [grant.burst_id]
    assert [(type(one), one.burst_id) for one in said[1:]] == [(wire.FloorIdle, grant.burst_id)]
    async with open_database(tmp_path) as database:
        events = EventLog(database)
        events.open()
        told = [item for item in await events.since(0) if item.kind == EventKind.BURST_ENDED]
        row = await database.read(lambda connection: rows.of(connection, grant.burst_id))
    assert [msgspec.json.decode(item.body)["burst_id"] for item in told] == [grant.burst_id]
    assert row is not None
    assert (row.packets, row.radios_reached) == (1, 0)
