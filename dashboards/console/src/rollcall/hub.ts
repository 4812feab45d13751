// The hub's calls about roll-calls, as docs/api.md writes them.
import { ask, part } from "../room/ask";

export type RadioState = "off_line" | "undelivered" | "unanswered" | "ready" | "closed";
export type Caution = "low_battery" | "weak_signal" | "clock_off" | "off_shift";

export interface RadioReadiness {
  radio_id: string;
  radio_name: string;
  venue_id: string;
  venue_name: string;
  state: RadioState;
  delivered_s: number | null;
  answered_s: number | null;
  battery: number | null;
  signal: number | null;
  holder: string | null;
  clock_behind_s: number | null;
  warnings: Caution[];
  /** Roll-calls in a row, this one included, in which the radio was not ready. */
  missed: number;
}

export interface Counts {
  /** All but the closed ones. */
  expected: number;
  ready: number;
  unanswered: number;
  undelivered: number;
  off_line: number;
  closed: number;
}

export interface RollCallBegun {
  roll_call_id: string;
  alert_id: string;
  /** By itself, at its time of the day. */
  scheduled: boolean;
  begun_by: string;
  begun_at_ms: number;
  lasts_s: number;
}

export interface RollCallSummary extends RollCallBegun {
  /** Null while it is under way; its counts are then those of the moment. */
  ended_at_ms: number | null;
  counts: Counts;
}

export interface RollCall extends RollCallSummary {
  radios: RadioReadiness[];
}

const of = (rollCallId: string): string => `/api/roll-calls/${part(rollCallId)}`;

export const rollCallHub = {
  latest: () => ask<RollCallSummary[]>("GET", "/api/roll-calls"),
  find: (rollCallId: string) => ask<RollCall>("GET", of(rollCallId)),
  begin: () => ask<RollCall>("POST", "/api/roll-calls"),
};

/** Where the list is as CSV. */
export const csvAddress = (rollCallId: string, isEnglish: boolean): string => `${of(rollCallId)}/csv?language=${isEnglish ? "en" : "zh"}`;
