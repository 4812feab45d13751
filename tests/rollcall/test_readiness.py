"""What a roll-call says of one radio, and of all together."""

from __future__ import annotations

from datetime import UTC

import msgspec
import pytest

from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Delivery
from hub.registry.records import RadioView
from hub.rollcall.messages import Caution, RadioReadiness, Readiness, RollCall
from hub.rollcall.readiness import counts_of, line_of, missed_after, missed_before, only, state_of, summary_of
from hub.rollcall.spreadsheet import Language, csv_of

RADIO = RadioView(
    radio_id="R01",
    venue_id="V01",
    name="东门",
    online=True,
    since_at_ms=1,
    heard_at_ms=1,
    battery=0.8,
    signal=0.7,
    holder="张三",
    holder_person_id="g1",
    off_shift=False,
    clock_behind_s=0.2,
)


def delivery(delivered_at_ms: int | None = None, acknowledged_at_ms: int | None = None) -> Delivery:
    return Delivery(
        radio_id="R01",
        venue_id="V01",
        state=DeliveryState.SENT,
        attempts=1,
        queued_at_ms=1_000,
        sent_at_ms=1_001,
        delivered_at_ms=delivered_at_ms,
        acknowledged_at_ms=acknowledged_at_ms,
        reported_at_ms=None,
        answer=None,
        report_text=None,
    )


def line(state: Readiness, radio_id: str = "R01", venue_id: str = "V01") -> RadioReadiness:
    made = line_of(delivery(), RADIO, "栖凤苑", is_closed=False, missed=0)
    return msgspec.structs.replace(made, radio_id=radio_id, venue_id=venue_id, state=state)


def roll_call(*radios: RadioReadiness) -> RollCall:
    return RollCall(
        roll_call_id="D1",
        alert_id="A1",
        scheduled=True,
        begun_by="hub",
        begun_at_ms=1_795_311_000_000,
        lasts_s=600,
        ended_at_ms=None,
        counts=counts_of(radios),
        radios=radios,
    )


@pytest.mark.parametrize(
    ("of", "is_online", "is_closed", "state"),
    [
        (delivery(1_200, 3_000), True, False, Readiness.READY),
        (delivery(None, 3_000), False, False, Readiness.READY),
        (delivery(1_200, 3_000), True, True, Readiness.READY),
        (delivery(1_200), True, False, Readiness.UNANSWERED),
        (delivery(1_200), False, False, Readiness.UNANSWERED),
        (delivery(), True, False, Readiness.UNDELIVERED),
        (delivery(), False, False, Readiness.OFF_LINE),
        (delivery(), False, True, Readiness.CLOSED),
        (delivery(1_200), True, True, Readiness.CLOSED),
    ],
)
def test_radio_is_ready_where_a_person_pressed_and_closed_where_nobody_was_expected(
    of: Delivery, is_online: bool, is_closed: bool, state: Readiness
) -> None:
    assert state_of(of, is_online, is_closed) is state


def test_line_says_how_long_it_took_and_who_holds_the_radio() -> None:
    made = line_of(delivery(1_200, 3_500), RADIO, "栖凤苑", is_closed=False, missed=4)
    assert (made.delivered_s, made.answered_s, made.holder, made.missed) == (0.2, 2.5, "张三", 0)


def test_wall_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert line_of(delivery(200, 400), RADIO, "栖凤苑", is_closed=False, missed=0).answered_s == 0


@pytest.mark.parametrize(
    ("changed", "warnings"),
    [
        ({}, ()),
        ({"battery": 0.2, "signal": 0.25, "clock_behind_s": 60.0}, ()),
        ({"battery": None, "signal": None, "clock_behind_s": None}, ()),
        ({"battery": 0.19}, (Caution.LOW_BATTERY,)),
        ({"signal": 0.24}, (Caution.WEAK_SIGNAL,)),
        ({"clock_behind_s": -61.0}, (Caution.CLOCK_OFF,)),
        (
            {"battery": 0.0, "signal": 0.0, "clock_behind_s": 3_600.0, "off_shift": True},
            (Caution.LOW_BATTERY, Caution.WEAK_SIGNAL, Caution.CLOCK_OFF, Caution.OFF_SHIFT),
        ),
    ],
)
def test_what_should_be_looked_after_is_said_of_ready_radios_too(
    changed: dict[str, object], warnings: tuple[Caution, ...]
) -> None:
    radio = msgspec.structs.replace(RADIO, **changed)
    assert line_of(delivery(1_200, 3_500), radio, "栖凤苑", is_closed=False, missed=0).warnings == warnings


def test_misses_are_counted_in_a_row_and_a_closed_venue_says_nothing() -> None:
    missed = 0
    seen = []
    for state in ("off_line", "unanswered", "closed", "undelivered", "ready", "unanswered"):
        missed = missed_after(Readiness(state), missed)
        seen.append(missed)
    assert seen == [1, 2, 2, 3, 0, 1]


def test_closed_venues_are_not_expected() -> None:
    counts = counts_of([line(state) for state in Readiness])
    assert (counts.expected, counts.ready, counts.closed) == (4, 1, 1)


def test_part_of_a_roll_call_is_counted_anew() -> None:
    whole = roll_call(line(Readiness.READY), line(Readiness.OFF_LINE, "R02", "V02"))
    part = only(whole, whole.radios[:1])
    assert (part.counts.expected, part.counts.ready, part.counts.off_line) == (1, 1, 0)
    assert summary_of(part).counts == part.counts
    assert not hasattr(summary_of(part), "radios")


def test_list_is_a_spreadsheet_in_either_language_and_no_name_is_a_formula() -> None:
    ready = line_of(delivery(1_200, 3_500), RADIO, "=SUM(A1)", is_closed=False, missed=0)
    low = msgspec.structs.replace(
        line(Readiness.OFF_LINE, "R02"), battery=0.05, warnings=(Caution.LOW_BATTERY,), missed=3
    )
    whole = roll_call(ready, low)
    chinese = csv_of(whole, UTC, Language.ZH).decode("utf-8-sig").splitlines()
    assert chinese[0].startswith("点名时间,场所编号,场所,对讲机编号,对讲机,结果,连续未到次数")
    assert chinese[1] == "2026-11-22 01:30:00,V01,'=SUM(A1),R01,东门,到位,0,0.2,2.5,张三,80,70,0.2,"
    assert chinese[2] == "2026-11-22 01:30:00,V01,栖凤苑,R02,东门,离线,3,,,张三,5,70,0.2,电量低"
    english = csv_of(whole, UTC, Language.EN)
    assert (
        english.startswith(b"\xef\xbb\xbfroll-call at,venue_id")
        and b"off line" in english
        and b"battery low" in english
    )


def test_misses_in_a_row_go_on_from_the_latest_list_that_has_the_radio() -> None:
    def missed(radio_id: str, count: int) -> RadioReadiness:
        return msgspec.structs.replace(line(Readiness.OFF_LINE, radio_id), missed=count)

    latest = [roll_call(), roll_call(missed("R01", 3)), roll_call(missed("R01", 2), missed("R02", 5))]
    assert missed_before(latest) == {"R01": 3, "R02": 5}
