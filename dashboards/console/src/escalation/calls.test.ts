// Which alerts ring at the police room: any that runs and has somebody waiting, not only the one shown.
import { expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import { officerCalls, ringsOf } from "./calls";
import type { EscalationView, StepDone } from "./hub";

const officer = (at_ms: number): StepDone => ({ action: "officer", at_ms }) as StepDone;

/** Radios by when their officer's steps were done; R1a and R1b stand at venue R1. */
const view = (alert_id: string, lines: Record<string, number[]>): [string, EscalationView] => [
  alert_id,
  {
    alert_id,
    policy: null,
    lines: Object.entries(lines).map(([radio_id, times]) => ({
      radio_id,
      venue_id: radio_id.slice(0, 2),
      closed: false,
      stopped_by: null,
      steps: times.map(officer),
    })),
  },
];

const alert = (alert_id: string, radioIds: string[], part: Partial<AlertRecord> = {}): [string, AlertRecord] => [
  alert_id,
  {
    alert_id,
    status: "actual",
    expires_at_ms: 100,
    cancelled_at_ms: null,
    deliveries: new Map(radioIds.map((radio_id) => [radio_id, { radio_id, acknowledged_at_ms: null, reported_at_ms: null }])),
    ...part,
  } as unknown as AlertRecord,
];

test("every alert under way with somebody waiting calls, real ones first, then who waits longest", () => {
  const alerts = new Map([
    alert("late", ["R1"]),
    alert("early", ["R1a", "R1b", "R2"]),
    alert("played", ["R1"], { status: "exercise" }),
    alert("over", ["R1"], { cancelled_at_ms: 40 }),
    alert("nobody", ["R1"]),
  ]);
  const views = new Map([
    view("late", { R1: [30] }),
    view("early", { R1a: [20], R1b: [20], R2: [10], R3: [5] }),
    view("played", { R1: [1] }),
    view("over", { R1: [1] }),
    view("nobody", { R1: [] }),
    view("forgotten", { R1: [1] }),
  ]);
  const calls = officerCalls(alerts, views, 50);
  expect(calls.map((call) => call.alert.alert_id)).toEqual(["early", "late", "played"]);
  expect(calls[0]).toMatchObject({ sinceMs: 10, venues: 2 });
  expect(calls[0]?.waiting.map((line) => line.radio_id)).toEqual(["R2", "R1a", "R1b"]);
  expect(officerCalls(alerts, views, 100)).toEqual([]);
});

test("one who waits more, and a further officer's step, ring anew", () => {
  const rings = (lines: Record<string, number[]>): string[] =>
    officerCalls(new Map([alert("A1", ["R1", "R2"])]), new Map([view("A1", lines)]), 50).flatMap(ringsOf);
  const before = rings({ R1: [10], R2: [] });
  expect(rings({ R1: [10], R2: [20] }).filter((ring) => !before.includes(ring))).toHaveLength(1);
  expect(rings({ R1: [10, 20], R2: [] }).filter((ring) => !before.includes(ring))).toHaveLength(1);
});
