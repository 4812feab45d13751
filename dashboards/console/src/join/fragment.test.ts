// What is read from the fragment of a join link, and of an authenticator's address.
import { expect, test } from "vitest";

import { readFragment, secretOf } from "./fragment";

test.each([
  ["#p=abc_-9&f=00ff", { kind: "person", code: "abc_-9" }],
  ["#d=xyz&f=00ff", { kind: "device", code: "xyz" }],
  ["#p=abc", { kind: "person", code: "abc" }],
  ["", null],
  ["#", null],
  ["#p=", null],
  ["#f=00ff", null],
  ["#p=abc&d=xyz", null],
])("%s", (fragment, code) => expect(readFragment(fragment)).toEqual(code));

test("an authenticator's secret stands in groups of four", () => {
  expect(secretOf("otpauth://totp/%E9%BB%94%E5%93%A8:li?secret=JBSWY3DPEHPK3PXP&issuer=x")).toBe("JBSW Y3DP EHPK 3PXP");
  expect(secretOf("otpauth://totp/x?issuer=x")).toBe("");
});
