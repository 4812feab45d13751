"""The outbox: what was stored goes out, whatever crashes in between."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Down
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import NewAlert
from hub.alerts.tables import deliveries
from hub.app import Hub
from hub.bridge.outbox import IN_FLIGHT, Outbox, Outgoing
from hub.bridge.tables import outbox as outbox_table
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.tasks import end_tasks
from tests.devices.room import BROKERS, DEADLINE_S, by_hand, open_broker, until
from tests.hub import address_of, open_database, open_hub
from tests.played import HandDevice, Person, real_radio


class Post:
    """An outbox and a broker that takes or loses what it is given."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outbox = Outbox(database)
        self.connected = asyncio.Event()
        self.connected.set()
        self.given: list[Outgoing] = []
        self.taken: list[str] = []
        self.lose: Callable[[Outgoing], bool] = lambda message: False
        self.answers: dict[str, asyncio.Future[None]] = {}
        """The broker's, for the messages that it is slow to take."""

    def open(self) -> None:
        self.outbox.open()
        self.outbox.when_taken(lambda change, purposes: self.taken.extend(purposes))

    async def send(self, *words: str, fails: bool = False) -> None:
        def change(open_change: Change) -> None:
            for word in words:
                self.outbox.send(open_change, f"t/{word}", word.encode(), expires_in_s=60, purpose=word)
            if fails:
                raise LookupError

        await self.database.write(change)

    def publish(self, message: Outgoing) -> asyncio.Future[None]:
        self.given.append(message)
        if message.purpose in self.answers:
            return self.answers[message.purpose]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.lose(message):
            done.set_exception(ConnectionError("lost"))
        else:
            done.set_result(None)
        return done

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.outbox.run(self.publish, self.connected))
        try:
            yield
        finally:
            await end_tasks(task)

    async def rows(self) -> list[str]:
        query = sa.select(outbox_table.c.purpose).order_by(outbox_table.c.number)
        return await self.database.read(lambda connection: list(connection.execute(query).scalars()))

    async def until_empty(self) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while await self.rows():
                continue


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with open_database(tmp_path) as database:
        opened = Post(database)
        opened.open()
        yield opened


async def test_message_leaves_when_the_broker_has_taken_it(post: Post) -> None:
    await post.send("one", "two")
    assert (await post.rows(), post.outbox.waiting) == (["one", "two"], 2)
    async with post.running():
        await post.until_empty()
    assert [(message.topic, message.payload) for message in post.given] == [("t/one", b"one"), ("t/two", b"two")]
    assert post.taken == ["one", "two"]


async def test_change_that_fails_sends_nothing(post: Post) -> None:
    with pytest.raises(LookupError):
        await post.send("never", fails=True)
    await post.send("sent")
    async with post.running():
        await post.until_empty()
    assert [message.purpose for message in post.given] == ["sent"]


async def test_lost_message_is_given_again_and_the_taken_one_is_not(post: Post) -> None:
    post.lose = lambda message: message.purpose == "two" and len(post.given) <= 3
    await post.send("one", "two", "three")
    async with post.running():
        await post.until_empty()
    assert [message.purpose for message in post.given] == ["one", "two", "three", "two"]


async def test_message_that_is_not_taken_yet_keeps_no_other_waiting(post: Post) -> None:
    slow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    post.answers["slow"] = slow
    words = [f"w{number}" for number in range(2 * IN_FLIGHT)]
    await post.send("slow", *words)
    async with post.running():
        async with asyncio.timeout(DEADLINE_S):
            while await post.rows() != ["slow"]:
                continue
        assert (post.outbox.waiting, sorted(post.taken)) == (0, sorted(words))
        slow.set_result(None)
        await post.until_empty()
    assert post.taken[-1] == "slow"


async def test_no_more_are_under_way_than_the_bound(post: Post) -> None:
    words = [f"w{number}" for number in range(IN_FLIGHT + 1)]
    post.answers = {word: asyncio.get_running_loop().create_future() for word in words}
    await post.send(*words)
    async with post.running():
        await until(lambda: len(post.given) == IN_FLIGHT, "as many are given as may be under way")
        assert post.outbox.waiting == 1
        for answer in post.answers.values():
            answer.set_result(None)
        await post.until_empty()
    assert [message.purpose for message in post.given] == words


async def test_nothing_is_given_while_the_broker_is_away(post: Post) -> None:
    post.connected.clear()
    async with post.running():
        await post.send("one")
        await post.send("two")
        assert post.given == []
        post.connected.set()
        await post.until_empty()
    assert post.taken == ["one", "two"]


