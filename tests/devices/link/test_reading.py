"""Packets out of the byte stream, however the network cuts it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from gmqtt.mqtt.package import Package
from gmqtt.mqtt.utils import ConnectionState, IdGenerator
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.link.reading import MAX_PACKET_BYTES, ReadingProtocol


class Line:
    """A protocol with somebody who notes what it hands on."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.packages: list[Package] = []
        self.closed = False
        self.protocol = ReadingProtocol(
            lambda topic, payload: self.messages.append((topic, payload)),
            loop=asyncio.new_event_loop(),
            connection_state=ConnectionState(),
            id_generator=IdGenerator(),
        )
        self.protocol.set_connection(self)
        self.protocol._transport = self

    def put_package(self, package: Package) -> None:
        self.packages.append(package)

    def close(self) -> None:
        self.closed = True

    def read(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.protocol.data_received(piece)
        self.protocol._loop.close()


def length(value: int) -> bytes:
    coded = bytearray()
    while value >= 128:
        coded.append(value & 127 | 128)
        value >>= 7
    return bytes([*coded, value])


def publish(topic: bytes, payload: bytes, *, properties: bytes = b"", qos: int = 0) -> bytes:
    packet_id = b"\x00\x07" if qos else b""
    body = len(topic).to_bytes(2, "big") + topic + packet_id + length(len(properties)) + properties + payload
    return bytes([0x30 | qos << 1]) + length(len(body)) + body


PAYLOADS = st.lists(st.binary(max_size=400), max_size=8)


@settings(deadline=None)
@given(payloads=PAYLOADS, cuts=st.lists(st.integers(min_value=0), max_size=12))
def test_messages_come_whole_and_in_order_wherever_the_stream_is_cut(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(publish(b"qs/1/hub/tick", payload) for payload in payloads)
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    line = Line()
    line.read(*(stream[a:b] for a, b in pairwise(places)))
    assert line.messages == [("qs/1/hub/tick", payload) for payload in payloads]
    assert line.packages == []


def test_what_is_not_a_plain_publish_goes_the_long_way() -> None:
    line = Line()
    ping, confirmed = b"\xd0\x00", publish(b"t", b"confirmed", qos=1)
    dated = publish(b"t", b"dated", properties=b"\x02\x00\x00\x00\x05")
    line.read(ping + confirmed + dated + publish(b"t", b"plain"))
    assert [package.cmd for package in line.packages] == [0xD0, 0x32, 0x30]
    assert line.messages == [("t", b"plain")]


@pytest.mark.parametrize(
    "stream", [b"\x30\xff\xff\xff\xff\x01", b"\x30" + length(MAX_PACKET_BYTES + 1)], ids=["no length", "too long"]
)
def test_stream_that_is_no_mqtt_or_too_large_is_closed(stream: bytes) -> None:
    line = Line()
    line.read(stream)
    assert line.closed


@settings(deadline=None)
@given(stream=st.binary(max_size=300))
def test_no_bytes_can_upset_the_reader(stream: bytes) -> None:
    line = Line()
    line.read(stream)
    read = sum(len(payload) for _, payload in line.messages) + sum(len(package.data) for package in line.packages)
    assert read <= len(stream)
