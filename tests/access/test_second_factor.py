"""The second factor against the vectors of RFC 6238, and each step taken once."""

from __future__ import annotations

import base64

import pyotp
import pytest

from hub.access import second_factor

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at_s", "digits"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(at_s: int, digits: str) -> None:
    assert second_factor.step_of(RFC_SECRET, digits[2:], at_s * 1_000_000, 0) == at_s // 30


@pytest.mark.parametrize(("aside_s", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clock_may_be_one_step_off(aside_s: int, is_taken: bool) -> None:
    code = pyotp.TOTP(RFC_SECRET).at(1_000_000_020 + aside_s)
    assert (second_factor.step_of(RFC_SECRET, code, 1_000_000_020_000_000, 0) is not None) is is_taken


def test_step_that_was_taken_and_those_before_it_are_not_taken_again() -> None:
    now_us = 1_000_000_020_000_000
    totp = pyotp.TOTP(RFC_SECRET)
    taken = second_factor.step_of(RFC_SECRET, totp.at(1_000_000_020), now_us, 0)
    assert taken is not None
    assert second_factor.step_of(RFC_SECRET, totp.at(1_000_000_020), now_us, taken) is None
    assert second_factor.step_of(RFC_SECRET, totp.at(999_999_990), now_us, taken) is None
    assert second_factor.step_of(RFC_SECRET, totp.at(1_000_000_050), now_us, taken) == taken + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert second_factor.step_of(RFC_SECRET, code, 59_000_000, 0) is None


def test_secret_has_160_bits_and_the_address_names_hub_and_person() -> None:
    secret = second_factor.new_secret()
    assert len(base64.b32decode(secret)) == 20
    assert secret != second_factor.new_secret()
    uri = second_factor.uri(secret, "chen", "黔哨 栖凤社区")
    read = pyotp.parse_uri(uri)
    assert (read.secret, read.name, read.issuer) == (secret, "chen", "黔哨 栖凤社区")
