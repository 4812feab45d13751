"""The two websockets as consoles use them: the event feed, and talk with whatever a broken page may send."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from devices.radio.floor import FloorState
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import ReportMade
from hub.app import Hub
from hub.events.messages import EventKind
from hub.serve import WEBSOCKET_MAX_BYTES
from hub.storage.writer import Change
from tests.console.page import Page, listening, page_on
from tests.devices.room import DEADLINE_S, packet, until
from tests.hub import Told, client_of, sign_in, websocket
from tests.played import Person, real_radio

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def works(hub: Hub, console: httpx.AsyncClient, page: Page) -> None:
    """The page can still speak, and another that listens hears it."""
    async with page_on(console) as listener:
        await listener.say(type="listen", group_ids=["all"])
        await listening(hub, "all")
        burst_id = await page.press()
        await listener.wait("taken")
        await page.socket.send(packet(burst_id, 0, frames=2))
        await page.socket.send(packet(burst_id, 1, last=True))
        await until(lambda: len(listener.packets) == 2, "the listener heard both packets")
        assert (await listener.wait("idle"))["burst_id"] == burst_id
        assert [len(one.frames) for one in listener.packets] == [2, 1]
        assert {one.boot_id for one in listener.packets} == {hub.bridge.stamper.boot_id}


JUNK: list[str | bytes] = [
    "",
    "hello",
    "{",
    "[" * 10_000,
    '{"type": "sing"}',
    '{"type": "request"}',
    '{"type": "request", "group_id": 5, "request_id": "r"}',
    '{"type": "listen", "group_ids": "all"}',
    '{"type": "listen", "group_ids": [' + ",".join(['"x"'] * 201) + "]}",
    '{"type": "release", "burst_id": "12"}',
    b"",
    b"\x00" * 51,
    b"\xff" * 1000,
    packet(99, 0)[:-1],
    packet(99, 0) + b"x",
]


async def test_junk_on_the_talk_line_is_counted_and_the_line_goes_on(hub: Hub, console: httpx.AsyncClient) -> None:
    malformed = hub.refused.counts["malformed"]
    async with page_on(console) as page:
        for junk in JUNK:
            await page.socket.send(junk)
        await until(lambda: hub.refused.counts["malformed"] == malformed + len(JUNK), "all junk is counted")
        await works(hub, console, page)


async def test_junk_is_shown_to_the_dispatcher(hub: Hub, console: httpx.AsyncClient, told: Told) -> None:
    async with page_on(console) as page:
        await page.socket.send("hello")
        body = (await told.wait(EventKind.DEVICE_REFUSED))[-1]
    assert (body["topic"], body["reason"], body["device"].startswith("console-")) == ("/ws/talk", "malformed", True)


@pytest.mark.parametrize("frame", ["x" * (WEBSOCKET_MAX_BYTES + 1), b"\x00" * (WEBSOCKET_MAX_BYTES + 1)])
async def test_oversized_frame_closes_its_own_line_alone(
    hub: Hub, console: httpx.AsyncClient, frame: str | bytes
) -> None:
    async with page_on(console) as good:
        async with page_on(console) as bad:
            burst_id = await bad.press()
            await bad.socket.send(frame)
            await until(lambda: bad.closed is not None, "the line is closed")
            assert bad.closed == 1009  # message too big, RFC 6455 section 7.4.1
        assert (await good.wait("idle"))["burst_id"] == burst_id, "its floor is free"
        await works(hub, console, good)


async def test_console_that_vanishes_while_speaking_frees_the_floor(hub: Hub, console: httpx.AsyncClient) -> None:
    async with page_on(console) as other:
        async with page_on(console) as page:
            burst_id = await page.press()
            page.socket.transport.abort()
        assert (await other.wait("idle"))["burst_id"] == burst_id
        await works(hub, console, other)


async def test_second_console_waits_while_the_first_speaks_and_speaks_in_the_moment_of_the_release(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    async with page_on(console) as first, page_on(console) as second, page_on(console) as third:
        burst_id = await first.press()
        for page in (second, third):
            await page.say(type="request", group_id="all", request_id="mine")
            await page.wait("queued")
        await second.say(type="release", burst_id=burst_id)
        await second.socket.send(packet(burst_id, 0))
        await until(lambda: hub.refused.counts["no_floor"] > 0, "a stranger's packet is refused")
        assert hub.talk.bursts_under_way == 1
        await first.say(type="release", burst_id=burst_id)
        assert (await second.wait("granted"))["request_id"] == "mine"
        queued = await third.wait("queued", 2)
        assert (queued["request_id"], queued["position"], queued["of"]) == ("mine", 1, 1)
        await third.say(type="cancel", request_id="mine")
        await until(lambda: hub.talk._floors.by_group["all"].waiting == (), "nobody waits")


async def test_broadcast_is_for_who_may_call_and_an_emergency_is_not_asked_for_here(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    token = await sign_in(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),))
    async with client_of(console.base_url, token) as client, page_on(client) as guard, page_on(console) as officer:
        await guard.say(type="request", group_id="all", request_id="r", call="broadcast")
        assert (await guard.wait("denied"))["reason"] == "not_allowed"
        await officer.say(type="request", group_id="all", request_id="r", call="emergency")
        assert (await officer.wait("denied"))["reason"] == "not_allowed"
        await officer.say(type="request", group_id="all", request_id="r", call="broadcast")
        await officer.wait("granted")
        assert (await guard.wait("taken"))["call"] == "broadcast"
        await guard.say(type="request", group_id="all", request_id="r2")
        denied = await guard.wait("denied", 2)
    assert (denied["reason"], denied["message"]) == ("broadcast", "正在广播，请等广播结束")


async def test_unknown_group_is_denied_in_words(console: httpx.AsyncClient) -> None:
    async with page_on(console) as page:
        await page.say(type="request", group_id="nowhere", request_id="r")
        assert (await page.wait("denied"))["reason"] == "unknown_group"


async def test_console_that_falls_silent_is_told_that_the_floor_is_gone(console: httpx.AsyncClient) -> None:
    async with page_on(console) as page:
        burst_id = await page.press()
        revoked = await page.wait("revoked")
        assert (revoked["burst_id"], revoked["reason"]) == (burst_id, "no_voice_arrived")


async def test_all_call_is_heard_by_real_radios_and_the_console_is_told_how_many(
    hub: Hub, console: httpx.AsyncClient, told: Told
) -> None:
    guards = [Person(), Person()]
    async with (
        real_radio(hub, "R01", guards[0]),
        real_radio(hub, "R02", guards[1]) as answering,
        page_on(console) as page,
    ):
        await page.say(type="listen", group_ids=["all"])
        await listening(hub, "all")
        burst_id = await page.press()
        assert (await page.wait("taken"))["radios_online"] == 2
        for sequence in range(10):
            await page.socket.send(packet(burst_id, sequence, last=sequence == 9))
        await until(lambda: all(len(guard.packets) == 10 for guard in guards), "both radios heard every packet")
        await until(lambda: bool(ended(told, burst_id)), "the burst is told of as ended")
        assert (ended(told, burst_id)[0]["radios_reached"], ended(told, burst_id)[0]["radios_online"]) == (2, 2)
        last = [heard for heard in page.of("heard") if heard["ended"] and heard["burst_id"] == burst_id]
        assert [(heard["radios_hearing"], heard["radios_online"]) for heard in last] == [(2, 2)]
        answering.talking.press("all")
        await until(lambda: answering.talking.floor.state is FloorState.TALKING, "the guard has the floor")
        answering.talking.speak(b"\x48")
        answering.talking.release()
        await until(lambda: len(page.packets) == 1, "the console hears the guard's answer")
        assert page.of("taken")[1]["talker_id"] == "R02"


def ended(told: Told, burst_id: int) -> list[dict[str, Any]]:
    return [body for body in told.of(EventKind.BURST_ENDED) if body["burst_id"] == burst_id]


async def test_event_feed_follows_and_resumes_over_the_websocket(hub: Hub, console: httpx.AsyncClient) -> None:
    since = hub.events.last
    async with websocket(console, f"/ws/events?since={since}") as socket:
        await console.post("/api/alerts", json={"text": "一"})
        items = await items_from(socket, 1)
    await console.post("/api/alerts", json={"text": "二"})
    async with websocket(console, f"/ws/events?since={items[-1]['number']}&kinds=alert.issued") as socket:
        items += await items_from(socket, 1)
    assert [item["body"]["text"] for item in items if item["kind"] == "alert.issued"] == ["一", "二"]
    assert (items[0]["previous"], items[-1]["previous"]) == (since, items[-2]["number"])


async def items_from(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    async with asyncio.timeout(DEADLINE_S):
        while len(items) < count:
            items += msgspec.json.decode(await socket.recv())["items"]
    return items


async def test_console_that_stops_reading_is_closed_and_resumes_while_another_has_everything(
    hub: Hub, console: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.console.feed.MAX_FRAMES", 5)
    since, dropped = hub.events.last, hub.feed.dropped_slow
    long = ReportMade(radio_id="R01", venue_id="V01", alert_id=None, answer=None, text="长" * 2000)

    def change(open_change: Change) -> None:
        for _ in range(50):
            hub.events.append(open_change, EventKind.REPORT_MADE, "R01", long)

    path = "/ws/events?kinds=report.made&since="
    async with (
        websocket(console, f"{path}{since}", max_queue=1) as stalled,
        websocket(console, f"{path}{since}") as good,
    ):
        await stalled.recv()
        had: list[dict[str, Any]] = []
        while hub.feed.dropped_slow == dropped:
            await hub.database.write(change)
            had += await items_from(good, 50)
            assert len(had) < 20_000, "a console that reads nothing is never dropped"
        kept = []
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                kept += msgspec.json.decode(await stalled.recv())["items"]
        assert (stalled.close_code, stalled.close_reason) == (4008, "too_slow")
    made = [item.number for item in await hub.events.since(since, 20_000) if item.kind == EventKind.REPORT_MADE]
    assert [item["number"] for item in had] == made
    assert 0 < len(kept) < len(had)
    async with websocket(console, f"{path}{kept[-1]['number']}") as resumed:
        kept += await items_from(resumed, len(had) - len(kept))
    assert kept == had


@pytest.mark.parametrize(
    ("query", "code", "reason"),
    [
        ("", 4400, "since must be a number"),
        ("?since=soon", 4400, "since must be a number"),
        ("?since=-5", 4010, "too_far_back"),
        ("?since=99999999999", 4010, "too_far_back"),
        ("?since=" + "9" * 5000, 4400, "since must be a number"),
    ],
)
async def test_feed_from_a_number_that_cannot_be_is_closed_with_its_reason(
    console: httpx.AsyncClient, query: str, code: int, reason: str
) -> None:
    async with websocket(console, "/ws/events" + query) as socket:
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        assert (socket.close_code, socket.close_reason) == (code, reason)


@pytest.mark.parametrize("path", ["/ws/events?since=0", "/ws/talk"])
@pytest.mark.parametrize(
    ("host", "origin"), [("127.0.0.1", "http://evil.example"), ("127.0.0.1", "null"), ("evil.example", None)]
)
async def test_websocket_of_another_page_is_refused_at_the_handshake(
    hub: Hub, console: httpx.AsyncClient, path: str, host: str, origin: str | None
) -> None:
    refused, port = hub.guard.refused, console.base_url.port
    with pytest.raises(websockets.InvalidStatus) as handshake:
        async with connect(
            f"ws://{host}:{port}{path}",
            host="127.0.0.1",
            port=port,
            origin=websockets.Origin(origin) if origin else None,
        ):
            pass
    assert handshake.value.response.status_code == 403
    assert hub.guard.refused == refused + 1


async def test_page_that_leaves_takes_its_place_with_it(hub: Hub, console: httpx.AsyncClient) -> None:
    await until(lambda: hub.feed.clients == 0, "no client is left of earlier tests")
    for _ in range(5):
        async with websocket(console, f"/ws/events?since={hub.events.last}") as socket:
            await socket.recv()
            assert hub.feed.clients == 1
        await until(lambda: hub.feed.clients == 0, "the client is forgotten")
