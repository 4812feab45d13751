// Pure: whether an alert is real and runs, and whether what a guard reports must not be missed.
import type { AlertRecord, ReportRecord } from "../room/room";
import type { AlertStatus } from "../room/types";

/** Whether it still asks for something: neither cancelled nor over by its time. */
export function isRunning(alert: Pick<AlertRecord, "cancelled_at_ms" | "expires_at_ms">, nowMs: number): boolean {
  return alert.cancelled_at_ms === null && nowMs < alert.expires_at_ms;
}

type Alerts = ReadonlyMap<string, Pick<AlertRecord, "status">>;

/** An alert that is known no longer counts as real, and so does a report on none. */
export function statusOf(alertId: string | null, alerts: Alerts): AlertStatus {
  return (alertId === null ? undefined : alerts.get(alertId)?.status) ?? "actual";
}

type Standing = Pick<AlertRecord, "cancelled_at_ms" | "updated_to" | "errand_of">;

/** The alert that a word on this one counts for, as the hub has it: of an errand the one that it was made for, of what was updated the latest. */
function concernedBy(alertId: string, alerts: ReadonlyMap<string, Standing>): Standing | undefined {
  const said = alerts.get(alertId);
  let alert = alerts.get(said?.errand_of ?? alertId);
  for (let later = alert; later !== undefined; later = alerts.get(later.updated_to ?? "")) alert = later;
  return alert;
}

/** Whether it is told over everything (found/): the child is there, and what it is said on was not cancelled before. */
export function stopsRoom(report: Pick<ReportRecord, "answer" | "alert_id" | "at_ms">, alerts: ReadonlyMap<string, Standing>): boolean {
  if (report.answer !== "child_is_with_me" || report.alert_id === null) return false;
  return report.at_ms < (concernedBy(report.alert_id, alerts)?.cancelled_at_ms ?? Infinity);
}

/** The child is found, or somebody needs help; a child that is found in an exercise is not, help is needed all the same. */
export function isUrgent(report: Pick<ReportRecord, "answer" | "alert_id">, alerts: Alerts): boolean {
  if (report.answer === "need_help") return true;
  return report.answer === "child_is_with_me" && statusOf(report.alert_id, alerts) === "actual";
}
