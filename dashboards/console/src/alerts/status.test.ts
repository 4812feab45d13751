// What of an exercise or a test may look like an alarm: a guard who needs help, and nothing else.
import { expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import { newestOf } from "./chosen";
import { isUrgent } from "./status";

const alert = (alert_id: string, status: AlertRecord["status"], issued_at_ms: number) => ({ alert_id, status, issued_at_ms }) as AlertRecord;
const alerts = new Map([alert("A1", "actual", 1), alert("X1", "exercise", 2), alert("T1", "test", 3)].map((one) => [one.alert_id, one]));

test.each([
  ["child_is_with_me", "A1", true],
  ["child_is_with_me", null, true],
  ["child_is_with_me", "forgotten", true],
  ["child_is_with_me", "X1", false],
  ["child_is_with_me", "T1", false],
  ["need_help", "T1", true],
  ["seen", "A1", false],
] as const)("%s on %s is urgent: %s", (answer, alert_id, urgent) => {
  expect(isUrgent({ answer, alert_id }, alerts)).toBe(urgent);
});

test("an exercise covers no real alert, however new, and a test is shown only when it is chosen", () => {
  expect(newestOf(alerts.values())?.alert_id).toBe("A1");
  expect(newestOf([alert("X1", "exercise", 2), alert("T1", "test", 3)])?.alert_id).toBe("X1");
  expect(newestOf([alert("T1", "test", 3)])).toBeNull();
});
