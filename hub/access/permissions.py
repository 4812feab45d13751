"""The permission table: which role has which right. Where a right holds is said by the person's places (entrant.py)."""

from __future__ import annotations

from enum import StrEnum

from hub.access.people import Role


class Right(StrEnum):
    """What somebody may do; the rows of the table."""

    SEE_ROOM = "see_room"
    """Radios, cameras, venues, alerts and events of one's places."""
    SEE_CASES = "see_cases"
    ISSUE_ALERT = "issue_alert"
    ANSWER_ALERT = "answer_alert"
    """Answer one on a page, for a venue of one's places; at a radio its key is enough."""
    BRING_MEDIA = "bring_media"
    """Hand in a picture or a recorded voice, for what then names it."""
    REPORT = "report"
    """Have police come: what goes up from the grid."""
    DIRECT = "direct"
    """Whistle for members of one's places, and send them directives."""
    ANSWER_ASK = "answer_ask"
    """Answer what goes up or comes down, where one is asked."""
    CALL = "call"
    """Speak to a talk group all of whose venues lie in one's places."""
    ANSWER_CALL = "answer_call"
    """Hear, and speak to, the talk groups that a radio of one's places belongs to."""
    LISTEN_BACK = "listen_back"
    """Find recorded bursts and hear them again, of the talk groups that one may hear."""
    OPEN_CASE = "open_case"
    HANDLE_CASE = "handle_case"
    """Move a case on and note in it; a grid member or guard, one that was given to them."""
    SEARCH_FOOTAGE = "search_footage"
    """Search, watch, look at pictures: inside an open case alone."""
    EXPORT_FOOTAGE = "export_footage"
    """Clips that leave the room, and holds: inside an open case alone."""
    WATCH_LIVE = "watch_live"
    """Cameras as they see now, of one's places, where their owners' terms let the police room."""
    ENROL_PLACES = "enrol_places"
    ENROL_CAMERAS = "enrol_cameras"
    ENROL_DEVICES = "enrol_devices"
    ENROL_PEOPLE = "enrol_people"
    PLAN_SHIFTS = "plan_shifts"
    SET_ESCALATION = "set_escalation"
    """Decide what is done about who does not acknowledge an alert."""
    READ_EVALUATION = "read_evaluation"
    """How venues and grids did their duties, over the whole community."""
    READ_AUDIT = "read_audit"
    READ_METRICS = "read_metrics"
    OWN_SESSION = "own_session"
    """Refresh and end one's session, change one's password."""


_TABLE = """
                dispatcher officer chief administrator auditor grid_member guard
see_room            yes      yes    yes       yes         -        yes       yes
see_cases           yes      yes    yes       -           -        -         -
issue_alert         yes      yes    yes       -           -        -         -
answer_alert        -        -      -         -           -        yes       yes
bring_media         yes      yes    yes       -           -        yes       yes
report              -        -      -         -           -        yes       yes
direct              yes      yes    yes       -           -        -         -
answer_ask          yes      yes    yes       -           -        yes       yes
call                yes      yes    yes       -           -        -         -
answer_call         yes      yes    yes       -           -        yes       yes
listen_back         yes      yes    yes       -           -        -         -
open_case           yes      yes    yes       -           -        -         -
handle_case         yes      yes    yes       -           -        yes       yes
search_footage      yes      yes    -         -           -        -         -
export_footage      -        yes    -         -           -        -         -
watch_live          yes      yes    yes       -           -        -         -
enrol_places        -        -      -         yes         -        -         -
enrol_cameras       -        -      -         yes         -        -         -
enrol_devices       -        -      -         yes         -        -         -
enrol_people        -        -      -         yes         -        -         -
plan_shifts         yes      -      yes       yes         -        -         -
set_escalation      -        -      yes       yes         -        -         -
read_evaluation     -        -      yes       yes         -        -         -
read_audit          -        -      yes       -           yes      -         -
read_metrics        -        -      -         yes         -        -         -
own_session         yes      yes    yes       yes         yes      yes       yes
"""


def _read(table: str) -> dict[Right, frozenset[Role]]:
    head, *rows = table.strip().splitlines()
    roles = [Role(name) for name in head.split()]
    found: dict[Right, frozenset[Role]] = {}
    for row in rows:
        name, *cells = row.split()
        if len(cells) != len(roles) or not set(cells) <= {"yes", "-"}:
            raise ValueError(f"the permission table's row {name} has not one cell for each role")
        found[Right(name)] = frozenset(role for role, cell in zip(roles, cells, strict=True) if cell == "yes")
    return found


TABLE = _read(_TABLE)
"""Right: the roles that have it."""


def has(role: Role, right: Right) -> bool:
    """Whether a role has a right anywhere."""
    return role in TABLE[right]
