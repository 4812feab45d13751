"""Who should mediate a dispute: by what it is about, how grave, where, and what was tried. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from hub.cases.limits import Grade
from hub.mediation.messages import DisputeClass, Mediator, Proposal, Route

ROUTE_NAMES = {
    Route.POLICE: ("公安调解", "police"),
    Route.PEOPLE: ("人民调解", "people's"),
    Route.PROFESSIONAL: ("专业调解", "professional"),
    Route.JUDICIAL: ("司法调解", "judicial"),
}
_OF_A_TRADE = frozenset({DisputeClass.PROPERTY, DisputeClass.LABOUR, DisputeClass.OTHER})
COURT_AFTER = 2
"""After so many that failed it goes to judicial mediation first: more of the same does not help. A judgement."""


def routes_for(dispute_class: DisputeClass, grade: Grade, failed: Collection[Route]) -> tuple[Route, ...]:
    """All routes, the fittest first; a judgement.

    Grave ones begin with the police, a trade's with its own committee, those between people with the people's; what
    failed comes last, and after COURT_AFTER failures the court comes first.
    """
    if grade <= Grade.GRAVE:
        order = [Route.POLICE, Route.JUDICIAL, Route.PEOPLE, Route.PROFESSIONAL]
    elif dispute_class in _OF_A_TRADE:
        order = [Route.PROFESSIONAL, Route.PEOPLE, Route.POLICE, Route.JUDICIAL]
    else:
        order = [Route.PEOPLE, Route.POLICE, Route.PROFESSIONAL, Route.JUDICIAL]
    left = [route for route in order if route not in failed]
    if len(failed) >= COURT_AFTER and Route.JUDICIAL in left:
        left.sort(key=lambda route: route is not Route.JUDICIAL)
    return (*left, *(route for route in order if route in failed))


def propose(
    mediators: Iterable[Mediator],
    dispute_class: DisputeClass,
    grade: Grade,
    grid_id: str | None,
    failed: Collection[Route],
    going: Mapping[str, int],
) -> tuple[Proposal, ...]:
    """All mediators, the fittest first: by route, then who knows such disputes, is of the grid, has the least to do.

    ``grid_id``: where it is; ``going``: of each mediator_id how many go on.
    """
    order = routes_for(dispute_class, grade, failed)

    def rank(one: Mediator) -> tuple[int, bool, bool, int, str]:
        return (
            order.index(one.route),
            not _knows(one, dispute_class),
            not _is_of(one, grid_id),
            going.get(one.mediator_id, 0),
            one.mediator_id,
        )

    return tuple(
        _proposal(one, order[0], dispute_class, grid_id, failed, going.get(one.mediator_id, 0))
        for one in sorted(mediators, key=rank)
    )


def _knows(one: Mediator, dispute_class: DisputeClass) -> bool:
    return not one.classes or dispute_class in one.classes


def _is_of(one: Mediator, grid_id: str | None) -> bool:
    return not one.grid_ids or grid_id in one.grid_ids


def _proposal(
    one: Mediator,
    best: Route,
    dispute_class: DisputeClass,
    grid_id: str | None,
    failed: Collection[Route],
    going: int,
) -> Proposal:
    name, name_en = ROUTE_NAMES[one.route]
    zh, en = [name], [name_en]
    if one.route is best:
        zh.append("首选")
        en.append("first choice")
    if one.route in failed:
        zh.append("这一路已调解未成")
        en.append("this route has failed")
    if one.classes and dispute_class in one.classes:
        zh.append("熟悉这类纠纷")
        en.append("knows such disputes")
    if one.grid_ids and grid_id in one.grid_ids:
        zh.append("本网格")
        en.append("of the grid")
    if going:
        zh.append(f"手上有 {going} 起")
        en.append(f"{going} going on")
    return Proposal(mediator=one, why="，".join(zh), why_en=", ".join(en), going=going)
