// Which alert stands at the top of a guard's phone.
import { expect, test } from "vitest";

import type { Item } from "../../../console/src/room/items";
import type { AlertRecord } from "../../../console/src/room/room";
import { currentAlerts, justOver } from "./current";

const alert = (alert_id: string, status: AlertRecord["status"], issued_at_ms: number, expires_at_ms = 100, cancelled_at_ms: number | null = null) =>
  ({ alert_id, status, issued_at_ms, expires_at_ms, cancelled_at_ms, updated_to: null }) as AlertRecord;

test("the newest real alert that is still good stands first, and no test covers it", () => {
  const told = [alert("over", "actual", 9, 50), alert("found", "actual", 8, 100, 40), alert("A1", "actual", 1), alert("A2", "actual", 2), alert("T", "test", 3)];
  const alerts = new Map(told.map((one) => [one.alert_id, one]));
  expect(currentAlerts(alerts, 50).map((one) => one.alert_id)).toEqual(["A2", "A1", "T"]);
});

test("that an alert is over is said for a moment, in the words that came with it where the page has them", () => {
  const told = [alert("over", "actual", 1, 99_000, 10_000), alert("expired", "actual", 1, 9_000, 10_500), alert("T", "test", 1, 99_000, 10_900)];
  const alerts = new Map(told.map((one) => [one.alert_id, one]));
  const cancelling = { kind: "alert.issued", body: { cancels: "over", text: "孩子已找到" } } as Item;
  expect(justOver(alerts, [], 11_000)).toEqual({ alertId: "over", text: null });
  expect(justOver(alerts, [cancelling], 11_000)?.text).toBe("孩子已找到");
  expect(justOver(alerts, [cancelling], 26_000)).toBeNull();
});
