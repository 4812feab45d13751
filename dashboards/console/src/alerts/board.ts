// Pure: what an alert's board says: how many at each stage and how long it took, and who has not answered, first.
import type { AlertRecord } from "../room/room";
import type { Delivery, DeliveryState } from "../room/types";

export interface Stage {
  count: number;
  /** How long after the alert was issued the last of them got there; null when nobody did. */
  lastMs: number | null;
}

export interface Board {
  total: number;
  undelivered: number;
  unacknowledged: number;
  /** Still waiting to leave. */
  queued: number;
  sent: Stage;
  delivered: Stage;
  played: Stage;
  acknowledged: Stage;
  reported: Stage;
  /** Not delivered first, then delivered without an acknowledgement; each kind by who waits longest. */
  silent: Delivery[];
  /** Those who answered, newest first. */
  answered: Delivery[];
  /** Those with an answer or a text, the child first, then calls for help, then by time, newest first. */
  reports: Delivery[];
}

const isUndelivered = (one: Delivery): boolean => one.delivered_at_ms === null && one.acknowledged_at_ms === null;
const isAnswered = (one: Delivery): boolean => one.acknowledged_at_ms !== null || one.reported_at_ms !== null;

const URGENCY: Record<string, number> = { child_is_with_me: 0, need_help: 1, seen: 2, not_seen: 3 };
const urgency = (one: Delivery): number => URGENCY[one.answer ?? ""] ?? 4;

export function boardOf(alert: AlertRecord): Board {
  const all = [...alert.deliveries.values()];
  const stage = (at: (one: Delivery) => number | null): Stage => {
    const times = all.map(at).filter((time) => typeof time === "number");
    return { count: times.length, lastMs: times.length === 0 ? null : Math.max(...times) - alert.issued_at_ms };
  };
  const silent = all.filter((one) => !isAnswered(one));
  const reports = all.filter((one) => one.reported_at_ms !== null);
  return {
    total: all.length,
    undelivered: silent.filter(isUndelivered).length,
    unacknowledged: silent.filter((one) => !isUndelivered(one)).length,
    queued: all.filter((one) => one.state === "queued").length,
    sent: stage((one) => one.sent_at_ms ?? one.delivered_at_ms), // a receipt may be quicker than the broker's word
    delivered: stage((one) => one.delivered_at_ms),
    played: stage((one) => one.played_at_ms),
    acknowledged: stage((one) => one.acknowledged_at_ms),
    reported: stage((one) => one.reported_at_ms),
    silent: silent.sort(
      (a, b) =>
        Number(isUndelivered(b)) - Number(isUndelivered(a)) ||
        (a.delivered_at_ms ?? 0) - (b.delivered_at_ms ?? 0) ||
        a.venue_id.localeCompare(b.venue_id),
    ),
    answered: all
      .filter(isAnswered)
      .sort((a, b) => (b.acknowledged_at_ms ?? b.reported_at_ms ?? 0) - (a.acknowledged_at_ms ?? a.reported_at_ms ?? 0)),
    reports: reports.sort((a, b) => urgency(a) - urgency(b) || (b.reported_at_ms ?? 0) - (a.reported_at_ms ?? 0)),
  };
}

/** A sign for each state, so that none is told by its colour alone. */
export const SIGNS: Record<DeliveryState, string> = {
  queued: "○",
  sent: "↑",
  delivered: "◐",
  played: "♪",
  acknowledged: "✓",
  reported: "✎",
  expired: "×",
};

/** The sign of how far it came at one radio, and of an answer that must not be missed. */
export function signOf({ answer, state }: Pick<Delivery, "answer" | "state">): string {
  if (answer === "child_is_with_me") return "★";
  return answer === "need_help" ? "!" : SIGNS[state];
}

/** Whether somebody answered for it who was not at the radio. */
export const isElsewhere = ({ acknowledged_via }: Pick<Delivery, "acknowledged_via">): boolean =>
  acknowledged_via === "page" || acknowledged_via === "phone";

/** The alerts whose place this one took, the latest of them first. */
export function earlierOf(alert: AlertRecord, alerts: ReadonlyMap<string, AlertRecord>): AlertRecord[] {
  const chain: AlertRecord[] = [];
  for (let one = alerts.get(alert.updates ?? ""); one !== undefined && !chain.includes(one); one = alerts.get(one.updates ?? "")) chain.push(one);
  return chain;
}

/** The state a venue is coloured by on map and board. */
export type Mark = "undelivered" | "unacknowledged" | "acknowledged" | "reported" | "child" | "help";

export function markOf(delivery: Delivery): Mark {
  if (delivery.answer === "child_is_with_me") return "child";
  if (delivery.answer === "need_help") return "help";
  if (delivery.reported_at_ms !== null) return "reported";
  if (delivery.acknowledged_at_ms !== null) return "acknowledged";
  return isUndelivered(delivery) ? "undelivered" : "unacknowledged";
}

/** How long a silent one has been waiting: since delivery, or since the alert when it never arrived. */
export function waitingMs(alert: AlertRecord, delivery: Delivery, nowMs: number): number {
  return Math.max(0, nowMs - (delivery.delivered_at_ms ?? alert.issued_at_ms));
}
