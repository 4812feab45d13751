"""Alerts out as CAP 1.2 that others can read, and in as others write it; what is none is refused with the reason."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
import xmlschema

from devices.protocol.messages import AlertStatus, Severity
from hub.access.people import Place, PlaceKind, Role
from hub.alerts.messages import CancelAlert, NewAlert
from hub.app import Hub
from hub.events.messages import EventKind
from hub.speech.sound import Spoken
from simulators.radios.speech import syllables
from tests.devices.room import until
from tests.hub import Told, open_console, open_hub
from tests.played import Person, real_radio

RULES = xmlschema.XMLSchema(str(Path(__file__).parent / "cap-1.2.xsd"))
HEAD = '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
CIRCLE = "<circle>25.1,105.4715 0.1</circle>"
"""Venue V01 stands 50 m, V02 50 m from its middle, V03 150 m."""
POLYGON = "<polygon>25.09,105.4725 25.11,105.4725 25.11,105.4745 25.09,105.4745 25.09,105.4725</polygon>"
"""Around V03 and V04."""


PICTURE = cv2.imencode(".png", np.full((20, 20, 3), 90, dtype=np.uint8))[1].tobytes()
BAD = f"<derefUri>{base64.b64encode(b'no picture').decode()}</derefUri>"


def message(
    area: str = "",
    *,
    identifier: str = "X1",
    kind: str = "Alert",
    status: str = "Actual",
    more: str = "",
    end: str = "",
) -> str:
    """As a county's emergency office would write it."""
    return (
        f"{HEAD}<identifier>{identifier}</identifier><sender>county@example</sender>"
        f"<sent>2026-11-22T09:00:00+08:00</sent><status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>"
        f"{more}<info><language>en-US</language><category>Met</category><event>Storm</event><urgency>Expected</urgency>"
        "<severity>Severe</severity><certainty>Likely</certainty></info>"
        "<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Expected</urgency>"
        f"<severity>Extreme</severity><certainty>Likely</certainty>{end}<headline>暴雨红色预警</headline>"
        f"<description>请检查地下车库</description><area><areaDesc>安龙县</areaDesc>{area}</area></info></alert>"
    )


DECLARED = message().replace("?><alert", '?><!DOCTYPE alert [<!ENTITY b "bb">]><alert').replace("请", "&b;")
"""With a document type and an entity of its own, which a reader of XML puts in."""


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub") as opened:
        yield opened


