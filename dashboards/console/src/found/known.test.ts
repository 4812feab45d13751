// Who says that the child is with them, as the console keeps it.
import { expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import type { Found } from "./hub";
import { runningAlert, withFound } from "./known";

const found = (found_id: string, at_ms: number, closed_at_ms: number | null = null) => ({ found_id, alert_id: "A1", status: "actual", at_ms, closed_at_ms }) as Found;
const alert = (alert_id: string, expires_at_ms: number, updates: string | null = null, cancelled_at_ms: number | null = null) =>
  ({ alert_id, expires_at_ms, updates, cancelled_at_ms }) as AlertRecord;

test("the newest stands first, a real one before an exercise's, and what is closed is gone", () => {
  const drill = { ...found("F3", 3), status: "exercise" } as Found;
  expect(withFound([found("F1", 1)], drill).map((one) => one.found_id)).toEqual(["F1", "F3"]);
  const two = withFound(withFound([], found("F1", 1)), found("F2", 2));
  expect(two.map((one) => one.found_id)).toEqual(["F2", "F1"]);
  expect(withFound(two, found("F2", 2, 9)).map((one) => one.found_id)).toEqual(["F1"]);
});

test("what is cancelled is the alert itself, or the one that took its place, while it runs", () => {
  const alerts = (...all: AlertRecord[]) => new Map(all.map((one) => [one.alert_id, one]));
  expect(runningAlert(found("F1", 1), alerts(alert("A1", 10)), 5)?.alert_id).toBe("A1");
  expect(runningAlert(found("F1", 1), alerts(alert("A1", 10, null, 3), alert("A2", 10, "A1")), 5)?.alert_id).toBe("A2");
  expect(runningAlert(found("F1", 1), alerts(alert("A1", 4)), 5)).toBeNull();
  expect(runningAlert(found("F1", 1), alerts(), 5)).toBeNull();
});
