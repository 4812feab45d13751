"""Whether an exported file is as the hub made it: read once, with nothing but the file and the hub's public key."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.access.signing import fingerprint
from hub.footage.exports.statement import HEAD, MOST_BYTES, SIGNED_AS, USER_TYPE, Manifest, read_manifest

_BOX = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_READ_BYTES = 1 << 20
_MOST_BOXES = 10_000
"""At the top of a file; an export has about five."""


class Flaw(StrEnum):
    """Why a file is not proved."""

    EMPTY = "empty"
    NOT_MP4 = "not_mp4"
    CUT_OFF = "cut_off"
    NO_STATEMENT = "no_statement"
    NOT_LAST = "not_last"
    UNREADABLE = "unreadable"
    OTHER_KEY = "other_key"
    BAD_SIGNATURE = "bad_signature"
    CHANGED = "changed"


_WORDS = {
    Flaw.EMPTY: ("文件是空的", "the file is empty"),
    Flaw.NOT_MP4: ("这不是 MP4 视频文件", "this is not an MP4 film"),
    Flaw.CUT_OFF: (
        "文件不完整：有一部分声明的长度超出文件末尾（被截断或改动）",
        "the file is not whole: a part of it claims to reach beyond the file's end (cut off or changed)",
    ),
    Flaw.NO_STATEMENT: (
        "文件里没有黔哨的签名清单：不是由黔哨导出，或清单被去掉",
        "there is no signed manifest in the file: it was not exported by Qianshao, or the manifest was taken away",
    ),
    Flaw.NOT_LAST: (
        "签名清单不在文件末尾：后面添加了内容，或清单被移动",
        "the signed manifest is not the file's end: something was added after it, or it was moved",
    ),
    Flaw.UNREADABLE: ("签名清单无法读取（被改动）", "the signed manifest cannot be read (changed)"),
    Flaw.OTHER_KEY: (
        "清单由另一把密钥签名：不是这个中枢导出的，或公钥给错了",
        "the manifest is signed by another key: another hub's export, or this is the wrong public key",
    ),
    Flaw.BAD_SIGNATURE: ("签名与清单不符：清单被改动", "the signature is not of this manifest: it was changed"),
    Flaw.CHANGED: (
        "视频内容与签名清单不符：文件被改动",
        "the film is not the one that the manifest is of: the file was changed",
    ),
}


class NotProved(Exception):
    """What is wrong with a file, in both languages."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw
        self.message, self.message_en = _WORDS[flaw]
        super().__init__(self.message_en)


@dataclass(frozen=True)
class _Box:
    start: int
    end: int
    kind: bytes


def verify(file: Path, key: Ed25519PublicKey) -> Manifest:
    """What is proved of the file: each of its bytes is as the holder of ``key`` stated. Raises NotProved, OSError."""
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        if size == 0:
            raise NotProved(Flaw.EMPTY)
        start, signature, said = _statement(opened, size)
        try:
            key.verify(signature, SIGNED_AS + said)
        except InvalidSignature:
            raise NotProved(_whose(said, key)) from None
        try:
            manifest = read_manifest(said)
        except ValueError:  # a later version's
            raise NotProved(Flaw.UNREADABLE) from None
        if manifest.bytes != start or _digest(opened, start) != manifest.sha256:
            raise NotProved(Flaw.CHANGED)
    return manifest


def _whose(said: bytes, key: Ed25519PublicKey) -> Flaw:
    """What is wrong where the signature does not hold; nothing here is proved, it is for the words alone."""
    try:
        manifest = read_manifest(said)
    except ValueError:
        return Flaw.UNREADABLE
    return Flaw.OTHER_KEY if manifest.key != fingerprint(key) else Flaw.BAD_SIGNATURE


def _statement(opened: BinaryIO, size: int) -> tuple[int, bytes, bytes]:
    """Where the box begins, the signature and what is signed. Raises NotProved."""
    last: _Box | None = None
    found_before = False
    try:
        for box in _boxes(opened, size):
            found_before |= last is not None and _is_statement(opened, last)
            last = box
    except NotProved:
        if last is not None and _is_statement(opened, last):  # what follows it makes no sense
            raise NotProved(Flaw.NOT_LAST) from None
        raise
    if last is None or not _is_statement(opened, last):
        raise NotProved(Flaw.NOT_LAST if found_before else Flaw.NO_STATEMENT)
    if last.end - last.start > MOST_BYTES:
        raise NotProved(Flaw.UNREADABLE)
    opened.seek(last.start)
    box_bytes = opened.read(last.end - last.start)
    length, _, _, signature = HEAD.unpack_from(box_bytes)
    if length != len(box_bytes):  # a size of 0 or 1 says the same in other bytes
        raise NotProved(Flaw.UNREADABLE)
    return last.start, signature, box_bytes[HEAD.size :]


def _is_statement(opened: BinaryIO, box: _Box) -> bool:
    if box.kind != b"uuid" or box.end - box.start < HEAD.size:
        return False
    opened.seek(box.start + _BOX.size)
    return opened.read(len(USER_TYPE)) == USER_TYPE


def _boxes(opened: BinaryIO, size: int) -> Iterator[_Box]:
    """The boxes at the top of the file (ISO/IEC 14496-12, 4.2), which fill it. Raises NotProved."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at == size:
            return
        opened.seek(at)
        head = opened.read(_BOX.size + _LARGE.size)
        if len(head) < _BOX.size:
            raise NotProved(Flaw.CUT_OFF if at else Flaw.NOT_MP4)
        length, kind = _BOX.unpack_from(head)
        if at == 0 and kind != b"ftyp":
            raise NotProved(Flaw.NOT_MP4)
        if length == 0:
            length = size - at
        elif length == 1 and len(head) == _BOX.size + _LARGE.size:
            (length,) = _LARGE.unpack_from(head, _BOX.size)
        if length < _BOX.size or length > size - at:
            raise NotProved(Flaw.CUT_OFF)
        yield _Box(at, at + length, kind)
        at += length
    raise NotProved(Flaw.NOT_MP4)


def _digest(opened: BinaryIO, size: int) -> str:
    """SHA-256 of the first ``size`` bytes."""
    digest = hashlib.sha256()
    opened.seek(0)
    while size > 0 and (piece := opened.read(min(_READ_BYTES, size))):
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()
