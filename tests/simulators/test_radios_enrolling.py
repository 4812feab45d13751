"""Simulated radios enrol themselves with the codes that the hub made, as real ones do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.enrol.invitation import EnrolError
from devices.link import Credential
from devices.protocol.clock import SystemClock
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL, Role
from hub.app import Hub
from hub.enrolment.messages import Device
from hub.tasks import end_tasks
from simulators.radios.enrolling import Enrolled, Enrolment, enrol_all, read_enrolments
from simulators.radios.venues import Manner, Venues
from tests.devices.room import BROKERS, until
from tests.hub import community, open_console, open_hub

RADIOS = 130


@pytest.fixture(params=BROKERS)
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", request.param, venues=RADIOS) as opened:
        yield opened


async def codes(hub: Hub, url: str) -> list[Enrolment]:
    devices = [Device(kind=DeviceKind.RADIO, device_id=radio_id) for radio_id in hub.registry.radios]
    made = await hub.enrolment.make_codes(devices, LOCAL)
    return [Enrolment(code.device_id, f"{url}/join#d={code.code}") for code in made]


async def test_130_radios_enrol_come_on_line_and_stay_while_others_are_revoked(hub: Hub, tmp_path: Path) -> None:
    store = tmp_path / "radios"
    async with open_console(hub, Role.ADMINISTRATOR) as console:
        url = str(console.base_url).rstrip("/")
        enrolments = await codes(hub, url)
        assert await enrol_all(enrolments, store) == Enrolled(enrolled=RADIOS, kept=0, replaced=0)
        again = await codes(hub, url)
        assert await enrol_all(again, store) == Enrolled(enrolled=0, kept=RADIOS, replaced=0)
        venues = Venues(list(hub.registry.radios), store, clock=SystemClock(), manner=Manner())
        living = asyncio.create_task(venues.run())
        try:
            await until(lambda: hub.radios.online == RADIOS, "all radios are on line")
            births = [guard.radio.link.birth_count for guard in venues.guards]
            await hub.enrolment.issue(DeviceKind.WORKER, "worker-9")
            await hub.enrolment.revoke("worker-9", LOCAL)
            assert (venues.tally.online, hub.radios.online) == (RADIOS, RADIOS)
            assert [guard.radio.link.birth_count for guard in venues.guards] == births
        finally:
            await end_tasks(living)


async def test_radio_that_the_hub_has_shut_out_enrols_anew_with_a_new_code(tmp_path: Path) -> None:
    store = tmp_path / "radios"
    async with open_hub(tmp_path / "hub") as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        url = str(console.base_url).rstrip("/")
        await enrol_all(await codes(hub, url), store)
        await hub.enrolment.revoke("R01", LOCAL)
        assert await enrol_all(await codes(hub, url), store) == Enrolled(enrolled=1, kept=3, replaced=1)
        kept = Credential.load(store / "R01")
        assert kept is not None
        assert kept.seal_key == hub.enrolment.seal_key("R01")


async def test_spent_codes_are_told_by_number_and_first_reason(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub") as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        enrolments = await codes(hub, str(console.base_url).rstrip("/"))
        await enrol_all(enrolments, tmp_path / "one")
        with pytest.raises(EnrolError, match=r"4 部对讲机未能入网.*R01: .*the code was used"):
            await enrol_all(enrolments, tmp_path / "other")


def test_line_that_is_no_enrolment_is_named(tmp_path: Path) -> None:
    file = tmp_path / "codes.jsonl"
    file.write_text('{"device_id":"R01","join":"x"}\n\nR02\n')
    with pytest.raises(EnrolError, match=r"codes\.jsonl:3 "):
        read_enrolments(file)


async def test_program_enrols_its_radios_and_shows_no_code(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub") as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        enrolments = await codes(hub, str(console.base_url).rstrip("/"))
        file, place = tmp_path / "codes.jsonl", tmp_path / "community.json"
        file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in enrolments))
        place.write_bytes(msgspec.json.encode(community()))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators.radios", "--community", str(place), "--store", str(tmp_path / "radios"),
            "--enrolments", str(file), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            async with asyncio.timeout(30):
                assert await process.stdout.readline() == b'{"enrolled":4,"kept":0,"replaced":0}\n'
            await until(lambda: hub.radios.online == 4, "the radios are on line")
        finally:
            process.terminate()
            said, _ = await process.communicate()
        assert not any(one.join.encode() in said for one in enrolments)
