"""Passwords."""

from __future__ import annotations

import base64

import pytest

from simulators.cameras.login import Login, Scheme


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("said", "accepted"),
    [(_basic("admin:12345"), True), (_basic("admin:1234"), False), ("", False), ("Basic ***", False)],
)
def test_a_basic_password_is_right_or_not(said: str, accepted: bool) -> None:
    assert Login("admin", "12345", Scheme.BASIC, "n").accepts(said, "DESCRIBE") is accepted


def test_a_digest_is_accepted_for_its_method_only() -> None:
    login = Login("admin", "12345", Scheme.DIGEST, "abc")
    said = (
        'Digest username="admin", realm="camera", nonce="abc", uri="rtsp://h/C01", '
        'response="6bbca39f9d2e6cf0c48e16b95dbdd068"'
    )
    assert login.accepts(said, "DESCRIBE")
    assert not login.accepts(said, "SETUP")
    assert not login.accepts(said.replace('nonce="abc"', 'nonce="old"'), "DESCRIBE")
