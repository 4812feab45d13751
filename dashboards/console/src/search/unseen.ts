// What a search or a watch cannot see, in words.
import { calendarDay, hourAndMinute } from "../language/time";
import type { Texts } from "../language/zh";
import type { Camera, Query, SearchAnswer } from "../room/types";

type Coverage = SearchAnswer["coverage"];
type OffLine = Coverage["cameras_off_line"][number];
type Spans = readonly (readonly [number, number])[];
/** How times are said: in which words, of which time zone, and seen from when. */
export interface Saying {
  texts: Texts;
  zone: string;
  nowMs: number;
}

/** A camera that was away, or whose picture was bad, for less in all is named in the list only. */
const WORTH_SAYING_MS = 60_000;
const SHORT_MS = 60_000;
/** Of all looks due: a smaller share left out is not worth a word where no camera had many. */
const WORTH_SAYING_SHARE = 0.01;

/** All of it in one line, each kind with how many cameras; empty when all is well. */
export function unseenInShort(coverage: Coverage, texts: Texts): string {
  const words = texts.searchForm;
  const away = offLineCounts(coverage.cameras_off_line);
  const unclear = new Set(
    (coverage.cameras_unclear ?? []).filter((one) => one.is_now || lengthMs(one.spans_ms) >= WORTH_SAYING_MS).map((one) => one.camera_id),
  ).size;
  const masked = coverage.cameras_masked?.length ?? 0;
  return [
    ...(away.now > 0 ? [texts.search.offLine(away.now)] : []),
    ...(away.before > 0 ? [words.wasOffLine(away.before)] : []),
    ...(unclear > 0 ? [words.wasUnclear(unclear)] : []),
    ...(isLeftOut(coverage) ? [words.leftOut(percentOf(coverage))] : []),
    ...(masked > 0 ? [words.masked(masked)] : []),
  ].join(words.and);
}

/** A line for each camera that could not see, or not all, at some time asked; ``name`` gives a camera's. */
export function unseenLines(coverage: Coverage, name: (cameraId: string) => string, saying: Saying): string[] {
  const words = saying.texts.searchForm;
  return [
    ...byTimeAway(coverage.cameras_off_line).map((one) => offLineWords(one, name(one.camera_id), saying)),
    ...[...(coverage.cameras_unclear ?? [])]
      .sort((a, b) => Number(b.is_now) - Number(a.is_now) || lengthMs(b.spans_ms) - lengthMs(a.spans_ms))
      .map((one) => {
        const what = saying.texts.live.picture[one.picture];
        return words.wasSo(name(one.camera_id), timesInWords(one.spans_ms, one.is_now, saying), what);
      }),
    ...(isLeftOut(coverage) ? [words.leftOutInAll(percentOf(coverage))] : []),
    ...(coverage.cameras_shed ?? []).map((one) =>
      words.wasSo(name(one.camera_id), timesInWords(one.spans_ms, false, saying), words.leftOutShare(one.share)),
    ),
    ...(coverage.cameras_masked ?? []).map((one) => words.maskedShare(name(one.camera_id), Math.round(one.share * 100))),
  ];
}

/** Cameras off line now, and those that were for a while within the time asked. */
export function offLineCounts(cameras: readonly OffLine[]): { now: number; before: number } {
  const before = cameras.filter((one) => one.is_now === false && awayMs(one) >= WORTH_SAYING_MS);
  return { now: cameras.filter((one) => one.is_now !== false).length, before: before.length };
}

/** The longest away first. */
export function byTimeAway(cameras: readonly OffLine[]): OffLine[] {
  return [...cameras].sort((a, b) => Number(b.is_now !== false) - Number(a.is_now !== false) || awayMs(b) - awayMs(a));
}

/** "门口：10:02–10:07、11:00 起离线". */
export function offLineWords(one: OffLine, name: string, saying: Saying): string {
  const words = saying.texts.searchForm;
  const isNow = one.is_now !== false;
  const spans = one.spans_ms ?? [];
  const sinceMs = one.since_at_ms ?? spans.at(-1)?.[0];
  const told: Spans = isNow && sinceMs !== undefined ? [...spans.slice(0, -1), [sinceMs, saying.nowMs]] : spans;
  return words.wasSo(name, timesInWords(told, isNow, saying), words.offLine);
}

/** "10:02–10:07、11:00 起"; of another day than now with their day. ``isNow``: the last one goes on. */
function timesInWords(spans: Spans, isNow: boolean, { texts, zone, nowMs }: Saying): string {
  const words = texts.searchForm;
  const moment = (atMs: number): string => {
    const day = calendarDay(atMs, zone);
    return (day === calendarDay(nowMs, zone) ? "" : `${day.slice(5)} `) + hourAndMinute(atMs, zone);
  };
  return spans
    .map(([from, until], number) => {
      if (isNow && number === spans.length - 1) return words.sinceThen(moment(from));
      const seconds = Math.max(1, Math.round((until - from) / 1000));
      return until - from < SHORT_MS ? words.shortly(moment(from), seconds) : `${moment(from)}–${moment(until)}`;
    })
    .join(words.comma);
}

/** The live cameras of a watch through which nobody looks now, or whose picture cannot be seen with. */
export function blindNow(query: Query, cameras: Iterable<Camera>): Camera[] {
  const ids = new Set(query.camera_ids ?? []);
  const venues = new Set(query.venue_ids ?? []);
  const isMeant = (camera: Camera): boolean =>
    (ids.size === 0 && venues.size === 0) || ids.has(camera.camera_id) || (camera.venue_id !== null && venues.has(camera.venue_id));
  const isBlind = (camera: Camera): boolean => !camera.looked_at || camera.picture !== "clear";
  return [...cameras].filter((camera) => !camera.recording && isBlind(camera) && isMeant(camera));
}

/** Cameras that a search, or a path, could not see through at its end. */
export function unseenNow(coverage: Coverage): string[] {
  const offLine = coverage.cameras_off_line.filter((one) => one.is_now !== false);
  const unclear = (coverage.cameras_unclear ?? []).filter((one) => one.is_now);
  return [...new Set([...offLine, ...unclear].map((one) => one.camera_id))];
}

function isLeftOut(coverage: Coverage): boolean {
  return (coverage.looks_shed_share ?? 0) >= WORTH_SAYING_SHARE || (coverage.cameras_shed ?? []).length > 0;
}

function percentOf(coverage: Coverage): number {
  return Math.round((coverage.looks_shed_share ?? 0) * 100);
}

function awayMs(one: OffLine): number {
  return lengthMs(one.spans_ms ?? []);
}

function lengthMs(spans: Spans): number {
  return spans.reduce((sum, [from, until]) => sum + until - from, 0);
}
