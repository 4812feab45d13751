"""Guards take radios: who may, who holds one, until when; a PIN is kept nowhere."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.messages import SignOnReason
from devices.radio.signing import SignOnError
from hub.access.audit import Action
from hub.access.passwords import MAX_WAITING, Lane
from hub.access.people import LOCAL, Place, PlaceKind
from hub.access.tables import audit_records
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.shifts.messages import RadioHeld, Shift
from tests.devices.room import BROKERS, until
from tests.hub import Told, open_hub
from tests.played import HandDevice, Person, radio_on_line, real_radio
from tests.shifts.crew import PIN, V01, audited, hire, sign_off, sign_on, unasked

MONDAY_8 = 1_795_392_000_000_000
"""2026-11-23 08:00 in Shanghai."""


class Holding(Person):
    """Somebody who notes who holds the radio."""

    def __init__(self) -> None:
        super().__init__()
        self.holders: list[str | None] = []

    def holder_changed(self, signed: wire.SignedOn) -> None:
        self.holders.append(signed.holder)


def day_shift(place: Place = V01) -> Shift:
    return Shift(place=place, weekdays=(1, 2, 3, 4, 5), begin_minute=480, end_minute=960)


@pytest.mark.parametrize("broker", BROKERS)
async def test_guard_takes_a_radio_with_a_pin_and_gives_it_back(
    broker: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """P-9.1, P-9.5."""
    caplog.set_level(logging.DEBUG)
    person = Holding()
    async with open_hub(tmp_path / "hub", broker) as hub:
        await hire(hub)
        told = Told(hub)
        async with real_radio(hub, "R01", person, tmp_path / "radio") as radio:
            signed = await radio.sign_on("g1", PIN)
            assert (signed.holder, signed.off_shift, radio.holder) == ("张三", False, "张三")
            view = hub.radios.view("R01")
            assert (view.holder, view.holder_person_id, view.off_shift) == ("张三", "g1", False)
            body = (await told.wait(EventKind.RADIO_SIGNED_ON, "R01"))[0]
            assert (body["radio_id"], body["holder"], body["holder_person_id"]) == ("R01", "张三", "g1")
            with pytest.raises(SignOnError, match="wrong account or PIN"):
                await radio.sign_on("g1", "70615244")
            assert hub.radios.view("R01").holder == "张三", "a stranger's try takes nothing away"
            await radio.sign_off()
            body = (await told.wait(EventKind.RADIO_SIGNED_OFF, "R01"))[0]
            assert (body["holder"], body["holder_person_id"]) == (None, None)
            assert hub.radios.view("R01").holder_person_id is None
            await until(lambda: person.holders == ["张三", "张三", None], "the guard sees it")
        on, off = await audited(hub, Action.SIGN_ON_RADIO), await audited(hub, Action.SIGN_OFF_RADIO)
    assert on == [("g1", RadioHeld(radio_id="R01", person_id="g1", off_shift=False))]
    assert off == [("g1", RadioHeld(radio_id="R01", person_id="g1", off_shift=False, why="signed_off"))]
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and PIN.encode() in file.read_bytes()]
    assert kept == [], "the PIN is on no disk"
    assert PIN not in caplog.text and PIN not in "".join(capfd.readouterr())
    said = wire.SignOn(stamp=signed.stamp, message_id="m", person_id="g1", pin=PIN)
    assert PIN not in repr(said)


@pytest.mark.parametrize("broker", BROKERS)
async def test_radio_without_an_answer_says_so_and_tries_nothing_again(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-9.1."""
    monkeypatch.setattr("devices.radio.signing.ANSWER_WITHIN_S", 0.3)
    async with open_hub(tmp_path, broker) as hub:
        await hire(hub)
        async with real_radio(hub, "R01", Person()) as radio:
            hub.sign_ons._hear = lambda *_: None  # type: ignore[method-assign]
            hub.sign_ons.listen()
            with pytest.raises(SignOnError, match="did not answer"):
                await radio.sign_on("g1", PIN)
            assert radio.link.unconfirmed == 0
            with pytest.raises(SignOnError, match="4 to 8 digits"):
                await radio.sign_on("g1", "12ab")


@pytest.mark.parametrize(
    ("person_id", "pin", "reason"),
    [
        ("g1", "70615200", SignOnReason.WRONG),
        ("nobody", PIN, SignOnReason.WRONG),
        ("pinless", PIN, SignOnReason.WRONG),
        ("disabled", PIN, SignOnReason.WRONG),
        ("elsewhere", PIN, SignOnReason.NOT_YOUR_PLACE),
    ],
)
async def test_who_may_not_take_the_radio_is_told_why(
    tmp_path: Path, person_id: str, pin: str, reason: SignOnReason
) -> None:
    """P-9.2."""
    async with open_hub(tmp_path) as hub:
        await hire(hub)
        await hire(hub, "pinless", pin=None)
        await hire(hub, "elsewhere", place=Place(kind=PlaceKind.VENUE, place_id="V02"))
        await hire(hub, "disabled")
        await hub.access.disable("disabled", LOCAL)
        told = Told(hub)
        async with radio_on_line(hub, "R01") as radio:
            answer = await sign_on(radio, person_id, pin)
        assert (answer.holder, answer.reason) == (None, reason)
        assert hub.radios.view("R01").holder_person_id is None
        if reason is SignOnReason.WRONG:
            refused = await told.refusal("R01", "wrong_pin")
            assert refused["detail"] == ("as ?" if person_id == "nobody" else f"as {person_id}")
            assert pin not in msgspec.json.encode(refused).decode()


