"""``qianshao simulate faults``: alerts go to all radios while faults strike, and every one is accounted for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import sqlalchemy as sa
import uvloop

from bench.community import PoliceRoom, enrol, make_community
from devices.link import Credential
from hub.access.people import COMMUNITY, Role
from hub.storage.engine import SQLITE, make_engine
from hub.tasks import end_tasks
from simulators.demo.accounts import make_account, sign_in
from simulators.faults.database_server import DatabaseServer
from simulators.faults.disk import Disk
from simulators.faults.guarded import GuardedRadios
from simulators.faults.kept_hub import KeptHub
from simulators.faults.ledger import (
    SHOWN_VIOLATIONS,
    Violation,
    Wrong,
    counted,
    read_notes,
    violations_of_alerts,
)
from simulators.faults.mqtt_proxy import MqttProxy
from simulators.faults.plan import FaultKind, Plan, faults_of
from simulators.faults.striking import Striking, Struck
from simulators.faults.wall_clock import WallClock
from simulators.faults.watching import Dispatcher, checksum

AT_ONCE = 6
"""Alerts under way; the next is issued when all have acknowledged one of them, or after PATIENCE_S."""
PATIENCE_S = 60.0
SETTLE_S = 240.0
"""How long after the last fault everything may take to be with everybody."""
MOST_S = (300.0, 2.0, 10.0)
"""A campaign is given up after so long: at all, for each alert, for each fault."""
QUIET_S = 1.5
"""How long the campaign listens on for what comes once too often."""
SAY_EVERY_S = 10.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a campaign. All counts from ``lost`` to ``not_settled`` are 0 in a product without a defect."""

    alerts: int
    radios: int
    seed: int
    seconds: float
    faults: dict[str, int]
    faults_in_all: int
    faults_missed: int
    lost: int
    """Of alerts × radios: a guard never saw the alert."""
    duplicates: int
    acknowledgements_lost: int
    event_gaps: int
    event_repeats: int
    alerts_repeated: int
    not_issued: int
    """Alerts that the hub had not taken when the campaign was given up."""
    not_settled: int
    """Of alerts × radios: not acknowledged when the campaign was over."""
    shown_again: int
    """Shown again by a radio that began anew, since nobody had acknowledged it; no duplicate."""
    events: int
    console_connections: int
    hub_starts_failed: int
    database_restarts: int
    packets_duplicated: int
    packets_late: int
    disk_full_by: str
    retried: dict[str, int]
    """How often the hub's writer tried again, by what the database said: whether full disk and lock were met."""
    violations: tuple[Violation, ...]
    struck: tuple[Struck, ...]
    """The faults that happened within 30 s of an alert of ``violations``."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        return not (
            self.lost + self.duplicates + self.acknowledgements_lost + self.event_gaps + self.event_repeats
            + self.alerts_repeated + self.not_issued + self.not_settled
        )  # fmt: skip


class _Stage:
    """Everything that a campaign runs, once it is up."""

    def __init__(self, folder: Path, plan: Plan, disk: Disk) -> None:
        self.plan = plan
        self.folder = folder
        self.disk = disk
        self.clock = WallClock(folder / "wall")
        self.server = DatabaseServer(disk.folder / "database", folder / "sockets") if plan.database != SQLITE else None
        self.hub = KeptHub(disk.folder / "hub", plan.broker, folder / "wall", self.server.url if self.server else "")
        self.community = make_community(plan.radios)
        self.radio_ids = [radio.radio_id for radio in self.community.radios]
        self.radios = GuardedRadios(folder, self.radio_ids, plan.seed)
        self.dispatcher: Dispatcher
        self.proxy: MqttProxy

    @contextlib.asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """While the block runs."""
        hub = self.hub.part
        try:
            if self.server is not None:
                await self.server.make()
            await hub.start()
            async with hub.machine() as machine, hub.browser() as browser:
                file = self.folder / "community.json"
                file.write_bytes(msgspec.json.encode(self.community))
                (await machine.post("/api/registry/community", content=file.read_bytes())).raise_for_status()
                account = await make_account(machine, hub.browser, Role.DISPATCHER, (COMMUNITY,))
                await sign_in(browser, account)
                await enrol(PoliceRoom(hub, self.folder, machine, browser, self.community), self.radio_ids)
                self.dispatcher = Dispatcher(browser, account)
                port = _broker_port(self.radios.store / self.radio_ids[0])
                async with MqttProxy(port, random.Random(f"{self.plan.seed}/proxy")) as self.proxy:
                    await self.radios.start(self.proxy.own_port)
                    yield
        finally:
            await self.radios.stop()
            await hub.stop()
            if self.server is not None:
                await self.server.stop()


def _broker_port(store: Path) -> int:
    credential = Credential.load(store)
    assert credential is not None
    return credential.broker_port


async def _play(stage: _Stage) -> Report:
    plan, dispatcher = stage.plan, stage.dispatcher
    striking = Striking(stage.hub, stage.radios, stage.proxy, stage.disk, stage.clock, dispatcher, stage.server)
    without = [] if stage.disk.is_mounted else [FaultKind.POWER_CUT]
    faults = faults_of(plan, *without, *(() if stage.server is not None else (FaultKind.DATABASE_KILLED,)))
    issued: dict[str, int] = {}
    began_s = time.monotonic()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(place: int) -> None:
        try:
            alert_id = await dispatcher.issue(f"faults-{plan.seed}-{place}", f"故障演练 fault campaign {place}")
            issued[alert_id] = place
            await dispatcher.wait_acknowledged(alert_id, plan.radios, PATIENCE_S)
        finally:
            turns.release()

    keeping = [asyncio.create_task(stage.hub.keep()), asyncio.create_task(dispatcher.follow())]
    if stage.server is not None:
        keeping.append(asyncio.create_task(stage.server.keep()))
    saying = asyncio.create_task(_say(plan, issued, striking, began_s))
    working: list[asyncio.Task[None]] = []
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOST_S[0] + MOST_S[1] * plan.alerts + MOST_S[2] * plan.faults):
                for place in range(plan.alerts):
                    await turns.acquire()
                    working += [asyncio.create_task(striking.strike(fault)) for fault in faults if fault.alert == place]
                    working.append(asyncio.create_task(one(place)))
                await asyncio.gather(*working)
        _tell(f"等待全部确认 waiting until all have acknowledged（{time.monotonic() - began_s:.0f} s）")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                for alert_id in issued:
                    await dispatcher.wait_acknowledged(alert_id, plan.radios, SETTLE_S)
        await asyncio.sleep(QUIET_S)
    finally:
        await end_tasks(saying, *working)
        if stage.hub.pid is not None:
            await end_tasks(keeping[0])
            await stage.radios.stop()
            await _caught_up(stage)
        await end_tasks(*keeping)
        await stage.hub.part.stop()
    if stage.server is not None:
        await stage.server.settled()
    return await asyncio.to_thread(_account, stage, issued, striking, time.monotonic() - began_s)


async def _caught_up(stage: _Stage) -> None:
    """The console has what the radios' end brought: the hub then writes no event any more."""
    last = -1
    for _ in range(20):
        if stage.dispatcher.seen.last == last:
            return
        last = stage.dispatcher.seen.last
        await asyncio.sleep(0.5)


