"""What can be written as a policy and what is refused, with the field."""

from __future__ import annotations

import msgspec
import pytest

from devices.protocol.messages import Severity
from hub.errors import Refusal
from hub.escalation.policy import DEFAULT, MOST_STEPS, Rules, check


def _rules(**changed: object) -> Rules:
    return msgspec.convert(msgspec.to_builtins(DEFAULT) | changed, Rules)


def test_what_the_hub_begins_with_can_be_carried_out() -> None:
    assert check(DEFAULT) is DEFAULT


@pytest.mark.parametrize("seconds", [(15, 15), (30, 15)])
def test_steps_that_do_not_come_one_after_the_other_are_refused(seconds: tuple[int, int]) -> None:
    steps = [{"after_s": each, "action": "officer"} for each in seconds]
    with pytest.raises(Refusal, match="one after the other") as refused:
        check(_rules(steps=steps))
    assert refused.value.field == "steps"


def test_asking_again_is_no_step() -> None:
    with pytest.raises(Refusal, match="ask_again_s"):
        check(_rules(steps=[{"after_s": 10, "action": "ask_again"}]))


def test_telephone_stands_once_in_a_policy() -> None:
    with pytest.raises(Refusal, match="telephone"):
        check(_rules(steps=[{"after_s": 10, "action": "phone"}, {"after_s": 20, "action": "phone"}]))


def test_severity_named_twice_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check(_rules(severities=[Severity.SEVERE, Severity.SEVERE]))
    assert refused.value.field == "severities"


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": []},
        {"steps": [{"after_s": n + 1, "action": "officer"} for n in range(MOST_STEPS + 1)]},
        {"steps": [{"after_s": 0, "action": "officer"}]},
        {"steps": [{"after_s": 7201, "action": "officer"}]},
        {"steps": [{"after_s": 10, "action": "shout"}]},
        {"steps": [{"after_s": 10, "action": "officer", "volume": 3}]},
        {"ask_again_s": 5},
        {"severities": []},
        {"name": ""},
    ],
)
def test_what_no_policy_can_say_is_refused_before_it_is_read(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        _rules(**wrong)
