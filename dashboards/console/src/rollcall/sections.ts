// Pure: the list of a roll-call as it is read: who is missing first, then who is to be looked after, then the rest.
import type { RadioReadiness, RadioState, RollCall } from "./hub";

export interface Sections {
  /** Not ready: the longest in a row first. While the roll-call is under way, those who have yet to answer. */
  missing: RadioReadiness[];
  /** Ready, with something to look after. */
  attend: RadioReadiness[];
  /** Ready, the slowest first. */
  ready: RadioReadiness[];
  closed: RadioReadiness[];
}

const GRAVITY: Record<RadioState, number> = { off_line: 0, undelivered: 1, unanswered: 2, ready: 3, closed: 4 };

export function sectionsOf(rollCall: Pick<RollCall, "radios">): Sections {
  const { radios } = rollCall;
  const ready = radios.filter((one) => one.state === "ready");
  const byName = (a: RadioReadiness, b: RadioReadiness): number => a.venue_name.localeCompare(b.venue_name, "zh");
  return {
    missing: radios
      .filter((one) => one.state !== "ready" && one.state !== "closed")
      .sort((a, b) => b.missed - a.missed || GRAVITY[a.state] - GRAVITY[b.state] || byName(a, b)),
    attend: ready.filter((one) => one.warnings.length > 0).sort(byName),
    ready: ready.filter((one) => one.warnings.length === 0).sort((a, b) => (b.answered_s ?? 0) - (a.answered_s ?? 0)),
    closed: radios.filter((one) => one.state === "closed").sort(byName),
  };
}

/** How well it went, from 0 to 4, for the colour of a day; null where nobody was expected. */
export function warmth({ ready, expected }: { ready: number; expected: number }): 0 | 1 | 2 | 3 | 4 | null {
  if (expected === 0) return null;
  const share = ready / expected;
  return share === 1 ? 4 : share >= 0.95 ? 3 : share >= 0.85 ? 2 : share >= 0.7 ? 1 : 0;
}
