"""The hub's book of seals: whose words are taken, each once, also over a restart of the hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.seal import WILL_COUNTER, Sealer, seal
from devices.protocol.topics import parse_up
from hub.bridge.refused import RefusedReason
from hub.bridge.seals import WINDOW, SealBook, SealRefused, Taken
from hub.storage.database import Database
from hub.tasks import end_tasks
from tests.devices.room import until
from tests.hub import open_database

KEY, OTHER_KEY = b"1" * 32, b"2" * 32


class Keys:
    """Which devices are enrolled."""

    def __init__(self) -> None:
        self.of = {"R01": KEY, "R02": OTHER_KEY}

    def __call__(self, device_id: str) -> bytes | None:
        return self.of.get(device_id)


class Book:
    """A seal book, asked about R01's words unless the test says otherwise."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.seals = SealBook(database, keys)
        self.seals.open()

    def take(self, payload: bytes, what: str = "report", device_id: str = "R01", retained: bool = False) -> str:
        """What was in it, or why it is refused; "void" for what means nothing any more."""
        topic = f"qs/1/radio/{device_id}/{what}"
        try:
            body = self.seals.check(parse_up(topic), topic, payload, retained)
        except SealRefused as refused:
            return refused.reason.value
        return "void" if body is None else body.decode()

    def hear(self, birth_count: int, counter: int, what: str = "report", retained: bool = False) -> str:
        """The same for a message of R01 with this seal."""
        payload = seal(KEY, f"qs/1/radio/R01/{what}", b"taken", birth_count, counter)
        return self.take(payload, what, retained=retained)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path) as opened:
        yield opened


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def book(database: Database, keys: Keys) -> Book:
    return Book(database, keys)


async def test_words_of_the_device_are_taken_once(book: Book) -> None:
    """P-10.4."""
    assert book.hear(7, 1) == "taken"
    assert book.hear(7, 1) == "replayed"
    assert book.hear(7, 2) == "taken"


async def test_words_for_another_are_refused(book: Book) -> None:
    """P-10.3."""
    forged = seal(OTHER_KEY, "qs/1/radio/R01/report", b"R02 for R01", 7, 1)
    assert book.take(forged) == "forged"
    assert book.take(b"no seal at all") == "forged"
    own = seal(OTHER_KEY, "qs/1/radio/R02/report", b"for itself", 7, 1)
    assert book.take(own, device_id="R02") == "for itself"
    assert book.take(own) == "forged", "R02's own words under R01's name"


async def test_device_without_a_key_is_refused_and_told_what_to_do(book: Book, keys: Keys) -> None:
    assert book.hear(7, 1) == "taken"
    del keys.of["R01"]
    with pytest.raises(SealRefused, match="not enrolled, or revoked") as refused:
        topic = "qs/1/radio/R01/report"
        book.seals.check(parse_up(topic), topic, seal(KEY, topic, b"x", 7, 2), False)
    assert refused.value.reason is RefusedReason.UNKNOWN_DEVICE


async def test_words_of_an_older_birth_are_refused(book: Book) -> None:
    """P-10.4."""
    assert book.hear(7, 5, "acknowledgement") == "taken"
    assert book.hear(8, 1, "birth") == "taken"
    assert book.hear(7, 6, "acknowledgement") == "replayed"
    assert book.hear(7, 9, "birth") == "replayed"


async def test_will_is_taken_after_everything_its_connection_said_and_after_the_orderly_death(book: Book) -> None:
    """P-10.2."""
    assert [book.hear(7, counter) for counter in (1, 2, 3)] == ["taken"] * 3
    assert book.hear(7, 4, "death") == "taken"
    assert book.hear(7, WILL_COUNTER, "death") == "taken"
    assert book.hear(7, WILL_COUNTER, "death") == "replayed"
    assert book.hear(7, 5) == "taken", "a broker may hand it on after the will"
    assert book.hear(7, 3) == "replayed"
    assert book.hear(8, 1, "birth") == "taken"


async def test_death_of_a_birth_that_is_over_is_void_and_no_refusal(book: Book) -> None:
    """P-10.5."""
    assert book.hear(8, 1, "birth") == "taken"
    assert book.hear(7, WILL_COUNTER, "death") == "void"


