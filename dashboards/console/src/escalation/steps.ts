// Pure: what of an escalation is shown: the latest step of a radio, what comes next and when, who waits for the officer.
import type { AlertRecord } from "../room/room";
import type { EscalationOfRadio, EscalationView, Step, StepDone } from "./hub";

/** Whether a radio's guard has not pressed the key, and somebody is still after it. */
function isSilent(alert: AlertRecord, line: EscalationOfRadio): boolean {
  const delivery = alert.deliveries.get(line.radio_id);
  const answered = delivery === undefined || delivery.acknowledged_at_ms !== null || delivery.reported_at_ms !== null;
  return !answered && !line.closed && line.stopped_by === null;
}

/** The latest step about each radio. */
export function latestSteps(view: EscalationView): Map<string, StepDone> {
  const found = new Map<string, StepDone>();
  for (const line of view.lines) {
    const last = line.steps.at(-1);
    if (last !== undefined) found.set(line.radio_id, last);
  }
  return found;
}

/** The next step of the policy, where somebody is still silent; null when none comes. */
export function nextStep(view: EscalationView, alert: AlertRecord, nowMs: number): { step: Step; inS: number } | null {
  if (view.policy === null || alert.cancelled_at_ms !== null || !view.lines.some((line) => isSilent(alert, line))) return null;
  const passedS = (nowMs - alert.issued_at_ms) / 1000;
  const step = view.policy.rules.steps.find((one) => one.after_s > passedS);
  return step === undefined || nowMs > alert.expires_at_ms ? null : { step, inS: Math.max(0, Math.ceil(step.after_s - passedS)) };
}

/** The radios that wait for somebody in the police room: their last step was the officer's, and nobody took them on. */
export function waitingForOfficer(view: EscalationView, alert: AlertRecord): EscalationOfRadio[] {
  if (alert.cancelled_at_ms !== null) return [];
  return view.lines.filter((line) => isSilent(alert, line) && line.steps.some((one) => one.action === "officer"));
}
