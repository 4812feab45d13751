"""One baresip process: started in a folder of its own, told what to do over its input, heard over its output.

Its input is a pipe that nobody else holds; its own remote control (ctrl_tcp) would let in whoever is on this machine,
and cuts commands off at 256 bytes. The password is in a file of the folder (0700, 0600), which goes with the process.

Whoever reaches its port can have it print what they like: bodies of messages on its error output, which nobody reads,
and names of callers in the middle of a line of its output, or after a space where a name goes over its line's end. So
its own word is what begins a line, and each pattern begins with the end of the line before.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devices.private_file import write_private
from hub.children import end_child, start_child
from hub.fallback.door import DoorError
from hub.tasks import end_tasks

PROGRAM = "baresip"
READY_WITHIN_S = 5.0
HANGS_UP_WITHIN_S = 1.5
"""Told to end, it says goodbye to the other side or to the registrar."""
OWN_LINE = rb"\n"
"""With which each pattern begins."""
_MOST_HEARD = 1 << 18
_MODULES = Path("/usr/lib/baresip/modules")
_RTP_PORTS = "20000-20400"
_BUILT = ("stdio.so", "g711.so", "opus.so", "aufile.so")
_APPS = ("account.so", "contact.so", "menu.so")
_READY = re.compile(OWN_LINE + rb"baresip is ready")
_NOISE = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]?|\x1b\[;m")


@dataclass(frozen=True)
class SipAccount:
    """A telephone account at a registrar, ``server`` being host or host:port."""

    server: str
    transport: str
    user: str
    password: str = field(repr=False)

    def uri_of(self, phone: str) -> str:
        """Where a number of the registry is called: an address as it is, digits at the registrar."""
        if phone.startswith(("sip:", "sips:")):
            return phone
        return f"sip:{phone.replace('-', '')}@{self.server};transport={self.transport}"

    def line(self, register_every_s: int) -> str:
        """As baresip's file of accounts has it; 0: it does not register."""
        where = f"<sip:{self.user}@{self.server};transport={self.transport}>"
        said = f"regint={register_every_s};mwi=no;audio_codecs=PCMA/8000/1,opus/48000/2"
        return f"{where};auth_user={self.user};auth_pass={self.password};{said}\n"


class Baresip:
    """A process that is ready; what it says is kept, the latest _MOST_HEARD bytes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._heard = b""
        self._more = asyncio.Event()
        self._is_over = False

    def say(self, command: str) -> None:
        """Give a command, one line without ends of line. Raises ValueError for what is more than that."""
        if any(ord(char) < 0x20 or ord(char) == 0x7F for char in command):
            raise ValueError("a command is one line")
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"/{command}\n".encode())

    async def hear(self) -> None:
        """Take in what it says, until it ends."""
        assert self._process.stdout is not None
        while block := await self._process.stdout.read(1 << 14):
            self._heard = (self._heard + block)[-_MOST_HEARD:]
            self._more.set()
        self._is_over = True
        self._more.set()

    async def wait(self, pattern: re.Pattern[bytes], within_s: float | None) -> re.Match[bytes] | None:
        """What it says next that is so, and forget all before; None where it does not in time (None: there is time).

        Raises DoorError when the process ends, ValueError for a pattern that a stranger's words could match.
        """
        if not pattern.pattern.startswith(OWN_LINE):
            raise ValueError("what is not at the beginning of a line may be anybody's")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    self._more.clear()
                    found = pattern.search(_NOISE.sub(b"", self._heard))
                    if found is not None:
                        self._heard = _NOISE.sub(b"", self._heard)[found.end() :]
                        return found
                    if self._is_over:
                        raise DoorError("baresip ended")
                    await self._more.wait()
        return None


@asynccontextmanager
async def open_baresip(
    folder: Path, address: str, account: SipAccount, *, register_every_s: int = 0, contact: str = "", wav: bytes = b""
) -> AsyncIterator[Baresip]:
    """A process that listens at ``address``, writes to ``contact`` and has ``wav`` to play. Raises DoorError.

    One with a contact traces all that it sends and hears, strangers' words among it: baresip says nothing else of a
    message that was taken.
    """
    if shutil.which(PROGRAM) is None:
        raise DoorError("baresip is not installed")
    try:
        place = Path(await asyncio.to_thread(_write, folder, address, account.line(register_every_s), contact, wav))
    except OSError as error:
        raise DoorError(f"its folder cannot be written: {error.strerror}") from None
    try:
        trace = ("-s",) if contact else ()
        pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await start_child((PROGRAM, *trace, "-f", str(place)), stdin=pipe, stdout=pipe, stderr=nowhere)
        baresip = Baresip(process)
        hearing = asyncio.create_task(baresip.hear(), name="baresip")
        try:
            if await baresip.wait(_READY, READY_WITHIN_S) is None:
                raise DoorError("baresip does not become ready")
            yield baresip
        finally:
            await end_child(process, HANGS_UP_WITHIN_S)
            await end_tasks(hearing)
    except OSError as error:
        raise DoorError(f"baresip does not start: {error.strerror}") from None
    finally:
        await asyncio.to_thread(shutil.rmtree, place, True)


def _write(folder: Path, address: str, account: str, contact: str, wav: bytes) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="baresip-", dir=folder))  # 0700
    host = f"[{address}]" if ":" in address else address
    config = [
        f"sip_listen {host}:0",
        f"net_interface {address}",
        f"rtp_ports {_RTP_PORTS}",
        "call_max_calls 1",  # the hub's own: whoever calls meanwhile is refused
        f"module_path {_MODULES}",
        f"audio_source aufile,{place / 'said.wav'}",
        *(f"module {name}" for name in _BUILT),
        *(f"module_app {name}" for name in _APPS),
    ]
    write_private(place / "config", "\n".join(config).encode() + b"\n")
    write_private(place / "accounts", account.encode())
    write_private(place / "contacts", f'"venue" <{contact}>\n'.encode() if contact else b"")
    write_private(place / "said.wav", wav)
    return str(place)
