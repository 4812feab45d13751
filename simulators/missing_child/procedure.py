"""The police room's console: one key, and then what the officer says at it. Everything else the hub does by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import httpx
import msgspec

from hub.found.messages import Found, Verdict
from hub.missing_child.messages import MissingChild, NewMissingChild, Place, SayFound
from simulators.missing_child.officer import Officer
from simulators.missing_child.street import Street


class Procedure:
    """``http`` is the dispatcher's signed-in client."""

    def __init__(self, http: httpx.AsyncClient, street: Street, officer: Officer, *, search: bool) -> None:
        self.over = asyncio.Event()
        """The child is with a guard, which the officer has verified; or something went wrong, which ``end`` raises."""
        self._http, self._street, self._officer, self._search = http, street, officer, search
        self._working: set[asyncio.Task[None]] = set()
        self.case_id = ""

    async def begin(self, venue_id: str, last_seen_s: float) -> None:
        """The key: last seen at this venue then. Returns when the first alert is stored. Raises httpx.HTTPError."""
        new = NewMissingChild(
            description_text=self._street.words,
            last_seen=Place(venue_id=venue_id),
            last_seen_at_ms=round(self._street.t0_wall_us / 1000 + last_seen_s * 1000),
            search=self._search,
        )
        begun = msgspec.json.decode(await self._post("/api/missing-children", new), type=MissingChild)
        self.case_id = begun.case_id
        self._show(begun)
        self._work(self._officer.look(self.case_id))

    def heard(self, kind: str, body: bytes) -> None:
        """An event came to the console."""
        if kind == "missing_child.changed":
            self._show(msgspec.json.decode(body, type=MissingChild))
        elif kind == "child.found":
            self._work(self._verify(msgspec.json.decode(body, type=Found)))

    def _show(self, child: MissingChild) -> None:
        """Of the search the best few, of the watch each."""
        self._officer.show([hit.sighting_id for hit in child.hits if hit.rank is not None])
        for hit in child.hits:
            if hit.rank is None:
                self._officer.show([hit.sighting_id])

    async def _verify(self, said: Found) -> None:
        is_hers = await self._officer.verify(said)
        verdict = Verdict.THE_CHILD if is_hers else Verdict.NOT_THE_CHILD
        word = SayFound(found_id=said.found_id, verdict=verdict)
        url = f"/api/missing-children/{self.case_id}/found"
        answer = await self._http.post(url, content=msgspec.json.encode(word))
        if answer.status_code != httpx.codes.CONFLICT:  # it was she whom another guard has, and all is over
            answer.raise_for_status()
        if is_hers:
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
