import { describe, expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import type { EscalationView, StepDone } from "./hub";
import { latestSteps, nextStep, waitingForOfficer } from "./steps";

const step = (radio: string, action: StepDone["action"], number: number): StepDone => ({
  radio_id: radio,
  venue_id: `V-${radio}`,
  action,
  number,
  passed_over: null,
  asked_radio_id: null,
  asked_alert_id: null,
  person_ids: [],
  at_ms: 0,
});

const line = (radio: string, steps: StepDone[], stopped_by: string | null = null, closed = false) => ({
  radio_id: radio,
  venue_id: `V-${radio}`,
  closed,
  stopped_by,
  steps,
});

const view = (...lines: EscalationView["lines"]): EscalationView => ({
  alert_id: "A1",
  policy: {
    version: 1,
    set_by: "hub",
    set_at_ms: null,
    rules: {
      name: "快",
      severities: ["Severe"],
      steps: [
        { after_s: 10, action: "repeat_louder" },
        { after_s: 20, action: "officer" },
      ],
      ask_again_s: 60,
    },
  },
  lines,
});

const alert = (answered: readonly string[], silent: readonly string[]): AlertRecord =>
  ({
    issued_at_ms: 1000,
    expires_at_ms: 100_000,
    cancelled_at_ms: null,
    deliveries: new Map(
      [...answered, ...silent].map((radio) => [
        radio,
        { radio_id: radio, acknowledged_at_ms: answered.includes(radio) ? 2000 : null, reported_at_ms: null },
      ]),
    ),
  }) as unknown as AlertRecord;

describe("an escalation", () => {
  test("shows the latest step of each radio", () => {
    const shown = latestSteps(view(line("R1", [step("R1", "repeat_louder", 0), step("R1", "officer", 1)]), line("R2", [])));
    expect([shown.get("R1")?.action, shown.has("R2")]).toEqual(["officer", false]);
  });

  test("says what comes next and when, while somebody is silent", () => {
    const silent = view(line("R1", []));
    expect(nextStep(silent, alert([], ["R1"]), 4000)).toEqual({ step: { after_s: 10, action: "repeat_louder" }, inS: 7 });
    expect(nextStep(silent, alert(["R1"], []), 4000)).toBeNull();
    expect(nextStep(silent, alert([], ["R1"]), 40_000)).toBeNull();
    expect(nextStep(view(line("R1", [], "officer")), alert([], ["R1"]), 4000)).toBeNull();
    expect(nextStep(view(line("R1", [], null, true)), alert([], ["R1"]), 4000)).toBeNull();
  });

  test("leaves to the officer who is still silent and taken on by nobody", () => {
    const lines = ["R1", "R2"].map((radio) => line(radio, [step(radio, "officer", 1)]));
    const shown = waitingForOfficer(view(...lines, line("R3", [step("R3", "officer", 1)], "p1")), alert(["R2"], ["R1", "R3"]));
    expect(shown.map((one) => one.radio_id)).toEqual(["R1"]);
  });
});
