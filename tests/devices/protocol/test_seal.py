"""The seal: made as docs/access.md says, and any change to what it was put on is found."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol import seal as seals
from devices.protocol.seal import SEAL_BYTES, SEAL_KEY_BYTES, WILL_COUNTER, Sealer, SealError, seal, unseal

KEY = bytes(range(32))
TOPIC = "qs/1/radio/R01/report"
keys = st.binary(min_size=SEAL_KEY_BYTES, max_size=SEAL_KEY_BYTES)
topics = st.text(min_size=1, max_size=80)
bodies = st.binary(max_size=400)
births = st.integers(0, 2**64 - 1)
counters = st.integers(0, 2**32 - 1)


def test_layout_is_body_birth_count_counter_and_tag_in_network_order() -> None:
    """P-10.1."""
    topic = "qs/1/radio/三号/report"
    sealed = seal(KEY, topic, b"body", 0x0102030405060708, 0x090A0B0C)
    numbers = bytes(range(1, 13))
    name = topic.encode()
    tag = hashlib.blake2b(len(name).to_bytes(2, "big") + name + b"body" + numbers, key=KEY, digest_size=16).digest()
    assert sealed == b"body" + numbers + tag
    assert len(sealed) == 4 + SEAL_BYTES == 4 + 28


@given(keys, topics, bodies, births, counters)
def test_what_was_sealed_is_read_back(key: bytes, topic: str, body: bytes, birth_count: int, counter: int) -> None:
    assert unseal(key, topic, seal(key, topic, body, birth_count, counter)) == (body, birth_count, counter)


@given(keys, topics, bodies, births, counters, st.data())
def test_any_changed_byte_of_body_numbers_or_tag_is_found(
    key: bytes, topic: str, body: bytes, birth_count: int, counter: int, data: st.DataObject
) -> None:
    """P-10.1."""
    changed = bytearray(seal(key, topic, body, birth_count, counter))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError, match="not of this device's key"):
        unseal(key, topic, bytes(changed))


@given(topics, topics, bodies)
def test_seal_for_one_topic_is_none_for_another(topic: str, other: str, body: bytes) -> None:
    """P-10.1."""
    sealed = seal(KEY, topic, body, 1, 1)
    if other != topic:
        with pytest.raises(SealError):
            unseal(KEY, other, sealed)


@given(st.text(min_size=2, max_size=20), st.data())
def test_letter_cannot_move_from_the_topic_into_the_body(topic: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(topic) - 1))
    sealed = seal(KEY, topic, b"x", 1, 1)
    with pytest.raises(SealError):
        unseal(KEY, topic[:cut], topic[cut:].encode() + sealed)


@given(keys, keys)
def test_seal_of_one_key_is_none_of_another(key: bytes, other: bytes) -> None:
    if key != other:
        with pytest.raises(SealError):
            unseal(other, TOPIC, seal(key, TOPIC, b"body", 1, 1))


@given(st.binary(max_size=SEAL_BYTES - 1))
def test_too_few_bytes_are_no_seal(payload: bytes) -> None:
    with pytest.raises(SealError, match="the seal alone has 28"):
        unseal(KEY, TOPIC, payload)


@pytest.mark.parametrize("key", [b"", b"short", bytes(33)])
def test_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(SealError, match="32 bytes"):
        seal(key, TOPIC, b"body", 1, 1)


def test_counters_grow_over_one_birth_and_the_will_is_above_them_all() -> None:
    """P-10.2."""
    sealer = Sealer(KEY, 7)
    said = [unseal(KEY, TOPIC, sealer.seal(TOPIC, b"x")) for _ in range(3)]
    assert [(one.birth_count, one.counter) for one in said] == [(7, 1), (7, 2), (7, 3)]
    assert unseal(KEY, TOPIC, sealer.seal_will(TOPIC, b"x")) == (b"x", 7, WILL_COUNTER)


def test_birth_whose_counters_are_spent_seals_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "WILL_COUNTER", 3)
    sealer = Sealer(KEY, 7)
    assert unseal(KEY, TOPIC, sealer.seal(TOPIC, b"x")).counter == 1
    assert unseal(KEY, TOPIC, sealer.seal(TOPIC, b"x")).counter == 2
    with pytest.raises(SealError, match="no counter left"):
        sealer.seal(TOPIC, b"x")
