// An audit record's detail on one line.
import { expect, test } from "vitest";

import { detailWords } from "./detail";
import { queryText } from "./hub";

test("a detail says its values by name and leaves out what is empty", () => {
  expect(detailWords({ address: "10.0.0.8", reason: null, count: 3, text: "" })).toBe("address 10.0.0.8 · count 3");
});

test("a long list says how long it is", () => {
  const devices = ["R1", "R2", "R3", "R4"].map((device_id) => ({ kind: "radio", device_id }));
  expect(detailWords({ devices })).toBe("devices radio R1, radio R2, radio R3 … (4)");
});

test("a detail that is gone says nothing", () => expect(detailWords(null)).toBe(""));

test("a query asks only for what was filled in", () => {
  expect(queryText({ person: " li ", action: "", case_id: "" }, 812)).toBe("limit=100&before=812&person=li");
});
