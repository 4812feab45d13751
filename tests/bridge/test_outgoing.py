"""What the hub says in one turn goes out together, whole and in order, however little the line takes at once."""

from __future__ import annotations

import socket

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode

from hub.bridge import packets
from hub.bridge.outgoing import send_together


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
