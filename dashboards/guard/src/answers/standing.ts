// Pure: what an alert's keys show: for which of its lines a press counts, and what was answered there already.
import type { AlertRecord } from "../../../console/src/room/room";
import type { Answer, Delivery } from "../../../console/src/room/types";
import type { AlertPress, Press, PressOf } from "./kept";

export interface Standing {
  /** Somebody acknowledged there, at the radio or here, or this person's press waits. */
  isAcknowledged: boolean;
  answer: Answer | null;
  /** This person's presses on this alert that wait to be sent. */
  waiting: readonly Press[];
}

/** Who holds this phone, and where: `venueId` is null at one's own venues, and while who has none has not named one. */
export interface Where {
  hasOwn: boolean;
  venueId: string | null;
  personId: string | null;
}

type Shown = Pick<AlertRecord, "alert_id" | "deliveries">;

/** The alert's lines at `venueId`, or all that one sees. */
const linesOf = (alert: Pick<AlertRecord, "deliveries">, venueId: string | null): Delivery[] =>
  [...alert.deliveries.values()].filter((one) => venueId === null || one.venue_id === venueId);

/** What this person pressed on the alert and the hub does not have yet; what a colleague left on the phone is theirs. */
const pressesOf = (alert: Shown, personId: string | null, kept: readonly Press[]): PressOf<AlertPress>[] =>
  kept.filter((one): one is PressOf<AlertPress> => "alert_id" in one && one.alert_id === alert.alert_id && one.person_id === personId);

export function standingOf(alert: Shown, { venueId, personId }: Where, kept: readonly Press[]): Standing {
  const lines = linesOf(alert, venueId);
  const waiting = pressesOf(alert, personId, kept).filter((one) => one.venue_id === venueId);
  const pressed = waiting.flatMap((one) => one.answer ?? []).at(-1);
  return {
    isAcknowledged: waiting.length > 0 || lines.some((one) => one.acknowledged_at_ms !== null),
    answer: pressed ?? lines.map((one) => one.answer).find((one) => one !== null) ?? null,
    waiting,
  };
}

/** Whether the alert waits for this phone's key. Where no venue is named others' keys say nothing: until this person pressed it waits while any venue is silent. */
export function waitsForKey(alert: Shown, where: Where, kept: readonly Press[]): boolean {
  const { hasOwn, venueId, personId } = where;
  if (hasOwn || venueId !== null) return !standingOf(alert, where, kept).isAcknowledged;
  const lines = linesOf(alert, null);
  const hasPressed =
    pressesOf(alert, personId, kept).length > 0 ||
    lines.some((one) => personId !== null && one.acknowledged_by === personId);
  return !hasPressed && lines.some((one) => one.acknowledged_at_ms === null);
}

/** The venues that the alert went to, those first where nobody has acknowledged. */
export function venuesOf(alert: Pick<AlertRecord, "deliveries">): string[] {
  const silent = (one: Delivery): number => Number(one.acknowledged_at_ms !== null);
  const lines = [...alert.deliveries.values()].sort((a, b) => silent(a) - silent(b));
  return [...new Set(lines.map((one) => one.venue_id))];
}
