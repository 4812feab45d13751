"""Sockets that are read together: each has what came to it, whoever else goes."""

from __future__ import annotations

import asyncio
import socket

from hub.footage.live.together import Together


def pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return ours, theirs


async def test_each_socket_has_what_came_to_it_and_goes_on_when_another_is_closed() -> None:
    together = Together()
    for _ in range(2):  # nothing is left of the first time
        pairs = [pair() for _ in range(3)]
        for ours, _ in pairs:
            together.add(ours)
        async with asyncio.timeout(5):
            reading = [asyncio.create_task(together.read(ours, 100)) for ours, _ in pairs]
            for number, (_, theirs) in enumerate(pairs):
                theirs.send(b"%d" % number)
            assert await asyncio.gather(*reading) == [b"0", b"1", b"2"]

            waits = asyncio.create_task(together.read(pairs[0][0], 100))
            await asyncio.sleep(0)
            together.close(pairs[0][0])
            together.close(pairs[0][0])
            await asyncio.wait([waits])
            assert waits.cancelled()
            assert await together.read(pairs[0][0], 100) == b""

            pairs[1][1].send(b"12345")
            assert await together.read(pairs[1][0], 3) == b"123"
            assert await together.read(pairs[1][0], 3) == b"45", "what was left is not forgotten"
            pairs[2][1].close()
            assert await together.read(pairs[2][0], 3) == b"", "the end"
            for ours, theirs in pairs[1:]:
                together.close(ours)
                theirs.close()
            pairs[0][1].close()
        assert together._epoll is None and not together._waiting
