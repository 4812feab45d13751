// On an alert's board: what is done next about who is silent, and the keys to call the next one and to end it.
import { Button } from "antd";

import { errorText, useLanguage, useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Delivery, Radio } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { CallKey } from "../talk/CallKey";
import type { EscalationView } from "./hub";
import { nextStep, nextToCall, openRadios } from "./steps";
import { useStop } from "./useStop";
import "./escalation.css";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

/** `silent` are the radios that have not answered, who waits longest first. */
export function EscalationLine(props: { view: EscalationView | null; alert: AlertRecord; silent: readonly Delivery[] }) {
  const { view, alert } = props;
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const issues = useMay("issue_alert");
  const calls = useMay("call");
  const { isStopping, failure, stop } = useStop(alert.alert_id);
  const next = view === null ? null : nextStep(view, alert, now);
  const open = view === null ? [] : openRadios(view, alert, now);
  const toCall = nextToCall(props.silent, radios, view, alert, now);

  return (
    <div className="escalation">
      {next !== null && (
        <span data-testid="escalation-next">{texts.escalation.next(texts.escalation.action[next.step.action], next.inS)}</span>
      )}
      {calls && toCall !== null && <CallKey radioId={toCall} words={texts.escalation.callNext} testid="call-next-silent" />}
      {issues && open.length > 0 && (
        <Button size="small" loading={isStopping} data-testid="escalation-stop" onClick={() => void stop(open)}>
          {texts.escalation.stopAll}
        </Button>
      )}
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}