async def test_retained_states_are_taken_again_but_not_those_of_an_older_birth(book: Book) -> None:
    """P-10.5."""
    assert book.hear(8, 1, "birth", retained=True) == "taken"
    assert book.hear(8, 40) == "taken"
    assert book.hear(8, 1, "birth", retained=True) == "taken"
    assert book.hear(7, 1, "birth", retained=True) == "void"
    assert book.hear(7, WILL_COUNTER, "death", retained=True) == "void"
    assert book.hear(8, 1, "birth") == "replayed", "nobody may say it again"
    forged = seal(OTHER_KEY, "qs/1/radio/R01/birth", b"x", 9, 1)
    assert book.take(forged, "birth", retained=True) == "forged"


async def test_restarted_hub_refuses_what_it_took_before(book: Book, database: Database, keys: Keys) -> None:
    """P-10.6."""
    assert [book.hear(7, counter) for counter in (1, 2, 4)] == ["taken"] * 3
    await book.seals.save()
    after = Book(database, keys)
    assert [after.hear(7, counter) for counter in (1, 2, 3, 4)] == ["replayed"] * 4
    assert after.hear(7, 1, "birth", retained=True) == "taken"
    assert after.hear(7, 5) == "taken"
    assert after.hear(8, 1) == "taken"


async def test_restarted_hub_knows_that_a_connection_had_ended(book: Book, database: Database, keys: Keys) -> None:
    assert book.hear(7, WILL_COUNTER, "death") == "taken"
    await book.seals.save()
    after = Book(database, keys)
    assert after.hear(7, WILL_COUNTER, "death") == "replayed"
    assert after.hear(7, WILL_COUNTER, "death", retained=True) == "taken"
    assert after.hear(8, 1, "birth") == "taken"


async def test_what_was_taken_is_on_disk_without_an_orderly_end(
    book: Book, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-10.6."""
    monkeypatch.setattr("hub.bridge.seals.SAVE_EVERY_S", 0.01)
    running = asyncio.create_task(book.seals.run())
    assert book.hear(7, 1) == "taken"
    await until(lambda: Book(database, keys).hear(7, 1) == "replayed", "it is on disk")
    await end_tasks(running)


async def test_device_with_a_new_key_begins_anew(book: Book, database: Database, keys: Keys) -> None:
    """P-10.7."""
    assert book.hear(1_700_000_000_000, 9) == "taken"
    await book.seals.save()
    keys.of["R01"] = b"3" * 32
    for one, why in ((book, "former_key"), (Book(database, keys), "forged")):
        topic = "qs/1/radio/R01/birth"
        assert one.take(seal(b"3" * 32, topic, b"counts from 1 again", 1, 1), "birth") == "counts from 1 again"
        assert one.hear(1_700_000_000_000, 10) == why, "the old key is worth nothing"


async def test_what_a_device_left_under_its_former_key_alarms_nobody(book: Book, keys: Keys) -> None:
    """P-10.7."""
    assert book.hear(7, 1) == "taken"
    keys.of["R01"] = b"3" * 32
    assert book.hear(7, WILL_COUNTER, "death") == "void"
    assert book.hear(7, 1, "birth", retained=True) == "void"
    assert book.hear(7, 2) == "former_key"
    assert book.take(seal(OTHER_KEY, "qs/1/radio/R01/death", b"x", 7, 3), "death") == "forged"


async def test_device_that_is_gone_is_forgotten(book: Book, database: Database, keys: Keys) -> None:
    assert book.hear(7, 1) == "taken"
    del keys.of["R01"]
    await book.seals.save()
    keys.of["R01"] = KEY
    assert Book(database, keys).hear(7, 1) == "taken"


@given(st.permutations(range(1, 41)), st.lists(st.integers(1, 40), max_size=60))
def test_any_order_within_the_window_is_taken_and_nothing_twice(order: list[int], again: list[int]) -> None:
    """P-10.4."""
    taken = Taken(b"")
    assert all(taken.take(1, counter) for counter in order)
    assert not any(taken.take(1, counter) for counter in again)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3 * WINDOW)), max_size=200))
def test_nothing_is_ever_taken_twice(said: list[tuple[int, int]]) -> None:
    """P-10.4."""
    taken = Taken(b"")
    heard = [pair for pair in said if taken.take(*pair)]
    assert len(heard) == len(set(heard))


def test_what_is_further_behind_than_the_window_is_refused() -> None:
    """P-10.4."""
    taken = Taken(b"")
    assert taken.take(1, WINDOW + 1)
    assert taken.take(1, 2)
    assert not taken.take(1, 1)


async def test_sealer_and_book_agree(book: Book) -> None:
    sealer = Sealer(KEY, 7)
    topic = "qs/1/radio/R01/report"
    assert [book.take(sealer.seal(topic, f"{n}".encode())) for n in range(5)] == ["0", "1", "2", "3", "4"]
