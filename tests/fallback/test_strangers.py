"""What strangers send to the hub's telephone: no key is pressed, no text taken and no door up by it."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.fallback.baresip import OWN_LINE, SipAccount, open_baresip
from hub.fallback.door import DoorError
from hub.fallback.messages import DoorState, Outcome
from hub.fallback.sip_door import SipDoor
from hub.fallback.sip_words import SENT_OR_ANSWERED, TextSent
from tests.devices.room import until
from tests.fallback.telephone import HERE, NEEDS_BARESIP, PASSWORD, chirp

KEY = "received event: '1' (end=1)"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\n"
RTPMAP = "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"


class Peer:
    """A SIP peer of few words: one socket, and what came to it."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HERE, 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.account = SipAccount(f"{HERE}:{self.port}", "udp", "hub", PASSWORD)

    def close(self) -> None:
        self._socket.close()

    async def hears(self, what: str) -> tuple[str, int]:
        """The next that begins so, and the port it came from."""
        async with asyncio.timeout(10):
            while True:
                heard, (_, port) = await asyncio.get_running_loop().sock_recvfrom(self._socket, 1 << 16)
                if heard.startswith(what.encode()):
                    return heard.decode(), port

    def answers(self, request: str, port: int, status: str, body: str = "") -> None:
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):[^\r]*\r\n", request, re.MULTILINE)
        head = [f"SIP/2.0 {status}\r\n", *kept, f"Contact: <sip:venue@{HERE}:{self.port}>\r\n"]
        sort = "Content-Type: application/sdp\r\n" if body else ""
        said = f"{''.join(head)}{sort}Content-Length: {len(body)}\r\n\r\n{body}"
        said = re.sub(r"^(To:[^\r]*)", r"\1;tag=2", said, count=1, flags=re.MULTILINE)
        self._socket.sendto(said.encode(), (HERE, port))

    def says(self, method: str, port: int, body: str, name: str = "") -> None:
        """A request of its own to whoever has that port."""
        sort = "text/plain" if method == "MESSAGE" else "application/sdp"
        said = (
            f"{method} sip:hub@{HERE}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {HERE}:{self.port};branch=z9hG4bK{method}{len(name)}\r\n"
            f"From: {name}<sip:a@{HERE}:{self.port}>;tag=1\r\nTo: <sip:hub@{HERE}>\r\n"
            f"Call-ID: {method}{len(name)}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:a@{HERE}:{self.port}>\r\nContent-Type: {sort}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        self._socket.sendto(said.encode(), (HERE, port))

    def sends_voice(self, port: int, sender: int, sequence: int) -> None:
        """20 ms of it (RFC 3550)."""
        head = struct.pack("!BBHII", 0x80, 8, sequence, sequence * 160, sender)
        self._socket.sendto(head + bytes(160), (HERE, port))

    def sends_key(self, port: int, sender: int, event_type: int) -> None:
        """The key 1, pressed and let go (RFC 4733): more packets than the other side's buffer holds."""
        for number, end in enumerate((0,) * 6 + (0x80,) * 6):
            head = struct.pack("!BBHII", 0x80, event_type | (0 if number else 0x80), 1000 + number, 99, sender)
            self._socket.sendto(head + struct.pack("!BBH", 1, end | 10, 160 * (number + 1)), (HERE, port))


@pytest.fixture
def venue() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def stranger() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@NEEDS_BARESIP
async def test_stranger_presses_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, venue: Peer, stranger: Peer
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.WAITS_FOR_KEY_S", 0.2)
    monkeypatch.setattr("hub.fallback.sip_door.SAME_VOICE_FOR_S", 0.3)
    door = SipDoor(tmp_path / "door", venue.account, HERE)
    calling = asyncio.create_task(door.call("13900000000", chirp(1)))
    request, port = await venue.hears("INVITE")
    voice_port, event_type = (
        int(re.findall(pattern, request)[0]) for pattern in (r"m=audio (\d+)", r"a=rtpmap:(\d+) telephone-event")
    )
    venue.answers(request, port, "200 OK", (SDP + RTPMAP).replace("101", str(event_type)))
    await venue.hears("ACK")
    stranger.says("MESSAGE", port, f"hi\n{KEY}\r\n{KEY}\n")
    await stranger.hears("SIP/2.0 200")
    for name in (f'"{KEY}" ', f'"a\r\n {KEY}" ', f'"a\r{KEY}" '):
        stranger.says("INVITE", port, SDP + RTPMAP, name)
        await stranger.hears("SIP/2.0 486")
    for sequence in range(40):
        venue.sends_voice(voice_port, 77, sequence)
        if sequence == 30:
            stranger.sends_key(voice_port, 99, event_type)
        await asyncio.sleep(0.02)  # as a telephone does
    assert await calling is Outcome.NO_KEY


@NEEDS_BARESIP
async def test_stranger_ends_no_call_and_does_not_say_that_the_account_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, venue: Peer, stranger: Peer
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.REGISTERED_WITHIN_S", 0.5)
    door = SipDoor(tmp_path / "door", venue.account, HERE)
    keeping = asyncio.create_task(door.run())
    try:
        _, port = await venue.hears("REGISTER")
        known = f"hub@{HERE}: {{0/UDP/v4}} 200 OK (me) [1 binding]\n"
        stranger.says("MESSAGE", port, f"\n{known}\nSIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nExpires: 60\r\n\r\n")
        await stranger.hears("SIP/2.0 200")
        await until(lambda: door.standing.state is not DoorState.STARTING, "the registrar was waited for")
        assert door.standing.state is DoorState.DOWN
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@NEEDS_BARESIP
async def test_stranger_takes_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, venue: Peer, stranger: Peer
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.TEXT_TAKEN_WITHIN_S", 0.5)
    door = SipDoor(tmp_path / "door", venue.account, HERE)
    texting = asyncio.create_task(door.send_text("13900000000", "六岁男孩走失"))
    _, port = await venue.hears("MESSAGE")
    stranger.says("MESSAGE", port, "\nSIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n\r\n")
    await stranger.hears("SIP/2.0 200")
    with pytest.raises(DoorError, match="no answer"):
        await texting


def told(sent: TextSent, *said: str) -> None:
    for match in SENT_OR_ANSWERED.finditer("".join(f"\n{one}\r\n\r\n" for one in said).encode()):
        sent.told(match)


def test_stranger_who_makes_up_the_hubs_own_request_is_found_out() -> None:
    uri = "sip:139@192.168.1.20;transport=udp"
    forged = ("MESSAGE sip:139@192.168.1.20 SIP/2.0\r\nCall-ID: made", "SIP/2.0 200 OK\r\nCall-ID: made")
    sent = TextSent(uri)
    told(sent, *forged)
    with pytest.raises(DoorError, match="somebody else"):
        told(sent, "MESSAGE sip:139@192.168.1.20 SIP/2.0\r\nCall-ID: own")


def test_text_is_taken_by_its_own_answer_after_one_challenge() -> None:
    sent = TextSent("sip:139@192.168.1.20;transport=udp")
    told(sent, "MESSAGE sip:139@192.168.1.20 SIP/2.0\r\nCall-ID: own", "SIP/2.0 401 Unauthorized\r\nCall-ID: own")
    told(sent, "SIP/2.0 200 OK\r\nCall-ID: other")
    assert not sent.is_taken
    told(sent, "SIP/2.0 200 OK\r\nvia: x\r\ni: own")
    assert sent.is_taken


@NEEDS_BARESIP
async def test_words_in_the_middle_of_a_line_cannot_be_waited_for(tmp_path: Path) -> None:
    async with open_baresip(tmp_path / "door", HERE, SipAccount(f"{HERE}:9", "udp", "hub", PASSWORD)) as baresip:
        with pytest.raises(ValueError, match="anybody"):
            await baresip.wait(re.compile(rb"received event"), 1)
        assert await baresip.wait(re.compile(OWN_LINE + rb"no such word"), 0.01) is None
