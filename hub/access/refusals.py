"""Refusals that more than one door gives to people and about them."""

from __future__ import annotations

from hub.errors import Refusal


def sign_in_needed() -> Refusal:
    """Nobody is signed in."""
    return Refusal("sign_in_needed", "请先登录", "sign in first", status=401)


def unknown_person(person_id: str) -> Refusal:
    """Nobody has this account, or nobody who may come in."""
    return Refusal("unknown_person", f"没有账号 {person_id}", f"there is no account {person_id}", status=404)


def wrong_second_factor(status: int) -> Refusal:
    """The six digits are not those of a present step, or were taken before."""
    return Refusal(
        "wrong_second_factor",
        "动态口令不对或已用过，请等下一个",
        "the second factor is wrong or was used: wait for the next",
        field="code",
        status=status,
    )
