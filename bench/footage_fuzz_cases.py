"""Cases for the media doors: real bytes, mutated. A case is the same each time for its seed and number."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.footage.coded import CodedPicture, Coding, Form, Record, StreamName, Word, encode
from simulators.cameras import units
from simulators.cameras.rtp import payloads, rtp_time, sender_report
from simulators.cameras.rtsp import description
from simulators.cameras.tape import Tape
from simulators.cameras.wire import packets_of

PICTURES = 60
"""Of a film, in a case: two key pictures and what follows."""
_MOST_MUTATIONS = 6
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_HUGE = b"99999999999999999999"
_WORDS = (b"-1", b"0", b"65536", b"4294967296", _HUGE, b"%s%n", b"\x00", b"\xff\xfe", b"A" * 70_000, b"")


class Door(StrEnum):
    """Where bytes from outside come in."""

    RTSP = "rtsp"
    HTTP = "http"
    FILE = "file"
    SEGMENT = "segment"
    RELAY = "relay"
    REQUEST = "request"


@dataclass(frozen=True)
class Seeds:
    """What is mutated: films as tapes, as files, as segments with their indices."""

    tapes: Sequence[Tape]
    files: Sequence[bytes]
    segments: Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Case:
    """``parts``: what is sent or lies there, in order (RTSP: four answers, then the media; SEGMENT: segment, index)."""

    door: Door
    parts: tuple[bytes, ...]
    touched: str
    """What was mutated, for who reads of a find."""


def case(seeds: Seeds, seed: int, number: int, door: Door | None = None) -> Case:
    """The case of that number."""
    rng = random.Random(f"{seed}/{number}")
    door = door or rng.choices(list(Door), (8, 3, 4, 4, 2, 1))[0]
    if door is Door.RTSP:
        return _rtsp(rng.choice(seeds.tapes), rng)
    if door is Door.SEGMENT:
        parts = [bytearray(part) for part in rng.choice(seeds.segments)]
        which = rng.choice((0, 0, 0, 1))
        parts[which] = bytearray(mutated(bytes(parts[which]), rng, head_share=0.6))
        return Case(door, tuple(map(bytes, parts)), ("segment", "index")[which])
    if door is Door.RELAY:
        records = _records(rng.choice(seeds.tapes))
        return Case(door, (mutated(b"".join(records), rng, head_share=0.3),), "records")
    if door is Door.REQUEST:
        return Case(door, (mutated(b'{"camera_id": "C01", "stream": "main"}\n', rng),), "request")
    return Case(door, (mutated(rng.choice(seeds.files), rng, head_share=0.5),), "file")


def mutated(data: bytes, rng: random.Random, *, head_share: float = 0.0) -> bytes:
    """A few changes; ``head_share`` of them within the first and last 2 KB, where files keep what they are."""
    made = bytearray(data)
    for _ in range(rng.randint(1, _MOST_MUTATIONS)):
        if not made:
            break
        at = rng.randrange(len(made))
        if rng.random() < head_share:
            reach = min(2048, len(made))
            at = rng.randrange(reach) if rng.random() < 0.7 else len(made) - 1 - rng.randrange(reach)
        rng.choice(_CHANGES)(made, at, rng)
    return bytes(made)


def _flip(made: bytearray, at: int, rng: random.Random) -> None:
    made[at] ^= 1 << rng.randrange(8)


def _number(made: bytearray, at: int, rng: random.Random) -> None:
    width = rng.choice((1, 2, 4))
    value = rng.choice(_NUMBERS) & (1 << 8 * width) - 1
    made[at : at + width] = value.to_bytes(width, rng.choice(("big", "big", "little")))


def _noise(made: bytearray, at: int, rng: random.Random) -> None:
    size = rng.choice((1, 4, 64, 1000))
    made[at : at + size] = rng.randbytes(size)


def _insert(made: bytearray, at: int, rng: random.Random) -> None:
    made[at:at] = rng.randbytes(rng.choice((1, 3, 50, 5000)))


def _drop(made: bytearray, at: int, rng: random.Random) -> None:
    del made[at : at + rng.choice((1, 2, 4, 100, 3000))]


def _repeat(made: bytearray, at: int, rng: random.Random) -> None:
    size = rng.choice((4, 100, 3000))
    made[at:at] = made[at : at + size] * rng.choice((1, 1, 20))


def _truncate(made: bytearray, at: int, rng: random.Random) -> None:
    del made[at:]


def _zeros(made: bytearray, at: int, rng: random.Random) -> None:
    size = min(rng.choice((4, 512, 4096)), len(made) - at)
    made[at : at + size] = bytes(size)


_CHANGES: Sequence[Callable[[bytearray, int, random.Random], None]] = (
    _flip, _flip, _number, _number, _noise, _insert, _drop, _repeat, _truncate, _zeros,
)  # fmt: skip


def _text_mutated(data: bytes, rng: random.Random) -> bytes:
    """Changes to lines and words, as broken cameras say them; or plain ones."""
    if rng.random() < 0.3:
        return mutated(data, rng)
    lines = data.split(b"\r\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        line = lines[at]
        what = rng.randrange(5)
        if what == 0:
            lines[at : at + 1] = []
            lines = lines or [b""]
        elif what == 1:
            lines[at:at] = [line] * rng.choice((1, 3, 300))
        elif what == 2:
            lines.insert(rng.randrange(len(lines)), line)
        else:
            cut = sorted(rng.randrange(len(line) + 1) for _ in range(2))
            lines[at] = line[: cut[0]] + rng.choice(_WORDS) + line[cut[1] if what == 3 else cut[0] :]
    return b"\r\n".join(lines)


def _rtsp(tape: Tape, rng: random.Random) -> Case:
    """A conversation; ``CSEQ`` and ``LENGTH`` are filled in when it is sent, unless they were mutated away."""
    session = description(tape).encode()
    which = rng.choice(("answers", "description", "packets", "packets", "packets", "stream", "units"))
    if which == "description":
        session = _text_mutated(session, rng)
    answers = [
        b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nContent-Base: rtsp://127.0.0.1/C01/\r\nContent-Type: application/sdp\r\n"
        b"Content-Length: %d\r\n\r\n" % len(session) + session,
        b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00000001\r\n"
        b"Session: 1;timeout=60\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nSession: 1\r\nRange: npt=now-\r\n"
        b"RTP-Info: url=rtsp://127.0.0.1/C01/track1;seq=1;rtptime=0\r\n\r\n",
    ]
    if which == "answers":
        at = rng.randrange(len(answers))
        answers[at] = _text_mutated(answers[at], rng)
    packets = _rtp(tape, rng, spoil_units=which == "units")
    if which == "packets":
        for _ in range(rng.randint(1, 20)):
            at = rng.randrange(len(packets))
            _spoil_packet(packets, at, rng)
    media = b"".join(packets)
    if which == "stream":
        media = mutated(media, rng)
    return Case(Door.RTSP, (*answers, media), which)


def _rtp(tape: Tape, rng: random.Random, *, spoil_units: bool) -> list[bytes]:
    """Framed packets of the film's beginning, a sender report among them."""
    found = [struct.pack("!cBH", b"$", 1, 52) + sender_report(1, 1_700_000_000_000_000, 0, 0, 0)]
    sequence = 1
    for index, picture in enumerate(tape.pictures[:PICTURES]):
        sent = list(tape.sent_units(index))
        if spoil_units and (index == 0 or rng.random() < 0.2):
            at = rng.randrange(len(sent))
            sent[at] = mutated(sent[at], rng) or b"\x00"
        packets = packets_of(list(payloads(sent, tape.coding)))
        data = bytes(packets.addressed(sequence, rtp_time(picture.due_us), 1))
        found += [data[a:b] for a, b in zip(packets.heads, (*packets.heads[1:], len(data)), strict=True)]
        sequence += len(packets.heads)
    return found


