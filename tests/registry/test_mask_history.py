"""Which masks a camera had when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.registry import mask_history
from hub.registry.mask_history import STILL_HELD_US, masks_between, note
from hub.registry.records import Mask, MaskKind
from hub.registry.tables import mask_sets
from hub.storage.writer import Change

HOUR_US = 3_600_000_000


def mask(left: float) -> Mask:
    return Mask(kind=MaskKind.UNSEEN, points=((left, 0.0), (1.0, 0.0), (1.0, 1.0)))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kept'}")
    with engine.begin() as opened:
        mask_sets.create(opened)
        yield opened
    engine.dispose()


def test_a_mask_is_known_for_the_time_in_which_it_held(connection: sa.Connection) -> None:
    for hour, masks in ((1, (mask(0.1),)), (2, (mask(0.1), mask(0.2))), (3, ()), (4, ())):
        note(Change(connection, hour * HOUR_US), "C01", masks)
    assert masks_between(connection, "C01", 0, HOUR_US) == ()
    assert masks_between(connection, "C01", 0, HOUR_US + 1) == (mask(0.1),)
    assert masks_between(connection, "C01", HOUR_US, 5 * HOUR_US) == (mask(0.1), mask(0.2))
    gone_us = 3 * HOUR_US + STILL_HELD_US
    assert masks_between(connection, "C01", gone_us - 1, 5 * HOUR_US) == (mask(0.1), mask(0.2))
    assert masks_between(connection, "C01", gone_us, 5 * HOUR_US) == ()
    assert masks_between(connection, "C02", 0, 5 * HOUR_US) == ()


def test_of_many_changes_no_mask_is_lost(connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask_history, "MOST_SETS", 3)
    for hour in range(1, 9):
        note(Change(connection, hour * HOUR_US), "C01", (mask(hour / 10),))
    assert len(masks_between(connection, "C01", 0, 9 * HOUR_US)) == 8
    assert connection.execute(sa.select(sa.func.count()).select_from(mask_sets)).scalar_one() == 3


def test_a_clock_that_was_set_back_leaves_the_order(connection: sa.Connection) -> None:
    note(Change(connection, 2 * HOUR_US), "C01", (mask(0.1),))
    note(Change(connection, HOUR_US), "C01", ())
    assert masks_between(connection, "C01", 3 * HOUR_US, 4 * HOUR_US) == ()
