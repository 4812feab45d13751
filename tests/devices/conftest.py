"""What device tests share: each runs against both brokers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.bridge.broker import Broker
from tests.devices.room import BROKERS, Room, open_broker


@pytest.fixture(params=BROKERS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    async with open_broker(request.param, tmp_path / "broker") as opened:
        yield opened


@pytest.fixture
async def room(broker: Broker) -> AsyncIterator[Room]:
    async with Room(broker.hub_address).open() as opened:
        yield opened
