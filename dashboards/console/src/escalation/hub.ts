// The hub's calls about escalation, and their records (docs/api.md).
import { ask, part } from "../room/ask";
import type { Alert } from "../room/types";

export type StepAction = "repeat_louder" | "nearest_venue" | "grid_members" | "officer" | "call_radio" | "phone";
export type Action = StepAction | "ask_again";
export type PassedOver =
  | "off_line"
  | "elsewhere"
  | "nobody_near"
  | "nobody_on_shift"
  | "busy"
  | "in_danger"
  | "no_speech"
  | "too_many"
  | "no_number"
  | "no_door";

export interface Step {
  after_s: number;
  action: StepAction;
}

export interface Rules {
  name: string;
  severities: Alert["severity"][];
  steps: Step[];
  ask_again_s: number;
}

/** Rules as they were set at one time; version 0 is what the hub begins with. */
export interface Policy {
  version: number;
  rules: Rules;
  set_by: string;
  set_at_ms: number | null;
}

export interface StepDone {
  radio_id: string;
  venue_id: string;
  action: Action;
  number: number;
  passed_over: PassedOver | null;
  asked_radio_id: string | null;
  asked_alert_id: string | null;
  person_ids: string[];
  at_ms: number;
}

export interface Stepped {
  alert_id: string;
  steps: StepDone[];
}

export interface Stopped {
  alert_id: string;
  radio_ids: string[];
  by: string;
  at_ms: number;
  why: "taken_on" | "child_found";
}

export interface EscalationOfRadio {
  radio_id: string;
  venue_id: string;
  /** Nobody was to be expected there when the alert was issued. */
  closed: boolean;
  stopped_by: string | null;
  steps: StepDone[];
}

/** One alert's; without lines it does not escalate, and who works at a venue is not told the policy. */
export interface EscalationView {
  alert_id: string;
  policy: Policy | null;
  lines: EscalationOfRadio[];
}

export const MOST_STEPS = 12;

export const escalationHub = {
  of: (alertId: string) => ask<EscalationView>("GET", `/api/alerts/${part(alertId)}/escalation`),
  stop: (alertId: string, radioIds: string[] | null) =>
    ask<void>("POST", `/api/alerts/${part(alertId)}/stop`, { radio_ids: radioIds }),
  policies: () => ask<Policy[]>("GET", "/api/escalation/policies"),
  setPolicy: (rules: Rules) => ask<Policy>("PUT", "/api/escalation/policy", rules),
};
