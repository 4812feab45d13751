"""Finding cameras: real datagrams, by multicast over loopback (which needs no network), and to single addresses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.clock import SystemClock
from hub.errors import Refusal
from hub.onvif.discovery import MAX_ANSWER_BYTES, discover, read_answer
from hub.onvif.reading import Unreadable, read_xml
from hub.onvif.records import FoundDevice
from hub.onvif.service import Onvif
from simulators.cameras.onvif import OnvifDevice, OnvifServer
from simulators.cameras.onvif_answers import probe_matches
from simulators.cameras.onvif_faults import SPOILT

WITHIN_S = 5.0
"""Searches that are answered end at once."""
NOBODY_WITHIN_S = 0.3


async def test_camera_is_found_by_its_address_with_its_name_and_where_it_hangs() -> None:
    async with OnvifServer(OnvifDevice(streams=(), called="127.0.0.1"), SystemClock()) as server:
        found = await discover(None, [f"127.0.0.1:{server.discovery_port}"], WITHIN_S)
    address = f"onvif://127.0.0.1:{server.port}"
    assert list(found.devices.values()) == [
        FoundDevice(address=address, name="大门", hardware="DS-2CD", location="anlong")
    ]


async def test_camera_is_found_by_multicast() -> None:
    device = OnvifDevice(streams=(), called="127.0.0.1")
    async with OnvifServer(device, SystemClock(), interface="127.0.0.1") as server:
        found = await discover("127.0.0.1", (), 0.5)  # the whole time: how many there are nobody knows
    assert f"onvif://127.0.0.1:{server.port}" in found.devices


class _Answering(asyncio.DatagramProtocol):
    """Answers each probe by several datagrams."""

    def __init__(self, answers: Callable[[bytes], list[bytes]]) -> None:
        self._answers = answers

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for text in self._answers(data):
            self._transport.sendto(text, addr)


async def test_answers_that_are_bombs_noise_or_too_large_are_counted_and_the_camera_is_found_all_the_same() -> None:
    def answers(probe: bytes) -> list[bytes]:
        asked = probe.split(b"MessageID>")[1].split(b"<")[0].decode()
        large = probe_matches(asked, "127.0.0.1", 80) + b" " * MAX_ANSWER_BYTES
        of_another = probe_matches("uuid:another", "127.0.0.1", 81)
        return [*SPOILT.values(), large, of_another, probe_matches(asked, "127.0.0.1", 80)]

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Answering(answers), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        found = await discover(None, [f"127.0.0.1:{port}"], WITHIN_S)
    finally:
        transport.close()
    assert list(found.devices) == ["onvif://127.0.0.1"]
    assert found.not_understood == {"127.0.0.1"}


def test_device_is_where_it_answered_from_whatever_it_calls_itself() -> None:
    found = read_answer(probe_matches("m", "203.0.113.9", 8000), "192.168.1.64", "m")
    assert found is not None
    assert found.address == "onvif://192.168.1.64:8000"


@given(st.binary(max_size=300))
def test_nothing_that_a_device_may_send_ends_otherwise_than_as_xml_or_unreadable(noise: bytes) -> None:
    for text in (noise, b"<a>" + noise + b"</a>", b'<?xml version="1.0" encoding="' + noise[:12] + b'"?><a/>'):
        with contextlib.suppress(Unreadable):
            read_xml(text)


async def test_interface_that_is_not_this_machines_is_said_and_one_search_goes_on_at_a_time() -> None:
    onvif = Onvif(SystemClock(), within_s=NOBODY_WITHIN_S)
    with pytest.raises(Refusal) as wrong:
        await onvif.discover("203.0.113.9", ())
    for address in ("999.1.1.1", "127.0.0.1:99999", "255.255.255.255"):
        with pytest.raises(Refusal, match="cannot be sent"):
            await onvif.discover(None, [address])
    first = asyncio.ensure_future(onvif.discover(None, ["127.0.0.1:9"]))
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as second:
        await onvif.discover(None, ["127.0.0.1:9"])
    assert (await first).devices == ()
    assert (wrong.value.code, second.value.code) == ("cannot_search", "search_under_way")
