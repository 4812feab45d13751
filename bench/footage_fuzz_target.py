"""The process that is fuzzed: plays each case to the product's own code, in threads of its own; may crash."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import msgspec

from bench import processes
from bench.footage_first import decoded
from bench.footage_fuzz_cases import Case, Door, Seeds, case
from bench.footage_fuzz_keeping import MOST_PICTURES, kept_and_read_back
from bench.footage_fuzz_seeds import SEGMENT_STARTS, SEGMENT_US, seeds
from bench.footage_fuzz_serving import answer_rtsp, serving
from devices.protocol.clock import SystemClock
from hub.footage.coded import StreamName
from hub.footage.errors import SourceError
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.mending import mend
from hub.footage.segments.names import index_of
from hub.footage.segments.reading import read_pictures
from hub.footage.sources.frames import open_recording
from hub.footage.sources.opening import Patience, hear_losses
from hub.footage.sources.packets import PacketStream
from hub.footage.sources.relay_stream import RelayStream

PATIENCE = Patience(open_s=1.0, stall_s=0.7)
_FROM_US = 1_700_000_000_000_000


class Asked(msgspec.Struct, frozen=True):
    """One case to be played."""

    seed: int
    number: int
    door: Door | None = None


class Played(msgspec.Struct, frozen=True):
    """``outcome``: pictures, or the expected error's name; ``escaped``: the trace of an error that is nobody's."""

    door: Door
    touched: str
    outcome: str
    seconds: float
    memory_mb: float
    escaped: str = ""


def play(one: Case) -> str:
    """How it ended; what is no SourceError goes through."""
    players: dict[Door, Callable[[Case], str]] = {
        Door.RTSP: _rtsp,
        Door.HTTP: _http,
        Door.FILE: _file,
        Door.SEGMENT: _segment,
        Door.RELAY: _relay,
        Door.REQUEST: _request,
    }
    try:
        with av.logging.Capture():
            return players[one.door](one)
    except SourceError as error:
        return type(error).__name__


def _rtsp(one: Case) -> str:
    with serving(lambda connection: answer_rtsp(connection, one.parts)) as port:
        said: list[tuple[int, str, str]] = []
        stream = PacketStream(
            f"rtsp://127.0.0.1:{port}/C01", "C01", StreamName.MAIN, SystemClock(), patience=PATIENCE, library_says=said
        )
        try:
            return kept_and_read_back(stream.pictures())
        finally:
            stream.close()


def _http(one: Case) -> str:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        connection.sendall(head % len(one.parts[0]) + one.parts[0])

    with serving(answer) as port:
        stream = PacketStream(f"http://127.0.0.1:{port}/a", "C01", StreamName.MAIN, SystemClock(), patience=PATIENCE)
        try:
            return kept_and_read_back(stream.pictures())
        finally:
            stream.close()


def _file(one: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mp4"
        path.write_bytes(one.parts[0])
        stream = open_recording(str(path), started_at_us=_FROM_US, patience=PATIENCE)
        try:
            return _counted(stream.frames())
        finally:
            stream.close()


def _segment(one: Case) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = []
        for start in SEGMENT_STARTS:
            path = folder / start
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.parts[0])
            index_of(path).write_bytes(one.parts[1])
            counts.append(_read_back(folder))
            mend(folder)
            counts.append(_read_back(folder))
            for left in folder.rglob("*.*"):
                left.unlink()
        return " ".join(counts)


def _read_back(folder: Path) -> str:
    catalogue = Catalogue(folder)
    for span in catalogue.spans("C01", *SEGMENT_US):
        with contextlib.suppress(NoSetup):
            _ = span.form
    catalogue.place("C01", SEGMENT_US[0] + 1_500_000)
    records = list(read_pictures(catalogue, "C01", *SEGMENT_US, on_damage=lambda damage: None))
    with contextlib.suppress(av.error.FFmpegError):
        for _ in decoded(records):
            pass
    return str(len(records))


def _relay(one: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/relay"

        def answer(connection: socket.socket) -> None:
            connection.recv(4096)
            connection.sendall(one.parts[0])

        with serving(answer, path):
            stream = RelayStream(f"relay:{path}#C01/main", PATIENCE)
            try:
                return _counted(stream.frames())
            finally:
                stream.close()


def _request(one: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        server = RelayServer(Path(folder) / "relay")
        server.start()
        try:
            server.offer("C01", [StreamName.MAIN])
            for said in (one.parts[0], b'{"camera_id": "C99", "stream": "main"}\n'):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(PATIENCE.stall_s)
                    connection.connect(str(server.path))
                    with contextlib.suppress(ConnectionError):
                        connection.sendall(said)
                        connection.shutdown(socket.SHUT_WR)
                        answered = connection.recv(4096)
            assert b"refused" in answered, "the relay answers no more"
        finally:
            server.close()
        return "answered"


def _counted(things: Iterator[object]) -> str:
    return f"{sum(1 for _ in itertools.islice(things, MOST_PICTURES))} pictures"


def main() -> None:
    """A line for each case on standard input, a line with how it ended on standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    hear_losses()
    material: Seeds = seeds(Path(sys.argv[1]))
    pid = int(Path("/proc/self").readlink().name)
    for line in sys.stdin.buffer:
        asked = msgspec.json.decode(line, type=Asked)
        one = case(material, asked.seed, asked.number, asked.door)
        began_s, escaped, outcome = time.monotonic(), "", "escaped"
        try:
            outcome = play(one)
        except Exception:  # whatever gets out is what is looked for
            escaped = traceback.format_exc()
        took_s = time.monotonic() - began_s
        played = Played(one.door, one.touched, outcome, took_s, processes.memory_mb(pid), escaped)
        answers.write(msgspec.json.encode(played) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
