"""A case from its beginning to its end: stages, who may do what in each, and what happens when nobody does. Pure.

``stage x action -> stage`` is TRANSITIONS; time is passed in as milliseconds, whose beginning does not matter. An open
case always has an owner and a deadline, a closed one neither: ``Standing`` cannot be made otherwise.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hub.access.people import ROLE_NAMES, Person, Role
from hub.cases.limits import LEAST_MS, OPEN_STAGES, CaseKind, Grade, Stage, again_ms, limit_ms
from hub.errors import Refusal


class CaseAction(StrEnum):
    """What a person does to a case."""

    RECEIVE = "receive"
    """The police room takes a report up, and sees whether it is so."""
    CONFIRM = "confirm"
    """It is so."""
    REFUTE = "refute"
    """It is not so: who reported it is told."""
    DISPATCH = "dispatch"
    """Somebody is sent, and owns it."""
    GIVE_BACK = "give_back"
    """Who was sent cannot: somebody else is to be."""
    HANDLED = "handled"
    UNSOLVED = "unsolved"
    """The visit afterwards finds it unsolved."""
    TAKE = "take"
    """I do it."""
    HAND_OVER = "hand_over"
    """Somebody else does it."""
    CLOSE = "close"


TRANSITIONS: dict[tuple[Stage, CaseAction], Stage] = {
    (Stage.COLLECT, CaseAction.RECEIVE): Stage.VERIFY,
    (Stage.VERIFY, CaseAction.CONFIRM): Stage.DISPATCH,
    (Stage.VERIFY, CaseAction.REFUTE): Stage.FEED_BACK,
    (Stage.DISPATCH, CaseAction.DISPATCH): Stage.HANDLE,
    (Stage.HANDLE, CaseAction.GIVE_BACK): Stage.DISPATCH,
    (Stage.HANDLE, CaseAction.HANDLED): Stage.FEED_BACK,
    (Stage.FEED_BACK, CaseAction.UNSOLVED): Stage.DISPATCH,
    **{(stage, CaseAction.TAKE): stage for stage in OPEN_STAGES},
    **{(stage, CaseAction.HAND_OVER): stage for stage in OPEN_STAGES},
    **{(stage, CaseAction.CLOSE): Stage.CLOSED for stage in OPEN_STAGES},
}

_ROOM = frozenset({Role.DISPATCHER, Role.OFFICER, Role.CHIEF})
_HANDS = frozenset({Role.GRID_MEMBER, Role.GUARD})
ALLOWED: dict[CaseAction, frozenset[Role]] = {
    CaseAction.RECEIVE: _ROOM,
    CaseAction.CONFIRM: _ROOM,
    CaseAction.REFUTE: _ROOM,
    CaseAction.DISPATCH: _ROOM,
    CaseAction.GIVE_BACK: _ROOM | _HANDS,
    CaseAction.HANDLED: _ROOM | _HANDS,
    CaseAction.UNSOLVED: _ROOM,
    CaseAction.TAKE: _ROOM,
    CaseAction.HAND_OVER: _ROOM,
    CaseAction.CLOSE: _ROOM,
}
"""Who may; grid members and guards only where they own it."""
OWNING = _ROOM | _HANDS
"""Who can be sent, and be handed a case."""

_ABOVE = {
    Role.GUARD: Role.DISPATCHER,
    Role.GRID_MEMBER: Role.DISPATCHER,
    Role.DISPATCHER: Role.OFFICER,
    Role.OFFICER: Role.CHIEF,
    Role.CHIEF: Role.CHIEF,
}
"""Whose a case is next when it is overdue; the chief is told again and again."""

STAGE_NAMES = {
    Stage.COLLECT: "采集",
    Stage.VERIFY: "核实",
    Stage.DISPATCH: "派遣",
    Stage.HANDLE: "处置",
    Stage.FEED_BACK: "反馈",
    Stage.CLOSED: "结案",
}
ACTION_NAMES = {
    CaseAction.RECEIVE: "接报",
    CaseAction.CONFIRM: "核实属实",
    CaseAction.REFUTE: "核实不属实",
    CaseAction.DISPATCH: "派遣",
    CaseAction.GIVE_BACK: "退回",
    CaseAction.HANDLED: "处置完毕",
    CaseAction.UNSOLVED: "回访未解决",
    CaseAction.TAKE: "由我办理",
    CaseAction.HAND_OVER: "移交",
    CaseAction.CLOSE: "结案",
}
"""As people say them."""


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to act: a person, or, without ``person_id``, whoever is on duty of that role."""

    role: Role
    person_id: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a case stands. Raises ValueError where an open one has no owner or deadline, or a closed one has.

    ``since_ms`` is when its stage began; ``overdue``: how often nobody acted in time, of this stage.
    """

    kind: CaseKind
    grade: Grade
    stage: Stage
    since_ms: int
    owner: Owner | None
    deadline_ms: int | None
    overdue: int = 0

    def __post_init__(self) -> None:
        is_open = self.stage is not Stage.CLOSED
        if (self.owner is not None, self.deadline_ms is not None) != (is_open, is_open):
            raise ValueError(f"a case in stage {self.stage} with owner {self.owner} and deadline {self.deadline_ms}")


def begun(kind: CaseKind, grade: Grade, by: Person, now_ms: int) -> Standing:
    """A case as somebody opens it: what the police room opens itself is handled, what others report is collected."""
    if by.role in _ROOM:
        owner, stage = Owner(role=by.role, person_id=by.person_id), Stage.HANDLE
    else:
        owner, stage = Owner(role=Role.DISPATCHER), Stage.COLLECT
    return Standing(
        kind=kind,
        grade=grade,
        stage=stage,
        since_ms=now_ms,
        owner=owner,
        deadline_ms=now_ms + limit_ms(kind, grade, stage),
    )


def moved(standing: Standing, action: CaseAction, by: Person, now_ms: int, to: Owner | None = None) -> Standing:
    """The case after what somebody does; ``to``: who is sent, or handed it.

    Raises Refusal where the stage does not know the action, they may not, or nobody is named to whom it goes.
    """
    stage = TRANSITIONS.get((standing.stage, action))
    if stage is None:
        raise Refusal(
            "wrong_stage",
            f"案件处于“{STAGE_NAMES[standing.stage]}”，不能“{ACTION_NAMES[action]}”",
            f"the case is in stage {standing.stage}, which knows no {action}",
            status=409,
        )
    _must_be_allowed(standing, action, by)
    if stage is Stage.CLOSED:
        return msgspec.structs.replace(standing, stage=stage, since_ms=now_ms, owner=None, deadline_ms=None)
    owner = _owner_after(standing, action, by, to)
    if stage is standing.stage:
        return msgspec.structs.replace(standing, owner=owner)
    deadline_ms = now_ms + limit_ms(standing.kind, standing.grade, stage)
    return msgspec.structs.replace(
        standing, stage=stage, since_ms=now_ms, owner=owner, deadline_ms=deadline_ms, overdue=0
    )


def regraded(standing: Standing, kind: CaseKind, grade: Grade, now_ms: int) -> Standing:
    """It is something else, or graver than it seemed: the stage's time is that of the new one, and at least LEAST_MS
    from now; a closed case keeps its end."""
    if standing.stage is Stage.CLOSED:
        return msgspec.structs.replace(standing, kind=kind, grade=grade)
    deadline_ms = max(standing.since_ms + limit_ms(kind, grade, standing.stage), now_ms + LEAST_MS)
    return msgspec.structs.replace(standing, kind=kind, grade=grade, deadline_ms=deadline_ms)


def escalated(standing: Standing, now_ms: int) -> Standing:
    """The case after its deadline passed: whoever is above the owner owns it, with half of the stage's time.

    However long the hub was away, it goes up by one. A closed one stays as it is.
    """
    if standing.owner is None:
        return standing
    return msgspec.structs.replace(
        standing,
        owner=Owner(role=_ABOVE[standing.owner.role]),
        deadline_ms=now_ms + again_ms(standing.kind, standing.grade, standing.stage),
        overdue=standing.overdue + 1,
    )


ROOM_ACTIONS: dict[Stage, tuple[CaseAction, ...]] = {
    stage: tuple(action for action in CaseAction if (stage, action) in TRANSITIONS and action is not CaseAction.CLOSE)
    for stage in OPEN_STAGES
}
"""What the police room may do in each stage, beside closing: all its roles the same."""


def actions_of(standing: Standing, by: Person) -> tuple[CaseAction, ...]:
    """What somebody may do to it now."""
    return tuple(
        action for action in CaseAction if (standing.stage, action) in TRANSITIONS and _is_allowed(standing, action, by)
    )


def _is_allowed(standing: Standing, action: CaseAction, by: Person) -> bool:
    is_own = standing.owner is not None and standing.owner.person_id == by.person_id
    return by.role in ALLOWED[action] and (by.role in _ROOM or is_own)


def _must_be_allowed(standing: Standing, action: CaseAction, by: Person) -> None:
    if _is_allowed(standing, action, by):
        return
    name = ROLE_NAMES[by.role]
    if by.role in ALLOWED[action]:
        raise Refusal(
            "not_yours",
            f"{name}只能办理派给自己的案件",
            "a grid member or guard handles only what is theirs",
            status=403,
        )
    raise Refusal(
        "not_allowed", f"{name}不能“{ACTION_NAMES[action]}”案件", f"a {by.role} may not {action} a case", status=403
    )


def _owner_after(standing: Standing, action: CaseAction, by: Person, to: Owner | None) -> Owner:
    assert standing.owner is not None  # as every open case has
    if action in {CaseAction.DISPATCH, CaseAction.HAND_OVER}:
        if to is None or to.role not in OWNING:
            raise Refusal(
                "nobody_named",
                f"“{ACTION_NAMES[action]}”要指明给谁：值班员、民警、所长、网格员或保安",
                f"{action} names who gets it: a dispatcher, officer, chief, grid member or guard",
                field="to",
            )
        return to
    if by.role in _ROOM:
        return Owner(role=by.role, person_id=by.person_id)
    return Owner(role=Role.DISPATCHER)
