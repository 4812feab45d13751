"""The officer at the console: looks at what is shown, one hit after another, and says yes or no as a person would."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import httpx
import msgspec

from hub.cases.views import SightingView
from hub.found.messages import Found
from hub.sightings.messages import Verdict
from simulators.demo.shown import shows
from simulators.missing_child.guards import Notebook
from simulators.missing_child.judgements import OfficerJudgements
from simulators.missing_child.street import Street


@dataclass(frozen=True)
class Looked:
    """One hit that the officer looked at, and what he said (None: nothing)."""

    shown_at_s: float
    looked_at_s: float
    seen_at_s: float
    """When the camera saw whom it shows, in the middle."""
    sighting_id: str
    camera_id: str
    venue_id: str
    truly_her: bool
    verdict: Verdict | None


@dataclass
class Done:
    """What the officer has done so far."""

    looked: list[Looked] = field(default_factory=list)
    found_at_s: float | None = None
    """When he had verified that the child is with a guard."""


class Officer:
    """``http`` is his signed-in client; all times are of the scene."""

    def __init__(
        self, http: httpx.AsyncClient, street: Street, notebook: Notebook, judged: OfficerJudgements, seed: int
    ) -> None:
        self.done = Done()
        self._http, self._street, self._notebook, self._judged = http, street, notebook, judged
        self._rng = random.Random(f"{seed}/officer")
        self._hits: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._shown: set[str] = set()

    def show(self, sighting_ids: list[str]) -> None:
        """Hits came onto the screen, the best first; what was there before is not looked at again."""
        for sighting_id in sighting_ids[: self._judged.hits_looked_at]:
            if sighting_id not in self._shown:
                self._shown.add(sighting_id)
                self._hits.put_nowait((self._street.now_s, sighting_id))

    async def look(self, case_id: str) -> None:
        """At one hit after another, until cancelled. Raises httpx.HTTPError."""
        while True:
            shown_at_s, sighting_id = await self._hits.get()
            seen = await self._sighting(case_id, sighting_id)
            await asyncio.sleep(self._rng.uniform(*self._judged.looks_s))
            hers = shows(seen, self._street.truth.missing_child_id, self._street.truth, self._street.t0_wall_us)
            verdict = self._verdict(hers)
            if verdict is not None:
                said = {"verdict": verdict}
                url = f"/api/cases/{case_id}/path/{sighting_id}"
                (await self._http.put(url, content=msgspec.json.encode(said))).raise_for_status()
            middle_us = (seen.sighting.started_at_ms + seen.sighting.ended_at_ms) * 500
            self.done.looked.append(
                Looked(
                    shown_at_s=shown_at_s,
                    looked_at_s=self._street.now_s,
                    seen_at_s=(middle_us - self._street.t0_wall_us) / 1e6,
                    sighting_id=sighting_id,
                    camera_id=seen.sighting.camera_id,
                    venue_id=seen.sighting.venue_id or "",
                    truly_her=hers,
                    verdict=verdict,
                )
            )

    def _verdict(self, hers: bool) -> Verdict | None:
        said_yes = self._rng.random() < (self._judged.knows_her_share if hers else self._judged.mistakes_share)
        if said_yes:
            return Verdict.CONFIRMED
        return None if hers else Verdict.REJECTED

    async def _sighting(self, case_id: str, sighting_id: str) -> SightingView:
        answer = await self._http.get(f"/api/cases/{case_id}/sightings/{sighting_id}")
        return msgspec.json.decode(answer.raise_for_status().content, type=SightingView)

    async def verify(self, said: Found) -> bool:
        """Whether the child is with the guard who says so: that is right, and takes a while."""
        await asyncio.sleep(self._rng.uniform(*self._judged.verifies_s))
        is_hers = self._notebook.meant(said.venue_id) == self._street.truth.missing_child_id
        if is_hers and self.done.found_at_s is None:
            self.done.found_at_s = self._street.now_s
        return is_hers
