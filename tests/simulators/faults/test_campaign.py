"""A short campaign against the whole product."""

from __future__ import annotations

import asyncio
from pathlib import Path

from simulators.faults import campaign
from simulators.faults.plan import Plan


async def test_short_campaign_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    report = await asyncio.to_thread(campaign.run, Plan(alerts=30, faults=6, radios=10, seed=2340), tmp_path)
    assert report.is_clean, report
    assert (report.alerts, report.faults_in_all, report.faults_missed) == (30, 6, 0)
    assert report.events > 30 * 10
