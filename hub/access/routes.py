"""The access room's HTTP face for people: session, people, invitations. What a door needs stands in doors.py."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.entrant import Entrant
from hub.access.gate import SESSION_COOKIE, Entering
from hub.access.joining import Certified, join_link
from hub.access.known import GOOD_FOR_S
from hub.access.messages import (
    AcceptInvitation,
    ChangePassword,
    HandedInvitation,
    LookAtInvitation,
    NewPerson,
    PutPerson,
    SignedIn,
    SignIn,
)
from hub.access.permissions import Right
from hub.access.refusals import sign_in_needed
from hub.access.service import Access
from hub.access.sessions import WHOLE_S
from hub.console.http import PUBLIC_DOOR_BYTES, answer, read
from hub.listening.addresses import address_of

KNOWN_COOKIE = "qianshao_known"


def routes(access: Access, certified: Certified | None) -> APIRouter:
    """Sign in and out, stay signed in; write people down and invite them. ``certified`` is None without TLS."""
    router = APIRouter(prefix="/api")
    _add_session(router, access)
    _add_people(router, access, certified)
    _add_invitation(router, access)
    return router


def _add_session(router: APIRouter, access: Access) -> None:
    """One's own session."""

    @router.post("/session")
    async def sign_in(request: Request) -> Response:
        given = await read(request, SignIn, PUBLIC_DOOR_BYTES)
        known = request.cookies.get(KNOWN_COOKIE)
        signed_in = await access.sign_in(given, address=address_of(request.scope), known=known)
        return await _let_in(access, request, signed_in)

    @router.get("/session")
    async def me(entrant: Entering) -> Response:
        return answer(access.me(entrant))

    @router.post("/session/refresh")
    async def refresh(request: Request) -> Response:
        refreshed = await access.refresh(request.cookies.get(SESSION_COOKIE, ""))
        response = answer(refreshed.me)
        if refreshed.session_token is not None:
            _set_cookie(request, response, SESSION_COOKIE, refreshed.session_token, WHOLE_S)
        return response

    @router.delete("/session")
    async def sign_out(request: Request, entrant: Entering) -> Response:
        if entrant.session_id is not None:
            await access.sign_out(entrant.session_id)
        response = Response(status_code=204)
        _set_cookie(request, response, SESSION_COOKIE, "", 0)
        return response

    @router.delete("/session/others")
    async def end_others(entrant: Entering) -> Response:
        await access.end_other_sessions(entrant)
        return Response(status_code=204)

    @router.post("/session/password")
    async def change_password(request: Request, entrant: Entering) -> Response:
        given = await read(request, ChangePassword, PUBLIC_DOOR_BYTES)
        known = request.cookies.get(KNOWN_COOKIE)
        await access.change_password(given, entrant, address=address_of(request.scope), known=known)
        return Response(status_code=204)


def _add_people(router: APIRouter, access: Access, certified: Certified | None) -> None:
    """Who is written down, invited, signed in."""

    @router.get("/people")
    async def people() -> Response:
        return answer(access.people())

    @router.post("/people")
    async def add_person(request: Request, entrant: Entering) -> Response:
        return answer(await access.add_person(await read(request, NewPerson), entrant.person), 201)

    @router.put("/people/{person_id}")
    async def change_person(person_id: str, request: Request, entrant: Entering) -> Response:
        return answer(await access.change_person(person_id, await read(request, PutPerson), entrant.person))

    @router.post("/people/{person_id}/disable")
    async def disable(person_id: str, entrant: Entering) -> Response:
        return answer(await access.disable(person_id, entrant.person))

    @router.post("/people/{person_id}/enable")
    async def enable(person_id: str, entrant: Entering) -> Response:
        return answer(await access.enable(person_id, entrant.person))

    @router.post("/people/{person_id}/invitation")
    async def invite(person_id: str, request: Request, entrant: Entering) -> Response:
        invitation = await access.invite(person_id, entrant.person)
        join = join_link(str(request.base_url), invitation.code, certified)
        handed = HandedInvitation(code=invitation.code, expires_at_ms=invitation.expires_at_ms, join=join)
        return _unkept(answer(handed, 201))

    @router.get("/people/{person_id}/sessions")
    async def sessions(person_id: str, entrant: Entering) -> Response:
        _own_or_enrols(entrant, person_id)
        return answer(access.sessions(person_id, entrant.session_id))

    @router.delete("/people/{person_id}/sessions")
    async def end_sessions(person_id: str, entrant: Entering) -> Response:
        _own_or_enrols(entrant, person_id)
        await access.end_sessions(person_id, entrant.person)
        return Response(status_code=204)


def _add_invitation(router: APIRouter, access: Access) -> None:
    """The doors of who holds an invitation, and nothing else yet."""

    @router.post("/invitation/look")
    async def look_at_invitation(request: Request) -> Response:
        code = (await read(request, LookAtInvitation, PUBLIC_DOOR_BYTES)).code
        return _unkept(answer(await access.look_at_invitation(code, address=address_of(request.scope))))

    @router.post("/invitation/accept")
    async def accept(request: Request) -> Response:
        given = await read(request, AcceptInvitation, PUBLIC_DOOR_BYTES)
        return await _let_in(access, request, await access.accept(given, address=address_of(request.scope)))


async def _let_in(access: Access, request: Request, signed_in: SignedIn) -> Response:
    """Answer whose session it is, with its cookies; the browser's former session ends."""
    former = access.entrant_of_session(request.cookies.get(SESSION_COOKIE, ""))
    if former is not None and former.session_id is not None:
        await access.sign_out(former.session_id)
    entrant = access.entrant_of_session(signed_in.session_token)
    if entrant is None:
        raise sign_in_needed()
    response = answer(access.me(entrant), 201)
    _set_cookie(request, response, SESSION_COOKIE, signed_in.session_token, WHOLE_S)
    _set_cookie(request, response, KNOWN_COOKIE, signed_in.known_token, GOOD_FOR_S)
    return response


def _own_or_enrols(entrant: Entrant, person_id: str) -> None:
    """One's own sessions need no right. Raises Refusal (403)."""
    if person_id != entrant.person.person_id:
        entrant.require(Right.ENROL_PEOPLE)


def _set_cookie(request: Request, response: Response, name: str, token: str, good_for_s: int) -> None:
    response.set_cookie(
        name,
        token,
        max_age=good_for_s,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    _unkept(response)


def _unkept(response: Response) -> Response:
    """No cache keeps an answer that holds a secret."""
    response.headers["cache-control"] = "no-store"
    return response
