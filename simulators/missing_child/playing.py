"""One seed's story on the whole product, from before the key to "child is with me"."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.access.people import Role
from simulators.community.parameters import Parameters
from simulators.demo.console import ConsoleLine
from simulators.demo.stage import Stage, Told
from simulators.missing_child.figures import Run, run_of
from simulators.missing_child.guards import Guards
from simulators.missing_child.judgements import GuardJudgements, OfficerJudgements
from simulators.missing_child.officer import Officer
from simulators.missing_child.procedure import Procedure
from simulators.missing_child.street import Street

SECONDS = 240
CAMERAS = 9
"""Seven of them stand along the child's way."""
RADIOS = 130
KEY_S = 75.0
"""When the mother runs in. What lies before was filmed while nobody looked for anybody."""
LAST_SEEN_S = 15.0
"""When she saw her child last, at the venue whose door was nearest."""
END_S = SECONDS - 5.0
"""The films are over: a child who is not found by then is not found."""
LEAD_S = 6.0
"""The scene begins so long after the cameras, so that the streams flow from its first moment."""
SETTLE_S = 3.0
"""Before the key, where no camera has filmed before it."""
_ONLINE_WITHIN_S = 60.0
_LOOK_S = 0.2


@dataclass(frozen=True)
class Plan:
    """What is played. ``cameras_off_share`` of the cameras answer nobody; without a search no camera is served."""

    seed: int
    without_search: bool = False
    cameras_off_share: float = 0.0
    broker: str = "auto"


def parameters(seed: int) -> Parameters:
    """The community that a seed is played in: all children stop on their way, and may turn back."""
    return Parameters(seed=seed, seconds=SECONDS, cameras=CAMERAS, dawdling=1.0)


def off_line_cameras(camera_ids: list[str], share: float, seed: int) -> tuple[str, ...]:
    """Which cameras answer nobody: by a lot of the seed's own."""
    chosen = random.Random(f"{seed}/cameras").sample(sorted(camera_ids), round(share * len(camera_ids)))
    return tuple(sorted(chosen))


class PlayedStage(Stage):
    """A stage whose radios are in this process, each in the hand of somebody who looks for the child."""

    def __init__(self, folder: Path, community_dir: Path, plan: Plan, guards: Guards, tell: Callable[[Told], None]):
        super().__init__(
            folder,
            community_dir,
            port=0,
            broker=plan.broker,
            radios=RADIOS,
            tell=tell,
            parameters=parameters(plan.seed),
        )
        self._guards = guards
        self._store = folder / "radios"

    async def _radios_on_line(self) -> None:
        document = self._community_dir / "community.json"
        await self._guards.start(self._machine, document, self._store, self._radio_count)
        async with asyncio.timeout(_ONLINE_WITHIN_S):
            while self._guards.on_line < self._radio_count:
                self._tell(Told("对讲机上线", self._guards.on_line / self._radio_count))
                await asyncio.sleep(_LOOK_S)

    async def shed_share(self) -> float:
        """Of the looks that vision owed up to now, those left out."""
        cameras = (await self.picture()).cameras
        shed = sum(one.frames_shed or 0 for one in cameras)
        return shed / max(1, shed + sum(one.frames_looked_at or 0 for one in cameras))

    async def stop(self) -> None:
        await self._guards.stop()
        await super().stop()


async def play(plan: Plan, community_dir: Path, folder: Path, tell: Callable[[Told], None]) -> Run:
    """Play one seed in an empty folder; its community must be built.

    Raises PartFailed, BuildError, TimeoutError, OSError, httpx.HTTPError, EnrolError.
    """
    began_s = time.monotonic()
    street = await asyncio.to_thread(Street, community_dir, GuardJudgements().sight_m)
    guards = Guards(street, GuardJudgements(), plan.seed)
    stage = PlayedStage(folder, community_dir, plan, guards, tell)
    off_line: tuple[str, ...] = ()
    shed: float | None = None
    try:
        await stage.start()
        if plan.without_search:
            street.t0_wall_us = time.time_ns() // 1000 - round((KEY_S - SETTLE_S) * 1e6)
        else:
            off_line = off_line_cameras(street.truth.camera_ids, plan.cameras_off_share, plan.seed)
            street.t0_wall_us = (await stage.start_cameras(LEAD_S, off_line)).t0_wall_us
            await stage.wait_cameras()
        officer = Officer(await stage.sign_in(Role.OFFICER), street, guards.notebook, OfficerJudgements(), plan.seed)
        procedure = Procedure(stage.http, street, officer, search=not plan.without_search)
        async with ConsoleLine.open(stage.http, stage.hub.tls, procedure.heard):
            while (left_s := KEY_S - street.now_s) > 0:
                tell(Told("按键之前", street.now_s / END_S))
                await asyncio.sleep(min(left_s, 1.0))
            pressed_s = street.now_s
            try:
                await procedure.begin(street.venue_nearest_to_child(LAST_SEEN_S), LAST_SEEN_S)
                while street.now_s < END_S and not procedure.over.is_set():
                    tell(Told("寻找中", street.now_s / END_S))
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(procedure.over.wait(), 1.0)
            finally:
                await procedure.end()
        if not plan.without_search:
            shed = await stage.shed_share()
    finally:
        await stage.stop()
    return run_of(
        street,
        guards.notebook,
        officer.done,
        seed=plan.seed,
        without_search=plan.without_search,
        off_line=off_line,
        last_seen_s=LAST_SEEN_S,
        pressed_s=pressed_s,
        end_s=END_S,
        shed=shed,
        seconds=time.monotonic() - began_s,
    )