@pytest.fixture
async def officer(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


async def take(officer: httpx.AsyncClient, document: str | bytes) -> httpx.Response:
    return await officer.post("/api/alerts/cap", content=document if isinstance(document, bytes) else document.encode())


async def test_picture_and_spoken_message_are_resources_that_others_can_check(
    hub: Hub, officer: httpx.AsyncClient
) -> None:
    picture = await hub.media.keep_picture(PICTURE, "officer")
    speech = await hub.media.keep_spoken(Spoken(syllables(2)), "officer")
    new = NewAlert(text="孩子走失", picture=picture.media_id, speech=speech.media_id)
    alert = await hub.alerts.issue(new, "dispatcher")
    answer = await officer.get(f"/api/alerts/{alert.alert_id}/cap")
    RULES.validate(answer.text)
    for resource, media in zip(RULES.to_dict(answer.text)["info"][0]["resource"], (picture, speech), strict=True):
        assert (resource["mimeType"], resource["size"]) == (media.type.value, media.bytes)
        file = await officer.get(resource["uri"])
        assert hashlib.sha1(file.content).hexdigest() == resource["digest"]


async def test_picture_in_a_message_is_taken_and_an_address_in_it_is_not_asked(
    hub: Hub, officer: httpx.AsyncClient
) -> None:
    inside = f"<derefUri>{base64.b64encode(PICTURE).decode()}</derefUri>"
    outside = f"<uri>{officer.base_url}/healthz</uri>"
    for identifier, reference, has_picture in (("X1", outside, False), ("X2", inside, True), ("X3", BAD, False)):
        resource = f"<resource><resourceDesc>p</resourceDesc><mimeType>image/png</mimeType>{reference}</resource>"
        document = message(identifier=identifier).replace("<area>", f"{resource}<area>")
        taken = await take(officer, document)
        assert taken.status_code == 201, taken.text
        assert (taken.json()["picture"] is not None) is has_picture
    refused = await take(officer, document.replace(BAD, "<derefUri>%%%</derefUri>").replace("X3", "X4"))
    assert refused.json()["error"]["field"] == "derefUri"


async def test_what_the_hub_writes_is_cap_by_the_standards_rules(hub: Hub, officer: httpx.AsyncClient) -> None:
    for status in AlertStatus:
        alert = await hub.alerts.issue(NewAlert(text="孩子 <6 岁> & 走失", status=status), "dispatcher")
        answer = await officer.get(f"/api/alerts/{alert.alert_id}/cap")
        assert answer.headers["content-type"].startswith("application/cap+xml")
        RULES.validate(answer.text)
        found = RULES.to_dict(answer.text)
        assert found["info"][0]["description"] == "孩子 <6 岁> & 走失"
        assert [area["geocode"][0]["value"] for area in found["info"][0]["area"]] == ["V01", "V02", "V03", "V04"]


async def test_cancelling_is_written_as_cap_cancel_with_its_reference(hub: Hub, officer: httpx.AsyncClient) -> None:
    told, guard = Told(hub), Person()
    async with real_radio(hub, "R01", guard):
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await until(lambda: guard.shown == [alert.alert_id], "the guard sees it")
        cancel = f"<references>qianshao,{alert.alert_id},2026-11-22T09:00:00+08:00</references>"
        assert (await take(officer, message(kind="Cancel", more=cancel))).status_code == 204
    (body,) = await told.wait(EventKind.ALERT_CANCELLED, alert.alert_id)
    written = (await officer.get(f"/api/alerts/{body['cancel_alert_id']}/cap")).text
    found = RULES.to_dict(written)
    assert (found["msgType"], found["references"].split(",")[:2]) == ("Cancel", ["qianshao", alert.alert_id])


async def test_update_of_others_takes_the_place_of_what_was_made_of_their_message(
    hub: Hub, officer: httpx.AsyncClient
) -> None:
    def references(*names: str) -> str:
        named = " ".join(f"county@example,{name},2026-11-22T09:00:00+08:00" for name in names)
        return f"<references>{named}</references>"

    first = (await take(officer, message(CIRCLE))).json()
    update = message(POLYGON, identifier="X2", kind="Update", more=references("X1"))
    second, again = [(await take(officer, update)).json() for _ in range(2)]
    assert (second["updates"], again["alert_id"]) == (first["alert_id"], second["alert_id"])
    assert [one["radio_id"] for one in second["deliveries"]] == ["R03", "R04"]
    written = (await officer.get(f"/api/alerts/{second['alert_id']}/cap")).text
    found = RULES.to_dict(written)
    assert (found["msgType"], found["references"].split(",")[:2]) == ("Update", ["qianshao", first["alert_id"]])
    other = (await take(officer, message(identifier="X3", kind="Update", more=references("X9")))).json()
    assert other["updates"] is None, "nobody here has heard of what it updates"
    assert (await take(officer, message(kind="Cancel", more=references("X1")))).status_code == 204
    assert not hub.alerts.is_under_way(second["alert_id"]), "what has come in its place is over with it"


async def test_cancel_of_several_ends_those_that_are_not_over(hub: Hub, officer: httpx.AsyncClient) -> None:
    first, second = [(await take(officer, message(identifier=name))).json()["alert_id"] for name in ("X1", "X2")]
    await hub.alerts.cancel(first, CancelAlert(), "officer")
    sent = "2026-11-22T09:00:00+08:00"
    both = f"<references>county@example,X1,{sent} county@example,X2,{sent}</references>"
    for _ in range(2):
        answer = await take(officer, message(kind="Cancel", more=both))
        assert answer.status_code == 204, answer.text
        assert not hub.alerts.is_under_way(second)


async def test_urgency_and_certainty_come_in_and_go_out(hub: Hub, officer: httpx.AsyncClient) -> None:
    made = (await take(officer, message())).json()
    assert (made["urgency"], made["certainty"]) == ("expected", "likely")
    (info,) = RULES.to_dict((await officer.get(f"/api/alerts/{made['alert_id']}/cap")).text)["info"]
    assert (info["urgency"], info["certainty"]) == ("Expected", "Likely")
    unknown = message(identifier="X2").replace("Expected", "Unknown").replace("Likely", "Unknown")
    taken = (await take(officer, unknown)).json()
    assert (taken["urgency"], taken["certainty"]) == ("immediate", "observed")
    order = {"text": "走失", "urgency": "future", "certainty": "possible"}
    mine = (await officer.post("/api/alerts", json=order)).json()
    better = (
        await officer.post(f"/api/alerts/{mine['alert_id']}/update", json={"text": "红上衣", "urgency": "past"})
    ).json()
    assert (better["urgency"], better["certainty"]) == ("past", "possible")


@pytest.mark.parametrize(
    ("area", "radio_ids"),
    [
        ("", ["R01", "R02", "R03", "R04"]),
        (CIRCLE, ["R01", "R02"]),
        (POLYGON, ["R03", "R04"]),
        (CIRCLE + "<geocode><valueName>venue_id</valueName><value>V04</value></geocode>", ["R04"]),
    ],
)
async def test_message_of_others_reaches_the_venues_of_its_area(
    officer: httpx.AsyncClient, area: str, radio_ids: list[str]
) -> None:
    RULES.validate(message(area))
    made = (await take(officer, message(area))).json()
    assert [one["radio_id"] for one in made["deliveries"]] == radio_ids
    assert (made["text"], made["severity"]) == ("暴雨红色预警 请检查地下车库", Severity.EXTREME)


async def test_message_that_comes_twice_is_one_alert(officer: httpx.AsyncClient) -> None:
    first, again, other = [(await take(officer, message(identifier=name))).json() for name in ("X1", "X1", "X2")]
    assert first["alert_id"] == again["alert_id"] != other["alert_id"]


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        ("<alert/>", "not_cap", None),
        ("not xml", "not_cap", None),
        (b"\xff\xfe\x00", "not_cap", None),
        (DECLARED, "not_cap", None),
        (DECLARED.replace("UTF-8", "UTF-16").encode("utf-16"), "not_cap", None),
        (message().replace("UTF-8", "gb2312"), "not_cap", None),
        (message().replace("UTF-8", "none"), "not_cap", None),
        (message(kind="Ack"), "cap_not_taken", "msgType"),
        (message(status="Draft"), "cap_not_taken", "status"),
        (message("<circle>30,100 1</circle>"), "cap_elsewhere", "area"),
        (message("<circle>here</circle>"), "not_cap", "area"),
        (message("<polygon>1,2 3</polygon>"), "not_cap", "area"),
        (
            message().replace("<headline>", "<expires>2020-01-01T00:00:00+08:00</expires><headline>"),
            "cap_expired",
            "expires",
        ),
        (message().replace("<headline>", "<expires>soon</expires><headline>"), "not_cap", "expires"),
        (message().replace("X1", " "), "not_cap", "identifier"),
    ],
)
async def test_what_is_no_cap_or_not_for_here_is_refused_with_the_reason(
    hub: Hub, officer: httpx.AsyncClient, document: str | bytes, code: str, field: str | None
) -> None:
    answer = await take(officer, document)
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["field"]) == (422, code, field)
    assert await hub.alerts.latest() == ()


async def test_who_may_issue_may_take_in_and_for_the_own_places_alone(hub: Hub) -> None:
    grid = (Place(kind=PlaceKind.GRID, place_id="G1"),)
    async with (
        open_console(hub, Role.GRID_MEMBER, grid) as member,
        open_console(hub, Role.DISPATCHER, grid) as dispatcher,
    ):
        assert (await take(member, message(CIRCLE))).status_code == 403
        assert (await take(dispatcher, message())).status_code == 403
        assert (await take(dispatcher, message(CIRCLE))).status_code == 201
