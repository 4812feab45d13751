// How many have the alerts of a search, who is silent, how far the child can be, in which order searches stand.
import { expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import type { Delivery } from "../room/types";
import { asOneAlert, clockOf, inOrder, radiiOf, reachOf } from "./shown";
import type { Front, MissingChild } from "./types";

const delivery = (venue_id: string, state: Delivery["state"]): [string, Delivery] => {
  const acknowledged_at_ms = state === "acknowledged" || state === "reported" ? 1 : null;
  const reported_at_ms = state === "reported" ? 1 : null;
  return [`R-${venue_id}`, { radio_id: `R-${venue_id}`, venue_id, state, answer: null, acknowledged_at_ms, reported_at_ms } as Delivery];
};

const alert = (alert_id: string, ...deliveries: [string, Delivery][]): [string, AlertRecord] => [
  alert_id,
  { alert_id, case_id: "K1", errand_of: null, deliveries: new Map(deliveries) } as unknown as AlertRecord,
];

const child = (fields: Partial<MissingChild>): MissingChild => ({ case_id: "K1", alerts: [], ended_at_ms: null, started_at_ms: 0, ...fields }) as MissingChild;

test("a venue has answered when one of its radios acknowledged any of the alerts", () => {
  const sent = (alert_id: string, ...venue_ids: string[]) => ({ alert_id, venue_ids, order: "watch" as const, evidence_id: null, at_ms: 0 });
  const alerts = new Map([
    alert("A1", delivery("V1", "acknowledged"), delivery("V2", "delivered")),
    alert("A2", delivery("V2", "reported"), delivery("V3", "queued")),
  ]);
  const reach = reachOf(child({ alerts: [sent("A1", "V1", "V2"), sent("A2", "V2", "V3"), sent("A3", "V4")] }), alerts);
  expect(reach).toEqual({ alerted: 4, acknowledged: 2, silent: ["V3", "V4"] });
});

test("on the map each radio shows how far any alert of the search came, in the latest one's words", () => {
  const alerts = new Map([
    alert("A1", delivery("V1", "acknowledged"), delivery("V2", "delivered")),
    alert("A2", delivery("V1", "queued"), delivery("V2", "queued")),
  ]);
  alerts.forEach((one, id) => Object.assign(one, { issued_at_ms: id === "A2" ? 2 : 1 }));
  const one = asOneAlert(child({}), alerts);
  expect(one?.alert_id).toBe("A2");
  expect([...(one?.deliveries.values() ?? [])].map(({ venue_id, state }) => [venue_id, state])).toEqual([
    ["V1", "acknowledged"],
    ["V2", "delivered"],
  ]);
  expect(asOneAlert(child({}), new Map())).toBeNull();
});

test("alerts run ahead of the child, and neither ring is smaller than the least", () => {
  const front = { at_ms: 0, pace_mps: 2, lead_s: 60, least_m: 150 } as Front;
  expect(radiiOf(front, 0)).toEqual({ child: 150, alerted: 150 });
  expect(radiiOf(front, 100_000)).toEqual({ child: 200, alerted: 320 });
});

test("a clock counts in minutes, and in hours when it must", () => {
  expect([clockOf(-5), clockOf(133_000), clockOf(3_725_000)]).toEqual(["00:00", "02:13", "1:02:05"]);
});

test("what goes on comes first, the latest first", () => {
  const all = [child({ case_id: "old", started_at_ms: 1 }), child({ case_id: "over", started_at_ms: 9, ended_at_ms: 10 }), child({ case_id: "new", started_at_ms: 5 })];
  expect(inOrder(all).map((one) => one.case_id)).toEqual(["new", "old", "over"]);
});
