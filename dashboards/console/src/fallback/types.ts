// What the fallback door tells: how it stands, and each try to reach a venue by telephone (docs/api.md).

export type DoorState = "off" | "starting" | "up" | "down";

export interface DoorStanding {
  door: "none" | "sip" | "file";
  state: DoorState;
  /** Why it is down, as the door's program says it. */
  reason: string | null;
}

export type Outcome = "acknowledged" | "no_key" | "no_answer" | "failed" | "written" | "broken_off" | "not_needed";

/** A try begins (no outcome yet), or is over. */
export interface Tried {
  alert_id: string;
  venue_id: string;
  /** Of the tries about this venue, from 1. */
  number: number;
  texted: boolean;
  outcome: Outcome | null;
  at_ms: number;
}
