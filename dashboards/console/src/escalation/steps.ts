// Pure: what of an escalation is shown: a radio's latest step, what comes next and when, who waits for the officer or a call.
import { isRunning } from "../alerts/status";
import type { AlertRecord } from "../room/room";
import type { Delivery, Radio } from "../room/types";
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
  if (view.policy === null || !isRunning(alert, nowMs) || !view.lines.some((line) => isSilent(alert, line))) return null;
  const passedS = (nowMs - alert.issued_at_ms) / 1000;
  const step = view.policy.rules.steps.find((one) => one.after_s > passedS);
  return step === undefined ? null : { step, inS: Math.max(0, Math.ceil(step.after_s - passedS)) };
}

/** The radios that wait for somebody in the police room: the officer's step was done, and nobody took them on. */
export function waitingForOfficer(view: EscalationView, alert: AlertRecord, nowMs: number): EscalationOfRadio[] {
  if (!isRunning(alert, nowMs)) return [];
  return view.lines.filter((line) => isSilent(alert, line) && officerSteps(line).length > 0);
}

export function officerSteps(line: EscalationOfRadio): StepDone[] {
  return line.steps.filter((one) => one.action === "officer");
}

/** The radios about which something may still be done: no report, no person's word, and the venue is not closed. */
export function openRadios(view: EscalationView, alert: AlertRecord, nowMs: number): string[] {
  if (!isRunning(alert, nowMs)) return [];
  const isOpen = (line: EscalationOfRadio): boolean =>
    !line.closed && line.stopped_by === null && alert.deliveries.get(line.radio_id)?.reported_at_ms === null;
  return view.lines.filter(isOpen).map((line) => line.radio_id);
}

/** The first of `silent` whom a call could reach: on line, not closed, taken on by nobody; null once the alert is over. */
export function nextToCall(
  silent: readonly Delivery[],
  radios: ReadonlyMap<string, Radio>,
  view: EscalationView | null,
  alert: AlertRecord,
  nowMs: number,
): string | null {
  if (!isRunning(alert, nowMs)) return null;
  const left = new Set(view?.lines.filter((line) => line.closed || line.stopped_by !== null).map((line) => line.radio_id));
  return silent.find((one) => radios.get(one.radio_id)?.online === true && !left.has(one.radio_id))?.radio_id ?? null;
}
