// Which reports somebody at this browser has taken note of, so that they stay noted when the page is loaded again.
import { recall, remember } from "../browser/memory";
import { MAX_REPORTS, type ReportRecord } from "../room/room";

const KEPT_AS = "qianshao.noted";

/** Number and time: a hub whose log began anew counts from 1 again, and its new reports must not pass for noted. */
export function noteKey(report: Pick<ReportRecord, "number" | "at_ms">): string {
  return `${report.number}@${report.at_ms}`;
}

/** What was noted before, oldest first; nothing when what is kept cannot be read. */
export function recallNoted(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(recall(KEPT_AS) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : []);
  } catch {
    return new Set();
  }
}

/** `noted` with one report more, kept; other windows' notes are taken in, the oldest leave at MAX_REPORTS. */
export function note(noted: ReadonlySet<string>, report: Pick<ReportRecord, "number" | "at_ms">): ReadonlySet<string> {
  const all = new Set([...recallNoted(), ...noted]);
  all.delete(noteKey(report));
  all.add(noteKey(report));
  const kept = [...all].slice(-MAX_REPORTS);
  remember(KEPT_AS, JSON.stringify(kept));
  return new Set(kept);
}
