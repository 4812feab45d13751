"""Searches that nobody waits for are given up, a few go on at once, and who asks too much is told so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from hub.cases.searching import AT_ONCE, MOST_WAITING, Asker, Searching, Wish
from hub.console.http import while_connected
from hub.errors import Refusal
from hub.sightings.turns import GivenUp
from tests.devices.room import until

OFFICER = Asker("officer-1", "K1", Wish.HITS)


def until_given_up(given_up: threading.Event) -> str:
    """As a scan that would take for ever."""
    if given_up.wait(20):
        raise GivenUp
    return "found"


def at_once(_given_up: threading.Event) -> str:
    return "found"


def held_until(may_end: threading.Event) -> Callable[[threading.Event], str]:
    def search(_given_up: threading.Event) -> str:
        assert may_end.wait(20)
        return "found"

    return search


async def all_ended(searching: Searching) -> None:
    await until(lambda: searching.unfinished == 0, "no search is under way")


async def begun(searching: Searching, asker: Asker, search: Callable[[threading.Event], str]) -> asyncio.Task[str]:
    task = asyncio.create_task(searching.run(asker, search))
    await asyncio.sleep(0)  # one step of the loop, in which it is submitted
    return task


async def test_newer_search_of_the_same_person_and_case_takes_the_place_of_the_older() -> None:
    searching = Searching()
    older = await begun(searching, OFFICER, until_given_up)
    assert await searching.run(OFFICER, at_once) == "found"
    with pytest.raises(Refusal) as refused:
        await older
    assert (refused.value.code, refused.value.status) == ("search_replaced", 409)
    assert "已停止" in refused.value.message
    await all_ended(searching)


@pytest.mark.parametrize("other", [("officer-2", "K1", Wish.HITS), ("officer-1", "K2", Wish.HITS),
                                   ("officer-1", "K1", Wish.PATH)])  # fmt: skip
async def test_search_of_another_person_case_or_kind_stands_beside_it(other: tuple[str, str, Wish]) -> None:
    searching, may_end = Searching(), threading.Event()
    first = await begun(searching, OFFICER, held_until(may_end))
    assert await searching.run(Asker(*other), at_once) == "found"
    assert not first.done()
    may_end.set()
    assert await first == "found"
    await all_ended(searching)


async def test_search_is_given_up_when_whoever_asked_is_gone() -> None:
    searching = Searching()
    task = await begun(searching, OFFICER, until_given_up)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await all_ended(searching)


async def test_some_go_on_others_wait_and_one_too_many_is_refused_in_words() -> None:
    searching, may_end = Searching(), threading.Event()
    askers = [Asker(f"officer-{number}", "K1", Wish.HITS) for number in range(AT_ONCE + MOST_WAITING)]
    tasks = [await begun(searching, asker, held_until(may_end)) for asker in askers]
    with pytest.raises(Refusal) as refused:
        await searching.run(Asker("one too many", "K1", Wish.HITS), at_once)
    assert (refused.value.code, refused.value.status) == ("too_many_searches", 503)
    assert "请稍后再试" in refused.value.message and "try again" in refused.value.message_en
    changed = await begun(searching, askers[-1], held_until(may_end))
    may_end.set()
    assert await asyncio.gather(*tasks[:-1], changed) == ["found"] * len(askers)
    with pytest.raises(Refusal, match="newer search"):
        await tasks[-1]
    await all_ended(searching)


async def test_a_search_waiting_for_its_turn_is_never_begun_once_nobody_waits_for_it() -> None:
    searching, may_end = Searching(), threading.Event()
    tasks = [
        await begun(searching, Asker(f"officer-{number}", "K1", Wish.HITS), held_until(may_end))
        for number in range(AT_ONCE)
    ]
    was_begun = threading.Event()

    def search(_given_up: threading.Event) -> str:
        was_begun.set()
        return "found"

    waiting = await begun(searching, OFFICER._replace(case_id="K9"), search)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    may_end.set()
    await asyncio.gather(*tasks)
    await all_ended(searching)
    assert not was_begun.is_set()


async def test_what_a_search_raises_reaches_who_asked() -> None:
    def nonsense(_given_up: threading.Event) -> str:
        raise Refusal("nothing_counts", "没有条件", "nothing counts")

    searching = Searching()
    with pytest.raises(Refusal, match="nothing counts"):
        await searching.run(OFFICER, nonsense)
    assert await searching.run(OFFICER, at_once) == "found"
    await all_ended(searching)


def request_that(*messages: str, then: asyncio.Event) -> Request:
    """Its body was read; ``messages`` follow at once, then it is silent until ``then``, and gone."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if left:
            return {"type": left.pop(0)}
        await then.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


async def test_work_is_cancelled_when_the_client_closes_the_page() -> None:
    searching, gone = Searching(), asyncio.Event()
    search = searching.run(OFFICER, until_given_up)
    working = asyncio.create_task(while_connected(request_that(then=gone), search))
    await until(lambda: searching.unfinished == 1, "the search goes on")
    gone.set()
    with pytest.raises(Refusal, match="gone"):
        await working
    await all_ended(searching)


async def test_work_of_a_client_that_waits_is_answered_and_its_errors_too() -> None:
    async def refuse() -> str:
        raise Refusal("no", "不", "no")

    searching = Searching()
    waiting = request_that("http.request", then=asyncio.Event())
    assert await while_connected(waiting, searching.run(OFFICER, at_once)) == "found"
    with pytest.raises(Refusal, match="no"):
        await while_connected(waiting, refuse())


async def test_searches_that_go_on_are_given_up_when_the_hub_ends_and_no_further_one_begins() -> None:
    searching = Searching()
    going_on = [await begun(searching, Asker(f"officer-{n}", "K1", Wish.HITS), until_given_up) for n in range(6)]
    async with asyncio.timeout(10):
        await searching.stop()
    for task in going_on:
        with pytest.raises(Refusal, match="hub ends"):
            await task
    with pytest.raises(Refusal, match="hub ends"):
        await searching.run(OFFICER, at_once)
    await all_ended(searching)
