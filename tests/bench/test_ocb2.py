"""Mumble's cipher as the bench speaks it."""

from __future__ import annotations

import pytest

from bench.peers.ocb2 import MumbleCipher, Ocb2, OcbError


def test_two_clients_with_crossed_nonces_understand_each_other_and_find_a_changed_byte() -> None:
    here = MumbleCipher(bytes(range(16)), b"\xff" * 16, b"\x02" * 16)
    there = MumbleCipher(bytes(range(16)), b"\x02" * 16, b"\xff" * 16)
    for length in (1, 15, 16, 17, 32, 80, 161):
        assert there.open(here.seal(bytes(range(length)))) == bytes(range(length))
    changed = bytearray(here.seal(b"voice"))
    changed[-1] ^= 1
    with pytest.raises(OcbError):
        there.open(bytes(changed))


def test_tag_of_nothing_and_of_one_block_are_those_of_the_published_vectors() -> None:
    key = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    ocb = Ocb2(key)
    assert ocb.encrypt(key, b"") == (b"", bytes.fromhex("bf3108130773ad5ec70ec69e7875a7b0"))
    ciphered, tag = ocb.encrypt(key, bytes(range(8)))
    assert (ciphered.hex(), tag.hex()) == ("c636b3a868f429bb", "a45f5fdea5c088d1d7c8be37cabc8c5c")
