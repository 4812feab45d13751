"""The search for the child as the police room does it: one key, and what follows at the same console."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import httpx
import msgspec

from devices.protocol.messages import Answer
from hub.alerts.messages import Alert, NewAlert, ReportMade, Target, TargetKind
from hub.cases.messages import Case, NewCase, WatchHit
from hub.found.messages import CloseFound, Found, Verdict
from hub.sightings.messages import Near, Query, SearchAnswer
from hub.sightings.path.pace import CHILD
from hub.streets.messages import NearVenue
from simulators.missing_child.officer import Officer
from simulators.missing_child.street import Street

REACH_LEAST_M = 150.0
"""Where and when she was last seen are told roughly."""
AHEAD_S = 60.0
"""A venue is alerted so long before a child who never stopped can be there: guards take that long to their doors."""
JUST_NOW_S = 60.0
"""Where she was seen longer ago she is not any more."""
SENT = 6
"""Venues whose guards go: both sides of the street, both ways, and one to spare. A judgement."""
LOOK_EVERY_S = 1.0
_NEAREST = 50


class Procedure:
    """``http`` is the dispatcher's signed-in client."""

    def __init__(self, http: httpx.AsyncClient, street: Street, officer: Officer, *, search: bool) -> None:
        self.over = asyncio.Event()
        """The child is with a guard, which the officer has verified; or something went wrong, which ``end`` raises."""
        self._http, self._street, self._officer, self._search = http, street, officer, search
        self._working: set[asyncio.Task[None]] = set()
        self._alert_ids: list[str] = []
        self._alerted: set[str] = set()
        self._evidence: list[tuple[float, str]] = []
        """Where she was seen since the key, by a guard or on a picture: scene seconds, and the venue."""
        self.case_id = ""

    async def begin(self, venue_id: str, last_seen_s: float) -> None:
        """The key: last seen at this venue then. Returns when the first alert is stored. Raises httpx.HTTPError."""
        at_ms = round(self._street.t0_wall_us / 1000 + last_seen_s * 1000)
        new = NewCase(
            title="走失儿童",
            purpose="家长报案，寻找走失儿童",
            last_seen_venue_id=venue_id,
            last_seen_at_ms=at_ms,
            description_text=self._street.words,
        )
        self.case_id = msgspec.json.decode(await self._post("/api/cases", new), type=Case).case_id
        if self._search:
            self._work(self._look(venue_id, at_ms))
        await self._alert(venue_id, last_seen_s)
        self._work(self._widen(venue_id, last_seen_s))
        self._work(self._officer.look(self.case_id))

    async def _look(self, venue_id: str, at_ms: int) -> None:
        query = Query(text=self._street.words, near=Near(venue_id=venue_id, since_at_ms=at_ms), since_at_ms=at_ms)
        found = await self._post(f"/api/cases/{self.case_id}/search", query)
        answer = msgspec.json.decode(found, type=SearchAnswer)
        self._officer.show([hit.sighting.sighting_id for hit in answer.hits])
        await self._post(f"/api/cases/{self.case_id}/watches", query)

    async def _widen(self, venue_id: str, since_s: float) -> None:
        """Alert whom she can have come to, from where she was seen last; and send those near there, if just now."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            sure = self._officer.done.last_confirmed
            if sure is not None:
                self._evidence.append((sure.seen_at_s, sure.venue_id))
            latest_s, latest_venue_id = max(self._evidence, default=(since_s, venue_id))
            if latest_s > since_s:
                since_s, venue_id = latest_s, latest_venue_id
                if self._street.now_s - since_s <= JUST_NOW_S:
                    await self._send(venue_id)
            await self._alert(venue_id, since_s)

    async def _send(self, venue_id: str) -> None:
        """Those nearest are told to leave their doors and go there."""
        near = await self._nearest(venue_id, SENT)
        await self._issue(
            tuple(one.venue_id for one in near), f"刚才在{self._street.names[venue_id]}附近看到，请出门去找。"
        )

    async def _alert(self, venue_id: str, since_s: float) -> None:
        reach_m = max(REACH_LEAST_M, CHILD.brisk_mps * (self._street.now_s + AHEAD_S - since_s))
        near = await self._nearest(venue_id, _NEAREST)
        anew = tuple(one.venue_id for one in near if one.walk_m <= reach_m and one.venue_id not in self._alerted)
        if anew:
            await self._issue(anew, "请看住出入口。")

    async def _nearest(self, venue_id: str, limit: int) -> list[NearVenue]:
        latitude, longitude = self._street.place_of[venue_id]
        asked = {"latitude": latitude, "longitude": longitude, "limit": limit}
        answer = await self._http.get("/api/nearest", params=asked)
        return msgspec.json.decode(answer.raise_for_status().content, type=list[NearVenue])

    async def _issue(self, venue_ids: tuple[str, ...], what_to_do: str) -> None:
        self._alerted.update(venue_ids)
        new = NewAlert(
            text=f"走失儿童：{self._street.words}。{what_to_do}",
            target=Target(kind=TargetKind.VENUES, ids=venue_ids),
            case_id=self.case_id,
        )
        self._alert_ids.append(msgspec.json.decode(await self._post("/api/alerts", new), type=Alert).alert_id)

    def heard(self, kind: str, body: bytes) -> None:
        """An event came to the console."""
        if kind == "watch.hit":
            self._officer.show([msgspec.json.decode(body, type=WatchHit).hit.sighting.sighting_id])
        elif kind == "report.made":
            said = msgspec.json.decode(body, type=ReportMade)
            if said.answer is Answer.SEEN:
                self._evidence.append((self._street.now_s, said.venue_id))
        elif kind == "child.found":
            self._work(self._verify(msgspec.json.decode(body, type=Found)))

    async def _verify(self, said: Found) -> None:
        is_hers = await self._officer.verify(said)
        verdict = Verdict.THE_CHILD if is_hers else Verdict.NOT_THE_CHILD
        await self._post(f"/api/found/{said.found_id}/close", CloseFound(verdict=verdict))
        if is_hers:
            for alert_id in self._alert_ids:
                await self._post(f"/api/alerts/{alert_id}/cancel", {})
            self.over.set()

    async def _post(self, url: str, body: object) -> bytes:
        return (await self._http.post(url, content=msgspec.json.encode(body))).raise_for_status().content

    def _work(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.over.set()

    async def end(self) -> None:
        """Stop what goes on. Raises what any of it raised."""
        for task in self._working:
            task.cancel()
        for ended in await asyncio.gather(*self._working, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
