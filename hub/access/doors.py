"""Every door of the hub and the right that it needs. A door that stands here nowhere is closed, and fails the tests.

The right is what the role must have; where it holds is looked at behind the door, where the subject is known.
"""

from __future__ import annotations

from enum import Enum

from devices.protocol.topics import DeviceKind, Down, Up
from hub.access.permissions import Right
from hub.talk.messages import Cancel, Listen, Release, Request, TalkMessage


class Public(Enum):
    """A door that needs no right: it shows nothing of the room, or takes a secret of its own."""

    PUBLIC = "public"


PUBLIC = Public.PUBLIC
Door = Right | Public

_HTTP = """
GET     /                                                       public
GET     /healthz                                                public
GET     /trust                                                  public
GET     /ca.pem                                                 public
GET     /metrics                                                read_metrics
POST    /api/session                                            public
GET     /api/session                                            own_session
POST    /api/session/refresh                                    own_session
POST    /api/session/password                                   own_session
DELETE  /api/session                                            own_session
DELETE  /api/session/others                                     own_session
POST    /api/invitation/look                                    public
POST    /api/invitation/accept                                  public
GET     /api/people                                             enrol_people
POST    /api/people                                             enrol_people
PUT     /api/people/{person_id}                                 enrol_people
POST    /api/people/{person_id}/disable                         enrol_people
POST    /api/people/{person_id}/enable                          enrol_people
POST    /api/people/{person_id}/invitation                      enrol_people
GET     /api/people/{person_id}/sessions                        own_session
DELETE  /api/people/{person_id}/sessions                        own_session
GET     /api/audit                                              read_audit
GET     /api/audit/export                                       read_audit
GET     /api/state                                              see_room
GET     /api/events                                             see_room
GET     /api/nearest                                            see_room
GET     /api/map                                                see_room
PUT     /api/map                                                enrol_places
POST    /api/registry/venues                                    enrol_places
POST    /api/registry/community                                 enrol_places
POST    /api/cameras                                            enrol_cameras
DELETE  /api/cameras/{camera_id}                                enrol_cameras
GET     /api/cameras/{camera_id}/still                          enrol_cameras
GET     /api/cameras/{camera_id}/calibration                    enrol_cameras
POST    /api/cameras/{camera_id}/calibration/try                enrol_cameras
PUT     /api/cameras/{camera_id}/calibration                    enrol_cameras
POST    /api/cameras/discover                                   enrol_cameras
POST    /api/cameras/look                                       enrol_cameras
PUT     /api/cameras/{camera_id}/masks                          enrol_cameras
GET     /api/describing                                         enrol_cameras
GET     /api/teaching                                           enrol_cameras
POST    /api/teaching/learn                                     enrol_cameras
POST    /api/teaching/back                                      enrol_cameras
GET     /api/owners                                             see_room
PUT     /api/owners                                             enrol_cameras
GET     /api/hours                                              see_room
GET     /api/venues/{venue_id}/hours                            see_room
PUT     /api/venues/{venue_id}/hours                            plan_shifts
GET     /api/shifts                                             plan_shifts
GET     /api/people/{person_id}/shifts                          plan_shifts
PUT     /api/people/{person_id}/shifts                          plan_shifts
POST    /api/people/{person_id}/pin                             own_session
POST    /api/alerts                                             issue_alert
GET     /api/alerts/{alert_id}                                  see_room
POST    /api/media                                              bring_media
GET     /api/media/{media_id}                                   see_room
GET     /api/alerts/{alert_id}/escalation                   see_room
POST    /api/alerts/cap                                     issue_alert
GET     /api/alerts/{alert_id}/cap                          see_room
POST    /api/alerts/{alert_id}/answers                      answer_alert
POST    /api/alerts/{alert_id}/cancel                       issue_alert
POST    /api/alerts/{alert_id}/update                       issue_alert
POST    /api/alerts/{alert_id}/stop                         issue_alert
POST    /api/found/{found_id}/close                         issue_alert
GET     /api/escalation/policies                            see_room
PUT     /api/escalation/policy                              set_escalation
GET     /api/alert-templates                                see_room
PUT     /api/alert-templates                                set_escalation
GET     /api/tours                                              watch_live
PUT     /api/tours                                              watch_live
GET     /api/evaluation                                         read_evaluation
GET     /api/evaluation.csv                                     read_evaluation
GET     /api/evaluation.pdf                                     read_evaluation
GET     /api/roll-calls                                         see_room
POST    /api/roll-calls                                         issue_alert
GET     /api/roll-calls/{roll_call_id}                          see_room
GET     /api/roll-calls/{roll_call_id}/csv                      see_room
POST    /api/talk/groups                                        call
GET     /api/talk/groups                                        see_room
DELETE  /api/talk/groups/{group_id}                             call
POST    /api/talk/sos/{sos_id}/close                            call
GET     /api/talk/bursts                                        listen_back
GET     /api/talk/bursts/{burst_id}/audio                       listen_back
GET     /api/talk/bursts/{burst_id}/waveform                    listen_back
POST    /api/devices/codes                                      enrol_devices
GET     /api/devices                                            enrol_devices
GET     /api/certificates                                       enrol_devices
POST    /api/devices/{device_id}/revoke                         enrol_devices
POST    /api/devices/enrol                                      public
POST    /api/devices/rotate                                     public
POST    /api/devices/rotate/confirm                             public
POST    /api/cases                                              open_case
POST    /api/cases/{case_id}/close                              open_case
POST    /api/cases/{case_id}/act                                handle_case
GET     /api/cases/mine                                         handle_case
GET     /api/cases/owners                                       see_cases
GET     /api/cases/{case_id}/timeline                           see_cases
POST    /api/cases/{case_id}/notes                              handle_case
POST    /api/cases/{case_id}/recordings                         open_case
GET     /api/mediators                                          see_room
POST    /api/mediators                                          enrol_people
PUT     /api/mediators/{mediator_id}                            enrol_people
DELETE  /api/mediators/{mediator_id}                            enrol_people
GET     /api/cases/{case_id}/mediation                          see_cases
PUT     /api/cases/{case_id}/mediation/class                    open_case
POST    /api/cases/{case_id}/mediation                          open_case
POST    /api/cases/{case_id}/mediation/result                   open_case
POST    /api/cases/{case_id}/visits                             open_case
GET     /api/handover                                           see_cases
POST    /api/handover                                           open_case
PUT     /api/cases/{case_id}/grade                              open_case
POST    /api/reports                                            report
POST    /api/whistles                                           direct
POST    /api/directives                                         direct
GET     /api/asks                                               answer_ask
GET     /api/asks/answerers                                     direct
GET     /api/asks/{ask_id}                                      answer_ask
GET     /api/asks/{ask_id}/sum                                  answer_ask
POST    /api/asks/{ask_id}/answers                              answer_ask
POST    /api/asks/{ask_id}/case                                 open_case
POST    /api/asks/{ask_id}/close                                answer_ask
POST    /api/missing-children                                   open_case
GET     /api/missing-children                                   see_cases
GET     /api/missing-children/{case_id}                         see_cases
PATCH   /api/missing-children/{case_id}                         open_case
POST    /api/missing-children/{case_id}/steps/{step}            open_case
POST    /api/missing-children/{case_id}/evidence                open_case
PUT     /api/missing-children/{case_id}/evidence/{evidence_id}  open_case
POST    /api/missing-children/{case_id}/beyond                  open_case
GET     /api/missing-children/{case_id}/cap                     see_cases
POST    /api/missing-children/{case_id}/found                   open_case
GET     /api/missing-children/{case_id}/report                  see_cases
POST    /api/describe                                           search_footage
POST    /api/cameras/near                                       search_footage
POST    /api/cases/{case_id}/search                             search_footage
POST    /api/cases/{case_id}/photo                              search_footage
POST    /api/cases/{case_id}/watches                            search_footage
DELETE  /api/cases/{case_id}/watches/{watch_id}                 search_footage
POST    /api/cases/{case_id}/path                               search_footage
PUT     /api/cases/{case_id}/path/{sighting_id}                 search_footage
DELETE  /api/cases/{case_id}/path/{sighting_id}                 search_footage
POST    /api/cases/{case_id}/path/{sighting_id}/reach           search_footage
POST    /api/cases/{case_id}/holds                              export_footage
GET     /api/cases/{case_id}/holds                              export_footage
DELETE  /api/cases/{case_id}/holds/{hold_id}                    export_footage
POST    /api/cases/{case_id}/exports                            export_footage
GET     /api/cases/{case_id}/exports                            export_footage
GET     /api/cases/{case_id}/exports/{export_id}/file           export_footage
DELETE  /api/cases/{case_id}/exports/{export_id}                export_footage
GET     /api/footage/key                                        see_room
GET     /api/cases/{case_id}/sightings/{sighting_id}            search_footage
GET     /api/cases/{case_id}/sightings/{sighting_id}/picture    search_footage
GET     /api/cases/{case_id}/footage/timeline                   search_footage
GET     /api/cases/{case_id}/footage/{camera_id}/pictures       search_footage
GET     /api/cases/{case_id}/footage/{camera_id}/still          search_footage
"""


