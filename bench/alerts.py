"""An alert to all radios, and a storm of keys in answer: ``qianshao bench alerts``.

The console is a real websocket. Each alert: a dispatcher presses, all radios say that they have it, and when the
console shows the last one all guards press within a second. Moderate alerts, so that escalation stays out of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import uvloop

from bench import processes
from bench.alerts_bare import RADIOS_NICENESS, bare_messages, bare_rows, credentials_at
from bench.alerts_figures import Bare, Plan, Report, Taken, report
from bench.alerts_radios import ARRIVED, COPIES, PRESSED
from bench.community import PoliceRoom, enrol, make_community, police_room
from bench.listeners import Over, Turn
from bench.listeners_part import ListenersPart
from devices.link.credential import Credential
from devices.private_file import write_private
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Severity
from hub.alerts.messages import Alert, NewAlert
from hub.bridge.broker import Broker
from hub.enrolment.records import put_standing
from hub.settings import Settings
from hub.storage.database import Database
from hub.storage.writer import Change
from simulators.demo.console import ConsoleLine

ONLINE_WITHIN_S = 120.0
ANSWERED_WITHIN_S = 60.0
ANSWER_OF_HUB_WITHIN_S = 60.0
PAYLOAD_BYTES = 400
"""Of an alert with this text, as it stands in the outbox."""
_TEXT = "走失儿童：女孩，红色上衣，蓝色裤子，约一米一。请留意并报告。"


class AlertedPart(ListenersPart):
    """The process of light radios (bench/alerts_radios.py)."""

    async def take_down(self) -> npt.NDArray[np.int64]:
        """What happened at each radio since the last time, shape (radios, 3). Raises PartFailed, TimeoutError."""
        await self._order(Over(0, str(self._file)))
        async with asyncio.timeout(ANSWER_OF_HUB_WITHIN_S):
            await self._line()
        found: npt.NDArray[np.int64] = np.load(self._file)
        return found


class AlertsBench:
    """A police room whose radios are on line."""

    def __init__(self, room: PoliceRoom, radios: AlertedPart, line: ConsoleLine) -> None:
        self._room = room
        self._radios = radios
        self._line = line
        self._radio_ids = [radio.radio_id for radio in room.community.radios]

    @property
    def hub_pid(self) -> int:
        """The hub's process."""
        return self._room.pid

    async def alert(self) -> Taken:
        """One alert to all. Raises PartFailed, httpx.HTTPError, TimeoutError."""
        count = len(self._radio_ids)
        hub_s, began_s, began_ns = processes.cpu_s(self._room.pid), time.monotonic(), time.time_ns()
        new = msgspec.json.encode(NewAlert(text=_TEXT, severity=Severity.MODERATE))
        answer = await self._room.browser.post("/api/alerts", content=new, timeout=ANSWER_OF_HUB_WITHIN_S)
        issued_s = time.monotonic() - began_s
        alert_id = msgspec.json.decode(answer.raise_for_status().content, type=Alert).alert_id
        await self._line.wait_delivered(alert_id, count, ANSWERED_WITHIN_S)
        await self._radios.begin(Turn(0, says_heard=False))
        await self._line.wait_acknowledged(alert_id, count, ANSWERED_WITHIN_S)
        lasted_s, hub_s = time.monotonic() - began_s, processes.cpu_s(self._room.pid) - hub_s
        at_radios = await self._radios.take_down()
        delivered_ns, acknowledged_ns = self._line.delivered_ns(alert_id), self._line.acknowledged_ns(alert_id)
        pressed_ns = dict(zip(self._radio_ids, at_radios[:, PRESSED].tolist(), strict=True))
        first_ns = min((at_ns for at_ns in pressed_ns.values() if at_ns), default=0)
        return Taken(
            issued_s=issued_s,
            arrived_s=(int(at_radios[:, ARRIVED].max()) - began_ns) / 1e9,
            delivered_s=(max(delivered_ns.values()) - began_ns) / 1e9 if len(delivered_ns) == count else float("inf"),
            acknowledged_s=(max(acknowledged_ns.values()) - first_ns) / 1e9
            if len(acknowledged_ns) == count
            else float("inf"),
            shown_ms=[(at_ns - pressed_ns[radio_id]) / 1e6 for radio_id, at_ns in acknowledged_ns.items()],
            lost=int((at_radios[:, ARRIVED] == 0).sum()) + count - len(acknowledged_ns),
            duplicates=int(np.maximum(at_radios[:, COPIES] - 1, 0).sum()),
            lasted_s=lasted_s,
            hub_s=hub_s,
        )


