// What of an exercise or a test may look like an alarm: a guard who needs help, and nothing else.
import { expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import { newestOf } from "./chosen";
import { isUrgent, stopsRoom } from "./status";

const alert = (alert_id: string, status: AlertRecord["status"], issued_at_ms: number, part: Partial<AlertRecord> = {}) =>
  ({ alert_id, status, issued_at_ms, expires_at_ms: 100, cancelled_at_ms: null, errand_of: null, updated_to: null, ...part }) as AlertRecord;
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

test("the child that is with somebody stops the room for as long as the latest alert that took the place of theirs was not cancelled", () => {
  const first = alert("A1", "actual", 1, { cancelled_at_ms: 20, updated_to: "A2" });
  const errand = alert("E1", "actual", 5, { errand_of: "A1", cancelled_at_ms: 20 });
  const known = (cancelled_at_ms: number | null) =>
    new Map([first, errand, alert("A2", "actual", 20, { cancelled_at_ms })].map((one) => [one.alert_id, one]));
  const said = (alert_id: string) => ({ answer: "child_is_with_me", alert_id, at_ms: 30 }) as const;
  expect(["A1", "A2", "E1"].map((id) => stopsRoom(said(id), known(null)))).toEqual([true, true, true]);
  expect(["A1", "A2", "E1"].map((id) => stopsRoom(said(id), known(25)))).toEqual([false, false, false]);
  expect(stopsRoom(said("A1"), new Map([["A1", first]]))).toBe(false);
});

const newest = (...of: AlertRecord[]): string | undefined => newestOf(of, 50)?.alert_id;

test("an exercise covers no real alert, however new, and a test is shown only when it is chosen", () => {
  expect(newest(...alerts.values())).toBe("A1");
  expect(newest(alert("X1", "exercise", 2), alert("T1", "test", 3))).toBe("X1");
  expect(newest(alert("T1", "test", 3))).toBeUndefined();
});

test("what a neighbour is asked for covers no alert", () => {
  expect(newest(alert("A1", "actual", 1), alert("E1", "actual", 2, { errand_of: "A1" }))).toBe("A1");
  expect(newest(alert("E1", "actual", 2, { errand_of: "A1" }))).toBeUndefined();
});

test("what is over covers nothing that runs; where nothing runs the newest that was real is shown", () => {
  const cancelled = alert("A2", "actual", 2, { cancelled_at_ms: 3 });
  const expired = alert("A3", "actual", 3, { expires_at_ms: 50 });
  expect(newest(alert("A1", "actual", 1), cancelled, expired)).toBe("A1");
  expect(newest(alert("X1", "exercise", 1), cancelled, expired)).toBe("X1");
  expect(newest(cancelled, expired, alert("X2", "exercise", 4, { cancelled_at_ms: 5 }))).toBe("A3");
});
