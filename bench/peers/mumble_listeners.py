"""Mumble clients that listen, read by one thread as the light radios are (bench/listeners.py).

``python -m bench.peers.mumble_listeners PORT COUNT``. A turn whose burst is BY_UDP is heard by UDP, another by TCP.
"""

from __future__ import annotations

import sys
from functools import partial

from bench.listeners import Arrival, Listeners, Over, Turn, Written, allow_open_files, save
from bench.peers.mumble_client import MumbleClient, Said, heard_sequence
from bench.peers.ocb2 import OcbError

BY_TCP, BY_UDP = 1, 2
PING_EVERY_S = 10.0


class MumbleListeners:
    """All of them; the datagrams of listener n are read as listener n + count."""

    def __init__(self, port: int, count: int, listeners: Listeners) -> None:
        self._clients = [MumbleClient(port, f"listener-{number}") for number in range(count)]
        self._listeners = listeners
        for index, client in enumerate(self._clients):
            listeners.add(index, client.line)
            listeners.add(index + count, client.datagrams)
            listeners.later(PING_EVERY_S * index / count, partial(self._keep_alive, client))

    def turn(self, turn: Turn) -> None:
        for client in self._clients:
            client.hear_by_udp() if turn.burst_id == BY_UDP else client.hear_by_tcp()

    def over(self, over: Over, arrivals: list[Arrival]) -> Written:
        arrived: dict[tuple[int, int], int] = {}
        for arrival in arrivals:
            index = arrival.listener % len(self._clients)
            for packet in self._packets(index, arrival):
                sequence = heard_sequence(packet)
                if sequence is not None and sequence < over.packets:
                    arrived.setdefault((index, sequence), arrival.arrived_ns)
        save(arrived, len(self._clients), over)
        return Written()

    def _packets(self, index: int, arrival: Arrival) -> list[bytes]:
        client = self._clients[index]
        if arrival.listener == index:
            return [body for kind, body in client.messages(arrival.data) if kind == Said.TUNNEL]
        try:
            return [client.heard(arrival.data)]
        except OcbError:
            return []  # counts as lost

    def _keep_alive(self, client: MumbleClient) -> None:
        client.ping()
        self._listeners.later(PING_EVERY_S, partial(self._keep_alive, client))


def main() -> None:
    """Listen until standard input ends."""
    port, count = int(sys.argv[1]), int(sys.argv[2])
    allow_open_files(2 * count)
    listeners = Listeners()
    listeners.run(MumbleListeners(port, count, listeners))


if __name__ == "__main__":
    main()