def _spoil_packet(packets: list[bytes], at: int, rng: random.Random) -> None:
    packet = bytearray(packets[at])
    what = rng.randrange(6)
    if what == 0:
        del packets[at : at + rng.choice((1, 3))]
        packets.append(bytes(packet))
    elif what == 1:
        packets.insert(rng.randrange(len(packets)), bytes(packet))
    elif what == 2:  # the RTP header
        _number(packet, rng.randrange(4, min(18, len(packet))), rng)
        packets[at] = bytes(packet)
    elif what == 3:  # the payload's first bytes: what kind of unit, where in it
        packet[16 : 16 + 3] = rng.randbytes(3)
        packets[at] = bytes(packet)
    elif what == 4:  # the frame: channel, length
        _number(packet, rng.randrange(1, 4), rng)
        packets[at] = bytes(packet)
    else:  # cut short, rightly framed
        size = rng.randrange(len(packet) - 4 + 1)
        packets[at] = struct.pack("!cBH", b"$", packet[1], size) + bytes(packet[4 : 4 + size])


def _records(tape: Tape) -> list[bytes]:
    coding = Coding.H264 if tape.coding is units.Coding.H264 else Coding.H265
    form = Form(
        camera_id="C01", stream=StreamName.MAIN, coding=coding, codec="", width_px=640, height_px=360, frames_per_s=25
    )
    records: list[Record] = [form]
    for at, one in enumerate(tape.pictures[:PICTURES]):
        data = units.to_annex_b(tape.sent_units(at))
        records.append(CodedPicture(1_700_000_000_000_000 + one.due_us, one.due_us, one.key, False, data))
    records.append(Word(code="end", message="", message_en=""))
    return [encode(one) for one in records]
