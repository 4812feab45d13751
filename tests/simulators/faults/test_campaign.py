"""A short campaign against the whole product."""

from __future__ import annotations

import asyncio

import pytest

from simulators.faults import campaign
from simulators.faults.plan import Plan
from tests.postgresql import needs_postgresql


@pytest.mark.parametrize(
    ("database", "seed"), [("sqlite", 2340), pytest.param("postgresql", 46, marks=needs_postgresql)]
)
async def test_short_campaign_loses_nothing_and_repeats_nothing(database: str, seed: int) -> None:
    plan = Plan(alerts=30, faults=6, radios=10, seed=seed, database=database)
    report = await asyncio.to_thread(campaign.run, plan)
    assert report.is_clean, report
    assert (report.alerts, report.faults_in_all, report.faults_missed) == (30, 6, 0)
    assert report.events > 30 * 10
