"""The relay's door: streams that are read once, handed to whoever of this machine's user asks, over a unix socket."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import stat
import struct
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from hub.footage.coded import StreamName, Word, encode
from hub.footage.recorder.channel import MAX_CONSUMERS, Channel, Consumer
from hub.footage.relay import MAX_REQUEST_BYTES, Wanted, asked

MAX_GREETED = 128
"""Connections that have not said what they want; more are turned away."""
_PIECE_BYTES = 64 * 1024
_CREDENTIALS = struct.Struct("3i")

UNKNOWN = Word(code="refused", message="录像进程不读取这个摄像头", message_en="the recorder does not read this camera")
CROWDED = Word(
    code="refused",
    message=f"同时观看这一路的已有 {MAX_CONSUMERS} 个",
    message_en=f"{MAX_CONSUMERS} consumers have this stream already",
)
NO_REQUEST = Word(code="refused", message="请求无法识别", message_en="this is no request")


class RelayServer:
    """Listens at ``path``, whose folder is made, for this user alone (0700, and the peer's user is asked for)."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, also where the folder is somebody else's."""
        self.path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.parent.lstat()
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
            raise PermissionError(f"{path.parent} must be a folder of this user alone (0700)")
        path.unlink(missing_ok=True)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        path.chmod(0o600)
        self._listening.listen(MAX_GREETED)
        self._listening.setblocking(False)
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._lock = threading.Lock()
        self._channels: dict[tuple[str, StreamName], Channel] = {}
        self._to_watch: deque[Consumer] = deque()
        self._selector = selectors.DefaultSelector()
        self._greeted: dict[socket.socket, bytearray] = {}
        self._joined: dict[socket.socket, tuple[Channel, Consumer]] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread and every connection."""
        self._closing = True
        self._call()
        if self._thread.is_alive():
            self._thread.join()
        for connection in [*self._greeted, *self._joined]:
            connection.close()
        for one in (self._listening, self._woken, self._wake):
            one.close()
        self._selector.close()
        self.path.unlink(missing_ok=True)

    def offer(self, camera_id: str, streams: Iterable[StreamName]) -> Channel:
        """A channel that is had under each of these names from now on."""
        channel = Channel()
        with self._lock:
            for stream in streams:
                self._channels[camera_id, stream] = channel
        return channel

    def withdraw(self, channel: Channel) -> None:
        """Offer it no more; who has it is told."""
        with self._lock:
            self._channels = {name: one for name, one in self._channels.items() if one is not channel}
        channel.end()

    def watch(self, consumer: Consumer) -> None:
        """Have the relay's thread send what this consumer's socket did not take, or bury it."""
        self._to_watch.append(consumer)
        self._call()

    def _call(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b"\0")

    def _run(self) -> None:
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while not self._closing:
            for key, events in self._selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if connection is self._listening:
                    self._accept()
                elif connection is self._woken:
                    self._wake_up()
                elif connection in self._greeted:
                    self._hear(connection)
                elif connection in self._joined:
                    self._serve(connection, events)

    def _wake_up(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        while self._to_watch:
            consumer = self._to_watch.popleft()
            if consumer.is_over:
                self._bury(consumer.connection)
            elif consumer.connection in self._joined:
                self._selector.modify(consumer.connection, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return  # it went away, or there are too many open files: those who are here go on
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(peer)[1] != os.getuid() or len(self._greeted) >= MAX_GREETED:
            connection.close()
            return
        connection.setblocking(False)
        self._greeted[connection] = bytearray()
        self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, connection: socket.socket) -> None:
        said = self._greeted[connection]
        try:
            piece = connection.recv(MAX_REQUEST_BYTES)
        except OSError:
            piece = b""
        said += piece
        if not piece or len(said) > MAX_REQUEST_BYTES:
            self._refuse(connection, NO_REQUEST)
        elif said.endswith(b"\n"):
            try:
                wanted = asked(bytes(said))
            except ValueError:
                self._refuse(connection, NO_REQUEST)
                return
            self._join(connection, wanted)

    def _join(self, connection: socket.socket, wanted: Wanted) -> None:
        with self._lock:
            channel = self._channels.get((wanted.camera_id, wanted.stream))
        if channel is None:
            self._refuse(connection, UNKNOWN)
            return
        del self._greeted[connection]
        consumer = Consumer(connection, self.watch)
        self._joined[connection] = channel, consumer
        if not channel.join(consumer):
            del self._joined[connection]
            self._refuse(connection, CROWDED)

    def _refuse(self, connection: socket.socket, why: Word) -> None:
        self._greeted.pop(connection, None)
        self._selector.unregister(connection)
        with contextlib.suppress(OSError):
            connection.send(encode(why))
        connection.close()

    def _serve(self, connection: socket.socket, events: int) -> None:
        channel, consumer = self._joined[connection]
        if events & selectors.EVENT_WRITE:
            with channel.lock:
                consumer.flush()
                if not consumer.is_behind and not consumer.is_over:
                    self._selector.modify(connection, selectors.EVENT_READ)
        if events & selectors.EVENT_READ:
            try:
                piece = connection.recv(_PIECE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                consumer.gone = True
        if consumer.is_over:
            self._bury(connection)

    def _bury(self, connection: socket.socket) -> None:
        channel, consumer = self._joined.pop(connection, (None, None))
        if channel is None or consumer is None:
            return
        self._selector.unregister(connection)
        channel.leave(consumer)
        connection.close()
