"""The escalation policy as data: which steps, at which second after an alert was issued. Pure."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import msgspec

from devices.protocol.messages import Severity
from hub.errors import Refusal

LONGEST_S = 7_200.0
MOST_STEPS = 12


class Action(StrEnum):
    """What a step does about one radio that has not acknowledged."""

    REPEAT_LOUDER = "repeat_louder"
    """The same alert again, at full volume."""
    NEAREST_VENUE = "nearest_venue"
    """The nearest open venue on foot is asked to go and look."""
    GRID_MEMBERS = "grid_members"
    """Who is on shift in the venue's grid is told."""
    OFFICER = "officer"
    """The consoles ring until somebody takes it on."""
    CALL_RADIO = "call_radio"
    """The hub itself calls the radio and speaks the alert."""
    PHONE = "phone"
    """The venue's own telephone is called, through the fallback door."""
    ASK_AGAIN = "ask_again"
    """Who acknowledged is asked what he sees; not a step, it follows from ``ask_again_s``."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action, ``after_s`` seconds after the alert was issued."""

    after_s: Annotated[float, msgspec.Meta(ge=1.0, le=LONGEST_S)]
    action: Action


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person writes; ``check`` says whether it can be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    severities: Annotated[tuple[Severity, ...], msgspec.Meta(min_length=1, max_length=4)]
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]
    ask_again_s: Annotated[float, msgspec.Meta(ge=30.0, le=LONGEST_S)]
    """Who acknowledged and does not report is asked again each time so many seconds have passed."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Rules as they were set at one time; version 0 is what the hub begins with. An alert keeps those it began with."""

    version: int
    rules: Rules
    set_by: str
    set_at_ms: int | None


DEFAULT = Rules(
    name="标准升级",
    severities=(Severity.SEVERE, Severity.EXTREME),
    steps=(
        Step(after_s=15, action=Action.REPEAT_LOUDER),
        Step(after_s=30, action=Action.REPEAT_LOUDER),
        Step(after_s=45, action=Action.NEAREST_VENUE),
        Step(after_s=60, action=Action.GRID_MEMBERS),
        Step(after_s=90, action=Action.OFFICER),
    ),
    ask_again_s=180,
)
"""A guard who hears an alert presses within seconds; at a minute and a half somebody in the police room must decide."""


def check(rules: Rules) -> Rules:
    """The rules, where they can be carried out. Raises Refusal."""
    if any(step.action is Action.ASK_AGAIN for step in rules.steps):
        raise Refusal(
            "not_a_step",
            "追问由 ask_again_s 决定，不是步骤",
            "asking again follows from ask_again_s, it is no step",
            field="steps",
        )
    if sum(step.action is Action.PHONE for step in rules.steps) > 1:
        raise Refusal(
            "phone_twice",
            "电话只能列一次：一次包含三次拨打",
            "the telephone stands once: its step tries three times",
            field="steps",
        )
    for before, after in pairwise(rules.steps):
        if after.after_s <= before.after_s:
            raise Refusal(
                "steps_out_of_order",
                f"步骤须按时间先后排列：{after.after_s:g} 秒不在 {before.after_s:g} 秒之后",
                f"steps come one after the other: {after.after_s:g} s is not after {before.after_s:g} s",
                field="steps",
            )
    if len(set(rules.severities)) < len(rules.severities):
        raise Refusal("severity_twice", "严重程度重复", "a severity is named twice", field="severities")
    return rules
