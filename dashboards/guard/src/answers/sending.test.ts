// Presses leave in their order, each until the hub has said something.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { HubError } from "../../../console/src/room/ask";
import type { Press } from "./kept";
import { AGAIN_AFTER_MS, isPassing, keepSending } from "./sending";

const press = (message_id: string) => ({ message_id }) as Press;
const error = (code: string) => new HubError(code, "", "", null);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("without a line they wait, and leave in their order once it is back", async () => {
  const waiting = [press("m1"), press("m2")];
  const left: string[] = [];
  const stuck: boolean[] = [];
  let isBack = false;
  const sending = keepSending({
    next: () => waiting[0] ?? null,
    send: (one) => (isBack ? Promise.resolve(void left.push(one.message_id)) : Promise.reject(error("unreachable"))),
    sent: () => void waiting.shift(),
    stuck: (is) => void stuck.push(is),
    refused: () => undefined,
  });
  sending.look();
  await vi.advanceTimersByTimeAsync((AGAIN_AFTER_MS[0] ?? 0) - 1);
  expect(left).toEqual([]);
  isBack = true;
  await vi.advanceTimersByTimeAsync(1);
  expect([left, stuck]).toEqual([["m1", "m2"], [true, false, false]]);
  sending.end();
});

test("one that the hub refuses is told and keeps no other waiting", async () => {
  const waiting = [press("m1"), press("m2")];
  const told: string[] = [];
  const sending = keepSending({
    next: () => waiting[0] ?? null,
    send: (one) => (one.message_id === "m1" ? Promise.reject(error("no_venue")) : Promise.resolve()),
    stuck: () => undefined,
    sent: (one) => void (waiting.shift(), told.push(`sent ${one.message_id}`)),
    refused: (one, why) => void (waiting.shift(), told.push(`${why.code} ${one.message_id}`)),
  });
  sending.look();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["no_venue m1", "sent m2"]);
  sending.end();
});

test("what may pass by itself is no refusal", () => {
  expect(["unreachable", "sign_in_needed", "http_503", "storage_overloaded"].map((code) => isPassing(error(code)))).toEqual([true, true, true, true]);
  expect(["no_venue", "not_your_place", "is_test", "bad_field"].map((code) => isPassing(error(code)))).toEqual([false, false, false, false]);
});
