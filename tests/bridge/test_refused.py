"""What was refused: every one counted, told once with how many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.bridge.refused import Refused, RefusedReason


def test_a_flood_is_told_once_a_reason_with_how_many_and_the_latest() -> None:
    refused = Refused()
    for n in range(1000):
        refused.add(f"R{n}", "qs/1/x", RefusedReason.MALFORMED, f"fault {n}")
    refused.add("R1", "qs/1/y", RefusedReason.OVERSIZED, "300000 bytes")
    taken = {one.reason: (one.device, one.detail, one.count) for one in refused.take()}
    assert taken == {"malformed": ("R999", "fault 999", 1000), "oversized": ("R1", "300000 bytes", 1)}
    assert refused.take() == []
    assert refused.counts == {"malformed": 1000, "oversized": 1}


def test_long_words_are_cut_to_what_an_event_holds() -> None:
    refused = Refused()
    refused.add("R" * 500, "t" * 500, RefusedReason.MALFORMED, "d" * 500)
    (one,) = refused.take()
    assert (len(one.device), len(one.topic), len(one.detail)) == (64, 200, 300)


def test_refusals_of_many_threads_are_all_counted() -> None:
    refused, told = Refused(), []

    def refuse(_: int) -> None:
        for _ in range(500):
            refused.add("R1", "t", RefusedReason.MALFORMED, "x")
        told.extend(one.count for one in refused.take())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(refuse, range(8)))
    told.extend(one.count for one in refused.take())
    assert sum(told) == refused.counts[RefusedReason.MALFORMED] == 4000
