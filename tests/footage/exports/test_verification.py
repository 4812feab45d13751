"""What is proved of an exported file, and everything that somebody may have done to one."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hub.access.signing import fingerprint, pem_of
from hub.cli import app
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Clip, Cut
from hub.footage.exports.copying import copy_clip
from hub.footage.exports.statement import (
    HEAD,
    USER_TYPE,
    FilmedBy,
    MadeBy,
    MadeFor,
    Manifest,
    Method,
    SourceSegment,
    Stretch,
    Time,
    box_of,
)
from hub.footage.exports.verification import Flaw, NotProved, verify
from tests.footage.segments.films import START_US, film

KEY = Ed25519PrivateKey.generate()
TIME = Time(utc="2026-11-22T16:00:00.000+00:00", local="2026-11-23T00:00:00.000+08:00")
HOUR = Stretch(begins=TIME, ends=TIME)


def manifest(clip: bytes, key: Ed25519PrivateKey = KEY) -> Manifest:
    return Manifest(
        export_id="X2",
        bytes=len(clip),
        sha256=hashlib.sha256(clip).hexdigest(),
        camera=FilmedBy(camera_id="C01", name="大门", venue_id="V01", venue="旅馆", owner_id=None, owner=None),
        asked=HOUR,
        shown=HOUR,
        gaps=(HOUR,),
        case=MadeFor(case_id="K2", title="六岁女孩走失", purpose="寻找走失儿童"),
        by=MadeBy(person_id="p1", name="王芳"),
        asked_at=TIME,
        made_at=TIME,
        method=Method(
            blind_s=0.0,
            masked=(),
            cut=Cut.EXACT,
            blur=Blur.OTHERS,
            reason="",
            sought=("s1",),
            hidden=2,
            not_looked_at_s=None,
            still_in_view=0,
            pictures=4,
            not_decoded=0,
            breaks=0,
            width_px=64,
            height_px=48,
            duration_s=0.4,
        ),
        segments=(SourceSegment(file="C01/2026-11-22/160000000.mp4", bytes=9, sha256="0" * 64),),
        software="qianshao-hub 0.1.0",
        key=fingerprint(key.public_key()),
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small clip that a real muxer wrote, with its statement."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    filmed = film(seconds=0.2, size=(64, 48))
    clip = Clip(
        camera_id="C01",
        from_us=START_US,
        until_us=START_US + 1_000_000,
        cut=Cut.KEY,
        blur=Blur.NONE,
        others=(),
        sought=(),
        words="",
        zone="Asia/Shanghai",
    )
    copy_clip(clip, iter([filmed.form, *(picture for picture, _ in filmed.pictures)]), file, lambda _: None)
    data = file.read_bytes()
    return data + box_of(manifest(data), KEY)


def flaw_of(folder: Path, data: bytes) -> Flaw | None:
    """What is found wrong with these bytes; None when they are proved."""
    file = folder / "file.mp4"
    file.write_bytes(data)
    try:
        verify(file, KEY.public_key())
    except NotProved as error:
        return error.flaw
    return None


def test_an_untouched_file_is_proved(tmp_path: Path, exported: bytes) -> None:
    assert flaw_of(tmp_path, exported) is None


def test_bytes_that_are_changed_all_over_the_file_are_found(tmp_path: Path, exported: bytes) -> None:
    film_ends = exported.rindex(USER_TYPE) - 8
    for at in (*range(0, film_ends, 397), *range(film_ends, len(exported), 2)):
        changed = bytearray(exported)
        changed[at] ^= 1 << at % 8
        assert flaw_of(tmp_path, bytes(changed)) is not None, at


@given(st.data())
def test_whatever_byte_stands_in_its_place_is_found(
    tmp_path_factory: pytest.TempPathFactory, exported: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(exported) - 1))
    changed = bytearray(exported)
    changed[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != exported[at]))
    assert flaw_of(tmp_path_factory.getbasetemp(), bytes(changed)) is not None


def test_a_file_that_is_cut_off_anywhere_is_found(tmp_path: Path, exported: bytes) -> None:
    for size in range(0, len(exported), 29):
        assert flaw_of(tmp_path, exported[:size]) is not None


def test_what_was_done_is_told_in_clear_words(tmp_path: Path, exported: bytes) -> None:
    start = exported.rindex(USER_TYPE) - 8
    clip, box = exported[:start], exported[start:]
    first = int.from_bytes(clip[:4])
    free = struct.pack(">I4s", 16, b"free") + bytes(8)
    other = Ed25519PrivateKey.generate()
    giant = struct.pack(">I4sQ", 1, b"free", 1 << 62)
    said = {
        b"": Flaw.EMPTY,
        b"\xff\xd8\xff no film at all": Flaw.NOT_MP4,
        b"ft": Flaw.NOT_MP4,
        clip: Flaw.NO_STATEMENT,
        exported[:-1]: Flaw.CUT_OFF,
        exported + b"\0": Flaw.NOT_LAST,
        exported + free: Flaw.NOT_LAST,
        clip + box + box: Flaw.CHANGED,
        clip[:first] + box + clip[first:]: Flaw.NOT_LAST,
        clip + free + box: Flaw.CHANGED,
        clip + giant: Flaw.CUT_OFF,
        clip + struct.pack(">I4s", 0, b"uuid") + box[8:]: Flaw.UNREADABLE,
        clip + box[:24] + bytes(64) + box[88:]: Flaw.BAD_SIGNATURE,
        clip + HEAD.pack(HEAD.size + 2, b"uuid", USER_TYPE, KEY.sign(b"{}")) + b"{}": Flaw.UNREADABLE,
        clip + box_of(manifest(clip, other), other): Flaw.OTHER_KEY,
        clip + box_of(manifest(clip[:-1]), KEY): Flaw.CHANGED,
        clip[:-1] + bytes([clip[-1] ^ 1]) + box: Flaw.CHANGED,
    }
    assert [flaw_of(tmp_path, data) for data in said] == list(said.values())


def test_the_command_proves_a_file_with_nothing_but_the_public_key(tmp_path: Path, exported: bytes) -> None:
    file, key = tmp_path / "导出.mp4", tmp_path / "key.pem"
    file.write_bytes(exported)
    key.write_bytes(pem_of(KEY.public_key()))
    run = CliRunner().invoke(app, ["footage", "verify", str(file), "--key", str(key)])
    assert run.exit_code == 0
    for words in ("通过", "PROVED", "大门", "王芳", "寻找走失儿童", fingerprint(KEY.public_key())):
        assert words in run.output
    file.write_bytes(exported[:-1])
    run = CliRunner().invoke(app, ["footage", "verify", str(file), "--key", str(key)])
    assert run.exit_code == 1
    assert "未通过" in run.output
    assert "NOT PROVED" in run.output
    run = CliRunner().invoke(app, ["footage", "verify", str(tmp_path / "none.mp4"), "--key", str(tmp_path / "none")])
    assert run.exit_code == 1
