"""A hub on each broker, shared by the tests of one module: each test uses radios of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hub.app import Hub
from tests.devices.room import BROKERS
from tests.hub import Told, open_hub


@pytest_asyncio.fixture(params=BROKERS, scope="module", loop_scope="module")
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """One vision worker, worker-1, is known; its process is ended so that a test can play it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.housekeeping.TELL_REFUSED_EVERY_S", 0.05)
        async with open_hub(tmp_path_factory.mktemp("hub"), request.param, venues=30, vision_workers=1) as opened:
            await opened.vision.stop()
            yield opened


@pytest.fixture
def told(hub: Hub) -> Told:
    return Told(hub)
