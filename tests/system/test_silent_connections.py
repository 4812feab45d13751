"""A thousand connections that never say a word stand open while an alert goes to all venues: every radio has it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from devices.link.credential import Credential
from tests.system.conftest import RADIOS, PoliceRoom
from tests.system.test_kills import wait_delivered

pytestmark = pytest.mark.asyncio(loop_scope="module")
SILENT = 1_000


@contextlib.asynccontextmanager
async def silent_connections(*ports: int) -> AsyncIterator[list[socket.socket]]:
    """SILENT connections to each port, open when the block begins."""
    loop = asyncio.get_running_loop()
    opened: list[socket.socket] = []
    try:
        for port in ports:
            batch = [socket.socket() for _ in range(SILENT)]
            opened += batch
            for one in batch:
                one.setblocking(False)
            await asyncio.gather(*(loop.sock_connect(one, ("127.0.0.1", port)) for one in batch))
        yield opened
    finally:
        for one in opened:
            one.close()


async def test_alert_reaches_every_radio_among_a_thousand_silent_connections_to_hub_and_broker(
    police_room: PoliceRoom,
) -> None:
    radios = police_room.hub.log.parent / "radios"
    credential = next(Credential.load(folder) for folder in sorted(radios.iterdir()))
    assert credential is not None
    console = urlsplit(police_room.hub.url).port
    assert console is not None
    async with silent_connections(console, credential.broker_port) as opened:
        alert = await police_room.alert_all()
        assert await wait_delivered(police_room, alert.alert_id) == RADIOS
        assert len(opened) == 2 * SILENT
    summary = await police_room.radios.report()
    assert (summary.alerts_shown, summary.duplicates_shown, summary.online) == (RADIOS, 0, RADIOS)
