// The evaluation of the hub's HTTP interface, and its files to take away.
import { ask, askFile } from "../room/ask";
import type { Evaluation, Period, Unit } from "./types";

export interface Wanted {
  period: Period;
  unit: Unit;
  /** A day of the period, "2026-11-18"; null: today. */
  from: string | null;
}

/** A year's months of a thousand venues take the hub seconds. */
const MADE_WITHIN_MS = 60_000;

function queryOf({ period, unit, from }: Wanted): string {
  return new URLSearchParams({ period, unit, ...(from === null ? {} : { from }) }).toString();
}

export const evaluationHub = {
  evaluation: (wanted: Wanted) => ask<Evaluation>("GET", `/api/evaluation?${queryOf(wanted)}`),
  file: (wanted: Wanted, form: "csv" | "pdf", english: boolean) =>
    askFile(`/api/evaluation.${form}?${queryOf(wanted)}&language=${english ? "en" : "zh"}`, MADE_WITHIN_MS),
};
