"""The SIP door with real peers: a telephone that hears the alert and presses the key, a registrar with a password."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import numpy as np
import pytest

from hub.fallback.baresip import SipAccount, open_baresip
from hub.fallback.door import DoorError
from hub.fallback.messages import DoorState, Outcome
from hub.fallback.sip_door import SipDoor
from hub.fallback.telephone_sound import TELEPHONE_RATE_HZ, telephone_wav
from tests.devices.room import until
from tests.fallback.telephone import HERE, NEEDS_BARESIP, NEEDS_SIPP, PASSWORD, chirp, open_registrar, open_telephone

NUMBER = "13900000000"
TEXT = "【黔哨演习】悦来宾馆：六岁男孩走失，红色上衣\n/quit"


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """The greatest correlation of ``said`` with a stretch of ``heard``, 1 for the same."""
    size = 1 << (heard.size + said.size).bit_length()
    both = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)[: heard.size]
    at = int(np.argmax(both))
    part = heard[at : at + said.size]
    return float(both[at] / (np.linalg.norm(part) * np.linalg.norm(said[: part.size]) + 1e-9))


@NEEDS_BARESIP
async def test_text_and_voice_reach_the_telephone_and_its_key_comes_back(tmp_path: Path) -> None:
    spoken = chirp(1.5)
    async with open_telephone(tmp_path / "telephone", NUMBER) as telephone:
        door = SipDoor(tmp_path / "door", telephone.account, HERE)
        await door.send_text("139-0000-0000", TEXT)
        await telephone.hears("【黔哨演习】悦来宾馆：六岁男孩走失，红色上衣 /quit")
        calling = asyncio.create_task(door.call(NUMBER, spoken))
        await telephone.hears("Call established")
        await until(lambda: telephone.heard().size > 2.2 * TELEPHONE_RATE_HZ, "the message was played")
        telephone.press("1")
        assert await calling is Outcome.ACKNOWLEDGED
        await telephone.hears("session closed")
        said = np.frombuffer(telephone_wav(spoken, 0)[44 + TELEPHONE_RATE_HZ :], np.int16).astype(np.float64)
        assert likeness(telephone.heard(), said) > 0.9
    assert list((tmp_path / "door").iterdir()) == [], "the folder with the password goes with its process"


@NEEDS_BARESIP
async def test_who_picks_up_and_presses_nothing_has_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.WAITS_FOR_KEY_S", 0.2)
    async with open_telephone(tmp_path / "telephone", NUMBER) as telephone:
        assert await SipDoor(tmp_path / "door", telephone.account, HERE).call(NUMBER, chirp(0.2)) is Outcome.NO_KEY


@NEEDS_BARESIP
async def test_telephone_that_only_rings_is_let_go_and_one_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.RINGS_S", 0.6)
    async with open_telephone(tmp_path / "telephone", NUMBER, answers="manual") as telephone:
        door = SipDoor(tmp_path / "door", telephone.account, HERE)
        assert await door.call(NUMBER, chirp(0.2)) is Outcome.NO_ANSWER
        with pytest.raises(DoorError, match="404"):
            await door.call("13911111111", chirp(0.2))
        with pytest.raises(DoorError, match="404"):
            await door.send_text("13911111111", TEXT)


@NEEDS_BARESIP
async def test_password_is_in_no_argument_and_in_no_file_that_others_may_read(tmp_path: Path) -> None:
    account = SipAccount(f"{HERE}:9", "udp", "hub", PASSWORD)
    assert PASSWORD not in repr(account)
    async with open_baresip(tmp_path / "door", HERE, account):
        arguments = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
        assert any(b"baresip" in one for one in arguments)
        assert not any(PASSWORD.encode() in one for one in arguments)
        (place,) = (tmp_path / "door").iterdir()
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir() if file.name != "current_contact"} == {
            0o600
        }


@NEEDS_BARESIP
@NEEDS_SIPP
@pytest.mark.parametrize(("password", "state"), [(PASSWORD, DoorState.UP), ("wrong", DoorState.DOWN)])
async def test_door_is_up_while_the_registrar_knows_the_password(
    tmp_path: Path, password: str, state: DoorState
) -> None:
    async with open_registrar(tmp_path / "registrar") as address:
        door = SipDoor(tmp_path / "door", SipAccount(address, "udp", "hub", password), HERE)
        keeping = asyncio.create_task(door.run())
        try:
            await until(lambda: door.standing.state is not DoorState.STARTING, "the registrar has answered")
            assert door.standing.state is state
            assert state is DoorState.UP or "403 Forbidden" in (door.standing.reason or "")
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def test_door_without_baresip_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.fallback.baresip.PROGRAM", "no-such-program")
    with pytest.raises(DoorError, match="not installed"):
        await SipDoor(tmp_path / "door", SipAccount(HERE, "udp", "hub", PASSWORD), HERE).send_text(NUMBER, TEXT)
