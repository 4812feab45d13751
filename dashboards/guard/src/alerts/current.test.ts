// Which alert stands at the top of a guard's phone.
import { expect, test } from "vitest";

import type { AlertRecord } from "../../../console/src/room/room";
import { currentAlerts } from "./current";

const alert = (alert_id: string, status: AlertRecord["status"], issued_at_ms: number, expires_at_ms = 100, cancelled_at_ms: number | null = null) =>
  ({ alert_id, status, issued_at_ms, expires_at_ms, cancelled_at_ms }) as AlertRecord;

test("the newest real alert that is still good stands first, and no test covers it", () => {
  const told = [alert("over", "actual", 9, 50), alert("found", "actual", 8, 100, 40), alert("A1", "actual", 1), alert("A2", "actual", 2), alert("T", "test", 3)];
  const alerts = new Map(told.map((one) => [one.alert_id, one]));
  expect(currentAlerts(alerts, 50).map((one) => one.alert_id)).toEqual(["A2", "A1", "T"]);
});
