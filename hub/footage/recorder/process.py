"""The recorder's process: control lines in and out, mending at its start, segments closed in order at its end."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import structlog

from devices.protocol.clock import SystemClock
from hub import logs
from hub.arenas import bound_arenas
from hub.footage.disk import DiskMissing, FootageDisk
from hub.footage.recorder.cameras import Cameras
from hub.footage.recorder.control import MAX_LINE_BYTES, Assigned, ControlError, Ready, Stand, line, read_line
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.recorder.shelf import Shelf
from hub.footage.recorder.writers import Writers
from hub.footage.sources.opening import hear_losses

STAND_INTERVAL_S = 5.0
STAND_TURN_S = 0.2
"""What turned is told so much later, with what else turned meanwhile."""
CLOSE_WITHIN_S = 4.0
"""The hub waits for 5 s at its end."""
_FOLDER_PREFIX = "qianshao-relay-"
_log = structlog.get_logger()


class Recorder:
    """One recorder, from its start to the end of its input."""

    def __init__(self, disk: FootageDisk, socket_path: Path, out: BinaryIO) -> None:
        """Raises OSError where the folder or the socket cannot be had."""
        self._shelf = Shelf(disk)
        self._out = out
        self._turned = threading.Event()
        self._ended = threading.Event()
        self._assigned: Assigned | None = None
        self._relay = RelayServer(socket_path)
        self._writers = Writers()
        self._cameras = Cameras(self._shelf.begin, self._relay, self._writers, SystemClock(), self._turned.set)

    def end(self) -> None:
        """Have ``run`` end, from any thread or a signal."""
        self._ended.set()
        self._turned.set()

    def run(self, said: BinaryIO) -> None:
        """Until ``said`` ends or ``end`` is called; then every segment is closed. Raises OSError."""
        try:
            self._shelf.mend()
        except DiskMissing as error:  # everything is shown, and kept once the disk is there
            _log.error("recorder.disk_missing", why=str(error))
        self._relay.start()
        self._writers.start()
        threading.Thread(target=self._listen, args=(said,), name="control", daemon=True).start()
        try:
            self._tell(Ready(relay_path=str(self._relay.path)))
            self._tell_on()
        except OSError:
            _log.warning("recorder.alone")  # the hub reads no more: it ended
        self._cameras.stop()
        if not self._writers.close(CLOSE_WITHIN_S):
            _log.error("recorder.not_closed")  # mended at the next start
        self._relay.close()

    def _listen(self, said: BinaryIO) -> None:
        while one := said.readline(MAX_LINE_BYTES):
            try:
                word = read_line(one)
            except ControlError as error:
                _log.warning("recorder.not_understood", error=str(error))
                continue
            if isinstance(word, Assigned):
                self._assigned = word
                self._turned.set()
        self.end()

    def _tell_on(self) -> None:
        """Say how each stream stands: all every 5 s, and in between those that turned. Raises OSError."""
        due_s = 0.0
        while not self._ended.is_set():
            self._turned.clear()
            assigned, self._assigned = self._assigned, None
            if assigned is not None:
                self._cameras.assign(assigned)
            now_s = time.monotonic()
            all_due = now_s >= due_s
            if all_due:
                due_s = now_s + STAND_INTERVAL_S
            stands = [(one, one.stand()) for one in self._cameras.standings]
            told = [stand for one, stand in stands if one.turned_since(stand) or all_due]
            self._tell(*told)
            self._ended.wait(STAND_TURN_S)
            self._turned.wait(max(0.0, due_s - time.monotonic()))

    def _tell(self, *words: Stand | Ready) -> None:
        if words:
            self._out.write(b"".join(line(word) for word in words))
            self._out.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Record what standard input assigns, until it ends or SIGTERM comes."""
    parser = argparse.ArgumentParser(prog="python -m hub.footage.recorder", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where footage is kept")
    parser.add_argument("--socket", type=Path, help="where the relay listens; else in a new folder of its own")
    parser.add_argument("--disk", help="the id of the disk that must be there; without it the folder is made")
    given = parser.parse_args(arguments)
    bound_arenas()
    logs.configure("INFO")
    hear_losses()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what else is printed would be no line of control
    _remove_left_folders()
    own_folder = None if given.socket else Path(tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-"))
    try:
        disk = FootageDisk(given.folder, given.disk)
        recorder = Recorder(disk, given.socket or Path(str(own_folder)) / "socket", out)
        signal.signal(signal.SIGTERM, lambda _number, _frame: recorder.end())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the hub's, which ends its children in order
        recorder.run(sys.stdin.buffer)
    except OSError as error:
        _log.error("recorder.cannot_start", error=error.strerror or str(error), path=str(error.filename or ""))
        return 1
    finally:
        if own_folder is not None:
            shutil.rmtree(own_folder, ignore_errors=True)
    return 0


def end_now(code: int) -> None:
    """Without waiting for threads that read cameras: they may be in the library for seconds."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _remove_left_folders() -> None:
    """Those of recorders that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        number = folder.name.removeprefix(_FOLDER_PREFIX).partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)
