"""What a device's QR code says, and what is said of one that cannot be used."""

from __future__ import annotations

import pytest

from devices.enrol.invitation import EnrolError, Invitation

CODE = "A2b4-C6d8_E0f2G4h6I8j0"
FINGERPRINT = "0123456789abcdef" * 4


@pytest.mark.parametrize("hub_url", ["https://10.0.0.5:8470", "https://hub.example", "https://[fd00::5]:8470"])
def test_invitation_reads_as_it_was_written(hub_url: str) -> None:
    invitation = Invitation(hub_url, CODE, FINGERPRINT)
    assert str(invitation) == f"{hub_url}/join#d={CODE}&f={FINGERPRINT}"
    assert Invitation.parse(f" {invitation}\n") == invitation
    assert CODE not in repr(invitation)


def test_this_machine_needs_no_fingerprint() -> None:
    found = Invitation.parse(f"http://127.0.0.1:8470/join#d={CODE}")
    assert found == Invitation("http://127.0.0.1:8470", CODE, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not an enrolment address"),
        ("R01", "not an enrolment address"),
        (f"https://10.0.0.5/#d={CODE}&f={FINGERPRINT}", "not an enrolment address"),
        (f"https://10.0.0.5:99999/join#d={CODE}&f={FINGERPRINT}", "not an enrolment address"),
        (f"https://[10.0.0.5/join#d={CODE}&f={FINGERPRINT}", "not an enrolment address"),
        (f"https://duty@10.0.0.5/join#d={CODE}&f={FINGERPRINT}", "not an enrolment address"),
        (f"https://10.0.0.5/join#d={CODE}&f={FINGERPRINT}" + "x" * 400, "not an enrolment address"),
        (f"https://10.0.0.5/join#p={CODE}&f={FINGERPRINT}", "an invitation for a person"),
        (f"https://10.0.0.5/join#d=A2b4&f={FINGERPRINT}", "the code is missing or cut off"),
        (f"https://10.0.0.5/join#d={CODE}", "the fingerprint is missing or cut off"),
        (f"https://10.0.0.5/join#d={CODE}&f=0123", "the fingerprint is missing or cut off"),
        (f"http://10.0.0.5/join#d={CODE}&f={FINGERPRINT}", "http:// is for this machine alone"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_code(text: str, why: str) -> None:
    with pytest.raises(EnrolError, match=why) as refused:
        Invitation.parse(text)
    assert CODE not in str(refused.value)
