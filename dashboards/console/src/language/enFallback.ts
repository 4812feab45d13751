// The texts in English of the fallback door.
import type { zhFallback } from "./zhFallback";

export const enFallback: typeof zhFallback = {
  door: { none: "", sip: "Phone", file: "Phone (files)" },
  state: { off: "", starting: "…", up: "ready", down: "down" },
  calling: (venue, number) => `Calling ${venue} by telephone (try ${number})`,
  tried: (venue, outcome) => `${venue} by telephone: ${outcome}`,
  outcome: {
    acknowledged: "answered and pressed 1",
    no_key: "answered, no key pressed",
    no_answer: "no answer",
    failed: "the call could not be made",
    written: "written to a file, nobody was called",
    broken_off: "broken off by a restart of the hub",
    not_needed: "somebody has answered, no more calls",
  },
  doorIs: (door, state, reason) => `${door} ${state}${reason === "" ? "" : `: ${reason}`}`,
};
