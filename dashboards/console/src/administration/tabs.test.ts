// Who may open what of the administration.
import { expect, test } from "vitest";

import type { Right } from "../session/types";
import { tabsFor } from "./tabs";

test.each<[string, Right[], string[]]>([
  [
    "an administrator keeps people, mediators, shifts, venues' hours, cameras and how people are described, devices and certificates",
    ["see_room", "enrol_people", "enrol_cameras", "enrol_devices", "plan_shifts"],
    ["people", "mediators", "shifts", "hours", "cameras", "teaching", "devices", "certificates"],
  ],
  ["a chief sees how duties were done, plans shifts and hours and reads the audit log", ["see_room", "issue_alert", "plan_shifts", "set_escalation", "read_evaluation", "read_audit"], ["evaluation", "shifts", "hours", "escalation", "templates", "audit"]],
  ["a dispatcher plans shifts and hours", ["see_room", "issue_alert", "plan_shifts"], ["shifts", "hours"]],
  ["an officer administers nothing", ["see_room", "issue_alert", "search_footage"], []],
  ["nobody without rights", [], []],
])("%s", (_, rights, tabs) => expect(tabsFor(rights)).toEqual(tabs));
