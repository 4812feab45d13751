"""What a campaign does is drawn from its seed."""

from __future__ import annotations

from collections import Counter

import pytest

from simulators.faults.plan import LASTS_S, FaultKind, Plan, faults_of


def test_one_seed_gives_the_same_faults_and_another_gives_others() -> None:
    assert faults_of(Plan(seed=7)) == faults_of(Plan(seed=7))
    assert faults_of(Plan(seed=7)) != faults_of(Plan(seed=8))


def test_each_kind_of_fault_comes_as_often_as_the_others() -> None:
    faults = faults_of(Plan(alerts=500, faults=20 * len(FaultKind)))
    assert Counter(fault.kind for fault in faults) == dict.fromkeys(FaultKind, 20)
    assert len({fault.alert for fault in faults}) > 100
    assert all(0 <= fault.alert < 500 for fault in faults)


def test_kind_that_cannot_be_had_here_is_left_out() -> None:
    kinds = {fault.kind for fault in faults_of(Plan(), FaultKind.POWER_CUT)}
    assert kinds == set(FaultKind) - {FaultKind.POWER_CUT}


def test_database_is_locked_for_longer_than_it_waits_by_itself_at_times() -> None:
    longest = max(fault.lasts_s for fault in faults_of(Plan()) if fault.kind is FaultKind.DATABASE_LOCKED)
    assert 5.0 < longest <= LASTS_S[FaultKind.DATABASE_LOCKED][1]


def test_campaign_without_alerts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one alert"):
        Plan(alerts=0)
