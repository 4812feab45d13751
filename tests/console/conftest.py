"""One hub and its console for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from hub.access.people import Role
from hub.app import Hub
from tests.hub import Told, client_of, open_console, open_hub, sign_in


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.housekeeping.TELL_REFUSED_EVERY_S", 0.05)
        async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
            yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(hub: Hub, console: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser; ``console`` is an officer's."""
    async with client_of(console.base_url, await sign_in(hub, Role.ADMINISTRATOR)) as client:
        yield client


@pytest.fixture
def told(hub: Hub) -> Told:
    return Told(hub)
