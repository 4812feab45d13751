"""Each home of sightings, for tests of what all of them must do."""

from __future__ import annotations

import atexit
import itertools
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from devices.protocol.clock import Clock
from hub.sightings.clickhouse.home import ClickHouseHome
from hub.sightings.home import SightingHome
from hub.sightings.segment_home import SegmentHome

HOMES = ("segments", "clickhouse")
_numbers = itertools.count()


def opening(name: str, folder: Path, clock: Clock) -> Callable[[], SightingHome]:
    """Opens a home of that name, empty at first; ClickHouse as the engine in this process, a database each."""
    if name == "segments":
        return lambda: SegmentHome(folder, clock)
    database = f"test_{next(_numbers)}"
    folder_of_all, engine = _engine()
    engine.command(f"CREATE DATABASE {database}")

    def connect() -> SightingHome:
        to = partial(clickhouse_connect.get_client, interface="chdb", path=folder_of_all, database=database)
        return ClickHouseHome(to, clock)

    return connect


@cache
def _engine() -> tuple[str, Client]:
    """The one that a process may have; it ends with its last client."""
    folder = mkdtemp(prefix="qianshao-chdb-")
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder, clickhouse_connect.get_client(interface="chdb", path=folder)