@asynccontextmanager
async def left_by_an_earlier_run(folder: Path, *words: str) -> AsyncIterator[Post]:
    """A hub started anew in a folder in which one was killed that had stored these and sent none."""
    async with open_database(folder) as database:
        before = Post(database)
        before.open()
        await before.send(*words)
    async with open_database(folder) as database:
        after = Post(database)
        after.open()
        yield after


async def test_crash_between_storing_and_sending_loses_nothing(tmp_path: Path) -> None:
    async with left_by_an_earlier_run(tmp_path, "one", "two") as after:
        async with after.running():
            await after.send("three")
            await after.until_empty()
        assert [message.purpose for message in after.given] == ["one", "two", "three"]
        numbers = [message.number for message in after.given]
        assert numbers == sorted(set(numbers))


async def test_what_an_earlier_run_left_is_coded_anew_or_dropped(tmp_path: Path) -> None:
    async with left_by_an_earlier_run(tmp_path, "one", "two") as after:
        after.outbox.renew(lambda left: left._replace(payload=b"anew") if left.purpose == "two" else None)
        async with after.running():
            await after.until_empty()
        assert [message.payload for message in after.given] == [b"anew"]
        assert after.taken == ["two"]


async def leave_rows(folder: Path, clock: ManualClock) -> tuple[str, str]:
    """The database of a hub that ended between storing two alerts and sending them: a short one, and a long one."""
    async with open_hub(folder, clock=clock) as hub:
        short = await hub.alerts.issue(NewAlert(text="短", expires_in_s=60), "duty")
        long = await hub.alerts.issue(NewAlert(text="长", expires_in_s=600), "duty")
    async with open_database(folder, clock) as database:
        outbox = Outbox(database)
        outbox.open()

        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.update(deliveries).values(attempts=1))
            for alert in (short, long):
                outbox.send(
                    open_change, "qs/1/radio/R01/alert", b"old", expires_in_s=600, purpose=f"alert:{alert.alert_id}:R01"
                )

        await database.write(change)
    return short.alert_id, long.alert_id


async def test_alert_left_by_a_crash_goes_out_once_with_the_time_it_has_left(tmp_path: Path) -> None:
    clock = ManualClock()
    short, long = await leave_rows(tmp_path / "hub", clock)
    clock.advance(100)
    async with (
        open_broker("managed", tmp_path / "broker") as broker,
        HandDevice.join(by_hand(broker.hub_address, "R01")) as radio,
        open_hub(tmp_path / "hub", address_of(broker), clock=clock, broker_password=broker.hub_address.password) as hub,
    ):
        heard = (await radio.hear(Down.ALERT, wire.AlertMessage))[0]
        assert (heard.alert_id, heard.attempt, heard.expires_in_s) == (long, 1, 500)
        assert heard.stamp.boot_id == hub.bridge.stamper.boot_id
        await until(lambda: hub.outbox.waiting == 0, "the outbox is empty")
        states = await delivery_states(hub, short, "R01"), await delivery_states(hub, long, "R01")
        async with asyncio.timeout(DEADLINE_S):
            while states != (DeliveryState.EXPIRED, DeliveryState.SENT):
                states = await delivery_states(hub, short, "R01"), await delivery_states(hub, long, "R01")
        assert len(radio.said_to_me(Down.ALERT, wire.AlertMessage)) == 1
        query = sa.select(sa.func.count()).select_from(outbox_table)
        assert await hub.database.read(lambda connection: connection.execute(query).scalar()) == 0


async def delivery_states(hub: Hub, alert_id: str, radio_id: str) -> DeliveryState:
    found = await hub.alerts.find(alert_id)
    return next(one.state for one in found.deliveries if one.radio_id == radio_id)


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_killed_while_an_alert_goes_out_delivers_it_once_to_all(kind: str, tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub", kind, venues=12) as hub, AsyncExitStack() as stack:
        shown: dict[str, list[str]] = {}
        for radio_id in hub.registry.radios:
            person = Person()
            shown[radio_id] = person.shown
            await stack.enter_async_context(real_radio(hub, radio_id, person, tmp_path / radio_id))
        await until(lambda: hub.radios.online == 12, "all radios are on line")
        issuing = asyncio.ensure_future(hub.alerts.issue(NewAlert(text="全体注意"), "duty"))
        assert hub.broker.pid is not None
        os.kill(hub.broker.pid, signal.SIGKILL)
        alert = await issuing
        await until(lambda: all(shown.values()), "every radio shows the alert", 30)
        found = await hub.alerts.find(alert.alert_id)
        async with asyncio.timeout(DEADLINE_S):
            while {one.state for one in found.deliveries} != {DeliveryState.PLAYED}:
                found = await hub.alerts.find(alert.alert_id)
        assert set(map(tuple, shown.values())) == {(alert.alert_id,)}
        assert hub.broker.restarts == 1
