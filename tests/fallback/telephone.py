"""Real peers of Debian's packages: a telephone (baresip) that picks up by itself, and a registrar (SIPp) that asks for
the password."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from devices.radio.opus import ENCODE_RATE_HZ, Samples
from hub.children import end_child, start_child
from hub.fallback.baresip import SipAccount
from hub.speech.sound import Spoken
from tests.devices.room import until

PASSWORD = "geheim-4711"
HERE = "127.0.0.1"
NEEDS_BARESIP = pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed")
NEEDS_SIPP = pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")


def free_sip_port() -> int:
    """A port that neither a datagram nor a connection has, and whose next no connection has.

    A telephone listens for both, and there for TLS; it ends where it cannot.
    """
    while True:
        with (
            socket.socket() as connections,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            socket.socket() as secured,
        ):
            connections.bind((HERE, 0))
            port: int = connections.getsockname()[1]
            try:
                datagrams.bind((HERE, port))
                secured.bind((HERE, port + 1))
            except (OSError, OverflowError):
                continue
            return port


def chirp(seconds: float) -> Spoken:
    """A sound that is like itself at one moment alone, within what a telephone carries."""
    t = np.arange(round(seconds * ENCODE_RATE_HZ)) / ENCODE_RATE_HZ
    sound: Samples = (8_000 * np.sin(2 * np.pi * (400 + 700 * t / seconds) * t)).astype(np.int16)
    return Spoken(sound)


class Telephone:
    """One that rings at ``account.server``."""

    def __init__(self, folder: Path, port: int, process: asyncio.subprocess.Process) -> None:
        self.account = SipAccount(f"{HERE}:{port}", "udp", "hub", PASSWORD)
        self._folder = folder
        self._process = process
        self.said = ""

    async def listen(self) -> None:
        assert self._process.stdout is not None
        while block := await self._process.stdout.read(1 << 14):
            self.said += re.sub(r"\x1b\[[0-9;]*m?|\[;m", "", block.decode(errors="replace"))

    async def hears(self, what: str) -> None:
        """Return when it says that this happened."""
        await until(lambda: what in self.said or self._process.returncode is not None, f"it said {what!r}: {self.said}")
        assert what in self.said, f"the telephone ended: {self.said}"

    def press(self, key: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(key.encode())

    def heard(self) -> np.ndarray:
        """What came out of it until now, at 8 kHz; the head of its file is whole only when it has ended."""
        (file,) = self._folder.glob("dump-*-dec.wav")
        sound = file.read_bytes()[44:]
        return np.frombuffer(sound[: len(sound) // 2 * 2], np.int16).astype(np.float64)


@asynccontextmanager
async def open_telephone(folder: Path, number: str, answers: str = "auto") -> AsyncIterator[Telephone]:
    """It picks up at once, or (``manual``) only rings."""
    folder.mkdir(mode=0o700)
    port = free_sip_port()
    with wave.open(str(folder / "silence.wav"), "wb") as silence:
        silence.setnchannels(1)
        silence.setsampwidth(2)
        silence.setframerate(8_000)
        silence.writeframes(bytes(8_000 * 2 * 60))
    modules = ("stdio", "g711", "opus", "aufile", "sndfile")
    config = [
        f"sip_listen {HERE}:{port}",
        f"net_interface {HERE}",
        "module_path /usr/lib/baresip/modules",
        f"audio_source aufile,{folder / 'silence.wav'}",
        f"snd_path {folder}",
        *(f"module {name}.so" for name in modules),
        *(f"module_app {name}.so" for name in ("account", "contact", "menu")),
    ]
    (folder / "config").write_text("\n".join(config) + "\n")
    (folder / "accounts").write_text(f"<sip:{number}@{HERE}:{port}>;regint=0;answermode={answers};audio_codecs=PCMA\n")
    (folder / "contacts").touch()
    pipe, same = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    process = await start_child(("baresip", "-f", str(folder)), stdin=pipe, stdout=pipe, stderr=same)
    telephone = Telephone(folder, port, process)
    listening = asyncio.create_task(telephone.listen())
    try:
        await telephone.hears("baresip is ready")
        yield telephone
    finally:
        await end_child(process)
        await listening


REGISTRAR = f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrar">
  <recv request="REGISTER"/>
  <send><![CDATA[

    SIP/2.0 401 Unauthorized
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]
    [last_Call-ID:]
    [last_CSeq:]
    WWW-Authenticate: Digest realm="room", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5
    Content-Length: 0

  ]]></send>
  <recv request="REGISTER">
    <action><verifyauth assign_to="known" username="hub" password="{PASSWORD}"/></action>
  </recv>
  <nop hide="true" test="known" next="welcome"/>
  <send next="end"><![CDATA[

    SIP/2.0 403 Forbidden
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
  <label id="welcome"/>
  <send><![CDATA[

    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]
    [last_Call-ID:]
    [last_CSeq:]
    [last_Contact:];expires=60
    Content-Length: 0

  ]]></send>
  <label id="end"/>
</scenario>
"""


@asynccontextmanager
async def open_registrar(folder: Path) -> AsyncIterator[str]:
    """Its address; it knows the account ``hub`` by its password."""
    folder.mkdir(mode=0o700)
    (folder / "registrar.xml").write_text(REGISTRAR)
    port, nowhere = free_sip_port(), asyncio.subprocess.DEVNULL
    command = ("sipp", "-sf", str(folder / "registrar.xml"), "-i", HERE, "-p", str(port), "-nostdin")
    process = await start_child(command, stdout=nowhere, stderr=nowhere)
    try:
        yield f"{HERE}:{port}"
    finally:
        process.kill()
        await process.wait()
