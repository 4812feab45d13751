"""Who hears a burst and who does not, as far as the hub knows."""

from __future__ import annotations

from devices.protocol.messages import BurstHeard, Stamp
from hub.registry.records import GroupKind, TalkGroup
from hub.talk.effects import Burst
from hub.talk.reach import HEARS_WITHIN_US, KEPT, Reach, ReachTable

GROUP = TalkGroup(group_id="all", name="全体", kind=GroupKind.ALL, radio_ids=("R1", "R2", "R3", "R4"))
STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)


def burst_of(talker_id: str, burst_id: int = 9) -> Reach:
    return Reach(Burst(1, burst_id, talker_id, 1_000), GROUP, "值班员")


def word(packets: int = 3) -> BurstHeard:
    return BurstHeard(stamp=STAMP, burst_id=9, packets=packets, lost=0, stale=0, late_us=0, ended=False)


def test_radio_off_line_is_missed_at_once_and_one_on_line_after_a_second_without_its_word() -> None:
    reach, online = burst_of("duty"), {"R1", "R2", "R3"}
    assert reach.look(online.__contains__, 1_000)
    assert (reach.radios_online, reach.missed) == (3, ("R4",))
    reach.heard("R1", word())
    reach.heard("R2", word(packets=0))
    reach.look(online.__contains__, 1_000 + HEARS_WITHIN_US)
    assert (reach.hearing, reach.missed) == ({"R1"}, ("R2", "R3", "R4"))


def test_talker_is_neither_missed_nor_counted() -> None:
    reach = burst_of("R2")
    reach.look(lambda _radio_id: True, 1_000 + HEARS_WITHIN_US)
    assert (reach.radios_online, reach.missed) == (3, ("R1", "R3", "R4"))


def test_nothing_is_told_while_nothing_changes() -> None:
    reach, online = burst_of("duty"), {"R1", "R2", "R3", "R4"}
    assert reach.look(online.__contains__, 1_000)
    assert not reach.look(online.__contains__, 200_000)
    reach.heard("R1", word())
    assert reach.look(online.__contains__, 400_000)
    assert not reach.look(online.__contains__, 600_000)
    assert reach.look(online.__contains__, 2_000_000), "the other three do not hear"
    assert not reach.look(online.__contains__, 2_200_000)
    online.remove("R2")
    assert reach.look(online.__contains__, 2_400_000)


def test_radio_whose_line_ends_is_missed_until_it_says_that_it_hears_again() -> None:
    table, reach = ReachTable(), burst_of("duty")
    table.start(reach)
    reach.heard("R1", word())
    table.gone("R1")
    reach.look({"R1"}.__contains__, 2_000_000)
    assert "R1" in reach.missed
    reach.heard("R1", word())
    reach.look({"R1"}.__contains__, 2_200_000)
    assert "R1" not in reach.missed


def test_radio_that_goes_after_the_burst_has_heard_it_all_the_same() -> None:
    table, reach = ReachTable(), burst_of("duty")
    table.start(reach)
    reach.heard("R1", word())
    reach.ended = True
    table.gone("R1")
    assert reach.hearing == {"R1"}


def test_burst_under_way_outlasts_many_that_are_over() -> None:
    table = ReachTable()
    for burst_id in range(2 * KEPT):
        reach = burst_of("duty", burst_id)
        reach.ended = burst_id > 0
        table.start(reach)
    assert table.of(0) is not None


def test_bursts_that_are_counted_are_bounded() -> None:
    table = ReachTable()
    for burst_id in range(KEPT + 3):
        table.start(burst_of("duty", burst_id))
    assert [table.of(burst_id) is None for burst_id in (0, 2, 3, KEPT + 2)] == [True, True, False, False]