def _read(table: str) -> dict[tuple[str, str], Door]:
    found: dict[tuple[str, str], Door] = {}
    for row in table.strip().splitlines():
        method, path, right = row.split()
        if (method, path) in found:
            raise ValueError(f"the door {method} {path} has two rows")
        found[method, path] = PUBLIC if right == PUBLIC.value else Right(right)
    return found


HTTP = _read(_HTTP)
"""(method, path as the route is written): what it needs. The page's files, below ``/``, are as public as it is."""

WEBSOCKETS: dict[str, Right] = {
    "/ws/events": Right.SEE_ROOM,
    "/ws/talk": Right.ANSWER_CALL,
    "/ws/live": Right.WATCH_LIVE,
}
TALK: dict[type[TalkMessage] | type[bytes], Right] = {
    Listen: Right.ANSWER_CALL,
    Request: Right.ANSWER_CALL,
    Release: Right.ANSWER_CALL,
    Cancel: Right.ANSWER_CALL,
    bytes: Right.ANSWER_CALL,
}
"""Each message on ``/ws/talk``; ``bytes`` is a voice packet. Nothing is said on ``/ws/events``."""

MQTT_UP: dict[DeviceKind, frozenset[Up]] = {
    DeviceKind.RADIO: frozenset(
        {
            Up.BIRTH,
            Up.DEATH,
            Up.STATUS,
            Up.RECEIPT,
            Up.PLAYED,
            Up.ACKNOWLEDGEMENT,
            Up.REPORT,
            Up.SOS,
            Up.SIGN_ON,
            Up.FLOOR,
            Up.VOICE,
            Up.HEARD,
            Up.WANTED,
        }
    ),
    DeviceKind.CAMERA: frozenset({Up.BIRTH, Up.DEATH, Up.CAMERA_STATE}),
    DeviceKind.WORKER: frozenset(
        {Up.BIRTH, Up.DEATH, Up.STATUS, Up.SIGHTING, Up.CAMERA_STATE, Up.SHOWN_LOOK, Up.LESSON}
    ),
}
"""What a device of each kind may say, on its own topics alone."""

MQTT_DOWN: dict[DeviceKind, frozenset[Down]] = {
    DeviceKind.RADIO: frozenset(
        {Down.ALERT, Down.CONFIRM, Down.SIGNED_ON, Down.SOS, Down.FLOOR_CONTROL, Down.GROUPS, Down.VOICE, Down.PART}
    ),
    DeviceKind.CAMERA: frozenset({Down.CONFIRM}),
    DeviceKind.WORKER: frozenset({Down.ASSIGN, Down.CONFIRM, Down.SHOW_LOOKS}),
}
"""What the hub says to a device of each kind, which that device alone may hear."""

HEARS_GROUPS = frozenset({DeviceKind.RADIO})
"""Who may hear the voice and floor of the talk groups that it belongs to; the hub alone says them."""

HEARS_TICK = frozenset(DeviceKind)
"""Who may hear the hub's tick; the hub alone says it."""
