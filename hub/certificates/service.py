"""Keeps the certificates of a running hub: renews them in time and hands each new connection the present one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from devices.protocol.clock import Clock
from hub.certificates.authority import CertificateError
from hub.certificates.folder import CertificateFolder, Server, Standing, utc

_log = structlog.get_logger()
CHECK_EVERY_S = 60.0
"""So often the folder is read: a certificate replaced by hand is served within a minute, one that ends is renewed."""
WARN_EVERY_S = 86_400.0


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3 alone, HTTP/1.1. Raises CertificateError when key and certificate cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password="")  # an encrypted key is an error, not a question
    except (ssl.SSLError, OSError) as error:
        raise CertificateError(
            f"{certificate} 与 {key} 不能使用（cannot be used: {error.strerror or error}）"
        ) from None
    return context


class Certificates:
    """The certificates of one running hub. ``open`` before anything is asked of it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = CertificateFolder(folder)
        self._clock = clock
        self._followers: list[Callable[[], None]] = []
        self._seen: tuple[bytes, ...] = ()
        self._warned_at_us: int | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        """What a new connection is served with; another one after a renewal."""
        self.names: tuple[str, ...] = ()
        """Names and addresses of the hub's certificate, in its order: those that were given come first."""
        self.ca_pem = b""
        self.fingerprint = ""
        """Of the authority: SHA-256 of its DER, hex."""
        self.standings: tuple[Standing, ...] = ()

    def open(self) -> None:
        """Renew what ends soon and read what is there; waits for the disk. Raises CertificateError."""
        now = utc(self._clock.wall_us())
        self.folder.renew(now)
        self._take(self._read())
        self.standings = tuple(self.folder.standings(now))

    def when_renewed(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called on the event loop whenever a certificate or the authority was replaced."""
        self._followers.append(callback)

    async def run(self) -> None:
        """Check now and then until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_EVERY_S)

    async def check(self) -> None:
        """Renew what is due; when anything in the folder was replaced, serve it and tell who follows."""
        try:
            before = self._seen
            await asyncio.to_thread(self._check)
        except CertificateError as error:
            _log.error("certificates.not_renewed", error=str(error))
            return
        self._warn()
        if self._seen != before:
            _log.info("certificates.renewed", fingerprint=self.fingerprint)
            for tell in self._followers:
                tell()

    def _check(self) -> None:
        now = utc(self._clock.wall_us())
        self.folder.renew(now)
        self.standings = tuple(self.folder.standings(now))
        files = self._read()
        if files != self._seen:
            self._take(files)

    def _read(self) -> tuple[bytes, ...]:
        pems = (self.folder.ca_pem, *map(self.folder.certificate_file, Server))
        try:
            return tuple(file.read_bytes() for file in pems)
        except OSError as error:
            raise CertificateError(f"{error.filename} 无法读取：请运行 qianshao certificates make") from None

    def _take(self, files: tuple[bytes, ...]) -> None:
        """Take what was read as a whole, or, when it cannot be used, nothing of it."""
        context = server_context(self.folder.certificate_file(Server.HUB), self.folder.key_file(Server.HUB))
        names, fingerprint = self.folder.names(Server.HUB), self.folder.fingerprint()
        self.context, self.names, self.fingerprint = context, names, fingerprint
        self.ca_pem, self._seen = files[0], files

    def _warn(self) -> None:
        now_us = self._clock.monotonic_us()
        ending = list(_names_of_ending(self.standings))
        if not ending or (self._warned_at_us is not None and now_us - self._warned_at_us < WARN_EVERY_S * 1e6):
            return
        self._warned_at_us = now_us
        _log.warning("certificates.end_soon", certificates=ending)


def _names_of_ending(standings: Iterable[Standing]) -> Iterable[str]:
    return (f"{one.name} {one.ends_at:%Y-%m-%d}" for one in standings if one.ends_soon)
