// Pure: what somebody looks for among recorded bursts, as the hub is asked for it.
import { instantOf } from "../../language/time";

/** A day in the community's calendar ("2026-11-21") and times of that day ("16:20"); what is empty is not asked for. */
export interface BurstQuery {
  sinceMs: number | null;
  untilMs: number | null;
  groupId: string | null;
  venueId: string | null;
  talkerId: string | null;
}

export const EVERYTHING: BurstQuery = { sinceMs: null, untilMs: null, groupId: null, venueId: null, talkerId: null };
export const PAGE = 100;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The query as the address writes it. */
export function queryText(query: BurstQuery, before: number | null): string {
  const fields = new URLSearchParams({ limit: String(PAGE) });
  const asked = {
    since_ms: query.sinceMs,
    until_ms: query.untilMs,
    group_id: query.groupId,
    venue_id: query.venueId,
    talker_id: query.talkerId,
    before,
  };
  for (const [name, value] of Object.entries(asked)) {
    if (value !== null) fields.set(name, String(value));
  }
  return fields.toString();
}

/** From when until when: of `day`, from the minute `from` to the end of the minute `to`; either may be null. */
export function periodOf(day: string, from: string | null, to: string | null, zone: string): Pick<BurstQuery, "sinceMs" | "untilMs"> {
  if (day === "") return { sinceMs: null, untilMs: null };
  const last = instantOf(day, to ?? "23:59", zone);
  return { sinceMs: instantOf(day, from ?? "00:00", zone), untilMs: last === null ? null : last + MINUTE_MS };
}

/** The last `count` days up to `today`, newest first ("2026-11-21"). */
export function daysUntil(today: string, count: number): string[] {
  const last = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, back) => new Date(last - back * DAY_MS).toISOString().slice(0, 10));
}

/** "11-21 周六" */
export function dayName(day: string, language: string): string {
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));
  return `${day.slice(5)} ${weekday}`;
}

/** "1:05", "0:07" */
export function playTime(s: number): string {
  const whole = Math.max(0, Math.floor(s));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
