// On an alert's board: what is done next about who is silent, who waits for the police room, and the keys to end it.
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { playTone } from "../talk/audio";
import { CallKey } from "../talk/CallKey";
import { escalationHub, type EscalationView } from "./hub";
import { nextStep, waitingForOfficer } from "./steps";
import "./escalation.css";

const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

/** `nextSilent` is the radio that has been silent longest. */
export function EscalationLine(props: { view: EscalationView | null; alert: AlertRecord; nextSilent: string | null }) {
  const { view, alert } = props;
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const issues = useMay("issue_alert");
  const calls = useMay("call");
  const [failure, setFailure] = useState<unknown>(null);
  const next = view === null ? null : nextStep(view, alert, now);
  const waiting = view === null ? [] : waitingForOfficer(view, alert);
  const [first] = waiting;
  const rung = useRef(0);
  useEffect(() => {
    if (waiting.length > rung.current && issues) playTone("help");
    rung.current = waiting.length;
  }, [waiting.length, issues]);

  async function stop(radioIds: string[] | null): Promise<void> {
    try {
      await escalationHub.stop(alert.alert_id, radioIds);
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <div className="escalation">
      <div className="escalation-next">
        {next !== null && (
          <span data-testid="escalation-next">{texts.escalation.next(texts.escalation.action[next.step.action], next.inS)}</span>
        )}
        {calls && props.nextSilent !== null && (
          <CallKey radioId={props.nextSilent} words={texts.escalation.callNext} testid="call-next-silent" />
        )}
        {issues && (next !== null || waiting.length > 0) && (
          <Button size="small" data-testid="escalation-stop" onClick={() => void stop(null)}>
            {texts.escalation.stopAll}
          </Button>
        )}
      </div>
      {waiting.length > 0 && (
        <div className="escalation-waiting" role="alert" data-testid="escalation-waiting" data-count={waiting.length}>
          <b>{texts.escalation.waiting(waiting.length)}</b>
          {issues && first !== undefined && (
            <Button size="small" type="primary" data-testid="take-on" onClick={() => void stop([first.radio_id])}>
              {texts.escalation.takeOn(venues.get(first.venue_id)?.name ?? first.venue_id)}
            </Button>
          )}
        </div>
      )}
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}
