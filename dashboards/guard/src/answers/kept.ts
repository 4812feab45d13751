// Pure: presses that wait to be sent, oldest first, each with when it was pressed by clocks that may be wrong.
import type { AskStep, Matter } from "../../../console/src/response/types";
import type { Answer } from "../../../console/src/room/types";

/** So many wait at most; one more is not taken, and the page says so. */
export const MOST_KEPT = 100;

/** Whose it is and when it was pressed. */
interface Stamp {
  message_id: string;
  /** Who pressed: nobody else's session sends it. */
  person_id: string;
  /** The phone's clock, which may be wrong or be set meanwhile. */
  wall_ms: number;
  /** Counted since the page was loaded, which `load` names: no clock is set back in it. */
  counted_ms: number;
  load: string;
}

/** An answer to an alert. Without answer and text it acknowledges. */
export interface AlertPress {
  alert_id: string;
  /** At which venue, of who has none of their own. */
  venue_id: string | null;
  answer: Answer | null;
  text: string;
}

/** A report to the police room; its picture is kept beside, under its message id. */
export interface ReportPress {
  matter: Matter;
  text: string;
  /** Degrees and metres; null where the phone does not know. */
  place: { latitude: number; longitude: number; accuracy_m: number } | null;
  has_picture: boolean;
}

/** An answer to an ask. */
export interface AskPress {
  ask_id: string;
  step: AskStep;
  text: string;
}

export type Said = AlertPress | ReportPress | AskPress;
export type PressOf<Kind extends Said> = Stamp & Kind;
export type Press = PressOf<AlertPress> | PressOf<ReportPress> | PressOf<AskPress>;

/** What the hub's no to it is told under: the alert, the ask, or reports. */
export const subjectOf = (said: Said): string => ("alert_id" in said ? said.alert_id : "ask_id" in said ? said.ask_id : "reports");

/** What the phone's clocks say. */
export interface Now {
  wallMs: number;
  countedMs: number;
  load: string;
}

/** How long ago it was pressed: as counted where the page was not loaded again, else by the difference of the clock. */
export function pressedAgoMs(press: Press, now: Now): number {
  const passed = press.load === now.load ? now.countedMs - press.counted_ms : now.wallMs - press.wall_ms;
  return Math.max(0, Math.round(passed));
}

/** With one more; null where no more may wait. */
export const withPress = (kept: readonly Press[], press: Press): readonly Press[] | null => (kept.length >= MOST_KEPT ? null : [...kept, press]);

export const without = (kept: readonly Press[], messageId: string): readonly Press[] => kept.filter((one) => one.message_id !== messageId);

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function isPress(value: unknown): value is Press {
  if (typeof value !== "object" || value === null) return false;
  const one = value as Record<string, unknown>;
  const says = isText(one.alert_id) || isText(one.matter) || (isText(one.ask_id) && isText(one.step));
  return says && [one.message_id, one.person_id, one.text, one.load].every(isText) && [one.wall_ms, one.counted_ms].every(isNumber);
}

/** What was kept, as far as it can be read. */
export function readKept(text: string | null): readonly Press[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept.filter(isPress).slice(0, MOST_KEPT) : [];
  } catch {
    return [];
  }
}
