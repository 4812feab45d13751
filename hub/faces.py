"""Every room's HTTP face, in one application behind the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI

from hub.access import auditing_routes
from hub.access import routes as access_routes
from hub.access.gate import Gate
from hub.alerts import cap_routes
from hub.alerts import routes as alert_routes
from hub.alerts.posts import Posts
from hub.calibration import routes as calibration_routes
from hub.casebook import routes as casebook_routes
from hub.cases import routes as case_routes
from hub.console import routes as console_routes
from hub.console import trust
from hub.console.http import add_error_answers
from hub.console.sockets import sockets
from hub.describing import routes as photo_routes
from hub.describing import standing_routes
from hub.enrolment import routes as enrolment_routes
from hub.escalation import routes as escalation_routes
from hub.evaluation import routes as evaluation_routes
from hub.footage.exports import routes as export_routes
from hub.footage.holds import routes as hold_routes
from hub.footage.routes import live_routes, playing_routes
from hub.found import routes as found_routes
from hub.media import routes as media_routes
from hub.mediation import routes as mediation_routes
from hub.missing_child import routes as missing_child_routes
from hub.missing_child.reporting import Reporting
from hub.onvif import routes as onvif_routes
from hub.registry import camera_routes, owner_routes
from hub.registry import routes as registry_routes
from hub.response import routes as response_routes
from hub.rollcall import routes as roll_call_routes
from hub.shifts import routes as shift_routes
from hub.sightings.path import routes as path_routes
from hub.streets import routes as street_routes
from hub.talk import routes as talk_routes
from hub.talk.recording import routes as recording_routes
from hub.teaching import routes as teaching_routes
from hub.templates import routes as template_routes
from hub.templates.service import TemplateRoom
from hub.tours import routes as tour_routes
from hub.tours.service import TourRoom

if TYPE_CHECKING:
    from hub.app import Hub


def make_app(hub: Hub) -> FastAPI:
    """The application of all rooms' doors, behind the gate."""
    app = FastAPI(title="黔哨", openapi_url=None, dependencies=[Depends(Gate(hub.access))])
    add_error_answers(app)
    app.include_router(auditing_routes.routes(hub.database, hub.clock, hub.access))
    app.include_router(console_routes.routes(hub.picture, hub.events, hub.registry, hub.metrics, hub.vitals))
    posts = Posts(hub.radios, hub.shifts, hub.clock)
    app.include_router(alert_routes.routes(hub.alerts, posts, hub.registry))
    app.include_router(cap_routes.routes(hub.alerts, hub.registry, hub.clock, hub.media))
    app.include_router(media_routes.routes(hub.media, hub.alerts.venues_naming, hub.registry, hub.responses.shows))
    app.include_router(escalation_routes.routes(hub.escalations, hub.alerts, hub.registry))
    app.include_router(found_routes.routes(hub.found))
    app.include_router(template_routes.routes(TemplateRoom(hub.database, hub.alerts.targets)))
    app.include_router(tour_routes.routes(TourRoom(hub.database)))
    app.include_router(roll_call_routes.routes(hub.roll_calls, hub.registry))
    app.include_router(evaluation_routes.routes(hub.evaluations))
    app.include_router(access_routes.routes(hub.access, hub.certificates))
    app.include_router(casebook_routes.routes(hub.casebook, hub.access.enabled))
    app.include_router(mediation_routes.routes(hub.mediation))
    app.include_router(case_routes.routes(hub.cases, hub.case_flow))
    app.include_router(response_routes.routes(hub.responses))
    app.include_router(path_routes.routes(hub.paths))
    find = hub.access.find_person
    reporting = Reporting(hub.missing_children, hub.cases, hub.alerts, hub.registry, hub.walking, hub.clock, find)
    app.include_router(missing_child_routes.routes(hub.missing_children, reporting))
    app.include_router(photo_routes.routes(hub.photos))
    app.include_router(hold_routes.routes(hub.holds))
    app.include_router(export_routes.routes(hub.exports, hub.registry))
    online = hub.vision.workers.is_online
    app.include_router(enrolment_routes.routes(hub.enrolment, hub.registry, hub.radios, online, hub.certificates))
    app.include_router(calibration_routes.routes(hub.calibrating))
    app.include_router(registry_routes.routes(hub.registry, hub.vision, hub.database))
    app.include_router(camera_routes.routes(hub.registry, hub.vision, hub.onvif))
    app.include_router(onvif_routes.routes(hub.onvif, hub.database, hub.registry.camera_ids_at))
    app.include_router(owner_routes.routes(hub.registry))
    app.include_router(standing_routes.routes(hub.redescribing))
    app.include_router(teaching_routes.routes(hub.teaching))
    app.include_router(shift_routes.routes(hub.shifts, hub.sign_ons, hub.access.enabled))
    app.include_router(street_routes.routes(hub.streets, hub.registry))
    app.include_router(trust.certificate_routes(hub.certificates, lambda: hub.trust_port))
    app.include_router(talk_routes.routes(hub.talk_groups, hub.emergencies, hub.alerts, hub.registry))
    app.include_router(recording_routes.routes(hub.listening_back))
    app.include_router(playing_routes(hub.playing, hub.timelines))
    app.include_router(live_routes(hub.live, hub.lines, hub.refused))
    app.include_router(sockets(hub.feed, hub.talk, hub.lines, hub.registry, hub.refused))
    if hub.certificates is not None:
        app.include_router(trust.routes(hub.certificates))
    console_routes.add_page(app)
    return app
