"""All the simulated radios together: brings them on line, lets one guard answer a call, sums up."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devices.enrol.renewal import live
from devices.link import Credential, CredentialError
from devices.link.refusals import Refusal
from devices.protocol.clock import Clock
from devices.radio import Radio
from simulators.radios.figures import Summary, Tally
from simulators.radios.guard import Guard, Listening
from simulators.radios.speech import reply_frames

DECODED_RADIOS = 2
"""So many radios decode what they hear; the others count it."""

STARTS_PER_S = 500.0
"""A broker's queue of waiting connections is about 100 long."""

BATTERY_EVERY_S = 30.0
_ANSWERED_REMEMBERED = 64


@dataclass(frozen=True)
class Manner:
    """How the guards behave: the seed draws everything, ``silent_share`` of them never acknowledge an alert.

    The others do after ``acknowledge_s``, from and to seconds.
    """

    seed: int = 1
    silent_share: float = 0.05
    acknowledge_s: tuple[float, float] = (1.0, 20.0)


@dataclass(frozen=True)
class _Handset:
    """A radio in a guard's hand, made anew with each newer credential."""

    guard: Guard
    store: Path
    credential: Credential
    make: Callable[[Credential], Radio]

    async def run(self, credential: Credential) -> None:
        if credential is not self.credential:
            self.guard.take(self.make(credential))
        await self.guard.radio.run()


class Venues:
    """The radios of a roster, each with its guard."""

    def __init__(
        self,
        roster: list[str],
        store_dir: Path,
        *,
        clock: Clock,
        manner: Manner,
        make_guard: Callable[..., Guard] = Guard,
    ) -> None:
        """Each radio's credential and what it keeps are in its folder below ``store_dir``; ``make_guard`` is called
        as Guard is. Raises OSError, CredentialError.
        """
        rng = random.Random(manner.seed)
        self.tally = Tally()
        self.guards: list[Guard] = []
        self._listening: list[Listening] = []
        self._handsets: list[_Handset] = []
        self._clock = clock
        self._rng = rng
        self._reply = reply_frames()
        self._answered: dict[int, None] = {}
        self._replies: set[asyncio.Task[None]] = set()
        radio_ids = frozenset(roster)
        silent = set(rng.sample(sorted(radio_ids), round(manner.silent_share * len(radio_ids))))
        for index, radio_id in enumerate(roster):
            own_rng = random.Random(f"{manner.seed}/{radio_id}")
            guard = make_guard(
                self.tally,
                clock,
                own_rng,
                silent=radio_id in silent,
                acknowledge_s=manner.acknowledge_s,
                radio_ids=radio_ids,
                call_over=self._call_over,
            )
            speaker = Listening(clock) if index < DECODED_RADIOS else None
            if speaker is not None:
                self._listening.append(speaker)
            make = partial(
                Radio,
                clock=clock,
                rng=own_rng,
                events=guard,
                speaker=speaker,
                store_dir=store_dir / radio_id,
            )
            credential = _credential(store_dir / radio_id)
            guard.take(make(credential))
            self.guards.append(guard)
            self._handsets.append(_Handset(guard, store_dir / radio_id, credential, make))

    async def run(self) -> None:
        """Be on line until cancelled; every radio then says goodbye."""
        async with asyncio.TaskGroup() as group:
            for index, handset in enumerate(self._handsets):
                group.create_task(self._start(handset, index / STARTS_PER_S))
            group.create_task(self._drain_batteries())

    def summary(self) -> Summary:
        """The figures up to now."""
        refusals: Counter[Refusal] = Counter()
        for guard in self.guards:
            refusals.update(guard.radio.link.refusals.counts)
        tally = self.tally
        return Summary(
            online=tally.online,
            radios=len(self.guards),
            hub_present=sum(guard.radio.link.hub_present for guard in self.guards),
            alerts_shown=tally.alerts_shown,
            duplicates_shown=tally.duplicates_shown,
            expired=sum(guard.radio.expired for guard in self.guards),
            acknowledged=tally.acknowledged,
            reported=tally.reported,
            replies=tally.replies,
            packets=tally.packets,
            lost=tally.lost,
            stale=tally.stale,
            frames_decoded=sum(speaker.frames for speaker in self._listening),
            frames_undecodable=sum(speaker.undecodable for speaker in self._listening),
            loudness=round(max((speaker.loudness for speaker in self._listening), default=0.0), 1),
            unconfirmed=sum(guard.radio.link.unconfirmed for guard in self.guards),
            relay=tally.ages.percentiles(),
            bursts=tally.bursts(),
            refusals=dict(refusals),
        )

    async def _start(self, handset: _Handset, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await live(handset.store, handset.credential, self._clock, handset.run)

    async def _drain_batteries(self) -> None:
        while True:
            await asyncio.sleep(BATTERY_EVERY_S)
            for guard in self.guards:
                guard.look_at_battery()

    def _call_over(self, guard: Guard, group_id: str, burst_id: int) -> None:
        """The first radio to hear of a call's end has one of the group's guards answer it."""
        if burst_id in self._answered:
            return
        self._answered[burst_id] = None
        if len(self._answered) > _ANSWERED_REMEMBERED:
            del self._answered[next(iter(self._answered))]
        awake = [other for other in self.guards if not other.silent and other.connected and other.hears(group_id)]
        if awake:
            task = asyncio.ensure_future(self._rng.choice(awake).reply(group_id, self._reply))
            self._replies.add(task)
            task.add_done_callback(self._replies.discard)


def _credential(folder: Path) -> Credential:
    credential = Credential.load(folder)
    if credential is None:
        raise CredentialError(f"{folder} has no credential: enrol the radio first")
    return credential
