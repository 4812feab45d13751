"""What the hub says in one turn goes out together, whole and in order, however little the line takes at once."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode

from hub.bridge import packets
from hub.bridge.outgoing import send_together, write_while_open


async def test_packets_go_out_whole_and_in_order_when_the_line_takes_parts_of_them() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    client = aiomqtt.Client("127.0.0.1")
    send_together(client)
    paho = client._client
    paho._sock = ours
    said = [packets.publish("qs/1/hub/tick", bytes((number % 256,)) * (number * 7 % 900)) for number in range(500)]
    for packet in said:
        paho._out_packet.append(
            {
                "command": packets.PUBLISH, "mid": 1, "qos": 1, "pos": 0,
                "to_process": len(packet), "packet": packet, "info": None,
            }
        )  # fmt: skip
    heard, refused = b"", 0
    while len(heard) < sum(map(len, said)):
        refused += paho._packet_write() is MQTTErrorCode.MQTT_ERR_AGAIN
        heard += theirs.recv(1_000)
    assert heard == b"".join(said)
    assert refused > 0
    paho._sock = None
    ours.close()
    theirs.close()


async def test_line_that_breaks_as_it_wants_to_write_leaves_nothing_behind() -> None:
    loop, failed = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _loop, context: failed.append(context))
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    client = aiomqtt.Client("127.0.0.1")
    write_while_open(client)
    paho = client._client
    paho._sock = ours
    descriptor = ours.fileno()
    paho._call_socket_register_write()
    paho._sock_close()
    other, another = socket.socketpair()  # one of the two has the descriptor that was the line's
    assert descriptor in (other.fileno(), another.fileno())
    await asyncio.sleep(0)
    assert not loop.remove_writer(descriptor), "what is another's is not watched"
    assert not failed
    for one in (theirs, other, another):
        one.close()


async def test_line_that_takes_nothing_is_written_on_when_it_takes_more() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    client = aiomqtt.Client("127.0.0.1")
    write_while_open(client)
    paho = client._client
    paho._sock = ours
    packet = packets.publish("qs/1/hub/tick", bytes(100_000))
    paho._packet_queue(packets.PUBLISH, packet, 1, 1)
    heard = b""
    async with asyncio.timeout(5):
        while len(heard) < len(packet):
            heard += await asyncio.get_running_loop().sock_recv(theirs, 65_536)
    assert heard == packet
    paho._sock_close()
    theirs.close()
