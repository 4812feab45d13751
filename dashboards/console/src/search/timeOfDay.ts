// Pure: reads a time of day as people type it.

/** "16:20" of "1620", "16:20", "16：20", "7:05"; null for anything else. */
export function readTimeOfDay(text: string): string | null {
  const found = /^\s*(\d{1,2})\s*[:：.点]?\s*(\d{2})\s*分?\s*$/.exec(text);
  if (found === null) return null;
  const [, hour = "", minute = ""] = found;
  if (Number(hour) > 23 || Number(minute) > 59) return null;
  return `${hour.padStart(2, "0")}:${minute}`;
}
