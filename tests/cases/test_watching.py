"""Watches over batches: the best of more than anybody can look at, and what was said in the case since."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import pytest_asyncio
import sqlalchemy as sa

from devices.protocol.sightings import COLOURS, Sighting
from hub.app import Hub
from hub.cases.judging import MOST_HITS, MOST_OF_ONE
from hub.cases.machine import CaseAction
from hub.cases.messages import Act, Case, NewCase
from hub.events.messages import EventKind
from hub.sightings.messages import Appearance, AppearanceStripes, Description, Hit, Query, Verdict
from hub.storage.schema import metadata
from hub.vision.description.kept_stripes import kept as kept_stripes
from hub.vision.description.lesson import MEASURE
from hub.vision.description.stripe_numbers import SIZE
from tests.describing.projections import learned_projection
from tests.hub import OFFICER, Told, open_hub, sighting

pytestmark = pytest.mark.asyncio(loop_scope="module")
RED = Query(description=Description(upper=("red",)))
CHILD, OTHER = (np.random.default_rng(seed).integers(-127, 128, 64).astype(np.int8).tobytes() for seed in (1, 2))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def case(hub: Hub) -> AsyncIterator[Case]:
    opened = await hub.cases.open_case(NewCase(title="走失", purpose="寻找走失儿童"), OFFICER)
    yield opened
    for watch in hub.cases.watches:
        await hub.cases.end_watch(opened.case_id, watch.watch_id, OFFICER)


def seen(hub: Hub, name: str, red: float = 0.9, look: bytes = OTHER) -> Sighting:
    upper = tuple(red if colour == "red" else 0.0 for colour in COLOURS)
    made = msgspec.structs.replace(
        sighting(hub, name, "red", "blue"), upper=upper, describer="stripes-2", descriptor=look
    )
    hub.sightings.add(made)
    return made


def names(hits: list[dict[str, dict[str, dict[str, str]]]]) -> list[str]:
    return [one["hit"]["sighting"]["sighting_id"] for one in hits]


async def test_of_a_crowd_that_fits_the_best_are_told_and_the_others_counted(hub: Hub, case: Case) -> None:
    told = Told(hub)
    watch = await hub.cases.start_watch(case.case_id, RED, OFFICER)
    crowd = [seen(hub, f"crowd-{number:02}", red=0.55 + number / 1000) for number in range(MOST_OF_ONE + 15)]
    await hub.watching.see(crowd)
    hits = await told.wait(EventKind.WATCH_HIT, watch.watch_id, MOST_OF_ONE)
    assert sum(one["left_out"] for one in hits) == 15
    assert set(names(hits)) <= {one.sighting_id for one in crowd}
    assert min(one["hit"]["score"] for one in hits) >= 0.8
    await hub.watching.see([seen(hub, "later")])
    assert names(told.of(EventKind.WATCH_HIT, watch.watch_id))[MOST_OF_ONE:] == ["later"]
    assert told.of(EventKind.WATCH_HIT, watch.watch_id)[-1]["left_out"] == 0


async def test_a_watch_of_many_hits_keeps_no_others_best_from_being_told(hub: Hub, case: Case) -> None:
    told = Told(hub)
    many = [await hub.cases.start_watch(case.case_id, RED, OFFICER) for _ in range(MOST_HITS // MOST_OF_ONE + 1)]
    few = await hub.cases.start_watch(
        case.case_id, Query(description=Description(upper=("green",), lower=("black",))), OFFICER
    )
    crowd = [seen(hub, f"throng-{number}") for number in range(MOST_OF_ONE)]
    she = sighting(hub, "in green", "green", "black")
    hub.sightings.add(she)
    await hub.watching.see([*crowd, she])
    assert names(await told.wait(EventKind.WATCH_HIT, few.watch_id)) == ["in green"]
    hits = [len(told.of(EventKind.WATCH_HIT, watch.watch_id)) for watch in many]
    assert sum(hits) + 1 == MOST_HITS
    assert min(hits) >= MOST_HITS // len(many) - 1


async def test_the_last_word_of_a_batch_on_a_sighting_is_told(hub: Hub, case: Case) -> None:
    told = Told(hub)
    watch = await hub.cases.start_watch(case.case_id, RED, OFFICER)
    last = seen(hub, "soon gone")
    await hub.watching.see([msgspec.structs.replace(last, ended=False), last])
    (hit,) = await told.wait(EventKind.WATCH_HIT, watch.watch_id)
    assert hit["hit"]["sighting"]["ended"]


async def test_a_watch_with_a_photo_heeds_yes_and_no_from_the_next_batch_on(hub: Hub, case: Case) -> None:
    told = Told(hub)
    photo = Appearance(describer="stripes-2", descriptor=base64.b64encode(CHILD).decode())
    watch = await hub.cases.start_watch(case.case_id, Query(like=(photo,)), OFFICER)
    await hub.watching.see([seen(hub, "as in the photo", look=CHILD), seen(hub, "like nobody", look=OTHER)])
    assert names(await told.wait(EventKind.WATCH_HIT, watch.watch_id)) == ["as in the photo"]
    mixed = np.frombuffer(CHILD, np.int8) / 2 + np.frombuffer(OTHER, np.int8) / 2
    between, rejected, further = (seen(hub, name, look=mixed.astype(np.int8).tobytes()) for name in ("1", "2", "3"))
    confirmed = seen(hub, "turned round", look=OTHER)
    await hub.paths.mark(case.case_id, confirmed.sighting_id, Verdict.CONFIRMED, OFFICER)
    await hub.watching.see([between])
    hits = await told.wait(EventKind.WATCH_HIT, watch.watch_id, 2)
    assert hits[1]["hit"]["score"] > 0.85, "it is compared with the photo and the confirmed one together"
    await hub.paths.mark(case.case_id, rejected.sighting_id, Verdict.REJECTED, OFFICER)
    await hub.watching.see([rejected, further])
    hits = await told.wait(EventKind.WATCH_HIT, watch.watch_id, 3)
    assert names(hits) == ["as in the photo", "1", "3"]


async def test_nothing_is_told_of_a_watch_that_ended_while_it_was_compared(
    hub: Hub, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, match = Told(hub), hub.sightings.match
    ending = await hub.cases.start_watch(case.case_id, RED, OFFICER)
    going_on = await hub.cases.start_watch(case.case_id, RED, OFFICER)
    comparing, has_ended = threading.Event(), threading.Event()

    def match_once_it_ended(*args: Any, **kwargs: Any) -> Hit | None:
        comparing.set()
        assert has_ended.wait(20)
        return match(*args, **kwargs)

    monkeypatch.setattr(hub.sightings, "match", match_once_it_ended)
    seeing = asyncio.create_task(hub.watching.see([seen(hub, "in between")]))
    assert await asyncio.to_thread(comparing.wait, 20)
    await hub.cases.end_watch(case.case_id, ending.watch_id, OFFICER)
    has_ended.set()
    await seeing
    assert names(await told.wait(EventKind.WATCH_HIT, going_on.watch_id)) == ["in between"]
    assert told.of(EventKind.WATCH_HIT, ending.watch_id) == []


async def test_looks_of_a_photo_are_kept_by_nothing_but_the_watch_that_is_on(hub: Hub, case: Case) -> None:
    look = base64.b64encode(CHILD).decode()
    stripes = AppearanceStripes(measure=MEASURE, numbers="c3RyaXBlcw==")
    query = Query(like=(Appearance(describer="stripes-2", descriptor=look, stripes=stripes),))
    watch = await hub.cases.start_watch(case.case_id, query, OFFICER)
    assert (await hub.cases.search(case.case_id, query, OFFICER)).query.like == query.like, "who asked may ask on"
    moved = await hub.case_flow.act(case.case_id, Act(action=CaseAction.TAKE), OFFICER)
    assert moved.watches[0].query.like == query.like

    def kept(connection: sa.Connection) -> dict[str, str]:
        tables = metadata.sorted_tables
        return {one.name: str([tuple(row) for row in connection.execute(sa.select(one))]) for one in tables}

    on = await hub.database.read(kept)
    assert [name for name, rows in on.items() if look in rows] == ["watches"]
    assert "stripes-2" in on["audit_records"], "by whom it was described is noted"
    ended = await hub.cases.end_watch(case.case_id, watch.watch_id, OFFICER)
    assert ended.query.like == (Appearance(describer="stripes-2", descriptor=""),)
    assert not any(look in rows or stripes.numbers in rows for rows in (await hub.database.read(kept)).values())


async def test_photo_is_compared_with_what_is_described_otherwise_since(hub: Hub, case: Case, tmp_path: Path) -> None:
    mean = np.random.default_rng(4).random(SIZE).astype(np.float32)
    numbers = kept_stripes(mean)
    photo = Appearance(
        describer="stripes-2",
        descriptor=base64.b64encode(CHILD).decode(),
        stripes=AppearanceStripes(measure=MEASURE, numbers=base64.b64encode(numbers.numbers).decode()),
    )
    query = Query(like=(photo,))
    await hub.redescribing.use(learned_projection(tmp_path / "learned.npz"))
    try:
        came = msgspec.structs.replace(
            sighting(hub, "came since", "red", "blue"), describer="stripes-2", stripes=numbers
        )
        (stored,) = hub.redescribing.as_in_use([came])
        assert stored.describer != "stripes-2"
        hub.sightings.add(stored)
        bare = msgspec.structs.replace(photo, stripes=None)
        for like, score in ((photo, 1.0), (bare, 0.3)):
            asked = msgspec.structs.replace(query, like=(like,))
            hits = (await hub.cases.search(case.case_id, asked, OFFICER)).hits
            assert [hit.score for hit in hits if hit.sighting.sighting_id == "came since"] == [score]
    finally:
        await hub.redescribing.use("auto")
