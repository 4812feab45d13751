// Pure: weekly times in words, and as they are written into a form.
import type { Texts } from "../language/zh";
import { readTimeOfDay } from "../search/timeOfDay";
import type { Opening, Weekly } from "./hub";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const DAY_MINUTES = 24 * 60;
/** So many days in a row are said as "from … to …". */
const RUN = 3;

/** "08:00"; the end of a day is "24:00". */
export function clockOf(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Minutes since midnight of what somebody typed ("0830", "8:30", "24:00"); null for what is no time. */
export function minuteOf(text: string): number | null {
  if (/^\s*24\s*[:：]?\s*00\s*$/.test(text)) return DAY_MINUTES;
  const read = readTimeOfDay(text);
  return read === null ? null : Number(read.slice(0, 2)) * 60 + Number(read.slice(3));
}

/** "周一至周五、周日", "每天". */
export function weekdayWords(weekdays: readonly number[], words: Texts["week"]): string {
  const known = WEEKDAYS.filter((day) => weekdays.includes(day));
  if (known.length === WEEKDAYS.length) return words.every;
  const runs: number[][] = [];
  for (const day of known) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number): string => words.days[day - 1] ?? String(day);
  return runs
    .flatMap((run) => (run.length >= RUN ? [words.run(name(run[0] ?? 1), name(run.at(-1) ?? 7))] : run.map(name)))
    .join(words.and);
}

/** "周一至周五 08:00–18:00", "每天 20:00–次日 08:00", "周六 全天". */
export function weeklyWords(weekly: Weekly, words: Texts["week"]): string {
  const days = weekdayWords(weekly.weekdays, words);
  const { begin_minute: begin, end_minute: end } = weekly;
  if (end % DAY_MINUTES === begin) return `${days} ${words.wholeDay}`;
  const isNextDay = end < begin && end > 0;
  return `${days} ${clockOf(begin)}–${isNextDay ? words.nextDay : ""}${clockOf(end === 0 ? DAY_MINUTES : end)}`;
}

/** Openings at the same time of several days are one weekly time. */
export function weekliesOf(openings: readonly Opening[]): Weekly[] {
  const found = new Map<string, Weekly>();
  for (const { weekday, begin_minute, end_minute } of openings) {
    const key = `${begin_minute}/${end_minute}`;
    const weekly = found.get(key);
    if (weekly === undefined) found.set(key, { weekdays: [weekday], begin_minute, end_minute });
    else if (!weekly.weekdays.includes(weekday)) weekly.weekdays.push(weekday);
  }
  return [...found.values()];
}

/** One opening for each day of each weekly time. */
export function openingsOf(weeklies: readonly Weekly[]): Opening[] {
  return weeklies.flatMap(({ weekdays, begin_minute, end_minute }) =>
    [...weekdays].sort((a, b) => a - b).map((weekday) => ({ weekday, begin_minute, end_minute })),
  );
}

/** A weekly time while it is being written. */
export interface Draft {
  weekdays: number[];
  begin: string;
  end: string;
  /** As `placeKey` names it; empty where a time has no place, or none was chosen yet. */
  place: string;
}

export const draftOf = (weekly: Weekly, place = ""): Draft => ({
  weekdays: weekly.weekdays,
  begin: clockOf(weekly.begin_minute),
  end: clockOf(weekly.end_minute),
  place,
});

/** What was written; null while it is no weekly time. A day ends at 24:00 and does not begin there. */
export function weeklyOf(draft: Draft): Weekly | null {
  const begin = minuteOf(draft.begin);
  const end = minuteOf(draft.end);
  if (begin === null || begin === DAY_MINUTES || end === null || draft.weekdays.length === 0) return null;
  return { weekdays: draft.weekdays, begin_minute: begin, end_minute: end };
}
