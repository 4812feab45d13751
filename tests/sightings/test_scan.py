"""The compiled scan says to the last bit what scoring says row by row, whatever the rows and the question are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.sightings import COLOURS, PATTERNS, Movement
from hub.sightings.columns import Columns, Table
from hub.sightings.messages import Age, Description, Weights
from hub.sightings.records import RecordFile
from hub.sightings.rows import CODES, HOUR_US, PATTERN, codes_of, lasted_ms, lasted_of
from hub.sightings.scoring import (
    SCALE,
    UNSURE_PART,
    WEIGHTS_SUM,
    WHOLE,
    Likeness,
    Looks,
    Wanted,
    looks_of,
    plan_of,
    score,
)
from hub.sightings.search import rank
from hub.sightings.span import Span
from tests.sightings.seen import NOON_US, random_sightings, sighting

HOUR = NOON_US // HOUR_US
HOUR_MS = HOUR_US // 1000
CAMERAS = tuple(f"C{number:02}" for number in range(7))
DESCRIBERS = ("first", "second")
NOWHERE = RecordFile(Path("/dev/null"))

maybe = st.none() | st.booleans()
colours = st.lists(st.sampled_from(COLOURS), max_size=3, unique=True).map(tuple)
fraction = st.sampled_from((0.0, 0.2, 1.0)) | st.floats(0, 1)
descriptions = st.builds(
    Description,
    upper=colours,
    lower=colours,
    upper_pattern=st.lists(st.sampled_from(PATTERNS), max_size=2, unique=True).map(tuple),
    height_m=st.none() | st.floats(0.3, 2.5),
    height_tolerance_m=st.floats(0, 1),
    age=st.none() | st.sampled_from(Age),
    backpack=maybe,
    head_wear=maybe,
    movement=st.none() | st.sampled_from(Movement),
    heading_deg=st.none() | st.floats(0, 359.9),
    accompanied=maybe,
    weights=st.none() | st.builds(Weights, upper=fraction, height=fraction, like=fraction, heading=fraction),
)
descriptors = st.dictionaries(st.sampled_from((*DESCRIBERS, "unknown")), st.binary(max_size=64))
likenesses = st.builds(Likeness, descriptors)
spans = st.builds(
    Span,
    st.none() | st.integers(NOON_US - HOUR_US, NOON_US + 2 * HOUR_US),
    st.none() | st.integers(NOON_US - HOUR_US, NOON_US + 2 * HOUR_US),
)


def table_of(rng: np.random.Generator, count: int, *, is_open: bool, few_kinds: bool) -> Table:
    """Rows of any bytes; of few kinds many score the same."""
    codes = rng.integers(0, 256, (CODES, count), dtype=np.uint8)
    codes[PATTERN : PATTERN + 2] &= 0x33  # four shares of a whole
    descriptor = rng.integers(-128, 128, (count, 64)).astype(np.int8)
    if few_kinds:
        codes[:], descriptor[:] = codes[:, :1], descriptor[:1]
    descriptor[rng.random(count) < 0.1] = 0
    started_ms = rng.integers(0, HOUR_MS, count if not few_kinds else 1) * np.ones(count, np.int64)
    several = rng.random() < 0.5
    arrays = (
        codes,
        descriptor,
        rng.integers(0, 2, count if several else 0).astype(np.uint8),
        started_ms.astype(np.uint32),
        rng.integers(0, 65_536, count).astype(np.uint16),
        np.zeros(count, np.uint32),
    )
    for array in arrays:
        array.flags.writeable = False
    camera = np.sort(rng.integers(0, len(CAMERAS), count)).astype(np.uint16)
    return Table(
        HOUR,
        CAMERAS,
        DESCRIBERS if several else DESCRIBERS[:1],
        Columns(count, *arrays),
        np.searchsorted(camera, np.arange(len(CAMERAS) + 1)).astype(np.uint32),
        camera if is_open else np.zeros(0, np.uint16),
        rng.integers(0, 2, count).astype(np.uint8) if rng.random() < 0.5 else np.zeros(0, np.uint8),
        NOWHERE,
    )


def plainly(table: Table, cameras: frozenset[str], span: Span, wanted: Wanted) -> list[tuple[int, int, int]]:
    """Score, start and row of every row that is meant, the best and newest first, by scoring alone."""
    columns, count = table.columns, len(table.columns)
    plan = plan_of(wanted)
    own = columns.describer if len(columns.describer) else np.zeros(count, np.uint8)
    like_of = plan.like_of([table.describers[code] for code in own])
    whole, _ = score(Looks(columns.codes, columns.descriptor, like_of), plan)
    camera = table.camera if len(table.camera) else np.repeat(np.arange(len(CAMERAS)), np.diff(table.runs))
    found = []
    for row in range(count):
        began_us = table.hour * HOUR_US + int(columns.started_ms[row]) * 1000
        ended_us = began_us + int(lasted_ms(columns.lasted[row : row + 1])[0]) * 1000
        meant = table.cameras[int(camera[row])] in cameras and (not len(table.alive) or table.alive[row] > 0)
        if meant and span.touches(began_us, ended_us):
            found.append((int(whole[row]), began_us, row))
    return sorted(found, key=lambda one: (-one[0], -one[1], one[2]))


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    count=st.sampled_from((1, 2, 63, 139, 1023, 1025, 3000)),
    is_open=st.booleans(),
    few_kinds=st.booleans(),
    chosen=st.sets(st.sampled_from(CAMERAS), min_size=1),
    span=spans,
    description=descriptions,
    like=st.none() | likenesses,
    limit=st.sampled_from((1, 3, 50)),
)
def test_every_row_is_scored_and_ordered_as_scoring_says(
    seed: int,
    count: int,
    is_open: bool,
    few_kinds: bool,
    chosen: set[str],
    span: Span,
    description: Description,
    like: Likeness | None,
    limit: int,
) -> None:
    table = table_of(np.random.default_rng(seed), count, is_open=is_open, few_kinds=few_kinds)
    wanted = Wanted(description, like)
    ranking = rank([table], frozenset(chosen), span, wanted, limit)
    expected = plainly(table, frozenset(chosen), span, wanted)
    assert ranking.considered == len(expected)
    assert [(one.score, one.started_us, one.row) for one in ranking.best] == [
        (whole / WHOLE, began_us, row) for whole, began_us, row in expected[:limit]
    ]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    hours=st.lists(st.tuples(st.sampled_from((0, 1, 139, 2500)), st.booleans(), st.booleans()), max_size=6),
    chosen=st.sets(st.sampled_from((*CAMERAS, "elsewhere")), min_size=1),
    span=spans,
    description=descriptions,
    like=st.none() | likenesses,
)
def test_hours_of_any_kind_are_ranked_together_as_scoring_says(
    seed: int,
    hours: list[tuple[int, bool, bool]],
    chosen: set[str],
    span: Span,
    description: Description,
    like: Likeness | None,
) -> None:
    rng, cameras, wanted = np.random.default_rng(seed), frozenset(chosen), Wanted(description, like)
    tables = [
        dataclasses.replace(table_of(rng, count, is_open=is_open, few_kinds=few_kinds), hour=HOUR - number)
        for number, (count, is_open, few_kinds) in enumerate(hours)
        if count or not few_kinds
    ]
    expected = [(table.hour, *one) for table in tables for one in plainly(table, cameras, span, wanted)]
    expected.sort(key=lambda one: (-one[1], -one[2], one[3]))
    ranking = rank(tables, cameras, span, wanted, 50)
    assert ranking.considered == len(expected)
    assert [(one.table.hour, one.score, one.started_us, one.row) for one in ranking.best] == [
        (hour, whole / WHOLE, began_us, row) for hour, whole, began_us, row in expected[:50]
    ]


def test_many_hours_on_two_threads_give_what_each_alone_would() -> None:
    rng = np.random.default_rng(3)
    tables = [
        dataclasses.replace(table_of(rng, 60_000, is_open=False, few_kinds=False), hour=HOUR - number)
        for number in range(5)
    ]
    wanted = Wanted(Description(upper=("red",), height_m=1.2), Likeness({"first": bytes(range(64))}))
    anywhere, everywhere = Span(None, None), frozenset(CAMERAS)
    together = rank(tables, everywhere, anywhere, wanted, 40)
    each = [one for table in tables for one in rank([table], everywhere, anywhere, wanted, 40).best]
    best = sorted(each, key=lambda one: (-one.score, -one.started_us))[:40]
    assert [(one.score, one.table.hour, one.row) for one in together.best] == [
        (one.score, one.table.hour, one.row) for one in best
    ]
    assert together.considered == sum(rank([table], everywhere, anywhere, wanted, 1).considered for table in tables)


def test_each_row_is_compared_under_its_own_describer_and_another_is_unsure() -> None:
    made = [random_sightings(1, np.random.default_rng(number))[0] for number in range(3)]
    looks = [msgspec.structs.replace(made[0], describer=name) for name in ("old", "new", "forgotten")]
    as_old, as_new = made[1].descriptor, made[0].descriptor
    plan = plan_of(Wanted(Description(), Likeness({"old": as_old, "new": as_new})))
    alone = {
        name: plan_of(Wanted(Description(), Likeness({name: asked})))
        for name, asked in (("old", as_old), ("new", as_new))
    }
    old, new, forgotten = (int(score(looks_of(look, plan), plan)[0][0]) for look in looks)
    assert new == WHOLE
    assert old == int(score(looks_of(looks[0], alone["old"]), alone["old"])[0][0]) < WHOLE
    assert forgotten == UNSURE_PART * WEIGHTS_SUM


def test_all_parts_stay_within_their_scale() -> None:
    everything = Description(
        upper=COLOURS,
        lower=("red",),
        upper_pattern=PATTERNS,
        height_m=1.5,
        age=Age.CHILD,
        backpack=True,
        head_wear=False,
        movement=Movement.LEFT,
        heading_deg=10.0,
        accompanied=True,
    )
    made = random_sightings(300, np.random.default_rng(1))
    codes = np.stack([np.frombuffer(codes_of(one), np.uint8) for one in made], axis=1)
    descriptor = np.stack([np.frombuffer(one.descriptor, np.int8) for one in made])
    plan = plan_of(Wanted(everything, Likeness({"test-1": made[0].descriptor})))
    whole, parts = score(Looks(codes, descriptor, np.zeros(300, np.intp)), plan)
    assert len(parts) == 11
    assert all(part.min() >= 0 and part.max() <= SCALE for part in parts.values())
    assert whole.min() >= 0 and whole.max() <= WHOLE < 2**30


def test_colours_of_a_garment_are_kept_to_a_fifteenth_and_add_up() -> None:
    for one in random_sightings(200, np.random.default_rng(2)):
        codes = codes_of(one)
        for first in (0, 6):
            assert sum((byte & 15) + (byte >> 4) for byte in codes[first : first + 6]) == 15


def test_how_long_a_sighting_lasted_is_never_said_too_short() -> None:
    for lasted_us in (0, 1, 20_000, 999_999_000, 1_000_000_001, 1_007_000_000, 3600_000_000, 86_400_000_000):
        kept_ms = int(lasted_ms(np.array([lasted_of(sighting(ended_at_us=NOON_US + lasted_us))], np.uint16))[0])
        assert 0 <= kept_ms - lasted_us / 1000 <= (20 if lasted_us <= 1_000_000_000 else 6_000)