def _account(stage: _Stage, issued: dict[str, int], striking: Striking, seconds: float) -> Report:
    """Lay what all say side by side, from the database itself; the hub has ended."""
    engine = make_engine(stage.server.url if stage.server else f"sqlite:///{stage.hub.database_file}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT alert_id, radio_id, acknowledged_at_us FROM deliveries"))
        stored = {(alert_id, radio_id): at_us is not None for alert_id, radio_id, at_us in rows}
        told = connection.execute(sa.text("SELECT number, kind, subject, body FROM events"))
        events = {number: checksum(kind, subject, body) for number, kind, subject, body in told}
    engine.dispose()
    guards = read_notes(stage.radios.notes())
    seen = stage.dispatcher.seen
    events = {number: one for number, one in events.items() if number <= seen.last}
    found = [*violations_of_alerts(issued, stage.radio_ids, guards, stored), *seen.against(events)]
    counts = counted(found)
    shown = tuple(found[:SHOWN_VIOLATIONS])
    struck = {one.alert for one in shown if one.alert is not None}
    return Report(
        alerts=len(issued),
        radios=stage.plan.radios,
        seed=stage.plan.seed,
        seconds=round(seconds, 1),
        faults=striking.counts(),
        faults_in_all=len(striking.struck),
        faults_missed=sum(striking.missed.values()),
        lost=counts[Wrong.LOST],
        duplicates=counts[Wrong.DUPLICATE],
        acknowledgements_lost=counts[Wrong.ACKNOWLEDGEMENT_LOST],
        event_gaps=counts[Wrong.EVENT_GAP],
        event_repeats=counts[Wrong.EVENT_REPEAT],
        alerts_repeated=counts[Wrong.ALERT_REPEATED],
        not_issued=stage.plan.alerts - len(issued),
        not_settled=counts[Wrong.NOT_ACKNOWLEDGED],
        shown_again=guards.shown_again,
        events=len(seen.sums),
        console_connections=seen.connections,
        hub_starts_failed=stage.hub.failed_starts,
        database_restarts=stage.server.restarts if stage.server else 0,
        packets_duplicated=stage.proxy.weather.counts["duplicated"],
        packets_late=stage.proxy.weather.counts["late"],
        disk_full_by=stage.disk.how,
        retried=stage.hub.retried(),
        violations=shown,
        struck=tuple(one for one in striking.struck if any(abs(one.alert - place) <= AT_ONCE for place in struck)),
    )


async def _say(plan: Plan, issued: dict[str, int], striking: Striking, began_s: float) -> None:
    while True:
        await asyncio.sleep(SAY_EVERY_S)
        words = f"警报 alerts {len(issued)}/{plan.alerts}，故障 faults {len(striking.struck)}/{plan.faults}"
        _tell(f"{words}，{time.monotonic() - began_s:.0f} s")


def _tell(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)


def run(plan: Plan) -> Report:
    """Play a campaign in a folder of its own.

    Raises PartFailed, OSError, EnrolError, httpx.HTTPError where it cannot begin, CancelledError after SIGTERM.
    """
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory(prefix="qianshao-faults-") as made,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        folder = Path(made)
        (folder / "disk").mkdir()
        with Disk(folder / "disk") as disk:
            return runner.run(_run(_Stage(folder, plan, disk)))


async def _run(stage: _Stage) -> Report:
    ending = asyncio.current_task()
    assert ending is not None
    with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread: a signal is its business there
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.cancel)  # the disk is unmounted then
    _tell(f"启动中枢和 {stage.plan.radios} 部对讲机 starting the hub and the radios")
    async with stage.up():
        return await _play(stage)
