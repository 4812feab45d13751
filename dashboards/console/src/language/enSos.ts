// The texts in English of a guard's call for help.
import type { zhSos } from "./zhSos";

export const enSos: typeof zhSos = {
  label: "SOS",
  microphone: "Microphone open: you hear the place",
  open: "Act now",
  cancelAsked: "Asks to cancel: find out, then confirm",
  since: (m, s) => (m === 0 ? `${s} s ago` : `${m} min ${s} s ago`),
  more: (n) => `${n} more`,
  call: "Call this radio",
  close: "Close",
  confirmCancel: "Confirm the cancel",
  quiet: "Quiet",
  closeTitle: (venue) => `Close the SOS: ${venue}`,
  finding: "What it was",
  findings: { real: "A real emergency", false_alarm: "Pressed by mistake", test: "A test" },
  note: "What was done",
  noteHint: "Optional, at most 500 characters",
};
