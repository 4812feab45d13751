// Pure: which asks come first, and what is late.
import type { Ask, AskSum, Sum } from "./types";

/** It came down to whoever reads this, who has not answered yet. */
export const waitsForMe = (one: Ask): boolean => one.kind !== "report" && one.mine?.state === "waiting";

/** Nobody has taken it, it waits for the reader's own word, nobody is left who will, or it went up to the police room. */
export const needsUs = (one: Ask): boolean =>
  waitsForMe(one) || (one.kind === "report" && one.phase === "waiting") || one.phase === "stuck" || (one.whom !== null && one.whom !== "asked");

/** Whether somebody is behind their time now. */
export function isLate(one: Ask, nowMs: number): boolean {
  if (one.phase === "waiting") return nowMs >= one.answer_by_ms;
  return one.phase === "stuck" || (one.finish_by_ms !== null && nowMs >= one.finish_by_ms);
}

/** How long until it must be answered, or done; negative: how long it is late. */
export const leftMs = (one: Ask, nowMs: number): number =>
  (one.phase === "waiting" || one.finish_by_ms === null ? one.answer_by_ms : one.finish_by_ms) - nowMs;

/** What needs the police room first, the gravest and then the oldest before others. */
export function byUrgency(asks: readonly Ask[]): Ask[] {
  const rank = (one: Ask): number => (needsUs(one) ? 0 : one.phase === "waiting" ? 1 : 2);
  return [...asks].sort((a, b) => rank(a) - rank(b) || a.grade - b.grade || a.made_at_ms - b.made_at_ms);
}

/** How many of those asked have said anything. */
export const answeredOf = (sum: Sum): number => sum.asked - sum.waiting;

/** The grids that are late, then those of which most are silent, before others. */
export const behindFirst = (grids: AskSum["grids"]): AskSum["grids"] =>
  [...grids].sort((a, b) => b.sum.overdue - a.sum.overdue || b.sum.waiting - a.sum.waiting);
