"""``python -m bench.vision_soak --minutes 30 --remote --json``: vision while cameras, workers and the broker fail.

A real hub with its broker, recorder and workers, with ``--remote`` also a worker as on another machine (over TLS,
through a link), and simulated RTSP cameras with faults by a seeded plan (bench/footage_soak_plan.py, no full disk). In
the first two fifths workers are lost, in turn by each Loss, and the broker is killed twice. Asked is: after each loss
all cameras that have no fault are looked at again in time; at the end each is decoded and looked at; what was sent is
recorded; the memory of hub and workers does not grow (a regression over samples of every 5 s: the hub's without the
first fifth, the workers' from ten minutes after the last loss on; a soak too short for that misses this goal).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx
import msgspec
import uvloop

from bench import processes
from bench.community import PoliceRoom, make_community, police_room
from bench.footage_parts import LoadedCameras
from bench.footage_soak_plan import CALM_FIRST_S, Happened, Planned, plan
from bench.together_parts import state_of, wait_online
from bench.vision_soak_judging import (
    Asked,
    Counts,
    Found,
    Last,
    Loss,
    Lost,
    Report,
    Sample,
    judge,
    proofs,
    read_counts,
    stuck,
)
from bench.vision_soak_processes import MODULE, children, memory_mb, spare_age_s, workers
from bench.vision_soak_worker import OVER_TLS, RemoteWorker, make_certificates, own_address
from devices.enrol.invitation import EnrolError
from hub.registry.records import Camera
from simulators.cameras.control import SetFault
from simulators.cameras.faults import Fault
from simulators.demo.parts import PartFailed

SAMPLE_EVERY_S = 5.0
LOSE_EVERY_S = (12.0, 30.0)
LOSE_UNTIL = 0.4
BROKER_AT = (0.3, 0.5)
"""Of the soak's time, when the broker is killed."""
LOOKED_AT_WITHIN_S = 10.0
GIVEN_UP_AFTER_S = 20.0
RECOVERED_AFTER_S = 35.0
"""After a fault a camera is tried again within 30 s."""
REMOTE_AWAY_S = 8.0
REMOTE_BACK_S = 12.0
"""It speaks for 5 s before it has cameras again (RETURNS_AFTER_S)."""
_ASK_EVERY_S = 0.05
_STATES_EVERY_S = 5.0
"""The worker says how each camera stands so often."""


