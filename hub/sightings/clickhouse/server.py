"""The ClickHouse server that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devices.protocol.clock import Clock

if TYPE_CHECKING:
    from hub.settings import Settings
    from hub.sightings.clickhouse.home import ClickHouseHome

CONNECT_WITHIN_S = 10
ANSWER_WITHIN_S = 90
"""Longer than any query may take on the server (home.py)."""


def open_server(url: str, user: str, password: str, clock: Clock) -> ClickHouseHome:
    """The home in the database that ``url`` names (``https://host:port/database``).

    Raises OSError where its library, of requirements/clickhouse.txt, which this alone needs, is not installed.
    """
    try:
        import clickhouse_connect

        from hub.sightings.clickhouse.home import ClickHouseHome
    except ImportError as error:
        raise OSError(
            "没有安装 ClickHouse 客户端：pip install --require-hashes -r requirements/clickhouse.txt"
            f" (the client of ClickHouse is not installed: {error})"
        ) from None
    parts = urlsplit(url)
    connect = partial(
        clickhouse_connect.get_client,
        interface=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or 0,
        database=parts.path.strip("/") or "default",
        username=user,
        password=password,
        connect_timeout=CONNECT_WITHIN_S,
        send_receive_timeout=ANSWER_WITHIN_S,
        autogenerate_session_id=False,  # many threads ask at once
        settings={"async_insert": 1, "wait_for_async_insert": 1},  # inserts of many hubs are written together
    )
    return ClickHouseHome(connect, clock)


def clickhouse_home(settings: Settings, clock: Clock) -> Callable[[], ClickHouseHome] | None:
    """Opens the home that the settings name; None where that is the built-in one."""
    url, password = settings.sightings_clickhouse, settings.sightings_clickhouse_password
    if not url:
        return None
    return partial(
        open_server, url, settings.sightings_clickhouse_user, password.get_secret_value() if password else "", clock
    )