@contextlib.asynccontextmanager
async def alerts_bench(folder: Path, plan: Plan) -> AsyncIterator[AlertsBench]:
    """A community with its radios on line and its dispatcher at the console."""
    file = folder / "credentials.json"
    radios = AlertedPart("alerted-radios", folder, RADIOS_NICENESS)
    async with _enrolled_room(folder, plan, file) as room:
        try:
            async with ConsoleLine.open(room.browser, room.hub.tls) as line:
                await radios.start(["bench.alerts_radios", str(plan.radios_of_line), str(file)])
                async with asyncio.timeout(ONLINE_WITHIN_S):
                    while line.count("radio.online") < plan.radios:  # noqa: ASYNC110 the line tells of alerts alone
                        await asyncio.sleep(0.1)
                yield AlertsBench(room, radios, line)
        finally:
            await radios.stop()


@contextlib.asynccontextmanager
async def _enrolled_room(folder: Path, plan: Plan, file: Path) -> AsyncIterator[PoliceRoom]:
    """A police room whose radios' credentials are in ``file``."""
    radio_ids = [radio.radio_id for radio in make_community(plan.radios).radios]
    if plan.radios_of_line == 1:
        async with police_room(folder, "managed", plan.radios) as room:
            await enrol(room, radio_ids)
            found = [Credential.load(room.store / name) for name in radio_ids]
            write_private(file, msgspec.json.encode(found))
            yield room
        return
    broker = Broker(folder / "broker", "managed")
    await asyncio.to_thread((folder / "hub").mkdir, mode=0o700)
    await broker.start()
    try:
        at = broker.hub_address
        write_private(file, msgspec.json.encode(await _put_enrolled(folder / "hub", radio_ids, broker)))
        secret = {"QIANSHAO_BROKER_PASSWORD": at.password or ""}
        async with police_room(folder, f"mqtt://{at.username}@{at.host}:{at.port}", plan.radios, secret) as room:
            yield room
    finally:
        await broker.stop()


async def _put_enrolled(data_dir: Path, radio_ids: list[str], broker: Broker) -> list[Credential]:
    """Have a hub know these radios before it opens its folder; on the broker they have the hub's own name."""
    made = credentials_at(broker, radio_ids)

    def change(open_change: Change) -> None:
        for _, standing in made:
            put_standing(open_change, standing)

    database = Database(Settings(data_dir=data_dir).database_url, SystemClock())
    await asyncio.to_thread(database.migrate)
    database.start()
    try:
        await database.write(change)
    finally:
        await database.stop()
    return [credential for credential, _ in made]


async def measure(plan: Plan) -> Report:
    """All alerts, one after the other. Raises PartFailed, EnrolError, BrokerError, httpx.HTTPError, TimeoutError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with alerts_bench(folder, plan) as bench:
            found = [await bench.alert() for _ in range(plan.alerts)]
            memory_mb = processes.memory_mb(bench.hub_pid)
        bare = await _bare(folder / "bare", plan)
    return report(plan, found, bare, memory_mb, os.getloadavg())


async def _bare(folder: Path, plan: Plan) -> Bare:
    radio_ids = [radio.radio_id for radio in make_community(plan.radios).radios]
    command = ["bench.alerts_radios", str(plan.radios_of_line)]
    messages_s = await bare_messages(folder, command, radio_ids, plan.alerts, _TEXT)
    rows_s = await asyncio.to_thread(bare_rows, folder, plan.radios, PAYLOAD_BYTES)
    return Bare(statistics.median(messages_s), rows_s)


def run(plan: Plan) -> Report:
    """Measure. Raises as ``measure``."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
