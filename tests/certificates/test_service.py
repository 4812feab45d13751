"""The certificates of a running hub: renewed in time, a new one served at once, and those who follow are told."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from devices.protocol.clock import ManualClock
from hub.certificates.authority import CertificateError, Names
from hub.certificates.folder import CertificateFolder, Server, utc
from hub.certificates.service import Certificates, server_context

NAMES = Names.of(["hub.lan"], ["192.168.1.5"])


class Room:
    """Certificates made now, on a clock that tests move."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.folder = CertificateFolder(path)
        self.folder.make(NAMES, utc(self.clock.wall_us()))
        self.certificates = Certificates(path, self.clock)
        self.certificates.open()
        self.told = 0
        self.certificates.when_renewed(self._hear)

    def _hear(self) -> None:
        self.told += 1


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_what_the_hub_is_called_is_what_its_certificate_says(room: Room) -> None:
    assert room.certificates.names == NAMES.texts
    assert room.certificates.fingerprint == room.folder.fingerprint()
    assert room.certificates.ca_pem == room.folder.ca_pem.read_bytes()


async def test_nothing_happens_before_its_time(room: Room) -> None:
    context = room.certificates.context
    await room.certificates.check()
    assert (room.told, room.certificates.context is context) == (0, True)


async def test_certificate_that_ends_is_renewed_and_told_of_once(room: Room) -> None:
    context = room.certificates.context
    room.clock.advance(timedelta(days=370).total_seconds())
    await room.certificates.check()
    await room.certificates.check()
    assert room.told == 1
    assert room.certificates.context is not context
    assert not any(one.ends_soon for one in room.certificates.standings)


async def test_certificate_replaced_by_hand_is_taken(room: Room) -> None:
    room.folder.make(Names.of(["new.hub.lan"], []), utc(room.clock.wall_us()))
    await room.certificates.check()
    assert room.told == 1
    assert "new.hub.lan" in room.certificates.names


async def test_broken_replacement_is_not_taken_and_the_old_one_serves_on(room: Room) -> None:
    context, names = room.certificates.context, room.certificates.names
    room.folder.certificate_file(Server.HUB).write_text("broken")
    await room.certificates.check()
    assert (room.told, room.certificates.context, room.certificates.names) == (0, context, names)


def test_certificate_that_ended_while_the_hub_was_off_is_renewed_at_its_start(room: Room) -> None:
    room.clock.advance(timedelta(days=800).total_seconds())
    again = Certificates(room.folder.path, room.clock)
    again.open()
    assert not any(one.ends_soon for one in again.standings)


def test_key_of_another_certificate_is_refused_in_words(room: Room) -> None:
    with pytest.raises(CertificateError, match=r"hub\.pem.*broker\.key.*cannot be used"):
        server_context(room.folder.certificate_file(Server.HUB), room.folder.key_file(Server.BROKER))


def test_lines_are_tls_1_3_alone(room: Room) -> None:
    assert room.certificates.context.minimum_version is ssl.TLSVersion.TLSv1_3
