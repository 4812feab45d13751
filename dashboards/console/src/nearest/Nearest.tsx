// Whose guards are on foot soonest at a place, and one key to call each.
import { useCallback, useMemo } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { radiosByVenue } from "../radios/byVenue";
import { useStore } from "../room/store";
import { useMay } from "../session/store";
import { CallKey } from "../talk/CallKey";
import { nearestHub } from "./hub";
import "./nearest.css";

const SHOWN = 4;

/** `except` is the venue that is the place itself. */
export function Nearest({ latitude, longitude, except }: { latitude: number; longitude: number; except: string | null }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const room = useStore((store) => store.room);
  const calls = useMay("call");
  const ask = useCallback(() => nearestHub.nearest(latitude, longitude, SHOWN + 1), [latitude, longitude]);
  const { value, failure } = useAnswer(ask);
  const radios = useMemo(() => radiosByVenue(room?.radios.values() ?? []), [room?.radios]);
  if (room === null) return null;
  if (failure !== null) return <p className="bad">{errorText(language, failure)}</p>;
  const found = (value ?? []).filter((one) => one.venue_id !== except).slice(0, SHOWN);
  if (found.length === 0) return null;
  return (
    <div className="nearest" data-testid="nearest">
      <b>{texts.map.nearest}</b>
      {found.map((one) => {
        const here = radios.get(one.venue_id) ?? [];
        const radio = here.find((each) => each.online) ?? here[0];
        return (
          <div key={one.venue_id} data-venue={one.venue_id}>
            <span className="name">{room.venues.get(one.venue_id)?.name ?? one.venue_id}</span>
            <span className="walk">
              {texts.map.walk(Math.round(one.walk_m), Math.max(1, Math.round(one.walk_s / 60)))}
              {!one.is_open && <em>{texts.map.closed}</em>}
            </span>
            {calls && radio !== undefined && (
              <CallKey radioId={radio.radio_id} words={radio.online ? texts.map.call : texts.map.offline} testid="nearest-call" />
            )}
          </div>
        );
      })}
    </div>
  );
}
