// What the keys of an alert on a phone show.
import { expect, test } from "vitest";

import type { Delivery } from "../../../console/src/room/types";
import type { Press } from "./kept";
import { standingOf, venuesOf, waitsForKey } from "./standing";

const line = (venue_id: string, acknowledged_at_ms: number | null, answer: Delivery["answer"] = null) =>
  ({ radio_id: `R${venue_id}`, venue_id, acknowledged_at_ms, answer }) as Delivery;
const alert = (...lines: Delivery[]) => ({ alert_id: "A1", deliveries: new Map(lines.map((one) => [one.radio_id, one])) });
const press = (given: Partial<Press>): Press => ({ alert_id: "A1", person_id: "G", venue_id: null, answer: null, ...given }) as Press;
const own = { hasOwn: true, venueId: null, personId: "G" };
const grid = { hasOwn: false, venueId: null, personId: "G" };

test("a key of the radio counts as much as one here, and what waits counts already", () => {
  expect(standingOf(alert(line("V1", null)), own, []).isAcknowledged).toBe(false);
  expect(standingOf(alert(line("V1", 5, "seen")), own, [])).toMatchObject({ isAcknowledged: true, answer: "seen" });
  const waits = standingOf(alert(line("V1", 5, "seen")), own, [press({}), press({ answer: "need_help" }), press({ alert_id: "A2" })]);
  expect([waits.answer, waits.waiting.length]).toEqual(["need_help", 2]);
});

test("what a colleague pressed on this phone and could not send counts for nobody else, who is reminded all the same", () => {
  const silent = alert(line("V1", null));
  const left = [press({ person_id: "H", answer: "seen" })];
  expect(standingOf(silent, own, left)).toEqual({ isAcknowledged: false, answer: null, waiting: [] });
  expect([waitsForKey(silent, own, left), waitsForKey(silent, { ...own, personId: "H" }, left)]).toEqual([true, false]);
});

test("who walks in a grid sees the line of the venue where they are, and the silent ones first", () => {
  const two = alert(line("V1", 5), line("V2", null));
  expect(standingOf(two, { ...grid, venueId: "V2" }, []).isAcknowledged).toBe(false);
  expect(venuesOf(two)).toEqual(["V2", "V1"]);
});

test("an alert reminds who walks in a grid until the venue where they are has answered, whatever the others did", () => {
  const three = alert(line("V1", 5), line("V2", null), line("V3", null));
  expect(waitsForKey(three, grid, [])).toBe(true);
  expect(waitsForKey(three, { ...grid, venueId: "V2" }, [])).toBe(true);
  expect(waitsForKey(three, { ...grid, venueId: "V2" }, [press({ venue_id: "V2" })])).toBe(false);
  expect(waitsForKey(three, { ...grid, venueId: "V1" }, [])).toBe(false);
  expect(waitsForKey(three, { ...grid, hasOwn: true }, [])).toBe(false);
});

test("an alert that was answered before the page was loaded again reminds of nothing", () => {
  const waits = press({ venue_id: "V2" });
  expect(waitsForKey(alert(line("V1", null), line("V2", null)), grid, [waits])).toBe(false);
  const known = alert(line("V1", null), { ...line("V2", 5), acknowledged_by: "G" });
  expect(waitsForKey(known, grid, [])).toBe(false);
  expect(waitsForKey(known, { ...grid, personId: "H" }, [])).toBe(true);
});
