// The fingerprint that people compare before they trust the hub.
import { expect, test } from "vitest";

import { fingerprintOf } from "./fingerprint";

test("a certificate's fingerprint is the SHA-256 of its bytes", async () => {
  // "hello" in the place of a certificate.
  expect(await fingerprintOf("-----BEGIN CERTIFICATE-----\naGVs\nbG8=\n-----END CERTIFICATE-----\n")).toBe(
    "2C:F2:4D:BA:5F:B0:A3:0E:26:E8:3B:2A:C5:B9:E2:9E:1B:16:1E:5C:1F:A7:42:5E:73:04:33:62:93:8B:98:24",
  );
});
