// Who may open what of the administration.
import { expect, test } from "vitest";

import type { Right } from "../session/types";
import { tabsFor } from "./tabs";

test.each<[string, Right[], string[]]>([
  ["an administrator keeps people, devices and certificates", ["see_room", "enrol_people", "enrol_devices"], ["people", "devices", "certificates"]],
  ["a chief reads the audit log", ["see_room", "issue_alert", "read_audit"], ["audit"]],
  ["a dispatcher administers nothing", ["see_room", "issue_alert", "search_footage"], []],
  ["nobody without rights", [], []],
])("%s", (_, rights, tabs) => expect(tabsFor(rights)).toEqual(tabs));
