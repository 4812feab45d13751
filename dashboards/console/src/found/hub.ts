// The hub's word on who says that the child is with them, and the call that closes it.
import { ask, part } from "../room/ask";
import type { AlertStatus, Via } from "../room/types";

export type Verdict = "the_child" | "not_the_child";

export interface Found {
  found_id: string;
  alert_id: string;
  alert_text: string;
  status: AlertStatus;
  /** Who opened the alert. */
  issued_by: string;
  venue_id: string;
  /** Null where it was not said at a radio. */
  radio_id: string | null;
  via: Via;
  by: string | null;
  name: string | null;
  text: string;
  at_ms: number;
  closed_at_ms: number | null;
  closed_by: string | null;
  outcome: "cancelled" | Verdict | null;
  note: string | null;
}

export const foundHub = {
  close: (foundId: string, verdict: Verdict, note: string) =>
    ask<Found>("POST", `/api/found/${part(foundId)}/close`, { verdict, note }),
};