@dataclass
class Soak:
    """One soak: plays the plan, loses workers, samples."""

    room: PoliceRoom
    served: LoadedCameras
    remote: RemoteWorker | None
    seed: int
    seconds: float
    happened: list[Happened] = field(default_factory=list)
    losses: list[Lost] = field(default_factory=list)
    broker_kills: int = 0
    samples: list[Sample] = field(default_factory=list)
    _well_from_s: dict[str, float] = field(default_factory=dict)
    _began_s: float = 0.0

    @property
    def _now_s(self) -> float:
        return time.monotonic() - self._began_s

    async def play(self) -> None:
        """All of it. Raises PartFailed, httpx.HTTPError."""
        self._began_s = time.monotonic()
        faults = [one for one in plan(self.seed, self.seconds, self.served.camera_ids) if one.fault is not None]
        async with asyncio.TaskGroup() as group:
            for planned in faults:
                group.create_task(self._fault(planned))
            group.create_task(self._lose_workers())
            group.create_task(self._kill_brokers())
            group.create_task(self._sample())

    async def _fault(self, planned: Planned) -> None:
        assert planned.fault is not None and planned.camera_id is not None
        await self._until(planned.at_s)
        began_us = time.time_ns() // 1000
        self._well_from_s[planned.camera_id] = planned.at_s + planned.lasting_s + RECOVERED_AFTER_S
        await self.served.order(SetFault(planned.fault, planned.camera_id))
        await asyncio.sleep(planned.lasting_s)
        await self.served.order(SetFault(Fault.NONE, planned.camera_id))
        self.happened.append(Happened(planned, began_us, time.time_ns() // 1000))

    async def _lose_workers(self) -> None:
        rng = random.Random(self.seed)
        ways = cycle(Loss if self.remote is not None else (Loss.KILLED, Loss.HUNG))
        at_s = CALM_FIRST_S
        while at_s < self.seconds * LOSE_UNTIL:
            await self._until(at_s)
            how = next(ways)
            if how in (Loss.KILLED, Loss.HUNG):
                await self._lose_local(how, rng)
            elif self.remote is not None:
                await self._lose_remote(how, self.remote)
            at_s = self._now_s + rng.uniform(*LOSE_EVERY_S)

    async def _lose_local(self, how: Loss, rng: random.Random) -> None:
        pids = workers(self.room.pid)

        async def lose() -> None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself meanwhile
                os.kill(rng.choice(pids), signal.SIGKILL if how is Loss.KILLED else signal.SIGSTOP)

        if pids:
            await self._lose(how, lose)

    async def _lose_remote(self, how: Loss, remote: RemoteWorker) -> None:
        """Lose it for a while, and wait until it has its cameras again."""
        await self._lose(how, partial(remote.lose, how))
        await asyncio.sleep(REMOTE_AWAY_S)
        await remote.bring_back(how)
        await asyncio.sleep(REMOTE_BACK_S)

    async def _lose(self, how: Loss, lose: Callable[[], Awaitable[None]]) -> None:
        at_s, spare_s = self._now_s, spare_age_s(self.room.pid)
        before = await self._looked_at()
        lost_s = time.monotonic()
        await lose()
        gone: set[str] = set()
        noticed_s = replaced_s = GIVEN_UP_AFTER_S
        while (now_s := time.monotonic() - lost_s) < GIVEN_UP_AFTER_S:
            now = await self._looked_at()
            gone |= {one for one in before - now if self._is_well(one)}
            if gone:
                noticed_s = min(noticed_s, now_s)
                if {one for one in gone if self._is_well(one)} <= now:
                    replaced_s = now_s
                    break
            await asyncio.sleep(_ASK_EVERY_S)
        self.losses.append(Lost(round(at_s, 1), how, len(gone), round(noticed_s, 2), round(replaced_s, 2), spare_s))

    def _is_well(self, camera_id: str) -> bool:
        return self._now_s >= self._well_from_s.get(camera_id, 0.0)

    async def _looked_at(self) -> set[str]:
        return {one.camera_id for one in (await state_of(self.room)).cameras if one.looked_at}

    async def _kill_brokers(self) -> None:
        for share in BROKER_AT:
            await self._until(share * self.seconds)
            for pid in children(self.room.pid, "mosquitto"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.broker_kills += 1

    async def _sample(self) -> None:
        while self._now_s < self.seconds:
            mine = processes.descendants(self.room.pid, MODULE)
            at_work = workers(self.room.pid)
            sizes = {pid: memory_mb(pid) for pid in mine}
            self.samples.append(
                Sample(
                    self._now_s,
                    processes.memory_mb(self.room.pid),
                    sum(sizes[pid] for pid in at_work if pid in sizes),
                    sum(size for pid, size in sizes.items() if pid not in at_work),
                )
            )
            await asyncio.sleep(SAMPLE_EVERY_S)

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self._now_s))


async def counts(room: PoliceRoom) -> Counts:
    """Raises httpx.HTTPError."""
    return read_counts((await room.machine.get("/metrics")).raise_for_status().text)


async def last_of(room: PoliceRoom) -> list[Last]:
    """Cameras of which nothing was decoded or looked at for LOOKED_AT_WITHIN_S. Raises httpx.HTTPError."""
    before = await counts(room)
    await asyncio.sleep(LOOKED_AT_WITHIN_S + _STATES_EVERY_S)
    after = await counts(room)
    return stuck(before, after, {one.camera_id: one.condition for one in (await state_of(room)).cameras})


async def soak(asked: Asked) -> Report:
    """Raises PartFailed, httpx.HTTPError, TimeoutError, OSError, EnrolError."""
    host = own_address() if asked.remote else "127.0.0.1"
    with tempfile.TemporaryDirectory(prefix="qianshao-soak-") as temporary:
        folder = Path(temporary)
        async with LoadedCameras.serving(asked.cameras, 1.0, host) as served:
            async with _room(folder, asked) as room, _remote(room, folder, asked) as remote:
                await _enrol(room, served)
                began_us = time.time_ns() // 1000
                one = Soak(room, served, remote, asked.seed, asked.minutes * 60)
                await one.play()
                not_seen = await last_of(room)
                counted = await counts(room)
                await served.fall_silent()
            sent = await served.sent()
            footage, now_us = folder / "hub" / "footage", time.time_ns() // 1000
            proved = await asyncio.to_thread(proofs, footage, sent, one.happened, began_us, now_us)
    return judge(asked, Found(one.happened, one.losses, one.broker_kills, one.samples, not_seen, counted, proved))


def _room(folder: Path, asked: Asked) -> contextlib.AbstractAsyncContextManager[PoliceRoom]:
    given = {"QIANSHAO_VISION_WORKERS": str(asked.workers)}
    if asked.remote:
        make_certificates(folder / "hub")
        given |= OVER_TLS
    return police_room(folder, "managed", make_community(1), given)


@contextlib.asynccontextmanager
async def _remote(room: PoliceRoom, folder: Path, asked: Asked) -> AsyncIterator[RemoteWorker | None]:
    if not asked.remote:
        yield None
        return
    async with RemoteWorker.enrolled(room, folder / "east") as worker:
        yield worker


async def _enrol(room: PoliceRoom, served: LoadedCameras) -> None:
    venue_id = room.community.venues[0].venue_id
    enrolled = tuple(
        Camera(camera_id=one, name=one, venue_id=venue_id, url=served.urls[one], sub_url=served.urls[f"{one}/sub"])
        for one in served.camera_ids
    )
    body = msgspec.json.encode(msgspec.structs.replace(room.community, cameras=enrolled))
    (await room.machine.post("/api/registry/community", content=body)).raise_for_status()
    await wait_online(room)


def main() -> int:
    """Exit code 1: a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.vision_soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--remote", action="store_true", help="also a worker as on another machine")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    asked = Asked(options.minutes, options.cameras, options.seed, options.workers, options.remote)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(soak(asked))
    except (PartFailed, httpx.HTTPError, TimeoutError, OSError, EnrolError, ExceptionGroup) as error:
        print(repr(error), file=sys.stderr)
        return 1
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        print(f"{len(found.losses)} losses, the slowest: {found.slowest_s}; stuck: {len(found.stuck)}")
    return 0 if all(found.goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
