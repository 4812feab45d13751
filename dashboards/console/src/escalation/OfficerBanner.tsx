// Guards whom no step could wake wait for the police room: over the screen, with a sound, whichever alert is shown.
import { Button } from "antd";
import { useEffect, useState } from "react";

import { chooseAlert, useChosenAlert } from "../alerts/chosen";
import { errorText, useLanguage, useTexts } from "../language/language";
import { duration } from "../language/time";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { playTone } from "../talk/audio";
import { useTalk } from "../talk/store";
import { officerCalls, ringsOf, type OfficerCall } from "./calls";
import { useEscalations } from "./store";
import { useStop } from "./useStop";
import "./escalation.css";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const SHOWN = 2;
/** As a call for help rings. */
const RING_EVERY_MS = 4000;

export function OfficerBanner() {
  const texts = useTexts();
  const issues = useMay("issue_alert");
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const views = useEscalations((store) => store.views);
  const now = useSecond();
  const [quiet, setQuiet] = useState<ReadonlySet<string>>(new Set());
  const speaks = useTalk((talk) => talk.floor.state === "speaking" || talk.talkers.size > 0);
  const calls = issues ? officerCalls(alerts, views, now) : [];
  const isQuiet = (call: OfficerCall): boolean => ringsOf(call).every((ring) => quiet.has(ring));
  // Nobody is to be drowned by it, neither a guard nor who speaks here.
  const rings = !speaks && calls.some((call) => !isQuiet(call));

  useEffect(() => {
    if (!rings) return undefined;
    playTone("unanswered");
    const timer = setInterval(() => playTone("unanswered"), RING_EVERY_MS);
    return () => clearInterval(timer);
  }, [rings]);

  if (calls.length === 0) return null;
  const silence = (call: OfficerCall): void => {
    const waiting = new Set(calls.flatMap(ringsOf));
    setQuiet((before) => new Set([...[...before].filter((ring) => waiting.has(ring)), ...ringsOf(call)]));
  };
  return (
    <div className="officer-banner" role="alert" data-testid="officer-banner" data-sounds={rings}>
      {calls.slice(0, SHOWN).map((call) => (
        <OfficerRow key={call.alert.alert_id} call={call} nowMs={now} isQuiet={isQuiet(call)} onQuiet={() => silence(call)} />
      ))}
      {calls.length > SHOWN && <div className="officer-more">{texts.escalation.more(calls.length - SHOWN)}</div>}
    </div>
  );
}

interface RowProps {
  call: OfficerCall;
  nowMs: number;
  isQuiet: boolean;
  onQuiet: () => void;
}

function OfficerRow({ call, nowMs, isQuiet, onQuiet }: RowProps) {
  const texts = useTexts();
  const words = texts.escalation;
  const language = useLanguage((store) => store.language);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const isShown = useChosenAlert()?.alert_id === call.alert.alert_id;
  const { alert, waiting } = call;
  const { isStopping, failure, stop } = useStop(alert.alert_id);
  const [first] = waiting;
  const name = first === undefined ? "" : (venues.get(first.venue_id)?.name ?? first.venue_id);
  return (
    <div className={`officer-row ${alert.status}`} data-testid="officer-call" data-alert={alert.alert_id} data-count={waiting.length}>
      <b className="officer-label">{alert.status === "actual" ? words.unanswered : texts.rollCall.status[alert.status]}</b>
      <div className="officer-what">
        <b>{words.waiting(call.venues)}</b>
        <span title={alert.text}>{words.firstOf(name, duration(nowMs - call.sinceMs, texts), alert.text)}</span>
      </div>
      {failure !== null && <span className="officer-failure">{errorText(language, failure)}</span>}
      <div className="officer-keys">
        {!isQuiet && (
          <Button size="large" data-testid="officer-quiet" onClick={onQuiet}>
            {words.quiet}
          </Button>
        )}
        {!isShown && (
          <Button size="large" data-testid="officer-show" onClick={() => chooseAlert(alert.alert_id)}>
            {words.show}
          </Button>
        )}
        <Button
          size="large"
          loading={isStopping}
          title={words.takeOn(name)}
          data-testid="take-on"
          onClick={() => first !== undefined && void stop([first.radio_id])}
        >
          {words.takeOn(name)}
        </Button>
      </div>
    </div>
  );
}
