// The venue or camera that was clicked on the map: its state and what can be done with it.
import { Button } from "antd";
import type { ReactNode } from "react";

import { useChosenAlert } from "../alerts/chosen";
import { aimAtVenues } from "../alerts/store";
import { WRONG_CLOCK_S } from "../cameras/troubles";
import { detailIn } from "../language/detail";
import { useLanguage, useTexts } from "../language/language";
import { duration } from "../language/time";
import { watchLive } from "../live/store";
import { Nearest } from "../nearest/Nearest";
import { Holder } from "../radios/Holder";
import { useStore } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { CallKey } from "../talk/CallKey";
import { cameraLook } from "./looks";
import { chooseOnMap, useMapDesk } from "./store";

export function ChosenCard() {
  const chosen = useMapDesk((desk) => desk.chosen);
  if (chosen === null) return null;
  return chosen.kind === "venue" ? <VenueCard id={chosen.id} /> : <CameraCard id={chosen.id} />;
}

function Card({ title, kind, children }: { title: string; kind: string; children: ReactNode }) {
  const texts = useTexts();
  return (
    <aside className="chosen-card" data-testid="chosen-card">
      <header>
        <b>{title}</b>
        <span>{kind}</span>
        <button type="button" aria-label={texts.map.close} title={texts.map.close} onClick={() => chooseOnMap(null)}>
          ×
        </button>
      </header>
      {children}
    </aside>
  );
}

const percent = (fraction: number | null): string => (fraction === null ? "–" : `${Math.round(fraction * 100)}%`);

function VenueCard({ id }: { id: string }) {
  const texts = useTexts();
  const now = useSecond();
  const room = useStore((store) => store.room);
  const alert = useChosenAlert();
  const alerts = useMay("issue_alert");
  const calls = useMay("call");
  const venue = room?.venues.get(id);
  if (room === null || venue === undefined) return null;
  const radios = [...room.radios.values()].filter((radio) => radio.venue_id === id);
  return (
    <Card title={venue.name} kind={`${texts.venueKind[venue.kind]} · ${room.grids.get(venue.grid_id)?.name ?? venue.grid_id}`}>
      {radios.length === 0 && <p>{texts.map.noRadio}</p>}
      {radios.map((radio) => {
        const delivery = alert?.deliveries.get(radio.radio_id);
        return (
          <dl key={radio.radio_id}>
            <dt>{radio.name === radio.radio_id ? radio.radio_id : `${radio.name} ${radio.radio_id}`}</dt>
            <dd className={radio.online ? "good" : "bad"}>
              {radio.online
                ? texts.map.radioOnline
                : radio.since_at_ms === null
                  ? texts.map.radioOffline
                  : texts.map.offlineSince(duration(now - radio.since_at_ms, texts))}
            </dd>
            <dt>{texts.map.holder}</dt>
            <dd>
              <Holder radio={radio} />
            </dd>
            <dt>
              {texts.map.battery} / {texts.map.signal}
            </dt>
            <dd>
              {percent(radio.battery)} / {percent(radio.signal)}
            </dd>
            {calls && (
              <>
                <dt>{texts.talk.missed.call}</dt>
                <dd>
                  <CallKey radioId={radio.radio_id} words={texts.talk.hold} testid={`call-${radio.radio_id}`} />
                </dd>
              </>
            )}
            {delivery !== undefined && (
              <>
                <dt>{texts.alerts.title}</dt>
                <dd>{delivery.answer === null ? texts.delivery[delivery.state] : texts.answer[delivery.answer]}</dd>
              </>
            )}
          </dl>
        );
      })}
      {alerts && (
        <Button data-testid="alert-this-venue" block onClick={() => aimAtVenues([id])}>
          {texts.map.alertVenue}
        </Button>
      )}
      <Nearest latitude={venue.latitude} longitude={venue.longitude} except={id} />
    </Card>
  );
}

function CameraCard({ id }: { id: string }) {
  const texts = useTexts();
  const watches = useMay("watch_live");
  const language = useLanguage((store) => store.language);
  const room = useStore((store) => store.room);
  const camera = room?.cameras.get(id);
  if (room === null || camera === undefined) return null;
  const venue = camera.venue_id === null ? undefined : room.venues.get(camera.venue_id);
  const detail = detailIn(language, camera.detail);
  const look = cameraLook(camera);
  const words = texts.map.camera;
  const offset = camera.clock_offset_s === null ? 0 : Math.round(camera.clock_offset_s);
  return (
    <Card title={camera.name} kind={venue?.name ?? texts.map.legendCamera}>
      <dl>
        <dt>{camera.camera_id}</dt>
        <dd className={look === "well" || look === "poor" ? "good" : "bad"}>{texts.condition[camera.condition]}</dd>
        {camera.picture !== "clear" && (
          <>
            <dt />
            <dd className="bad" data-testid="camera-picture">
              {texts.live.picture[camera.picture]}
            </dd>
          </>
        )}
        {camera.recorded !== null && (
          <>
            <dt>{words.recorded}</dt>
            <dd className={camera.recorded && camera.disk === "ok" ? "good" : "bad"} data-testid="camera-recorded">
              {camera.recorded ? words.isRecorded : words.notRecorded}
              {camera.disk !== "ok" && ` · ${words.disk[camera.disk]}`}
            </dd>
          </>
        )}
        {camera.bytes_per_s > 0 && (
          <>
            <dt>{words.rate}</dt>
            <dd>{words.megabits(((camera.bytes_per_s * 8) / 1e6).toFixed(1))}</dd>
          </>
        )}
        {camera.packets_lost > 0 && (
          <>
            <dt>{words.lost}</dt>
            <dd>{camera.packets_lost}</dd>
          </>
        )}
        {Math.abs(offset) > WRONG_CLOCK_S && (
          <>
            <dt>{words.clock}</dt>
            <dd className="bad">{offset > 0 ? words.ahead(offset) : words.behind(-offset)}</dd>
          </>
        )}
        {look !== "out" && !camera.recording && !camera.looked_at && (
          <>
            <dt />
            <dd className="bad">{words.notLookedAt}</dd>
          </>
        )}
        <dt>{texts.map.sightings}</dt>
        <dd>{camera.sightings}</dd>
        {camera.progress !== null && (
          <>
            <dt>{texts.condition.finished}</dt>
            <dd>{percent(camera.progress)}</dd>
          </>
        )}
      </dl>
      {detail !== "" && <p data-testid="camera-detail">{detail}</p>}
      {watches && (
        <Button data-testid="watch-live" block onClick={() => watchLive(id)}>
          {texts.live.watch}
        </Button>
      )}
      {camera.latitude !== null && camera.longitude !== null && (
        <Nearest latitude={camera.latitude} longitude={camera.longitude} except={null} />
      )}
    </Card>
  );
}
