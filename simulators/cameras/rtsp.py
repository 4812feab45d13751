"""RTSP 1.0 requests and answers as text (RFC 2326)."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from simulators.cameras.rtp import PAYLOAD_TYPE
from simulators.cameras.tape import Tape
from simulators.cameras.units import Coding

MAX_HEAD_BYTES = 8 * 1024
MAX_BODY_BYTES = 16 * 1024

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
}


class RequestError(ValueError):
    """Bytes that are no RTSP request; says what is wrong."""


@dataclass(frozen=True)
class Request:
    """``headers`` by lower-case name."""

    method: str
    url: str
    headers: dict[str, str]

    @property
    def stream_id(self) -> str:
        """The camera of the address's path, ``C01``, with its small stream ``C01/sub``."""
        parts = unquote(urlsplit(self.url).path).strip("/").split("/")
        return "/".join(parts[: 2 if parts[1:2] == ["sub"] else 1])


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; interleaved RTCP from the client is passed over. None at the end. Raises RequestError."""
    while True:
        try:
            first = await reader.readexactly(1)
            if first == b"$":
                _, high, low = await reader.readexactly(3)
                await reader.readexactly(high << 8 | low)
                continue
            head = first + await reader.readuntil(b"\r\n\r\n")
            request = _parsed(head)
            size = request.headers.get("content-length", "0")
            if not size.isdigit() or int(size) > MAX_BODY_BYTES:
                raise RequestError(f"a body of {size} bytes; {MAX_BODY_BYTES} are read")
            await reader.readexactly(int(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except asyncio.LimitOverrunError:
            raise RequestError(f"no end of the request within {MAX_HEAD_BYTES} bytes") from None
        return request


def _parsed(head: bytes) -> Request:
    lines = head.decode("utf-8", "replace").strip().split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/1."):
        raise RequestError(f"the first line is {lines[0][:80]!r}, not METHOD URL RTSP/1.0")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return Request(words[0], words[1], headers)


def response(status: int, sequence: str, headers: dict[str, str] | None = None, body: str = "") -> bytes:
    """An answer's bytes."""
    lines = [f"RTSP/1.0 {status} {REASONS[status]}", f"CSeq: {sequence}", "Server: Qianshao camera simulator"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def description(tape: Tape) -> str:
    """The session description (RFC 4566) of a tape's one track (RFC 6184, 8.2.1; RFC 7798, 7.1)."""
    sets = [base64.b64encode(one).decode() for one in tape.parameter_sets]
    if tape.coding is Coding.H264:
        name, profile = "H264", tape.parameter_sets[0][1:4].hex()
        said = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(sets)}"
    else:
        name, said = (
            "H265",
            ";".join(f"sprop-{kind}={one}" for kind, one in zip(("vps", "sps", "pps"), sets, strict=False)),
        )
    lines = (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        f"s={tape.name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/90000",
        f"a=fmtp:{PAYLOAD_TYPE} {said}",
        f"a=framerate:{tape.frame_rate_hz:g}",
        "a=control:track1",
    )
    return "\r\n".join(lines) + "\r\n"