async def test_five_wrong_pins_refuse_the_radio_for_a_minute_and_no_other(tmp_path: Path) -> None:
    """P-9.3."""
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        await hire(hub)
        await hire(hub, "g2", "李四", place=Place(kind=PlaceKind.GRID, place_id="G1"))
        async with radio_on_line(hub, "R01") as radio, radio_on_line(hub, "R02") as other:
            for _ in range(5):
                assert (await sign_on(radio, "g1", "0000")).reason is SignOnReason.WRONG
            assert (await sign_on(radio)).reason is SignOnReason.TOO_OFTEN
            assert (await sign_on(other, "g2")).holder == "李四"
            clock.advance(61)
            assert (await sign_on(radio)).holder == "张三"


async def test_pin_typed_as_the_account_is_kept_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_hub(tmp_path) as hub:
        await hire(hub)
        told = Told(hub)
        async with radio_on_line(hub, "R01") as radio:
            for _ in range(3):
                assert (await sign_on(radio, PIN, PIN)).reason is SignOnReason.WRONG
        assert (await told.refusal("R01", "wrong_pin"))["detail"] == "as ?"
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and PIN.encode() in file.read_bytes()]
    assert kept == []
    assert PIN not in caplog.text and PIN not in "".join(capfd.readouterr())


async def test_guard_who_guesses_a_colleagues_pin_between_right_ones_is_slowed_and_in_the_audit_log(
    tmp_path: Path,
) -> None:
    """P-9.3."""
    clock = ManualClock()
    async with open_hub(tmp_path, clock=clock) as hub:
        for person_id in ("guesser", "colleague"):
            await hire(hub, person_id, person_id, place=Place(kind=PlaceKind.GRID, place_id="G1"))
        async with radio_on_line(hub, "R01") as radio, radio_on_line(hub, "R02") as other:
            for _ in range(5):
                assert (await sign_on(radio, "colleague", "0000")).reason is SignOnReason.WRONG
                if _ < 4:
                    assert (await sign_on(radio, "guesser")).holder == "guesser"
            assert (await sign_on(radio, "colleague")).reason is SignOnReason.TOO_OFTEN
            assert (await sign_on(other, "colleague")).reason is SignOnReason.TOO_OFTEN
            assert (await sign_on(other, "guesser")).holder == "guesser"
            clock.advance(61)
            assert (await sign_on(other, "colleague")).holder == "colleague"
            await until(lambda: hub.sign_ons._guesses._failed == [], "it is written down")
    async with open_hub(tmp_path) as again:
        a = audit_records.c
        query = sa.select(a.person_id, a.detail).where(a.action == Action.WRONG_PIN).order_by(a.number)
        rows = await again.database.read(lambda connection: connection.execute(query).all())
    found = [(row.person_id, msgspec.json.decode(row.detail)) for row in rows]
    assert found == [("colleague", {"address": "R01", "reason": "wrong_pin", "count": count}) for count in (1, 4)], (
        "a series is two records"
    )


async def test_whole_shift_of_130_guards_gets_in_at_once_while_strangers_sign_in(tmp_path: Path) -> None:
    async with open_hub(tmp_path, venues=130) as hub:
        passwords = hub.access._passwords
        guards = [f"g{number:02}" for number in range(1, 131)]
        for number, person_id in enumerate(guards, 1):
            await hire(hub, person_id, person_id, place=Place(kind=PlaceKind.VENUE, place_id=f"V{number:02}"))
        strangers = [asyncio.create_task(passwords.is_right("x", None, Lane.STRANGER)) for _ in range(MAX_WAITING)]
        for number, person_id in enumerate(guards, 1):
            stamp = hub.bridge.stamper.stamp()
            said = wire.SignOn(stamp=stamp, message_id=person_id, person_id=person_id, pin=PIN)
            hub.sign_ons._hear(f"R{number:02}", said)
        await until(lambda: all(hub.radios.view(f"R{n:02}").holder for n in range(1, 131)), "all hold their radios", 50)
        await asyncio.gather(*strangers)
        assert hub.radios.view("R130").holder == "g130"


async def test_outside_the_shift_it_is_allowed_and_told(tmp_path: Path) -> None:
    """P-9.4."""
    clock = ManualClock(wall_us=MONDAY_8 - 3_600_000_000)
    async with open_hub(tmp_path, clock=clock) as hub:
        await hire(hub)
        await hub.shifts.put_shifts("g1", (day_shift(),), LOCAL.person_id)
        told = Told(hub)
        async with radio_on_line(hub, "R01") as radio:
            answer = await sign_on(radio)
            assert (answer.holder, answer.off_shift) == ("张三", True)
            assert (await told.wait(EventKind.RADIO_SIGNED_ON, "R01"))[0]["off_shift"] is True
            clock.advance(3600)
            assert (await sign_on(radio)).off_shift is False
        assert [held.off_shift for _, held in await audited(hub, Action.SIGN_ON_RADIO)] == [True, False]


