// Pure: what the page says of figures: as words, against the period before, on a chart's scale, in the table's order.
import type { Evaluation, Figures, Line } from "./types";

export type Kind = "count" | "share" | "seconds";

/** A figure of the page; `better`: which way it is to go, null: it says nothing of duties. */
export interface Shown {
  kind: Kind;
  better: "more" | "less" | null;
  of: (figures: Figures) => number | null;
}

export const NAMES = ["alerts", "acknowledged", "median", "p90", "report", "overdue", "rollCall", "exercises"] as const;
export type Name = (typeof NAMES)[number];

export const SHOWN: Record<Name, Shown> = {
  alerts: { kind: "count", better: null, of: (one) => one.alerts },
  acknowledged: { kind: "share", better: "more", of: (one) => one.acknowledged_share },
  median: { kind: "seconds", better: "less", of: (one) => one.acknowledge_median_s },
  p90: { kind: "seconds", better: "less", of: (one) => one.acknowledge_p90_s },
  report: { kind: "seconds", better: "less", of: (one) => one.report_median_s },
  overdue: { kind: "count", better: "less", of: (one) => one.overdue },
  rollCall: { kind: "share", better: "more", of: (one) => one.roll_call_share },
  exercises: { kind: "count", better: null, of: (one) => one.exercises },
};

export const NOTHING = "–";

/** "94.8%", "14.9", "12"; a dash where there is nothing. */
export function valueText(value: number | null, kind: Kind): string {
  if (value === null) return NOTHING;
  if (kind === "share") return `${(value * 100).toFixed(1)}%`;
  return kind === "seconds" ? value.toFixed(1) : String(value);
}

export interface Change {
  /** "+2.4%", "-3.0", "+1" */
  text: string;
  verdict: "better" | "worse" | "same";
}

/** How a figure moved since the period before; null where one of them has none, and for a count of a period that goes on. */
export function changeOf(shown: Shown, now: Figures, before: Figures, isOver: boolean): Change | null {
  const [value, earlier] = [shown.of(now), shown.of(before)];
  if (value === null || earlier === null || (shown.kind === "count" && !isOver)) return null;
  const text = valueText(Math.abs(value - earlier), shown.kind);
  if (Number.parseFloat(text) === 0) return { text: "±0", verdict: "same" };
  const isMore = value > earlier;
  const verdict = shown.better === null ? "same" : isMore === (shown.better === "more") ? "better" : "worse";
  return { text: `${isMore ? "+" : "-"}${text}`, verdict };
}

/** The least of 2, 4, 6, 8, 10, 20, 40 … that no value exceeds. */
export function topOf(values: readonly (number | null)[]): number {
  const most = Math.max(0, ...values.map((one) => one ?? 0));
  for (let scale = 1; ; scale *= 10) {
    for (const step of [2, 4, 6, 8, 10]) if (step * scale >= most) return step * scale;
  }
}

/** A day some days later or, below 0, earlier: "2026-11-30", 1 gives "2026-12-01". */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** By this figure, upwards; who has none of it comes before all who have. */
export function byFigure(shown: Shown): (one: Line, other: Line) => number {
  return (one, other) => (shown.of(one.figures) ?? -1) - (shown.of(other.figures) ?? -1);
}

/** The rank of each unit that is ranked, as the hub orders them: 1 needs looking at most. */
export function ranksOf(evaluation: Evaluation): Map<string, number> {
  return new Map(evaluation.lines.filter((one) => !one.few).map((one, at) => [one.id, at + 1]));
}
