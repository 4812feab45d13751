// Pure: what an alert's keys show: for which of its lines a press counts, and what was answered there already.
import type { AlertRecord } from "../../../console/src/room/room";
import type { Answer, Delivery } from "../../../console/src/room/types";
import type { Press } from "./kept";

export interface Standing {
  /** Somebody acknowledged there, at the radio or here, or this phone's press waits. */
  isAcknowledged: boolean;
  answer: Answer | null;
  /** Presses on this alert that wait to be sent. */
  waiting: readonly Press[];
}

/** The alert's lines at `venueId`, or all that one sees. */
const linesOf = (alert: Pick<AlertRecord, "deliveries">, venueId: string | null): Delivery[] =>
  [...alert.deliveries.values()].filter((one) => venueId === null || one.venue_id === venueId);

export function standingOf(alert: Pick<AlertRecord, "alert_id" | "deliveries">, venueId: string | null, kept: readonly Press[]): Standing {
  const lines = linesOf(alert, venueId);
  const waiting = kept.filter((one) => one.alert_id === alert.alert_id && one.venue_id === venueId);
  const pressed = waiting.flatMap((one) => one.answer ?? []).at(-1);
  return {
    isAcknowledged: waiting.length > 0 || lines.some((one) => one.acknowledged_at_ms !== null),
    answer: pressed ?? lines.map((one) => one.answer).find((one) => one !== null) ?? null,
    waiting,
  };
}

/** Who holds this phone, and where: `venueId` is null at one's own venues, and while who has none has not named one. */
export interface Where {
  hasOwn: boolean;
  venueId: string | null;
  personId: string | null;
}

/** Whether the alert waits for this phone's key. Where no venue is named others' keys say nothing: until this person pressed it waits while any venue is silent. */
export function waitsForKey(alert: Pick<AlertRecord, "alert_id" | "deliveries">, { hasOwn, venueId, personId }: Where, kept: readonly Press[]): boolean {
  if (hasOwn || venueId !== null) return !standingOf(alert, venueId, kept).isAcknowledged;
  const lines = linesOf(alert, null);
  const hasPressed =
    kept.some((one) => one.alert_id === alert.alert_id && one.person_id === personId) ||
    lines.some((one) => personId !== null && one.acknowledged_by === personId);
  return !hasPressed && lines.some((one) => one.acknowledged_at_ms === null);
}

/** The venues that the alert went to, those first where nobody has acknowledged. */
export function venuesOf(alert: Pick<AlertRecord, "deliveries">): string[] {
  const silent = (one: Delivery): number => Number(one.acknowledged_at_ms !== null);
  const lines = [...alert.deliveries.values()].sort((a, b) => silent(a) - silent(b));
  return [...new Set(lines.map((one) => one.venue_id))];
}
