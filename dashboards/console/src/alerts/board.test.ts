// The board of an alert: who has not answered stands first.
import { describe, expect, test } from "vitest";

import { alertRecord, type AlertRecord } from "../room/room";
import type { Delivery } from "../room/types";
import { boardOf, markOf, waitingMs } from "./board";

const delivery = (id: string, part: Partial<Delivery>): Delivery => ({
  radio_id: id,
  venue_id: id,
  state: "sent",
  queued_at_ms: 1000,
  sent_at_ms: 1100,
  delivered_at_ms: null,
  played_at_ms: null,
  acknowledged_at_ms: null,
  acknowledged_by: null,
  acknowledged_via: null,
  reported_at_ms: null,
  answer: null,
  report_text: null,
  attempts: 1,
  ...part,
});

const alert = (...deliveries: Delivery[]): AlertRecord =>
  alertRecord({
    alert_id: "A1",
    text: "",
    severity: "Severe",
    status: "actual",
    target: { kind: "all", id: null },
    case_id: null,
    issued_at_ms: 1000,
    expires_at_ms: 9e12,
    issued_by: "",
    cancels: null,
    updates: null,
    updated_to: null,
    picture: null,
    speech: null,
    unspoken: null,
    errand_of: null,
    cancelled_at_ms: null,
    cancelled_by: null,
    deliveries,
  });

const undelivered = delivery("undelivered", {});
const early = delivery("early", { delivered_at_ms: 1200 });
const late = delivery("late", { delivered_at_ms: 1900 });
const acknowledged = delivery("acknowledged", { delivered_at_ms: 1300, acknowledged_at_ms: 4500 });
const found = delivery("found", {
  delivered_at_ms: 1300,
  acknowledged_at_ms: 3000,
  reported_at_ms: 8000,
  answer: "child_is_with_me",
});
const seen = delivery("seen", { delivered_at_ms: 1300, acknowledged_at_ms: 3000, reported_at_ms: 9000, answer: "seen" });

describe("the board", () => {
  const board = boardOf(alert(acknowledged, late, found, early, undelivered, seen));

  test("puts the undelivered first, then who has waited longest after delivery", () => {
    expect(board.silent.map((one) => one.radio_id)).toEqual(["undelivered", "early", "late"]);
  });

  test("counts each stage with the time of the slowest", () => {
    expect(board).toMatchObject({ total: 6, undelivered: 1, unacknowledged: 2 });
    expect(board.delivered).toEqual({ count: 5, lastMs: 900 });
    expect(board.acknowledged).toEqual({ count: 3, lastMs: 3500 });
    expect(board.reported).toEqual({ count: 2, lastMs: 8000 });
  });

  test("puts the child before everything else reported", () => {
    expect(board.reports.map((one) => one.radio_id)).toEqual(["found", "seen"]);
    expect(markOf(found)).toBe("child");
  });

  test("says how long a silent venue has been silent", () => {
    expect(waitingMs(alert(early), early, 5200)).toBe(4000);
    expect(waitingMs(alert(undelivered), undelivered, 5200)).toBe(4200);
  });
});
