"""The second factor: one-time passwords by time (RFC 6238 with its defaults: SHA-1, 6 digits, 30 s)."""

from __future__ import annotations

import hmac

import pyotp

STEP_S = 30
STEPS_ASIDE = 1
"""A phone's clock may be one step off (RFC 6238, section 5.2)."""


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226, section 4 recommends."""
    return pyotp.random_base32(32)


def uri(secret: str, person_id: str, issuer: str) -> str:
    """What an authenticator scans."""
    return pyotp.TOTP(secret, name=person_id, issuer=issuer).provisioning_uri()


def step_of(secret: str, code: str, now_us: int, after_step: int) -> int | None:
    """The step whose code this is, when it is a present one later than ``after_step``, the last that was taken."""
    totp = pyotp.TOTP(secret)
    now = now_us // (STEP_S * 1_000_000)
    for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):
        if step > after_step and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None
