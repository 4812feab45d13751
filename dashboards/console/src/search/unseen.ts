// What a search or a watch cannot see, in words.
import { calendarDay, hourAndMinute } from "../language/time";
import type { Texts } from "../language/zh";
import type { Camera, Query, SearchAnswer } from "../room/types";

type OffLine = SearchAnswer["coverage"]["cameras_off_line"][number];

/** A camera that was away for less in all is named in the list only. */
const WORTH_SAYING_MS = 60_000;
const SHORT_MS = 60_000;

/** Cameras off line now, and those that were for a while within the time asked. */
export function offLineCounts(cameras: readonly OffLine[]): { now: number; before: number } {
  const before = cameras.filter((one) => one.is_now === false && awayMs(one) >= WORTH_SAYING_MS);
  return { now: cameras.filter((one) => one.is_now !== false).length, before: before.length };
}

/** The longest away first. */
export function byTimeAway(cameras: readonly OffLine[]): OffLine[] {
  return [...cameras].sort((a, b) => Number(b.is_now !== false) - Number(a.is_now !== false) || awayMs(b) - awayMs(a));
}

/** "门口：10:02–10:07、11:00 起离线": the times of another day than ``nowMs`` with their day. */
export function offLineWords(one: OffLine, name: string, words: Texts["searchForm"], zone: string, nowMs: number): string {
  const moment = (atMs: number): string => {
    const day = calendarDay(atMs, zone);
    return (day === calendarDay(nowMs, zone) ? "" : `${day.slice(5)} `) + hourAndMinute(atMs, zone);
  };
  const spans = one.spans_ms ?? [];
  const isNow = one.is_now !== false;
  const over = isNow ? spans.slice(0, -1) : spans;
  const sinceMs = one.since_at_ms ?? spans.at(-1)?.[0] ?? null;
  const parts = over.map(([from, until]) =>
    until - from < SHORT_MS
      ? words.shortly(moment(from), Math.max(1, Math.round((until - from) / 1000)))
      : `${moment(from)}–${moment(until)}`,
  );
  if (isNow) parts.push(words.sinceThen(sinceMs === null ? null : moment(sinceMs)));
  return words.wasAway(name, parts.join(words.comma));
}

/** The live cameras of a watch through which nobody looks now. */
export function blindNow(query: Query, cameras: Iterable<Camera>): Camera[] {
  const ids = new Set(query.camera_ids ?? []);
  const venues = new Set(query.venue_ids ?? []);
  const isMeant = (camera: Camera): boolean =>
    (ids.size === 0 && venues.size === 0) || ids.has(camera.camera_id) || (camera.venue_id !== null && venues.has(camera.venue_id));
  return [...cameras].filter((camera) => !camera.recording && !camera.looked_at && isMeant(camera));
}

function awayMs(one: OffLine): number {
  return (one.spans_ms ?? []).reduce((sum, [from, until]) => sum + until - from, 0);
}
