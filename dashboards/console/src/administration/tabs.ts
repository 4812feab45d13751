// Pure: what of the administration somebody may open, by their rights.
import type { Right } from "../session/types";

export type Tab = "evaluation" | "people" | "mediators" | "shifts" | "hours" | "escalation" | "templates" | "cameras" | "teaching" | "devices" | "certificates" | "audit";

const NEEDS: readonly [Tab, Right][] = [
  ["evaluation", "read_evaluation"],
  ["people", "enrol_people"],
  ["mediators", "enrol_people"],
  ["shifts", "plan_shifts"],
  ["hours", "plan_shifts"],
  ["escalation", "set_escalation"],
  ["templates", "set_escalation"],
  ["cameras", "enrol_cameras"],
  ["teaching", "enrol_cameras"],
  ["devices", "enrol_devices"],
  ["certificates", "enrol_devices"],
  ["audit", "read_audit"],
];

/** The tabs in their order; none for whoever has none of these rights. */
export function tabsFor(rights: readonly Right[]): Tab[] {
  return NEEDS.filter(([, right]) => rights.includes(right)).map(([tab]) => tab);
}
