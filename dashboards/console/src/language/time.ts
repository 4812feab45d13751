// Times as people read them, always in the community's time zone.
import type { Texts } from "./zh";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${zone} ${seconds}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds ? { second: "2-digit" } : {}),
    });
    formats.set(key, found);
  }
  return found;
}

/** "16:20:05" */
export function clockTime(atMs: number, zone: string): string {
  return format(zone, true).format(atMs);
}

/** "16:20" */
export function hourAndMinute(atMs: number, zone: string): string {
  return format(zone, false).format(atMs);
}

/** "2026-11-21" */
export function calendarDay(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(atMs);
}

/** The zone of this machine, for whoever sees no community. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "2026-11-21 16:20:05" */
export function dayAndTime(atMs: number, zone: string): string {
  return `${calendarDay(atMs, zone)} ${clockTime(atMs, zone)}`;
}

/** How long, in the largest fitting unit: "12 秒", "3 分钟", "5 小时". */
export function duration(ms: number, texts: Texts): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return texts.seconds(s);
  return s < 7200 ? texts.minutes(Math.floor(s / 60)) : texts.hoursLong(Math.floor(s / 3600));
}

/** The zone's offset from UTC at an instant, milliseconds. */
function zoneOffsetMs(atMs: number, zone: string): number {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(atMs);
  return Date.parse(`${text.replace(" ", "T")}Z`) - Math.floor(atMs / 1000) * 1000;
}

/** The instant at which clocks in `zone` show this day and time ("2026-11-21", "16:20"); null if it is not a time. */
export function instantOf(day: string, time: string, zone: string): number | null {
  const asIfUtc = Date.parse(`${day}T${time.padStart(5, "0")}:00Z`);
  if (Number.isNaN(asIfUtc)) return null;
  return asIfUtc - zoneOffsetMs(asIfUtc - zoneOffsetMs(asIfUtc, zone), zone);
}