async def test_holder_survives_a_restart_and_is_told_to_the_radio(tmp_path: Path) -> None:
    """P-9.6."""
    async with open_hub(tmp_path) as hub:
        await hire(hub)
        async with radio_on_line(hub, "R01") as radio:
            await sign_on(radio)
    person = Holding()
    async with open_hub(tmp_path) as again:
        assert again.radios.view("R01").holder == "张三"
        async with real_radio(again, "R01", person) as real:
            await until(lambda: real.holder == "张三", "the radio knows its holder")
            await real.sign_off()
    async with open_hub(tmp_path) as third:
        assert third.radios.view("R01").holder_person_id is None


async def test_shift_that_has_been_over_for_30_minutes_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-9.5."""
    monkeypatch.setattr("hub.shifts.signing.LOOK_EVERY_S", 0.02)
    clock = ManualClock(wall_us=MONDAY_8 - 10 * 60_000_000)  # ten minutes early
    async with open_hub(tmp_path, clock=clock) as hub:
        await hire(hub)
        await hub.shifts.put_shifts("g1", (day_shift(Place(kind=PlaceKind.GRID, place_id="G1")),), LOCAL.person_id)
        told = Told(hub)
        async with HandDevice.open(hub, "R01") as radio:
            await sign_on(radio)
            clock.advance(10 * 60 + 8 * 3600 + 29 * 60)
            assert (await sign_on(radio, "g1", "0000")).holder == "张三", "looked at, and still the holder"
            clock.advance(2 * 60)
            assert (await unasked(radio, SignOnReason.SHIFT_OVER)).holder is None
        await told.wait(EventKind.RADIO_SIGNED_OFF, "R01")
        assert (await audited(hub, Action.SIGN_OFF_RADIO))[0][1].why == "shift_over"


async def test_nobody_holds_a_radio_for_more_than_16_hours_whatever_the_wall_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-9.5."""
    monkeypatch.setattr("hub.shifts.signing.LOOK_EVERY_S", 0.02)
    clock = ManualClock(wall_us=MONDAY_8)
    async with open_hub(tmp_path, clock=clock) as hub:
        await hire(hub)
        async with HandDevice.open(hub, "R01") as radio:
            await sign_on(radio)
            clock.jump_wall(5 * 86_400)
            clock.advance(15.9 * 3600)
            assert (await sign_on(radio, "g1", "0000")).holder == "张三"
            clock.advance(0.2 * 3600)
            assert (await unasked(radio, SignOnReason.TOO_LONG)).holder is None


async def test_next_guard_takes_over_and_who_signs_on_elsewhere_leaves_the_first_radio(tmp_path: Path) -> None:
    """P-9.5."""
    async with open_hub(tmp_path) as hub:
        for person_id, name in (("g1", "张三"), ("g2", "李四")):
            await hire(hub, person_id, name, place=Place(kind=PlaceKind.GRID, place_id="G1"))
        async with radio_on_line(hub, "R01") as first, radio_on_line(hub, "R02") as second:
            await sign_on(first, "g1")
            assert (await sign_on(first, "g2")).holder == "李四"
            assert (await sign_on(second, "g2")).holder == "李四"
            assert (await unasked(first, SignOnReason.ELSEWHERE)).holder is None
            assert hub.radios.view("R01").holder_person_id is None
            assert hub.radios.view("R02").holder_person_id == "g2"
            assert (await sign_off(second)).reason is SignOnReason.SIGNED_OFF
        whys = [(who, held.radio_id, held.why) for who, held in await audited(hub, Action.SIGN_OFF_RADIO)]
        assert whys == [
            ("g1", "R01", "signed_off"),
            ("g2", "R01", "signed_on_elsewhere"),
            ("g2", "R02", "signed_off"),
        ]


async def test_who_is_disabled_no_longer_holds_a_radio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-9.5."""
    monkeypatch.setattr("hub.shifts.signing.LOOK_EVERY_S", 0.02)
    async with open_hub(tmp_path) as hub:
        await hire(hub)
        async with radio_on_line(hub, "R01") as radio:
            await sign_on(radio)
            await hub.access.disable("g1", LOCAL)
            assert hub.radios.view("R01").holder_person_id is None
            await unasked(radio, SignOnReason.DISABLED)
            await hub.access.enable("g1", LOCAL)
            assert hub.radios.view("R01").holder_person_id is None


@pytest.mark.parametrize("pin", ["1111", "1234", "87654321", "4567890"])
async def test_digits_that_everyone_tries_first_are_no_pin(tmp_path: Path, pin: str) -> None:
    async with open_hub(tmp_path) as hub:
        with pytest.raises(Refusal) as refused:
            await hire(hub, pin=pin)
        assert (refused.value.code, pin in str(refused.value)) == ("trivial_pin", False)
