// What the board says of an escalation: the next step, who waits for whom, and whom a call could reach.
import { describe, expect, test } from "vitest";

import type { AlertRecord } from "../room/room";
import type { Delivery, Radio } from "../room/types";
import type { EscalationView, StepDone } from "./hub";
import { latestSteps, nextStep, nextToCall, openRadios, waitingForOfficer } from "./steps";

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
    const shown = waitingForOfficer(view(...lines, line("R3", [step("R3", "officer", 1)], "p1")), alert(["R2"], ["R1", "R3"]), 4000);
    expect(shown.map((one) => one.radio_id)).toEqual(["R1"]);
    expect(waitingForOfficer(view(...lines), alert([], ["R1"]), 100_000)).toEqual([]);
  });

  test("whose policy one is not told has no next step, and its lines all the same", () => {
    const untold = { ...view(line("R1", [step("R1", "officer", 1)])), policy: null };
    expect(nextStep(untold, alert([], ["R1"]), 4000)).toBeNull();
    expect(waitingForOfficer(untold, alert([], ["R1"]), 4000)).toHaveLength(1);
  });

  test("is stopped for the radios about which something may still be done", () => {
    const lines = view(line("R1", []), line("R2", []), line("R3", [], "p1"), line("R4", [], null, true));
    expect(openRadios(lines, alert(["R2"], ["R1", "R3", "R4"]), 4000)).toEqual(["R1", "R2"]);
    expect(openRadios(lines, { ...alert(["R2"], ["R1"]), cancelled_at_ms: 3000 }, 4000)).toEqual([]);
  });

  test("calls the first silent radio that is on line, open and taken on by nobody, until the alert is over", () => {
    const silent = ["R1", "R2", "R3", "R4"].map((radio_id) => ({ radio_id }) as Delivery);
    const radios = new Map(silent.map(({ radio_id }) => [radio_id, { online: radio_id !== "R1" } as Radio]));
    const lines = view(line("R1", []), line("R2", [], "p1"), line("R3", [], null, true), line("R4", []));
    const whom = alert([], ["R1", "R2", "R3", "R4"]);
    expect(nextToCall(silent, radios, lines, whom, 4000)).toBe("R4");
    expect(nextToCall(silent, radios, null, whom, 4000)).toBe("R2");
    expect(nextToCall(silent, radios, lines, whom, 100_000)).toBeNull();
    expect(nextToCall(silent, radios, lines, { ...whom, cancelled_at_ms: 3000 }, 4000)).toBeNull();
  });
});
