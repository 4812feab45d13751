// The texts in English of escalation.
import { plural } from "./plural";
import type { zhEscalation } from "./zhEscalation";

export const enEscalation: typeof zhEscalation = {
  action: {
    repeat_louder: "repeat louder",
    nearest_venue: "send the nearest venue",
    grid_members: "tell the grid's members on shift",
    officer: "the police room's turn",
    ask_again: "ask what they see",
  },
  mark: { repeat_louder: "L", nearest_venue: "N", grid_members: "G", officer: "P", ask_again: "?" },
  passedOver: {
    off_line: "off line, not sent",
    nobody_near: "no venue to send within 10 minutes on foot",
    nobody_on_shift: "no grid member on shift",
  },
  asked: (venue) => `${venue} was asked to go`,
  told: (names) => `${names} told`,
  closed: "closed",
  stopped: (who) => `taken on by ${who}`,
  next: (action, seconds) => `In ${seconds} s: ${action}`,
  stopAll: "Stop all",
  takeOn: "I take it on",
  waiting: (n) => `${plural(n, "venue")} never answered: the police room's turn`,
  callNext: "Call the next silent one",
  words: "Venues where nobody presses the key are gone after step by step until somebody answers, or somebody decides to stop. Closed venues are not.",
  version: (n) => (n === 0 ? "as delivered" : `version ${n}`),
  setBy: (who, at) => `${who} · ${at}`,
  change: "Change",
  title: "Change the escalation policy",
  name: "Name",
  severities: "Which alerts escalate",
  steps: "Steps",
  afterS: "s after",
  add: "Add a step",
  remove: "Remove",
  askAgain: "Who pressed the key and does not report is asked again every so many seconds (3 times at most)",
  former: "Former policies",
};
