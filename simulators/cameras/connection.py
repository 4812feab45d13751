"""One RTSP connection: a client that describes, sets up, plays and ends."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulators.cameras.faults import Fault
from simulators.cameras.playing import Playing
from simulators.cameras.rtp import rtp_time
from simulators.cameras.rtsp import Request, RequestError, description, read_request, response
from simulators.cameras.scenario import next_key
from simulators.cameras.sending import Interleaved, Sender
from simulators.cameras.sent import Counters

if TYPE_CHECKING:
    from simulators.cameras.server import CameraServer
    from simulators.cameras.streams import CameraStream

SLOW_EVERY_S = 1.0
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN"


class Connection:
    """Answers one client's requests in turn; at most one camera plays on a connection."""

    def __init__(
        self,
        server: CameraServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session_id: str,
        source: int,
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._session_id, self._source = session_id, source
        self._sender: Sender | None = None
        self._playing: asyncio.Task[None] | None = None
        self.stream_id: str | None = None
        self.counters = Counters()

    @property
    def camera_id(self) -> str | None:
        """Whose stream was set up, if any was."""
        return self.stream_id.split("/")[0] if self.stream_id else None

    async def serve(self) -> None:
        """Until the client leaves or says what is no RTSP."""
        try:
            while (request := await read_request(self._reader)) is not None:
                answer = await self._answer(request)
                if self._writer.is_closing():
                    break
                self._writer.write(answer)
                await self._writer.drain()
                if request.method == "TEARDOWN":
                    break
        except RequestError as error:
            if not self._writer.is_closing():
                self._writer.write(response(400, "0", {"X-Reason": str(error)}))
        except ConnectionError:
            pass  # the client went away while it was answered: the same end as leaving
        finally:
            await self._stop()
            self._writer.close()

    def close(self) -> None:
        """Drop the connection, as a camera that loses power does."""
        self._writer.transport.abort()

    async def _stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait([self._playing])
            self._playing = None

    async def _answer(self, request: Request) -> bytes:
        sequence = request.headers.get("cseq", "0")
        if request.method == "OPTIONS":
            return response(200, sequence, {"Public": _METHODS})
        stream = self._server.stream(request.stream_id)
        if stream is None or stream.fault is Fault.REFUSE:
            return response(404, sequence)
        if stream.fault is Fault.CUT:
            raise ConnectionAbortedError
        if stream.fault is Fault.SLOW:
            await self._answer_slowly()
        login = self._server.login(stream)
        if login is not None and not login.accepts(request.headers.get("authorization", ""), request.method):
            return response(401, sequence, {"WWW-Authenticate": login.challenge()})
        steps: dict[str, Callable[[Request, CameraStream, str], bytes]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
        }
        if request.method in steps:
            return steps[request.method](request, stream, sequence)
        if request.method in ("PAUSE", "TEARDOWN"):
            await self._stop()
        elif request.method not in ("GET_PARAMETER", "SET_PARAMETER"):
            return response(501, sequence)
        return response(200, sequence, {"Session": self._session_id})

    async def _run(self, playing: Playing) -> None:
        await playing.run()
        self.close()

    async def _answer_slowly(self) -> None:
        """An answer that has no end, a byte a second. Raises ConnectionError when the client has had enough."""
        self._writer.write(b"RTSP/1.0 200 OK\r\nX-Slow: ")
        while not self._reader.at_eof() and not self._writer.is_closing():
            self._writer.write(b"z")
            await self._writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reader.read(1), SLOW_EVERY_S)
        raise ConnectionAbortedError

    def _describe(self, request: Request, stream: CameraStream, sequence: str) -> bytes:
        base = request.url.rstrip("/") + "/"
        return response(
            200, sequence, {"Content-Base": base, "Content-Type": "application/sdp"}, description(stream.wire.tape)
        )

    def _set_up(self, request: Request, stream: CameraStream, sequence: str) -> bytes:
        if self._playing is not None:
            return response(455, sequence)
        for offer in request.headers.get("transport", "").split(","):
            ports = re.search(r"client_port=(\d+)-(\d+)", offer)
            if "RTP/AVP/TCP" in offer:
                channels = re.search(r"interleaved=(\d+)-", offer)
                channel = int(channels.group(1)) if channels else 0
                if channel > 254:
                    continue
                self._sender = Interleaved(self._writer, channel)
                agreed = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={self._source:08X}"
            elif ports and "multicast" not in offer and all(0 < int(port) < 65536 for port in ports.groups()):
                datagrams, server_ports = self._server.datagrams(stream)
                peer = self._writer.get_extra_info("peername")[0]
                datagrams.aim(peer, int(ports.group(1)), int(ports.group(2)))
                self._sender = datagrams
                agreed = (
                    f"RTP/AVP;unicast;client_port={ports.group(1)}-{ports.group(2)};"
                    f"server_port={server_ports[0]}-{server_ports[1]};ssrc={self._source:08X}"
                )
            else:
                continue
            self.stream_id = request.stream_id
            return response(200, sequence, {"Transport": agreed, "Session": f"{self._session_id};timeout=60"})
        return response(461, sequence)

    def _play(self, request: Request, stream: CameraStream, sequence: str) -> bytes:
        if self._sender is None or self.stream_id != request.stream_id:
            return response(455, sequence)
        scenario, tape = stream.scenario, stream.wire.tape
        start = next_key(tape, scenario.elapsed_us(), scenario.duration_us)
        stamp = rtp_time(start.due_us(tape, scenario.duration_us))
        first = self._source & 0x7FFF
        if self._playing is None:
            noted = self._server.noting(request.stream_id)
            playing = Playing(stream, scenario, self._sender, self._source, start, first, noted, self.counters)
            self._playing = asyncio.get_running_loop().create_task(self._run(playing))
        track = request.url.rstrip("/") + "/track1"
        headers = {
            "Session": self._session_id,
            "Range": "npt=now-",
            "RTP-Info": f"url={track};seq={first};rtptime={stamp}",
        }
        return response(200, sequence, headers)
