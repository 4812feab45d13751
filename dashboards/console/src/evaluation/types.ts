// What the hub says of how duties were done, as docs/evaluation.md writes it.

export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];
export const UNITS = ["venue", "grid"] as const;
export type Unit = (typeof UNITS)[number];

/** Seconds from an alert's issue, shares of 1; null: nothing to take it of. */
export interface Figures {
  alerts: number;
  acknowledged: number;
  acknowledged_share: number | null;
  acknowledge_median_s: number | null;
  acknowledge_p90_s: number | null;
  reported: number;
  report_median_s: number | null;
  report_p90_s: number | null;
  overdue: number;
  roll_calls: number;
  roll_calls_answered: number;
  roll_call_share: number | null;
  exercises: number;
  exercises_acknowledged: number;
}

/** One venue or grid. */
export interface Line {
  id: string;
  name: string;
  figures: Figures;
  /** Too few alerts for its shares to say much: it comes last and is not ranked. */
  few: boolean;
}

export interface Evaluation {
  period: Period;
  /** "2026-11-16" */
  first_day: string;
  last_day: string;
  unit: Unit;
  whole: Figures;
  /** The room in the period before. */
  before: Figures;
  lines: Line[];
  /** The room day by day: of a week or month its days, of a day the fortnight that ends on it. */
  course: { day: string; figures: Figures }[];
  as_of_ms: number;
}
